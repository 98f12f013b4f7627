"""How many lines may be dialled just now by what carries them: a trunk, a caller id, a campaign.

Each has at most so many lines at once, and so many new ones a second; a dial needs room in all that it uses. A limit
of None is none. Pure: times are given, and a dial is noted by whoever makes it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so many at once, so many within any second."""

    lines: int | None = None
    per_second: int | None = None


class Use(msgspec.Struct):
    """What is used of one of them: its lines, and when those of the last second began."""

    lines: int = 0
    begun: list[float] = []


class DialLimits:
    """What is used, by keys that name trunks, caller ids and campaigns; `limits` may change at any time."""

    def __init__(self, limits: Mapping[str, Limit], used: dict[str, Use] | None = None) -> None:
        self.limits = dict(limits)
        self.used: dict[str, Use] = {} if used is None else used

    def room(self, keys: Iterable[str], now: float) -> int | None:
        """How many dials that use all of these may begin now; None: nothing limits them."""
        rooms = [room for key in keys if (room := self._room(key, now)) is not None]
        return min(rooms, default=None)

    def begin(self, keys: Iterable[str], now: float) -> None:
        """A dial that uses these begins; it holds its lines until `end`."""
        for key in keys:
            use = self.used.setdefault(key, Use())
            use.lines += 1
            use.begun = [*_recent(use, now), now]

    def end(self, keys: Iterable[str], now: float) -> None:
        """Its lines are free again."""
        for key in keys:
            use = self.used[key]
            use.lines -= 1
            use.begun = _recent(use, now)
            if not use.lines and not use.begun:
                del self.used[key]

    def _room(self, key: str, now: float) -> int | None:
        limit, use = self.limits.get(key, Limit()), self.used.get(key, Use())
        rooms = []
        if limit.lines is not None:
            rooms.append(limit.lines - use.lines)
        if limit.per_second is not None:
            rooms.append(limit.per_second - len(_recent(use, now)))
        return max(0, min(rooms)) if rooms else None


def _recent(use: Use, now: float) -> list[float]:
    return [at for at in use.begun if at + 1.0 > now]
