"""The shifted-beta-geometric model against the figures that its authors published."""

import numpy as np
import pytest

from crm_core.value import sbg
from crm_core.value.sbg import WITHOUT_HISTORY, Sbg

SURVIVORS = np.array([1000, 869, 743, 653, 593, 551, 517, 491])
"""Fader, Hardie 2007, "High End" customers, years 0 to 7."""


def cohort() -> tuple[np.ndarray, np.ndarray]:
    lost = -np.diff(SURVIVORS)
    return np.repeat(np.arange(1.0, 8.0), lost), np.full(491, 7.0)


def test_the_fit_gives_the_published_parameters() -> None:
    model = sbg.fit(*cohort())
    assert model is not None
    assert model.alpha == pytest.approx(0.668, abs=5e-4)
    assert model.beta == pytest.approx(3.806, abs=5e-4)


def test_survival_follows_the_cohort_that_it_was_fitted_to() -> None:
    projected = sbg.survival(Sbg(0.668, 3.806), np.arange(0.0, 8.0))
    assert projected[0] == 1
    assert np.allclose(projected, SURVIVORS / 1000, atol=0.02)
    retained = projected[1:] / projected[:-1]  # (beta + t - 1) / (alpha + beta + t - 1), equation 7
    assert np.allclose(retained, (3.806 + np.arange(7.0)) / (0.668 + 3.806 + np.arange(7.0)))


@pytest.mark.parametrize("survived", [0.0, 4.0, 120.0])
def test_the_remaining_life_is_the_sum_that_defines_it(survived: float) -> None:
    model, discount = Sbg(0.668, 3.806), 0.008
    ahead = np.arange(1.0, 20_000.0)
    shares = sbg.survival(model, survived + ahead) / sbg.survival(model, np.array([survived]))
    defined = float((shares / (1 + discount) ** ahead).sum())
    found = sbg.remaining_periods(model, np.array([survived]), discount=discount)
    assert found[0] == pytest.approx(defined, rel=1e-6)


def test_who_has_stayed_longer_will_stay_longer_and_nobody_for_ever() -> None:
    life = sbg.remaining_periods(Sbg(0.668, 3.806), np.array([0.0, 1.0, 12.0, 1e6]), discount=0.01)
    assert np.all(np.diff(life) > 0)
    assert life[-1] <= 100.0 + 1e-6  # an eternal customer: 1 / discount


def test_too_few_endings_are_not_fitted_and_the_assumption_is_finite() -> None:
    assert sbg.fit(np.ones(9), np.full(10_000, 30.0)) is None
    assert sbg.fit(np.zeros(0), np.zeros(0)) is None
    assert sbg.survival(WITHOUT_HISTORY, np.array([1.0]))[0] == pytest.approx(0.98)
    assert np.all(np.isfinite(sbg.remaining_periods(WITHOUT_HISTORY, np.array([0.0, 1e5]), discount=0.008)))


def test_contracts_that_all_end_at_once_or_never_again_give_finite_parameters() -> None:
    for ended, active in ((np.ones(500), np.zeros(0)), (np.full(10, 600.0), np.full(100_000, 1200.0))):
        model = sbg.fit(ended, active)
        assert model is not None
        life = sbg.remaining_periods(model, np.array([0.0, 12.0]), discount=0.008)
        assert np.all(np.isfinite(life))
        assert np.all(life >= 0)
