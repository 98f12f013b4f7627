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
    """The response with the ETag of its answer, and without a body when the asker has that version already.

    An answer that shows more than the row (`more_than_its_row`) is always whole: the rest may change without the row.
    """
    version = getattr(answer, "version", None)
    if isinstance(version, int):
        response.set_etag(str(version))
        if request.method == "GET" and not getattr(answer, "more_than_its_row", False):
            response.make_conditional(request)
    return response


def expected_version() -> int | None:
    """The version that the request was made of; None: whichever there is. Raises PreconditionMissing."""
    if not request.if_match:
        raise PreconditionMissing("send the ETag that you have read as If-Match")
    return given_version()


def given_version() -> int | None:
    """The version that the request was made of, for what may be repeated safely; None: it names none."""
    match = request.if_match
    if match.star_tag or not match:
        return None
    tag = next(iter(match.as_set()))
    return int(tag) if tag.isdecimal() and len(tag) < 18 else -1
