"""Accumulating priority: whoever waits earns a score by the second, from a head start, up to a ceiling.

    score(t) = H + b * (t - a) = b * (t - v)        v = a - H / b

H is the head start of the contact's value class in seconds, b its slope, a its arrival; the highest score is served,
ties by arrival (Kleinrock 1964, "A delay dependent queue discipline"; Stanford, Taylor and Ziedins, Queueing Systems
77, 2014; affine: with head starts). v is the virtual arrival: among contacts of one slope the order is that of v and
never changes while they wait. With all slopes 1 a head start reads as "counts as having already waited two minutes";
slopes 4:2:1 keep the ratios of waits in overload. Whoever has waited longer than the ceiling is escalated: served
before all others, in order of arrival, so that no class waits without end.

What happens to somebody who already waits never costs him anything that he earned: a raise takes the better of both
classes, a new profile goes on from the score that he has. Only a call-back that nobody answered is put back.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms one contact waits: its class's part of a profile. `slope` > 0; `ceiling_seconds` None: never."""

    head_start_seconds: float = 0.0
    slope: float = 1.0
    ceiling_seconds: float | None = None

    def __post_init__(self) -> None:
        if not (self.slope > 0 and math.isfinite(self.slope) and math.isfinite(self.head_start_seconds)):
            raise ValueError(f"a slope above nought and a finite head start: {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A queue's terms by value class; a class that it does not name has no head start and the slope 1."""

    terms: Mapping[str, Terms] = field(default_factory=dict)
    ceiling_seconds: float | None = None

    def of(self, value_class: str) -> Terms:
        """The terms of one class."""
        named = self.terms.get(value_class)
        return named if named is not None else Terms(ceiling_seconds=self.ceiling_seconds)


def virtual_arrival(arrived_at: float, terms: Terms) -> float:
    """When he would have had to arrive to have the same score without a head start."""
    return arrived_at - terms.head_start_seconds / terms.slope


def score(virtual: float, slope: float, now: float) -> float:
    """Seconds that he counts as having waited (with slope 1)."""
    return slope * (now - virtual)


def continued(virtual: float, slope: float, new_slope: float, now: float) -> float:
    """The virtual arrival with which a new slope goes on from the score reached at `now`."""
    if new_slope == slope:
        return virtual  # to the last bit: nobody moves by a rounding
    return now - score(virtual, slope, now) / new_slope


def raised(
    virtual: float, slope: float, terms: Terms, *, arrived_at: float, now: float
) -> tuple[float, float]:
    """The virtual arrival and slope of a waiting contact that turned out to be of a class with `terms`.

    As if he had been of it since he came, if that is better, and never flatter: from now on his score is at no time
    lower than it would have been. A lower class counts from his next contact on.
    """
    steeper = max(slope, terms.slope)
    as_if = arrived_at - terms.head_start_seconds / steeper
    return min(continued(virtual, slope, steeper, now), as_if), steeper


def overtaking_window(first: Terms, second: Terms, wait: float) -> float:
    """Until how long after `first` a contact with the terms `second` may have arrived to be served before him.

    In seconds after the arrival of `first`, who has waited for `wait`; negative: it must have come earlier by that.
    From b2 * (t - a2) + H2 > b1 * (t - a1) + H1 at t = a1 + wait. Equal slopes: H2 - H1; without head starts
    wait * (1 - b1 / b2).
    """
    ahead = second.head_start_seconds - first.head_start_seconds
    return wait + (ahead - first.slope * wait) / second.slope
