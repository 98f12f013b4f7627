"""Work of the jobs process that comes round again and again, between two batches of records.

A chore does a short part of its work and says whether more is at hand; then it has its next turn after the records
have had theirs. One that fails is logged and tried again when it is due, and holds up neither the records nor the
other chores. What takes long (a night's computation) has a thread of its own instead.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Chore:
    """`work(now)`, with UTC epoch seconds, does a part and returns whether there is more to do at once."""

    name: str
    every_seconds: float
    work: Callable[[float], bool]


class Chores:
    """All chores of a process."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._chores = chores
        self._last_at: dict[str, float] = {}

    def turn(self, now: float) -> bool:
        """Do a part of each chore that is due; whether one of them has more to do at once."""
        due = [chore for chore in self._chores if self._is_due(chore, now)]
        return any([self._do(chore, now) for chore in due])

    def _is_due(self, chore: Chore, now: float) -> bool:
        """Also when the clock was set back."""
        last_at = self._last_at.get(chore.name)
        return last_at is None or abs(now - last_at) >= chore.every_seconds

    def _do(self, chore: Chore, now: float) -> bool:
        self._last_at[chore.name] = now
        try:
            more = chore.work(now)
        except Exception:  # whatever it is, the records and the other chores go on
            _log.exception("a chore failed and is tried again", chore=chore.name)
            return False
        if more:
            del self._last_at[chore.name]
        return more
