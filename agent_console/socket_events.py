"""What is said over Socket.IO, as a table: the schema that programs may rely on is read from it.

A program connects with `{"token": ...}` as auth, a page with its cookie. Everybody hears what his permissions allow;
rows are given whole, and as they are at the moment of sending.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from agent_console.api_activities import ActivityOf
from agent_console.desk_rows import DeskRow
from agent_console.patches import Patch
from agent_console.roles import Permission
from ctiserver.core.live_rows import ScreenPop


class Feed(msgspec.Struct, kw_only=True):
    """`lost`: what is shown may be old, since the calls process is not heard."""

    lost: bool


class Nothing(msgspec.Struct, kw_only=True):
    """The event itself says all."""


class Auth(msgspec.Struct, kw_only=True):
    """What a program gives when it connects; a page has its cookie."""

    token: str


class Asked(msgspec.Struct, kw_only=True):
    """A request to the engines: `type` names it (docs/messages.md), its other fields stand beside `type`."""

    type: str
    agent: str
    request_id: str | None = None


class Answered(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The acknowledgement: `error_id` and `message` only of a request that was refused."""

    request_id: str = ""
    error_id: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class SocketEvent:
    """One kind of message. `permission` None: whoever is connected."""

    name: str
    meaning: str
    permission: Permission | None
    payload: type[msgspec.Struct]
    answer: type[msgspec.Struct] | None = None


OUTGOING: tuple[SocketEvent, ...] = (
    SocketEvent(
        "patch",
        "Rows that changed, gathered for a fifth of a second: replace those that you have; null: the row is gone. "
        "The first after connecting is `whole`, as is one after a loss: forget what you had.",
        Permission.WALLBOARD,
        Patch,
    ),
    SocketEvent("desk", "My own row, my contact and my queues, at once.", Permission.OWN_DESK, DeskRow),
    SocketEvent("pop", "My telephone rings: who calls.", Permission.OWN_DESK, ScreenPop),
    SocketEvent("reminder", "An activity that I am to be reminded of, to all my pages.", None, ActivityOf),
    SocketEvent("feed", "Whether what is shown may be old.", None, Feed),
    SocketEvent("phone_taken", "My telephone is another page from now on.", Permission.OWN_PHONE, Nothing),
    SocketEvent("ended", "The log-in is over; a call goes on.", None, Nothing),
)
"""What the server says."""
INCOMING: tuple[SocketEvent, ...] = (
    SocketEvent("connect", "Be let in; refused with `not_logged_in`.", None, Auth),
    SocketEvent(
        "request", "Ask the engines; needs what the same request needs in the API.", None, Asked, Answered
    ),
    SocketEvent(
        "phone_ready", "This page's telephone is registered.", Permission.OWN_PHONE, Nothing, Answered
    ),
    SocketEvent(
        "phone_gone",
        "This page's telephone cannot take calls any more.",
        Permission.OWN_PHONE,
        Nothing,
        Answered,
    ),
)
"""What one may say."""


def schemas(template: str) -> dict[str, Any]:
    """JSON Schema of all payloads by name; `template` makes a reference of `{name}`."""
    kinds = {one.payload for one in (*OUTGOING, *INCOMING)} | {one.answer for one in INCOMING if one.answer}
    _, components = msgspec.json.schema_components(
        sorted(kinds, key=lambda kind: kind.__name__), ref_template=template
    )
    return components
