"""How long somebody who waits will wait: told as a range, honest about what is not known.

What is known when he comes: who stands before him on what terms, how many agents serve his place, how long a service
takes, who else comes how often, how soon people hang up. He is served when those who are ahead of him *then* are: some
who wait now and count more, and some who come later and overtake (`accumulating.overtaking_window`). With n ahead there
are n + 1 stages before him, each ended by whichever comes first, a free agent or one who hangs up:

    mean = sum of 1 / (s + (k + 1) * theta), k = 0..n       s: services a second, theta: 1 / patience

(the queue-length predictor of Whitt, "Predicting Queueing Delays", Management Science 45, 1999, for those who stay to
the end, whom patience tilts by one more theta). How many are ahead depends on how long he waits, so the two are solved
together. The distribution is taken as gamma with that mean and the stages' variance, its quantiles by the formula of
Wilson and Hilferty (PNAS 17, 1931), within 1.5 % for the shapes that occur: what is learned mends more than that, and
the calls process begins a second sooner without the libraries for the exact ones.

No model is right for long: breaks, lulls, skills and ceilings are not in it. So each class at a place learns from
every wait that ends how much the mean must be stretched, and at which quantile of the model the upper end must lie so
that four of five waits end within it (adaptive conformal inference; Gibbs and Candès, NeurIPS 2021).
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import msgspec

from acd.accumulating import Terms, overtaking_window, score

KEPT = 0.8
"""Of those who are told an upper end, the share that is to be served within it."""
_AT_LEAST = 0.2
_ROUNDS = 14
_LONGEST_SECONDS = 86400.0
_REMEMBERED = 2000.0
_BELIEVED = 20.0
_QUANTILE_STEP = 0.01
_SUMMED = 32
"""Stages that are summed one by one; of all later ones the integral, which is then within 1 in 10 000."""
_LEAST_QUANTILE, _MOST_QUANTILE = 0.5, 0.995


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Others at his place who are alike: `virtual` arrivals of those who wait now, sorted; how many come a second."""

    terms: Terms
    calls_per_second: float
    virtual: Sequence[float] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How his place is served: services that end a second when all its agents are busy; None: nobody hangs up."""

    services_per_second: float
    patience_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What to tell, in seconds from now. `likely`: the mean; four of five are served before `at_most`.

    `model_seconds`: the mean before anything was learned.
    """

    likely_seconds: float
    at_least_seconds: float
    at_most_seconds: float
    model_seconds: float


def ahead_at(mine: tuple[float, float], wait: float, now: float, others: Sequence[Others]) -> float:
    """How many are served before one with this (virtual arrival, slope) who came at `now`, if he waits for `wait`.

    Those who wait now and count more at his turn, and the mean number of later ones who overtake him by then.
    """
    virtual, slope = mine
    at, found = now + wait, 0.0
    counts = score(virtual, slope, at)
    for group in others:
        # Of one slope: all who came so early that they still count more.
        last = at - counts / group.terms.slope
        found += bisect_right(group.virtual, last)
        own = Terms(head_start_seconds=slope * (now - virtual), slope=slope)
        window = overtaking_window(own, group.terms, wait)
        found += group.calls_per_second * min(max(window, 0.0), wait)
    return found


def stages(count: float, serving: Serving) -> tuple[float, float]:
    """Mean and variance of the time until `count` ahead and one more are served or gone; count may be a fraction."""
    rate, theta = serving.services_per_second, 1.0 / (serving.patience_seconds or math.inf)
    last = math.floor(count) + 1
    times = [1.0 / (rate + theta * stage) for stage in range(1, min(last, _SUMMED) + 1)]
    times.append((count - math.floor(count)) / (rate + theta * (last + 1)))
    mean, variance = sum(times), sum(one * one for one in times)
    if last > _SUMMED:
        begins, ends = rate + theta * (_SUMMED + 0.5), rate + theta * (last + 0.5)
        mean += math.log(ends / begins) / theta if theta else (last - _SUMMED) / rate
        variance += (last - _SUMMED) / (begins * ends)
    return mean, variance


def gamma_quantile(shape: float, share: float) -> float:
    """The value below which that share of a gamma distribution of mean 1 lies; shape 0.9 or more."""
    spread = 1.0 / (9.0 * shape)
    return (1.0 - spread + NormalDist().inv_cdf(share) * math.sqrt(spread)) ** 3


def model(
    mine: tuple[float, float], now: float, others: Sequence[Others], serving: Serving
) -> tuple[float, float]:
    """Mean wait in seconds and shape of its gamma distribution.

    The mean is where the wait and those ahead in it agree: found by halving, as both grow with the wait.
    """
    least, most = 0.0, 1.0
    while most < _LONGEST_SECONDS and stages(ahead_at(mine, most, now, others), serving)[0] > most:
        most *= 2.0
    for _ in range(_ROUNDS):
        middle = (least + most) / 2.0
        if stages(ahead_at(mine, middle, now, others), serving)[0] > middle:
            least = middle
        else:
            most = middle
    mean, variance = stages(ahead_at(mine, most, now, others), serving)
    return most, mean * mean / variance


class WaitTimes(msgspec.Struct, kw_only=True):
    """What the waits of one class at one place have taught. Until then the model is believed.

    `waited` and `modelled`: seconds of about the last two thousand waits; `quantile`: where the upper end lies.
    """

    waited: float = 0.0
    modelled: float = 0.0
    quantile: float = KEPT

    @property
    def stretch(self) -> float:
        """How many times longer waits are than the model says: of about the last two thousand."""
        return self.waited / self.modelled if self.modelled else 1.0

    def estimate(
        self, mine: tuple[float, float], now: float, others: Sequence[Others], serving: Serving
    ) -> Estimate:
        """For one with this (virtual arrival, slope) who comes `now`; `others` without him."""
        mean, shape = model(mine, now, others, serving)
        likely = mean * self.stretch
        least, most = (gamma_quantile(shape, share) * likely for share in (_AT_LEAST, self.quantile))
        return Estimate(
            likely_seconds=likely,
            at_least_seconds=min(least, likely),
            at_most_seconds=max(most, likely),
            model_seconds=mean,
        )

    def served(self, told: Estimate, waited_seconds: float) -> None:
        """He was served after that. Who hung up teaches nothing: how long he would have waited is not known."""
        keep = 1.0 - 1.0 / _REMEMBERED
        if not self.modelled:
            self.waited = self.modelled = _BELIEVED * told.model_seconds
        self.waited = keep * self.waited + waited_seconds
        self.modelled = keep * self.modelled + told.model_seconds
        late = waited_seconds > told.at_most_seconds
        quantile = self.quantile + _QUANTILE_STEP * (late - (1.0 - KEPT))
        self.quantile = min(max(quantile, _LEAST_QUANTILE), _MOST_QUANTILE)
