"""One line in the order of turn, so that a place in it is found without looking at everybody who stands there.

Kept are groups of those who are alike in class and slope: within one the order of scores never changes
(`accumulating`), so a sorted list keeps it. Those past their ceiling are groups of their own, in the order of arrival,
and go before all others. A place is one search in each group: O(groups * log n).
"""

from bisect import bisect_left, insort
from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

from acd.accumulating import score

_Key = tuple[float, float, int]
_Kind = tuple[str, float, bool]
"""Class, slope, whether escalated."""


class Stands(Protocol):
    """What is asked of a standing; see `waiting_room.Standing`."""

    arrived_at: float
    order: int
    virtual: float
    slope: float
    since: float
    value_class: str
    escalated: bool


class Line:
    """Invariant: each who stands here is once in the group of his kind."""

    def __init__(self) -> None:
        self._groups: dict[_Kind, list[_Key]] = {}
        self._virtual: dict[str, list[float]] = {}

    def __bool__(self) -> bool:
        return bool(self._groups)

    def add(self, one: Stands) -> None:
        """He stands here from now on."""
        insort(self._groups.setdefault(_kind(one), []), _key(one))
        insort(self._virtual.setdefault(one.value_class, []), one.virtual)

    def remove(self, one: Stands) -> None:
        """He who was added is gone."""
        _remove(self._groups, _kind(one), _key(one))
        _remove(self._virtual, one.value_class, one.virtual)

    def ahead_of(self, one: Stands, now: float) -> int:
        """How many go before him at `now`."""
        late = [keys for (_, _, escalated), keys in self._groups.items() if escalated]
        if one.escalated:
            return sum(bisect_left(keys, _key(one)) for keys in late)
        mine = (-score(one.virtual, one.slope, now), one.arrived_at, one.order)
        sooner = [
            bisect_left(keys, mine, key=partial(_turn, slope, now))
            for (_, slope, escalated), keys in self._groups.items()
            if not escalated
        ]
        return sum(map(len, late)) + sum(sooner)

    def virtual_arrivals(self, but: Stands) -> Mapping[str, list[float]]:
        """Of all others, by value class, in order. Not to be kept, nor changed."""
        own = self._virtual[but.value_class]
        place = bisect_left(own, but.virtual)
        return self._virtual | {but.value_class: own[:place] + own[place + 1 :]}


def _kind(one: Stands) -> _Kind:
    return one.value_class, one.slope, one.escalated


def _key(one: Stands) -> _Key:
    return one.since if one.escalated else one.virtual, one.arrived_at, one.order


def _turn(slope: float, now: float, key: _Key) -> _Key:
    return -score(key[0], slope, now), key[1], key[2]


def _remove(groups: dict[Any, list[Any]], kind: Any, key: Any) -> None:
    group = groups[kind]
    del group[bisect_left(group, key)]
    if not group:
        del groups[kind]
