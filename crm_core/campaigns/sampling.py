"""What a sample of a list says of the whole list: intervals of 95 %. Pure.

The sample is drawn without putting back and is part of the list, so that what it has shown is known and only the rest
is guessed: a sample of half the list tells more than one of a tenth.

A share has the score interval of E. B. Wilson ("Probable Inference, the Law of Succession, and Statistical Inference",
JASA 22 (1927), 209-212), which keeps to its 95 % where the textbook's (Wald) does not (Brown, Cai, DasGupta, "Interval
Estimation for a Binomial Proportion", Statistical Science 16 (2001), 101-133). The list is finite: the sample counts
for n (N - 1) / (N - n) independent draws, which gives the variance of the hypergeometric distribution (Cochran,
"Sampling Techniques", 3rd ed. 1977, sections 2.6 and 3.2).

A mean cost is skewed: most leads cost a little, those who talk cost much, and Student's interval is too low. So T is
straightened before it is compared, by the monotone cubic of P. Hall ("On the Removal of Skewness by Transformation",
Journal of the Royal Statistical Society B 54 (1992), 221-228): with the bias a and the third cumulant k of T,
g(T) = T + A T^2 + A^2 T^3 / 3 - a - A, A = -k / 6, is normal to the order 1/n. For a sample without putting back,
f = n / N, and a population of skewness s: a = -s sqrt(1 - f) / (2 sqrt(n)), k = -s (2 - f) / sqrt(n (1 - f)), as follow
from the moments of mean and variance (Cochran, section 2.15; the expansion: Babu, Singh, "Edgeworth Expansions for
Sampling without Replacement from Finite Populations", Journal of Multivariate Analysis 17 (1985), 261-278). For f = 0
both are Hall's.
"""

from collections.abc import Sequence
from math import cbrt, sqrt
from statistics import NormalDist, fmean, pstdev, stdev

from crm_core.intervals import LEVEL, student
from ctiserver.core.message import Frozen

_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


class Estimate(Frozen):
    """What is expected of the whole list, and between what it lies with 95 %."""

    value: float
    low: float
    high: float


def share(count: int, n: int, size: int) -> Estimate:
    """The share of a list of `size` of which a sample of `n`, above 0, shows `count`."""
    p = count / n
    if n >= size:
        return Estimate(value=p, low=p, high=p)
    draws = n * (size - 1) / (size - n)
    z2 = _Z * _Z
    middle = (p + z2 / (2 * draws)) / (1 + z2 / draws)
    half = _Z / (1 + z2 / draws) * sqrt(p * (1 - p) / draws + z2 / (4 * draws * draws))
    low, high = max(count / size, middle - half), min(1 - (n - count) / size, middle + half)
    return Estimate(value=p, low=min(p, low), high=max(p, high))


def mean(values: Sequence[float], size: int) -> Estimate:
    """The mean of a list of `size` of which a sample, of two or more, has these values, none below 0."""
    n, middle = len(values), fmean(values)
    spread = stdev(values)
    if n >= size or spread == 0:
        return Estimate(value=middle, low=middle, high=middle)
    f = n / size
    skewness = fmean((value - middle) ** 3 for value in values) / pstdev(values) ** 3
    error = spread * sqrt((1 - f) / n)
    quantile = student(n - 1)
    low, high = (_bent(at, skewness, n, f) for at in (quantile, -quantile))
    return Estimate(
        value=middle, low=max(sum(values) / size, middle - error * low), high=middle - error * high
    )


def _bent(straight: float, skewness: float, n: int, f: float) -> float:
    """The T that the straightening takes to this value."""
    bend = skewness * (2 - f) / (6 * sqrt(n * (1 - f)))
    if abs(bend) < 1e-12:
        return straight
    bias = -skewness * sqrt(1 - f) / (2 * sqrt(n))
    return (cbrt(1 + 3 * bend * (straight + bias + bend)) - 1) / bend
