"""How long something lasts, learned while it happens: the Kaplan-Meier estimate on a grid of whole seconds.

What still lasts when it is looked at, or is cut off by something else, counts as having lasted at least so long
(censored): leaving it out would make long calls look rare (Kaplan and Meier, "Nonparametric estimation from incomplete
observations", Journal of the American Statistical Association 53, 1958). Until enough is known a prior counts as some
observations. Pure.
"""

import math
from collections.abc import Iterable
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dialer.pacing_state import DurationsState, Sparse

Floats = NDArray[np.float64]


class Durations:
    """Observed durations of one kind; `longest_seconds` is the end of the grid, what lasts longer counts there."""

    def __init__(self, longest_seconds: int, prior: Iterable[float] = (), weight: float = 20.0) -> None:
        """`prior`: durations believed beforehand, in seconds; together they count as `weight` observations."""
        self._ended = np.zeros(longest_seconds + 1)
        self._censored = np.zeros(longest_seconds + 1)
        believed = [self._place(seconds) for seconds in prior]
        for place in believed:
            self._ended[place] += weight / len(believed)

    def add(self, seconds: float, *, ended: bool = True) -> None:
        """One more; `ended` False: it lasted longer than that, nobody knows how long."""
        (self._ended if ended else self._censored)[self._place(seconds)] += 1.0

    def surviving(self) -> Floats:
        """At k: the probability of lasting longer than k seconds; 1 everywhere as long as nothing ended."""
        risk = np.cumsum((self._ended + self._censored)[::-1])[::-1]
        hazard = np.divide(self._ended, risk, out=np.zeros_like(risk), where=risk > 0)
        survival: Floats = np.asarray(np.cumprod(1.0 - hazard), dtype=np.float64)
        return survival

    def state(self) -> DurationsState:
        """All that it knows."""
        return DurationsState(
            longest_seconds=len(self._ended) - 1,
            ended=_sparse(self._ended),
            censored=_sparse(self._censored),
        )

    @classmethod
    def restore(cls, state: DurationsState) -> Self:
        """The one that gave `state`."""
        told = cls(state.longest_seconds)
        for array, known in ((told._ended, state.ended), (told._censored, state.censored)):
            for place, count in known:
                array[place] = count
        return told

    def _place(self, seconds: float) -> int:
        return min(max(0, math.ceil(seconds - 1e-6)), len(self._ended) - 1)


def _sparse(array: Floats) -> Sparse:
    return [(int(place), float(array[place])) for place in np.flatnonzero(array)]


def within(surviving: Floats, seconds: int) -> Floats:
    """At age u: the probability that what has lasted u seconds ends within so many more.

    Where nothing was ever seen to last so long: as at the last age of which something is known.
    """
    return both_within(surviving, np.zeros(1), seconds)


def both_within(first: Floats, then: Floats, seconds: int) -> Floats:
    """At age u of the first: the probability that it and what comes after it both end within so many more seconds."""
    ends = -np.diff(then, prepend=1.0)[: seconds + 1]
    padded = np.append(first, np.full(seconds, first[-1]))
    lasts = np.convolve(padded, ends)[seconds : seconds + len(first)]
    known = first > 1e-9
    share = np.divide(lasts, first, out=np.zeros_like(lasts), where=known)
    told: Floats = np.asarray(np.clip(ends.sum() - share, 0.0, 1.0), dtype=np.float64)
    # Close to the end of the grid, or where nobody is left, the last trustworthy age speaks.
    reach = max(0, len(first) - 1 - seconds)
    oldest = min(reach, int(np.flatnonzero(known)[-1]) if known.any() else 0)
    told[oldest + 1 :] = told[oldest]
    return told
