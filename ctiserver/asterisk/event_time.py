"""When an event of Asterisk happened.

Our own clock says so as long as we hear it at once; the two clocks need not agree to the millisecond. An event that
waited for us, because this process was stopped or its loop was held up, bears Asterisk's own time, as our clock would
have shown it: Asterisk's follows the machine's when that is set, ours does not.
"""

from datetime import datetime
from typing import Any

_LATE_SECONDS = 2.0


def happened_at(event: dict[str, Any], now: float, machine_ahead_seconds: float = 0.0) -> float:
    """UTC epoch seconds: `now`, or Asterisk's own time for an event that comes late.

    `machine_ahead_seconds`: how far the machine's clock, and with it Asterisk's, is ahead of ours.
    """
    try:
        told_at = datetime.fromisoformat(event["timestamp"]).timestamp() - machine_ahead_seconds
    except (KeyError, TypeError, ValueError):
        return now
    return told_at if now - told_at > _LATE_SECONDS else now
