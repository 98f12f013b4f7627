"""Which version of a thing an answer shows, and which one a change was made of.

An answer with a field `version` bears it as its ETag. Whoever changes a thing sends that tag back as If-Match
(RFC 9110, 13.1.1), so that two people who save at once never overwrite each other: without the header a change is
refused (428), with an old version too (412). `If-Match: *` changes whatever is there.
"""

from typing import Any

from flask import Response, request

from ctiserver.core.errors import CtiError


class PreconditionMissing(CtiError):
    """A change without If-Match."""


def mark(response: Response, answer: Any) -> Response:
    """The response with the ETag of its answer, and without a body when the asker has that version already."""
    version = getattr(answer, "version", None)
    if isinstance(version, int):
        response.set_etag(str(version))
        if request.method == "GET":
            response.make_conditional(request)
    return response


def expected_version() -> int | None:
    """The version that the request was made of; None: whichever there is. Raises PreconditionMissing."""
    match = request.if_match
    if match.star_tag:
        return None
    if not match:
        raise PreconditionMissing("send the ETag that you have read as If-Match")
    tag = next(iter(match.as_set()))
    return int(tag) if tag.isdecimal() else -1
