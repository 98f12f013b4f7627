"""ABC classes: A are the best customers who together hold 80 % of the value, B those up to 95 %, C the rest.

A customer's class is decided by the share that those *before* him hold, so the best one is always A; customers of the
same value share a class; who is worth nothing or less is C. Source: Dickie, "ABC Inventory Analysis Shoots for
Dollars, not Pennies", Factory Management and Maintenance, 1951; the limits are Pareto's usual ones.
"""

import numpy as np
from numpy.typing import NDArray

A_UP_TO = 0.80
B_UP_TO = 0.95


def classes(values: NDArray[np.int64]) -> NDArray[np.str_]:
    """ "A", "B" or "C" for each value, in their order."""
    found = np.full(len(values), "C", dtype="U1")
    positive = np.maximum(values, 0).astype(np.float64)
    total = positive.sum()
    if total <= 0:
        return found
    distinct, place, counts = np.unique(positive, return_inverse=True, return_counts=True)
    held = distinct * counts
    before = (held[::-1].cumsum()[::-1] - held)[place] / total  # by all of a higher value
    found[(positive > 0) & (before < B_UP_TO)] = "B"
    found[(positive > 0) & (before < A_UP_TO)] = "A"
    return found
