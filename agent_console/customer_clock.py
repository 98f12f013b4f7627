"""Times as the customer reads them on his own clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ctiserver.core.errors import Refusal


def local_time(at: float, zone: str) -> str:
    """Epoch seconds as "2026-11-23T10:30" in a time zone."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def epoch(written: str, zone: str) -> float:
    """UTC epoch seconds of an ISO 8601 time; one without an offset is meant in `zone`.

    An hour that the change to summer time leaves out is the one after it. Raises Refusal.
    """
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise Refusal("wrong_time", f"{written!r} is no time: write it like 2026-11-23T10:30") from None
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).timestamp()
