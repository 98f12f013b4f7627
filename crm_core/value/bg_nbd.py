"""How often a customer without contract will buy again: BG/NBD.

While alive a customer buys as a Poisson process; after any purchase he may leave for good. Rates differ between
customers as a gamma(r, alpha), the chances of leaving as a beta(a, b). Four numbers describe the whole customer base.

Source: Fader, Hardie, Lee, "Counting Your Customers the Easy Way", Marketing Science 24(2), 2005: the likelihood is
equation 6, the expectation equation 10. Everything is computed as logarithms, and the hypergeometric function after
Euler's transformation, so that neither a thousand purchases nor a century overflows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

Floats = NDArray[np.float64]

REPEAT_BUYERS_AT_LEAST = 30
FITTED_AT_MOST = 20_000
_LOG_BOUNDS = (-9.0, 9.0)
_EXPONENT_AT_MOST = 600.0  # e^709 is the largest double


@dataclass(frozen=True, slots=True)
class BgNbd:
    """The parameters; `alpha` is in the unit of time of the data that they were fitted to."""

    r: float
    alpha: float
    a: float
    b: float


def log_likelihood(model: BgNbd, frequency: Floats, recency: Floats, age: Floats) -> Floats:
    """ln L of each customer: `frequency` repeat purchases, the last at `recency`, observed until `age`."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    bought = gammaln(r + frequency) - gammaln(r) + r * np.log(alpha)
    still_there = betaln(a, b + frequency) - betaln(a, b) - (r + frequency) * np.log(alpha + age)
    repeats = np.maximum(frequency, 1.0)
    left = betaln(a + 1.0, b + repeats - 1.0) - betaln(a, b) - (r + frequency) * np.log(alpha + recency)
    both = np.where(frequency > 0, np.logaddexp(still_there, left), still_there)
    return np.asarray(bought + both, dtype=np.float64)


def fit(frequency: Floats, recency: Floats, age: Floats) -> BgNbd | None:
    """The parameters that make the data most likely; None for fewer than 30 repeat buyers or no sound maximum.

    Of more than 20 000 customers every n-th is taken: more would move a parameter by less than its own error.
    """
    if np.count_nonzero(frequency) < REPEAT_BUYERS_AT_LEAST or not float(age.max()) > 0:
        return None
    step = -(-len(frequency) // FITTED_AT_MOST)
    unit = float(age.max())  # so that alpha is of the order of one, whatever the unit
    rows = np.stack([frequency[::step], recency[::step] / unit, age[::step] / unit])
    distinct, counts = np.unique(rows, axis=1, return_counts=True)

    def loss(log_parameters: Floats) -> float:
        model = BgNbd(*np.exp(log_parameters))
        return -float(counts @ log_likelihood(model, *distinct)) / float(counts.sum())

    found = minimize(
        loss,
        np.array([0.0, 0.0, 0.0, 1.0]),
        method="L-BFGS-B",
        bounds=[_LOG_BOUNDS] * 4,
        options={"ftol": 1e-13, "gtol": 1e-7, "maxiter": 500},
    )
    if not np.isfinite(found.fun) or not np.all(np.isfinite(found.x)):
        return None
    r, alpha, a, b = np.exp(found.x)
    return BgNbd(float(r), float(alpha * unit), float(a), float(b))


def alive(model: BgNbd, frequency: Floats, recency: Floats, age: Floats) -> Floats:
    """The probability that each has not left; 1 for who bought once, since one leaves after a repeat purchase."""
    return np.asarray(1.0 / (1.0 + _odds_of_having_left(model, frequency, recency, age)))


def expected_purchases(
    model: BgNbd, frequency: Floats, recency: Floats, age: Floats, *, ahead: float
) -> Floats:
    """How many purchases each will make within the next `ahead` units of time."""
    r, alpha, b = model.r, model.alpha, model.b
    a = model.a if abs(model.a - 1.0) > 1e-6 else 1.0 + 1e-6  # the limit exists; the formula divides by a - 1
    share = (alpha + age) / (alpha + age + ahead)
    series = hyp2f1(a + b - 1.0 - r, a - 1.0, a + b + frequency - 1.0, 1.0 - share)
    while_alive = (a + b + frequency - 1.0) / (a - 1.0) * (1.0 - share ** (a - 1.0) * series)
    left = _odds_of_having_left(model, frequency, recency, age)
    return np.maximum(np.asarray(while_alive / (1.0 + left), dtype=np.float64), 0.0)


def _odds_of_having_left(model: BgNbd, frequency: Floats, recency: Floats, age: Floats) -> Floats:
    exponent = (model.r + frequency) * (np.log(model.alpha + age) - np.log(model.alpha + recency))
    repeats = np.maximum(frequency, 1.0)
    odds = model.a / (model.b + repeats - 1.0) * np.exp(np.minimum(exponent, _EXPONENT_AT_MOST))
    return np.where(frequency > 0, odds, 0.0)
