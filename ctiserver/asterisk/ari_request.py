"""A request to ARI as a value, and what a refusal of it means. Pure.

A request travels as one JSON document over a WebSocket (`RESTRequest`); its query is part of the URI.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from ctiserver.core.errors import CallGone, SwitchError, SwitchRefused


@dataclass(frozen=True, slots=True)
class Request:
    """One REST request; `body` becomes JSON."""

    method: str
    uri: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None

    def encode(self, request_id: str) -> str:
        """The text of one WebSocket message."""
        document: dict[str, Any] = {
            "type": "RESTRequest",
            "request_id": request_id,
            "method": self.method,
            "uri": self.uri + ("?" + urlencode(self.query, quote_via=quote) if self.query else ""),
        }
        if self.body is not None:
            document |= {
                "content_type": "application/json",
                "message_body": msgspec.json.encode(self.body).decode(),
            }
        return msgspec.json.encode(document).decode()


def refusal(status: int, phrase: str, body: str) -> SwitchError:
    """What an answer of 400 or more means.

    A channel that has left the application is as gone as one that has ended (409, and 422 at a bridge).
    """
    try:
        message = str(msgspec.json.decode(body)["message"])
    except (msgspec.DecodeError, KeyError, TypeError):
        message = phrase
    lower = message.lower()
    left = status in (409, 422) and ("not in stasis" in lower or "not in this bridge" in lower)
    if status == 404 or left or (status == 400 and lower == "channel not found"):
        return CallGone(message)
    return SwitchRefused(status, message)


def path(*parts: str) -> str:
    """The way to a thing, its names quoted."""
    return "/".join(quote(part, safe="") for part in parts)
