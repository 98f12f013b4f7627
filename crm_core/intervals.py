"""Intervals of 95 % for shares and means of small samples. Pure.

Shares: the score interval of E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
JASA 22 (1927), 209-212; good for small n and for shares near 0 or 1, unlike the textbook's. Means: Student's t
("The Probable Error of a Mean", Biometrika 6 (1908), 1-25), cut at the ends of the scale.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist, fmean, stdev

LEVEL = 0.95
_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


def student(freedom: float) -> float:
    """Student's t behind which lies 2.5 % on either side, for so many degrees of freedom, above 0."""
    from scipy.special import stdtrit  # only here: every process would take half a second longer to start

    return float(stdtrit(freedom, (1 + LEVEL) / 2))


def share(count: int, n: int) -> tuple[float, float, float]:
    """The share and its interval, `count` of `n`; n is above 0."""
    p, z2 = count / n, _Z * _Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return p, max(0.0, middle - half), min(1.0, middle + half)


def mean(values: Sequence[float], lowest: float, highest: float) -> tuple[float, float, float]:
    """The mean and its interval on a scale from `lowest` to `highest`; there is at least one value.

    One value alone, or values that are all the same, tell nothing of the spread: the interval of one is the whole
    scale, that of equal ones is as wide as if one of them had been one point off.
    """
    n, middle = len(values), fmean(values)
    if n == 1:
        return middle, lowest, highest
    spread = stdev(values) or 1 / sqrt(n)
    half = student(n - 1) * spread / sqrt(n)
    return middle, max(lowest, middle - half), min(highest, middle + half)
