"""Who calls, as far as the network says: a caller may send any name and number, or none."""

from typing import Any

from ctiserver.core.ids import LegId
from ctiserver.core.inputs import CallArrived

_LONGEST_CALLER_ID = 64
_NO_NUMBER = ("anonymous", "unknown", "restricted", "unavailable", "private")


def caller_text(text: object) -> str:
    """A caller's name or number as it may be shown: printable, of bounded length."""
    printable = "".join(letter for letter in str(text or "") if letter.isprintable())
    return printable.strip()[:_LONGEST_CALLER_ID]


def caller_number(text: object) -> str:
    """The number, "" for a caller who hides it."""
    number = caller_text(text)
    return "" if number.lower() in _NO_NUMBER else number


def incoming(channel: dict[str, Any], args: list[str], at: float, *, resync: bool = False) -> CallArrived:
    """The arrival of a caller's channel; `args` are what the dialplan gave: "in" and the number dialled."""
    caller = channel.get("caller", {})
    did = args[1] if len(args) > 1 else channel.get("dialplan", {}).get("exten", "")
    return CallArrived(
        at=at,
        leg=LegId(channel["id"]),
        did=caller_text(did),
        pii_number=caller_number(caller.get("number")),
        pii_name=caller_text(caller.get("name")),
        resync=resync,
    )
