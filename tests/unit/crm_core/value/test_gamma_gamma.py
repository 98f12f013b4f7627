"""Gamma-Gamma against the figures that its authors published for the CDNOW customers."""

import numpy as np
import pytest

from crm_core.value import gamma_gamma
from crm_core.value.gamma_gamma import GammaGamma
from tests.unit.crm_core.value.cdnow import summary_with_money


def cdnow() -> tuple[np.ndarray, np.ndarray]:
    rows = summary_with_money()
    repeat = rows["x"] > 0
    return rows["x"][repeat], rows["zbar"][repeat]


def test_the_fit_gives_the_published_parameters_of_the_946_repeat_buyers() -> None:
    purchases, mean = cdnow()
    assert len(mean) == 946
    model = gamma_gamma.fit(purchases, mean)
    assert model is not None
    assert model.p == pytest.approx(6.249, abs=3e-3)
    assert model.q == pytest.approx(3.745, abs=2e-3)
    assert model.gamma == pytest.approx(15.448, abs=2e-2)


def test_the_expectation_is_drawn_to_the_mean_of_all_by_those_who_bought_little() -> None:
    model = GammaGamma(p=6.25, q=3.74, gamma=15.44)  # the note's figures
    purchases, mean = np.array([0.0, 1.0, 7.0, 1000.0]), np.array([0.0, 100.0, 100.0, 100.0])
    expected = gamma_gamma.expected_mean(model, purchases, mean)
    assert expected[0] == pytest.approx(35.2, abs=0.1)  # the mean of all
    assert expected[0] < expected[1] < expected[2] < expected[3]
    assert expected[3] == pytest.approx(100.0, abs=0.1)


@pytest.mark.parametrize(
    "mean", [np.full(5, 10.0), np.zeros(500), np.full(500, -4.0), np.full(500, 12.5)], ids=str
)
def test_too_little_to_learn_from_is_not_fitted(mean: np.ndarray) -> None:
    assert gamma_gamma.fit(np.full(len(mean), 3.0), mean) is None


def test_huge_sums_give_finite_parameters_and_the_currency_changes_gamma_alone() -> None:
    purchases, mean = cdnow()
    model, millions = gamma_gamma.fit(purchases, mean), gamma_gamma.fit(purchases, mean * 1e9)
    assert model is not None
    assert millions is not None
    assert millions.gamma == pytest.approx(model.gamma * 1e9, rel=1e-3)
    assert millions.p == pytest.approx(model.p, rel=1e-3)
