"""What a purchase of a customer is worth on average: Gamma-Gamma.

One customer's purchases are gamma(p, nu) around his own mean, and the means differ between customers as nu is
gamma(q, gamma). Who bought little is drawn towards the mean of all; who bought often is believed.

Source: Fader, Hardie, "The Gamma-Gamma Model of Monetary Value", 2013 (brucehardie.com/notes/025): the likelihood is
equation 1a, the conditional expectation equation 5. How often somebody buys must not depend on how much he spends.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln

from crm_core.value.bg_nbd import REPEAT_BUYERS_AT_LEAST

Floats = NDArray[np.float64]

_LOG_BOUNDS = (-9.0, 9.0)
_Q_ABOVE = 1.001  # with q <= 1 the mean of all would be infinite


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """The parameters; `gamma` is in the currency of the data that they were fitted to."""

    p: float
    q: float
    gamma: float


def log_likelihood(model: GammaGamma, purchases: Floats, mean: Floats) -> Floats:
    """ln L of each customer with so many `purchases` of this `mean`; both above 0."""
    p, q, gamma = model.p, model.q, model.gamma
    px = p * purchases
    return np.asarray(
        gammaln(px + q)
        - gammaln(px)
        - gammaln(q)
        + q * np.log(gamma)
        + (px - 1.0) * np.log(mean)
        + px * np.log(purchases)
        - (px + q) * np.log(gamma + purchases * mean),
        dtype=np.float64,
    )


def fit(purchases: Floats, mean: Floats) -> GammaGamma | None:
    """The parameters that make the data most likely; customers without purchase or of a mean <= 0 don't count.

    None for fewer than 30 that count, for means that are all the same, and where there is no sound maximum.
    """
    counts = (purchases > 0) & (mean > 0)
    purchases, mean = purchases[counts], mean[counts]
    if len(mean) < REPEAT_BUYERS_AT_LEAST or np.ptp(mean) <= 1e-9 * mean.max():
        return None
    unit = float(mean.mean())
    scaled = mean / unit

    def loss(log_parameters: NDArray[np.float64]) -> float:
        p, q_above, gamma = np.exp(log_parameters)
        return -float(log_likelihood(GammaGamma(p, _Q_ABOVE + q_above, gamma), purchases, scaled).mean())

    found = minimize(
        loss,
        np.array([0.0, 0.0, 0.0]),
        method="L-BFGS-B",
        bounds=[_LOG_BOUNDS] * 3,
        options={"ftol": 1e-14, "gtol": 1e-8, "maxiter": 500},
    )
    if not np.isfinite(found.fun) or not np.all(np.isfinite(found.x)):
        return None
    p, q_above, gamma = np.exp(found.x)
    return GammaGamma(float(p), float(_Q_ABOVE + q_above), float(gamma * unit))


def expected_mean(model: GammaGamma, purchases: Floats, mean: Floats) -> Floats:
    """What a purchase of each is worth; without purchases, or with a mean <= 0, the mean of all."""
    x = np.where((purchases > 0) & (mean > 0), purchases, 0.0)
    p, q = model.p, model.q
    denominator = p * x + q - 1.0
    return np.asarray(p * (model.gamma + x * np.where(x > 0, mean, 0.0)) / denominator)
