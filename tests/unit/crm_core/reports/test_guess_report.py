import random

import pytest
from scipy.stats import ttest_ind

from crm_core.reports.guess_report import Sums, figures


def sums(seconds: list[float], *, taken: int = 0, about: int = 0) -> Sums:
    return Sums(
        guesses=len(seconds),
        taken=taken,
        about=about,
        ended=len(seconds),
        seconds=sum(seconds),
        squares=sum(one * one for one in seconds),
    )


def test_what_is_saved_is_the_difference_of_the_means_with_welchs_interval() -> None:
    chance = random.Random(7)
    held = [chance.gauss(22, 6) for _ in range(40)]
    asked = [chance.gauss(14, 9) for _ in range(360)]
    found = figures({"held_out": sums(held, about=15), "offered": sums(asked, taken=180)})
    by_scipy = ttest_ind(held, asked, equal_var=False).confidence_interval(0.95)
    assert found.saved_low == pytest.approx(by_scipy.low)
    assert found.saved_high == pytest.approx(by_scipy.high)
    assert found.saved_seconds == pytest.approx(sum(held) / 40 - sum(asked) / 360)
    assert (found.hit_rate, found.by_himself, found.held_out) == (0.5, 15, 40)
    assert found.hit_low == pytest.approx(0.4486, abs=1e-4)


def test_of_too_few_nothing_is_said() -> None:
    nobody = figures({"not_worth": sums([3.0, 4.0])})
    assert (nobody.offered, nobody.not_worth, nobody.hit_rate, nobody.saved_seconds) == (0, 2, None, None)
    one_each = figures({"held_out": sums([20.0]), "offered": sums([8.0])})
    assert (one_each.saved_seconds, one_each.saved_low, one_each.saved_high) == (12.0, None, None)


def test_equal_seconds_leave_no_doubt() -> None:
    found = figures({"held_out": sums([20.0, 20.0]), "offered": sums([8.0, 8.0, 8.0])})
    assert (found.saved_low, found.saved_high) == (12.0, 12.0)
