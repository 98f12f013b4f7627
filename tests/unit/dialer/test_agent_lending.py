"""Idle agents for several campaigns, by name and weight."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.agent_lending import Lending, portion

SALES, SURVEYS = 1, 2
WEIGHTS = {SALES: 3.0, SURVEYS: 1.0}
MANY = 10**6


def _settle(lending: Lending, idle: str, wants: dict[int, int], serves: Any = None) -> dict[str, int | None]:
    """Agents are letters; who changed hands."""
    changed = lending.settle(list(idle), wants, WEIGHTS, serves or (lambda _agent, _campaign: True))  # type: ignore[arg-type]
    return {str(agent): campaign for agent, campaign in changed}


def _served(lending: Lending, wants: dict[int, int], rounds: int) -> dict[int, int]:
    served = dict.fromkeys(WEIGHTS, 0)
    for _ in range(rounds):
        _settle(lending, "a", wants)
        campaign = lending.lent.pop("a")  # type: ignore[arg-type]
        lending.served(campaign, WEIGHTS[campaign])
        served[campaign] += 1
    return served


def test_who_becomes_idle_goes_where_the_share_is_least_used() -> None:
    lending = Lending()
    assert _served(lending, {SALES: MANY, SURVEYS: MANY}, 400) == {SALES: 300, SURVEYS: 100}
    assert _served(lending, {SURVEYS: MANY}, 100)[SURVEYS] == 100
    back = _served(lending, {SALES: MANY, SURVEYS: MANY}, 400)
    assert back[SALES] == pytest.approx(300, abs=2), "nobody catches up on what he did not ask for"


def test_several_idle_agents_are_shared_at_once_each_where_he_serves() -> None:
    lending = Lending()
    assert _settle(lending, "abcd", {SALES: MANY, SURVEYS: MANY}) == {
        "a": SALES,
        "b": SURVEYS,
        "c": SALES,
        "d": SALES,
    }
    only_surveys = Lending()
    _settle(
        only_surveys, "ab", {SALES: MANY, SURVEYS: MANY}, lambda agent, key: key == SURVEYS or agent == "b"
    )
    assert only_surveys.lent == {"a": SURVEYS, "b": SALES}
    assert Lending(lent={"a": SALES}).settle([], {}, WEIGHTS, lambda *_: True) == []  # type: ignore[dict-item]


def test_agents_without_use_go_to_who_has_use_for_them_and_stay_where_nobody_has() -> None:
    lending = Lending()
    _settle(lending, "abc", {SALES: MANY})
    assert _settle(lending, "abc", {SALES: 1}) == {}
    assert _settle(lending, "abc", {SALES: 1, SURVEYS: 1}) == {"c": SURVEYS}
    assert (lending.count(SALES), lending.count(SURVEYS)) == (2, 1)
    assert _settle(lending, "abc", {SURVEYS: 2}) == {"a": SURVEYS, "b": None}
    assert _settle(lending, "c", {SURVEYS: 2}) == {}
    assert lending.lent == {"c": SURVEYS}


def test_the_portion_is_the_weight_among_those_who_dial() -> None:
    assert portion(SALES, [SALES, SURVEYS], WEIGHTS) == 0.75
    assert portion(SALES, [SALES], WEIGHTS) == 1.0
    assert portion(SALES, [SURVEYS], WEIGHTS) == 0.0


@given(
    st.lists(st.tuples(st.sets(st.sampled_from("abcde")), st.integers(0, 4), st.integers(0, 4)), max_size=20)
)
def test_an_idle_agent_is_lent_once_and_nobody_wants_who_is_lent_to_nobody(steps: list[Any]) -> None:
    lending = Lending()
    for idle, sales, surveys in steps:
        there, wants = sorted(idle), {SALES: sales, SURVEYS: surveys}
        before = dict(lending.lent)
        changed = _settle(lending, "".join(there), wants)
        assert set(lending.lent) <= idle
        assert changed == {
            one: lending.lent.get(one) for one in there if before.get(one) != lending.lent.get(one)
        }
        if len(lending.lent) < len(there):
            assert all(lending.count(key) >= most for key, most in wants.items())
