"""How long a customer with a contract will stay: the shifted-beta-geometric model.

At the end of each period a contract is renewed or not; the chance of ending is each customer's own and differs
between them as a beta(alpha, beta). So those who have stayed long are those who stay: retention rises with age.

Sources: Fader, Hardie, "How to Project Customer Retention", Journal of Interactive Marketing 21(1), 2007 (likelihood,
survival); Fader, Hardie, "Customer-Base Valuation in a Contractual Setting", Marketing Science 29(1), 2010 (expected
remaining life, equation 10, here counted from now: the period under way is paid already).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaincinv, betaln

Floats = NDArray[np.float64]

ENDED_AT_LEAST = 10
_LOG_BOUNDS = (-7.0, 12.0)
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(200)
_QUANTILES, _WEIGHTS = (_NODES + 1.0) / 2.0, _NODE_WEIGHTS / 2.0


@dataclass(frozen=True, slots=True)
class Sbg:
    """The parameters of the beta distribution of the chance to end at one renewal."""

    alpha: float
    beta: float


WITHOUT_HISTORY = Sbg(alpha=1.0, beta=49.0)
"""Assumed while too few contracts have ended: 2 of 100 end at the first renewal."""


def survival(model: Sbg, periods: Floats) -> Floats:
    """The share of new contracts that outlives so many periods."""
    logarithm = betaln(model.alpha, model.beta + periods) - betaln(model.alpha, model.beta)
    return np.asarray(np.exp(logarithm), dtype=np.float64)


def fit(ended_after: Floats, active_after: Floats) -> Sbg | None:
    """The parameters that make the data most likely; None while fewer than ten contracts have ended.

    `ended_after` holds, for each contract that ended, the period at whose end it did (1 is the first renewal);
    `active_after`, for each other one, how many renewals it has survived.
    """
    if len(ended_after) < ENDED_AT_LEAST:
        return None
    ended, ended_counts = np.unique(np.maximum(ended_after, 1.0), return_counts=True)
    active, active_counts = np.unique(np.maximum(active_after, 0.0), return_counts=True)
    total = float(ended_counts.sum() + active_counts.sum())

    def loss(log_parameters: Floats) -> float:
        alpha, beta = np.exp(log_parameters)
        ends = betaln(alpha + 1.0, beta + ended - 1.0) - betaln(alpha, beta)
        stays = betaln(alpha, beta + active) - betaln(alpha, beta)
        return -float(ended_counts @ ends + active_counts @ stays) / total

    found = minimize(
        loss,
        np.array([0.0, 1.0]),
        method="L-BFGS-B",
        bounds=[_LOG_BOUNDS] * 2,
        options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 500},
    )
    if not np.isfinite(found.fun) or not np.all(np.isfinite(found.x)):
        return None
    alpha, beta = np.exp(found.x)
    return Sbg(float(alpha), float(beta))


def remaining_periods(model: Sbg, survived: Floats, *, discount: float) -> Floats:
    """Expected periods still to come of contracts that have survived so many renewals, each worth less by `discount`.

    The sum over k >= 1 of S(survived + k) / S(survived) / (1 + discount)^k. For one chance of ending, theta, it is
    (1 - theta) / (discount + theta); theta of those who survived n renewals is beta(alpha, beta + n), and the mean is
    taken over its quantiles (equation 10 of the 2010 article says the same as a hypergeometric function, which
    overflows where beta is large). `discount` per period is above 0: without it the sum may be infinite.
    """
    distinct, place = np.unique(survived, return_inverse=True)
    chances = betaincinv(model.alpha, model.beta + distinct[:, np.newaxis], _QUANTILES)
    lives = ((1.0 - chances) / (discount + chances)) @ _WEIGHTS
    return np.asarray(lives[place], dtype=np.float64)
