from random import Random

import pytest
from scipy import stats

from crm_core.intervals import mean, share


@pytest.mark.parametrize(("count", "n"), [(0, 1), (1, 1), (3, 10), (81, 263), (500, 1000)])
def test_a_share_has_the_interval_of_wilson(count: int, n: int) -> None:
    expected = stats.binomtest(count, n).proportion_ci(0.95, method="wilson")
    assert share(count, n) == pytest.approx((count / n, expected.low, expected.high))


def test_a_mean_has_the_interval_of_student() -> None:
    values = [5, 3, 4, 5, 2, 4, 5]
    expected = stats.t.interval(0.95, len(values) - 1, stats.tmean(values), stats.sem(values))
    assert mean(values, 1, 5) == pytest.approx((4.0, expected[0], min(5.0, expected[1])))


def test_one_value_and_equal_ones_are_not_certain() -> None:
    assert mean([5], 1, 5) == (5, 1, 5)
    middle, low, high = mean([5] * 20, 1, 5)
    assert (middle, high) == (5, 5)
    assert 4.8 < low < 5


@pytest.mark.parametrize(("p", "n"), [(0.8, 30), (0.97, 30), (0.5, 12)])
def test_the_interval_of_a_share_covers_the_truth_about_as_often_as_it_says(p: float, n: int) -> None:
    random = Random(7)
    rounds = 2000
    covered = 0
    for _ in range(rounds):
        _, low, high = share(sum(random.random() < p for _ in range(n)), n)
        covered += low <= p <= high
    assert 0.91 < covered / rounds < 0.99
