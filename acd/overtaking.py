"""Who may be served before whom: the bounds of accumulating priority, checked on any log.

At the start of a service at t, everybody who waits at the same place has been passed by the one who is served. He may
be only if his score was not lower, which is a bound on when he came (`accumulating.overtaking_window`): with equal
slopes at most the difference of head starts later, without head starts at most wait * (1 - b_i / b_j) later. Past the
ceiling it is the arrival that counts. The check knows nothing of heaps: it is what the engine is held against.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from acd.accumulating import Terms, overtaking_window

_ROUNDING_SECONDS = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """One contact's wait at one place, on the same terms all the while; `served` False: he left without service."""

    contact: str
    place: Hashable
    arrived_at: float
    terms: Terms
    left_at: float
    served: bool = True


def out_of_bounds(log: Iterable[Waited]) -> list[tuple[Waited, Waited]]:
    """Each pair (passed, served) in which nobody could justify it: empty if the engine keeps its rule.

    Whoever arrives at the very instant of a service, or leaves at it, was not passed.
    """
    waiting: dict[Hashable, list[Waited]] = {}
    for one in sorted(log, key=lambda it: it.arrived_at):
        waiting.setdefault(one.place, []).append(one)
    found = []
    for at_place in waiting.values():
        for served in at_place:
            if served.served:
                found += [(one, served) for one in _passed(at_place, served) if not _may(one, served)]
    return found


def _passed(at_place: list[Waited], served: Waited) -> list[Waited]:
    at = served.left_at
    return [one for one in at_place if one is not served and one.arrived_at < at < one.left_at]


def _may(first: Waited, second: Waited) -> bool:
    """Whether `second` may be served at his time while `first` waits."""
    at = second.left_at
    if _escalated(first, at) or _escalated(second, at):
        later = second.arrived_at > first.arrived_at
        return _escalated(second, at) and not (later and _escalated(first, at))
    window = overtaking_window(first.terms, second.terms, at - first.arrived_at)
    return second.arrived_at - first.arrived_at <= window + _ROUNDING_SECONDS


def _escalated(one: Waited, at: float) -> bool:
    ceiling = one.terms.ceiling_seconds
    return ceiling is not None and one.arrived_at + ceiling <= at
