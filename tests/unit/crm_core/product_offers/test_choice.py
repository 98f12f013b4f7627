"""Thompson sampling with margin, and the control group."""

import numpy as np
import pytest

from crm_core.product_offers import choice
from crm_core.product_offers.choice import Arm


def test_the_control_group_is_a_stable_tenth_drawn_anew_each_round() -> None:
    first, again, next_month = (
        [choice.in_control(1, customer, month) for customer in range(20_000)]
        for month in ("2026-11", "2026-11", "2026-12")
    )
    assert first == again
    assert np.mean(first) == pytest.approx(0.10, abs=0.007)
    both = np.mean([one and other for one, other in zip(first, next_month, strict=True)])
    assert both == pytest.approx(0.01, abs=0.003)


def test_what_earns_most_is_chosen_most_and_everything_is_still_tried() -> None:
    arms = [Arm(accepted=80, declined=20, margin_minor=10), Arm(2, 98, 10), Arm(50, 50, 10)]
    shares = choice.propensities(arms, np.random.default_rng(1))
    assert shares.sum() == pytest.approx(1)
    assert shares[0] > 0.9
    assert min(shares) >= choice.EVEN_SHARE / 3 - 1e-12


def test_a_rarer_sale_of_a_higher_margin_may_be_the_better_offer() -> None:
    arms = [Arm(accepted=60, declined=40, margin_minor=1000), Arm(20, 80, 10_000)]
    shares = choice.propensities(arms, np.random.default_rng(1))
    assert shares[1] > shares[0]


def test_before_the_first_answer_all_are_about_as_likely() -> None:
    shares = [choice.propensities([Arm(0, 0, 5)] * 4, np.random.default_rng(seed)) for seed in range(200)]
    assert np.allclose(np.mean(shares, axis=0), 0.25, atol=0.02)


def test_the_choice_follows_the_shares_and_the_seed() -> None:
    shares = np.array([0.2, 0.5, 0.3])
    chance = np.random.default_rng(3)
    chosen = np.bincount([choice.choose(shares, chance) for _ in range(20_000)], minlength=3) / 20_000
    assert np.allclose(chosen, shares, atol=0.02)
    ones = [choice.choose(shares, choice.source(1, 7, "2026-11")) for _ in range(5)]
    assert len(set(ones)) == 1


def test_a_single_offer_is_the_choice() -> None:
    assert choice.propensities([Arm(0, 9, 1)], np.random.default_rng(1)).tolist() == [1.0]
