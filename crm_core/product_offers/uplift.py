"""What an offer brings: how many more customers take the product because it was offered, with a 95 % interval.

The control group is a random tenth, so taking without offer is measured as in any experiment. The offer itself is made
to whomever Thompson sampling chose, more often where it does well: its plain average leans, and so do the classes among
those who got it. So, within each class of customers:

- each decision, also one where the offer was eligible and another was made, gives an unbiased score
  m + offered / e * (taken - m), where e is the probability with which the offer was to be made and m the average so far
  (augmented inverse propensity weighting);
- scores are averaged with the weights sqrt(e), which keep their variance steady while e drifts (Hadad, Hirshberg, Zhan,
  Wager, Athey, "Confidence intervals for policy evaluation in adaptive experiments", PNAS 118(15), 2021);
- such an average is worth (sum of sqrt(e))^2 / n evenly made offers: its effective number.

Classes are put together by their shares in the customers. The interval is Wilson's for both proportions (Wilson, JASA
22, 1927), joined for their difference by Newcombe's method 10 (Statistics in Medicine 17, 1998).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Decisions:
    """One row per decision, in their order, where the offer was eligible.

    `propensity`: the probability that the offer was to be made, control group included; `taken`: he took the product
    within the window, offered or not; `segment`: his class, as a number from 0.
    """

    segment: NDArray[np.int64]
    propensity: NDArray[np.float64]
    offered: NDArray[np.bool_]
    control: NDArray[np.bool_]
    taken: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Uplift:
    """Shares from 0 to 1; `low` and `high` bound the uplift in 95 of 100 cases."""

    with_offer: float
    without: float
    low: float
    high: float
    offered: int
    control: int

    @property
    def uplift(self) -> float:
        """How many more of a hundred, as a share."""
        return self.with_offer - self.without


def uplift(rows: Decisions) -> Uplift | None:
    """None while there is no class with both an offer made and somebody in the control group."""
    shares, offered, control = [], [], []
    for segment in np.unique(rows.segment):
        inside = rows.segment == segment
        if not (rows.offered & inside).any() or not (rows.control & inside).any():
            continue
        shares.append(int(inside.sum()))
        offered.append(_weighted(rows.propensity[inside], rows.offered[inside], rows.taken[inside]))
        taken = rows.taken[rows.control & inside]
        control.append((float(taken.mean()), float(len(taken))))
    if not shares:
        return None
    weights = np.array(shares) / sum(shares)
    return _compared(_joined(weights, offered), _joined(weights, control), rows)


def textbook(rows: Decisions) -> Uplift | None:
    """The same from plain averages, as if offers had been made by lot; only to compare widths with."""
    offered, control = rows.taken[rows.offered], rows.taken[rows.control]
    if not len(offered) or not len(control):
        return None
    return _compared(
        (float(offered.mean()), float(len(offered))), (float(control.mean()), float(len(control))), rows
    )


def wilson(share: float, number: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a proportion seen in so many cases."""
    squared = Z_95**2 / number
    middle = (share + squared / 2) / (1 + squared)
    half = Z_95 / (1 + squared) * math.sqrt(max(share * (1 - share), 0.0) / number + squared / (4 * number))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _weighted(
    propensity: NDArray[np.float64], offered: NDArray[np.bool_], taken: NDArray[np.bool_]
) -> tuple[float, float]:
    """The share that takes when offered, and the effective number of offers."""
    hits, made = np.cumsum(offered & taken), np.cumsum(offered)
    so_far = np.concatenate([[0.0], (hits[:-1] + 0.5) / (made[:-1] + 1.0)])  # known before the decision
    scores = so_far + np.where(offered, (taken - so_far) / propensity, 0.0)
    weights = np.sqrt(propensity)
    share = float(weights @ scores / weights.sum())
    return min(max(share, 0.0), 1.0), float(weights.sum() ** 2 / len(weights))


def _joined(weights: NDArray[np.float64], parts: list[tuple[float, float]]) -> tuple[float, float]:
    """The share over all classes, and of how many cases of it a binomial would have the same variance."""
    shares, numbers = np.array(parts).T
    drawn_in = (shares * numbers + 1.0) / (numbers + 2.0)  # nobody so far is not a variance of zero
    variance = float((weights**2 * drawn_in * (1.0 - drawn_in) / numbers).sum())
    middle = float(weights @ drawn_in)
    return float(weights @ shares), middle * (1.0 - middle) / variance


def _compared(offered: tuple[float, float], control: tuple[float, float], rows: Decisions) -> Uplift:
    low_offered, high_offered = wilson(*offered)
    low_control, high_control = wilson(*control)
    difference = offered[0] - control[0]
    return Uplift(
        with_offer=offered[0],
        without=control[0],
        low=difference - math.hypot(offered[0] - low_offered, high_control - control[0]),
        high=difference + math.hypot(high_offered - offered[0], control[0] - low_control),
        offered=int(rows.offered.sum()),
        control=int(rows.control.sum()),
    )
