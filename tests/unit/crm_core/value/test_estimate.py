"""Value from facts: the sum of its parts, and never NaN."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crm_core.value import estimate as module
from crm_core.value import sbg
from crm_core.value.estimate import Assumptions, Facts, estimate
from crm_core.value.sbg import WITHOUT_HISTORY

RULES = Assumptions()


def facts(customers: int, **known: Any) -> Facts:
    """Customers of whom nothing is known but this."""
    nothing: dict[str, Any] = {field.name: np.zeros(customers) for field in fields(Facts)}
    nothing |= {
        "is_company": np.zeros(customers, dtype=bool),
        "contracts": np.zeros(customers, dtype=np.int64),
        "purchases": np.zeros(customers, dtype=np.int64),
        "ended_contract_months": np.zeros(0),
        "active_contract_months": np.zeros(0),
    }
    return Facts(**nothing | {name: np.array(rows) for name, rows in known.items()})


def shop(customers: int = 4000, seed: int = 7) -> Facts:
    """Buyers as BG/NBD has them: a quarter frequent, the others not, watched for three years."""
    chance = np.random.default_rng(seed)
    first = chance.uniform(200, 1000, customers)
    count = 1 + chance.poisson(np.where(np.arange(customers) % 4, 0.8, 8.0))
    last = np.where(count > 1, first * chance.beta(1.2, count, customers), first)
    mean = chance.gamma(6.0, 1000.0, customers)
    return facts(
        customers,
        purchases=count,
        first_days_ago=first,
        last_days_ago=last,
        purchase_margin=mean * count,
        purchase_margin_last_year=mean * count / 3,
    )


def test_a_contract_is_worth_its_margin_for_the_expected_months_less_what_he_costs_meanwhile() -> None:
    found = estimate(
        facts(1, contracts=[1], contract_margin=[5000.0], contract_months=[24.0], cost_last_year=[12_000.0]),
        RULES,
    )
    months = sbg.remaining_periods(WITHOUT_HISTORY, np.array([24.0]), discount=RULES.monthly_discount)[0]
    assert found.life_months[0] == pytest.approx(months)
    assert found.contract_part[0] == round(5000 * months)
    assert found.cost_part[0] == round(1000 * months)
    assert found.value[0] == found.contract_part[0] - found.cost_part[0]
    assert (module.MODEL_NAMES[found.model[0]], found.classes[0]) == ("contract", "A")
    assert found.models.contracts is None


def test_who_has_stayed_longer_is_worth_more_for_the_same_margin() -> None:
    found = estimate(
        facts(2, contracts=[1, 1], contract_margin=[5000.0, 5000.0], contract_months=[1.0, 60.0]), RULES
    )
    assert found.value[1] > found.value[0]


def test_who_costs_more_than_he_brings_is_worth_less_than_nothing_and_is_c() -> None:
    found = estimate(
        facts(2, contracts=[1, 1], contract_margin=[500.0, 500.0], cost_last_year=[0.0, 24_000.0]), RULES
    )
    assert found.value[1] < 0 < found.value[0]
    assert list(found.classes) == ["A", "C"]


def test_without_contract_or_purchase_he_is_worth_minus_what_he_costs_in_a_year() -> None:
    found = estimate(facts(1, cost_last_year=[1200.0]), RULES)
    assert found.value[0] == -round(100 * RULES.discounted_months(12))
    assert module.MODEL_NAMES[found.model[0]] == "none"


def test_too_few_buyers_are_expected_to_buy_what_they_bought_last_year() -> None:
    found = estimate(
        facts(
            2,
            purchases=[3, 1],
            first_days_ago=[500.0, 700.0],
            last_days_ago=[20.0, 700.0],
            purchase_margin=[9000.0, 4000.0],
            purchase_margin_last_year=[6000.0, 0.0],
        ),
        RULES,
    )
    assert found.value.tolist() == [6000, 0]
    assert {module.MODEL_NAMES[one] for one in found.model} == {"last_year"}


def test_of_many_buyers_the_frequent_and_recent_are_worth_most() -> None:
    known = shop()
    found = estimate(known, RULES)
    assert found.models.purchases is not None
    assert found.models.money is not None
    frequent = np.arange(4000) % 4 == 0
    assert found.value[frequent].mean() > 2 * found.value[~frequent].mean()
    lately = known.last_days_ago < 60
    assert found.alive[frequent & lately].mean() > found.alive[frequent & ~lately].mean()
    assert set(found.classes) == {"A", "B", "C"}


def test_potential_is_what_the_best_quarter_of_his_kind_brings_beyond_him() -> None:
    margins = np.arange(1.0, 101.0) * 100
    found = estimate(
        facts(101, contracts=[1] * 100 + [0], contract_margin=[*margins, 0.0], contract_months=[12.0] * 101),
        RULES,
    )
    assert (found.potential[80:100] == 0).all()
    assert found.potential[100] > found.potential[0] > found.potential[50] > 0
    few = estimate(facts(2, contracts=[1, 1], contract_margin=[1.0, 1000.0]), RULES)
    assert few.potential.tolist() == [0, 0]


def test_nobody_at_all_is_no_mistake() -> None:
    assert len(estimate(facts(0), RULES).value) == 0


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.floats(-1e14, 1e14),
            st.integers(0, 1200),
            st.integers(0, 10_000),
            st.integers(0, 40_000),
            st.floats(0, 1),
            st.floats(-1e14, 1e14),
            st.floats(0, 1e13),
        ),
        min_size=1,
        max_size=80,
    ),
    st.booleans(),
)
def test_whatever_the_data_every_figure_is_finite_and_the_parts_make_the_value(
    rows: list[tuple[Any, ...]], many: bool
) -> None:
    contracts, margin, months, purchases, first, share, spent, cost = (
        np.array(column, dtype=float) for column in zip(*rows * (40 if many else 1), strict=True)
    )
    count = purchases.astype(np.int64)
    first = np.where(count > 0, first, 0.0)
    found = estimate(
        replace(
            facts(len(count)),
            contracts=contracts.astype(np.int64),
            contract_margin=margin,
            contract_months=months,
            purchases=count,
            first_days_ago=first,
            last_days_ago=np.where(count > 1, first * share, first),
            purchase_margin=np.where(count > 0, spent, 0.0),
            purchase_margin_last_year=np.where(count > 0, spent * share, 0.0),
            cost_last_year=cost,
            ended_contract_months=months,
            active_contract_months=months,
        ),
        RULES,
    )
    assert np.array_equal(found.value, found.contract_part + found.purchase_part - found.cost_part)
    for figures in (found.life_months, found.alive, found.purchases_ahead, found.purchase_mean):
        assert np.all(np.isfinite(figures))
    assert np.all((found.alive >= 0) & (found.alive <= 1))
    assert np.array_equal(found.rfm[0] > 0, count > 0)
    assert np.all(found.rfm <= 5)
