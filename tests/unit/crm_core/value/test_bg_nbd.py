"""BG/NBD against the figures that its authors published for the CDNOW customers."""

import numpy as np
import pytest
from lifetimes import BetaGeoFitter

from crm_core.value import bg_nbd
from crm_core.value.bg_nbd import BgNbd
from tests.unit.crm_core.value.cdnow import summary

PUBLISHED = BgNbd(r=0.2426, alpha=4.4135, a=0.7929, b=2.4258)
"""Fader, Hardie, Lee 2005, table 2."""


def cdnow() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = summary()
    return rows["frequency"], rows["recency"], rows["T"]


def test_the_fit_gives_the_published_parameters_and_likelihood_of_cdnow() -> None:
    data = cdnow()
    model = bg_nbd.fit(*data)
    assert model is not None
    assert (model.r, model.alpha) == (pytest.approx(0.2426, abs=6e-5), pytest.approx(4.4135, abs=6e-3))
    assert (model.a, model.b) == (pytest.approx(0.7929, abs=6e-4), pytest.approx(2.4258, abs=3e-3))
    assert bg_nbd.log_likelihood(model, *data).sum() == pytest.approx(-9582.43, abs=0.005)


def test_the_expectation_is_the_published_one_and_that_of_an_independent_program() -> None:
    one = np.array([2.0]), np.array([30.43]), np.array([38.86])
    # Fader, Hardie, Lee, "Implementing the BG/NBD Model in Excel", 2005: customer 0001, the next 39 weeks.
    assert bg_nbd.expected_purchases(PUBLISHED, *one, ahead=39.0)[0] == pytest.approx(1.226, abs=5e-4)
    oracle = BetaGeoFitter()
    oracle.params_ = dict(zip(("r", "alpha", "a", "b"), (0.2426, 4.4135, 0.7929, 2.4258), strict=True))  # type: ignore[assignment]
    data = cdnow()
    for ahead in (1.0, 39.0, 520.0):
        expected = oracle.conditional_expected_number_of_purchases_up_to_time(ahead, *data)
        assert np.allclose(bg_nbd.expected_purchases(PUBLISHED, *data, ahead=ahead), expected, rtol=1e-8)
    assert np.allclose(bg_nbd.alive(PUBLISHED, *data), oracle.conditional_probability_alive(*data), rtol=1e-9)


def test_the_unit_of_time_changes_alpha_and_nothing_else() -> None:
    frequency, recency, age = cdnow()
    weeks, days = bg_nbd.fit(frequency, recency, age), bg_nbd.fit(frequency, recency * 7, age * 7)
    assert weeks is not None
    assert days is not None
    assert days.alpha == pytest.approx(weeks.alpha * 7, rel=1e-3)
    assert days.r == pytest.approx(weeks.r, rel=1e-3)


@pytest.mark.parametrize("rows", [[(0, 0, 10)], [(0, 0, 0)] * 50, [(0, 0, 10)] * 500, [(3, 5, 9)] * 29])
def test_too_little_is_not_fitted(rows: list[tuple[float, float, float]]) -> None:
    assert bg_nbd.fit(*np.array(rows, dtype=float).T) is None


@pytest.mark.parametrize("a", [0.5, 1.0, 1.0 + 1e-9, 2.5])
def test_the_expectation_is_finite_for_whoever_bought_never_or_ten_thousand_times(a: float) -> None:
    model = BgNbd(0.25, 4.4, a, 2.4)
    frequency = np.array([0.0, 1.0, 1000.0, 10_000.0, 10_000.0])
    recency = np.array([0.0, 0.0, 5200.0, 5000.0, 1.0])
    age = np.array([0.0, 5200.0, 5200.0, 5000.0, 5200.0])
    expected = bg_nbd.expected_purchases(model, frequency, recency, age, ahead=520.0)
    assert np.all(np.isfinite(expected))
    assert np.all(expected >= 0)
    assert expected[3] > expected[2] > expected[0] > 0
    assert expected[4] == pytest.approx(0.0, abs=1e-6)  # ten thousand purchases long ago: gone


def test_identical_and_huge_customers_give_finite_parameters() -> None:
    same = np.full(100, 4.0), np.full(100, 9.0), np.full(100, 10.0)
    huge = np.full(100, 1e5), np.full(100, 3.1e9), np.full(100, 3.2e9)
    for data in (same, huge):
        model = bg_nbd.fit(*data)
        assert model is not None
        assert np.all(np.isfinite(bg_nbd.expected_purchases(model, *data, ahead=float(data[2][0]))))
