"""When to try again. Pure: a result and the number of attempts go in, an instant or never comes out.

Each result has a pause that doubles with every attempt, for what did not help twice helps least when hurried. No
pause, no second attempt: whoever was reached, rejected the call, or has no such number is left in peace. Nobody is
called again from `not_after` on.
"""

from collections.abc import Mapping

from ctiserver.core.leads import DialResult

MINUTE = 60.0
PAUSE_SECONDS: Mapping[str, float] = {
    "busy": 10 * MINUTE,
    "no_answer": 120 * MINUTE,
    "congestion": 2 * MINUTE,
    "unreachable": 30 * MINUTE,
    "cut_off": 10 * MINUTE,
    "unknown": 30 * MINUTE,
    "not_permitted": MINUTE,
    "machine": 120 * MINUTE,
}


def retry_at(
    result: DialResult,
    *,
    ordinal: int,
    attempts_at_most: int,
    now: float,
    not_after: float,
    pause_seconds: Mapping[str, float] = PAUSE_SECONDS,
) -> float | None:
    """The instant of the next attempt after the one numbered `ordinal`, from 1; None: there is none."""
    pause = pause_seconds.get(result)
    if pause is None or ordinal >= attempts_at_most:
        return None
    at = now + pause * 2 ** (ordinal - 1)
    return at if at < not_after else None
