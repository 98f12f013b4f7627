"""RFM: how lately, how often and for how much a customer bought, each as a quintile from 1 to 5 (5 is best).

Equal customers get equal scores, whatever their order. Source: Hughes, "Strategic Database Marketing", 1994.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]
QUINTILES = 5


def quintiles(figures: Floats) -> NDArray[np.int64]:
    """1 to 5 for each figure, by its middle rank; figures that are all the same are 3."""
    if not len(figures):
        return np.zeros(0, dtype=np.int64)
    share = (rankdata(figures, method="average") - 0.5) / len(figures)
    return np.asarray(np.clip(np.ceil(share * QUINTILES), 1, QUINTILES), dtype=np.int64)


def scores(last_bought_at: Floats, purchases: Floats, spent: Floats) -> NDArray[np.int64]:
    """Shape (3, customers): recency, frequency and money."""
    return np.stack([quintiles(last_bought_at), quintiles(purchases), quintiles(spent)])
