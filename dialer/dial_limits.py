"""How many lines may be dialled just now by what carries them: a trunk, a caller id, the machine as a whole.

Each has at most so many lines at once, and so many new ones a second; a dial needs room in all that it uses. A limit
of None is none. Pure: times are given, and a dial is noted by whoever makes it.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

EVERYTHING = "*"
"""The key of what all dials use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so many at once, so many within any second."""

    lines: int | None = None
    per_second: int | None = None


@dataclass(slots=True)
class _Use:
    lines: int = 0
    begun: deque[float] = field(default_factory=deque)


class DialLimits:
    """What is used of each limit; its keys name trunks and caller ids, such as "trunk:carrier"."""

    def __init__(self, limits: Mapping[str, Limit]) -> None:
        self._limits = dict(limits)
        self._used = {key: _Use() for key in limits}

    def room(self, keys: Iterable[str], now: float) -> int | None:
        """How many dials that use all of these may begin now; None: nothing limits them."""
        rooms = [room for key in {*keys, EVERYTHING} if (room := self._room(key, now)) is not None]
        return min(rooms, default=None)

    def begin(self, keys: Iterable[str], now: float) -> None:
        """A dial that uses these begins; it holds its lines until `end`."""
        for key in {*keys, EVERYTHING} & self._used.keys():
            self._used[key].lines += 1
            self._used[key].begun.append(now)

    def end(self, keys: Iterable[str]) -> None:
        """Its lines are free again."""
        for key in {*keys, EVERYTHING} & self._used.keys():
            self._used[key].lines -= 1

    def _room(self, key: str, now: float) -> int | None:
        limit = self._limits.get(key)
        if limit is None:
            return None
        used = self._used[key]
        while used.begun and used.begun[0] + 1.0 <= now:
            used.begun.popleft()
        rooms = []
        if limit.lines is not None:
            rooms.append(limit.lines - used.lines)
        if limit.per_second is not None:
            rooms.append(limit.per_second - len(used.begun))
        return max(0, min(rooms)) if rooms else None
