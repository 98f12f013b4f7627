"""Idle agents for several campaigns: inbound first, then by weight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.agent_lending import Lending

WEIGHTS = {"sales": 3.0, "surveys": 1.0}


def _served(lending: Lending, wants: dict[str, int], rounds: int) -> dict[str, int]:
    served = dict.fromkeys(WEIGHTS, 0)
    for _ in range(rounds):
        lending.became_idle()
        lending.lend(wants)
        for campaign, count in list(lending.lent.items()):
            for _ in range(count):
                lending.connected(campaign)
                served[campaign] += 1
    return served


def test_who_becomes_idle_goes_where_the_share_is_least_used() -> None:
    lending = Lending(weights=WEIGHTS)
    assert _served(lending, {"sales": 9, "surveys": 9}, 400) == {"sales": 300, "surveys": 100}
    assert _served(lending, {"surveys": 9}, 100)["surveys"] == 100
    back = _served(lending, {"sales": 9, "surveys": 9}, 400)
    assert back["sales"] == pytest.approx(300, abs=2), "nobody catches up on what he did not ask for"


def test_inbound_keeps_its_agents_back_and_takes_one_where_it_hurts_least() -> None:
    lending = Lending(weights=WEIGHTS, kept=1)
    for _ in range(5):
        lending.became_idle()
    lending.lend({"sales": 2, "surveys": 9})
    assert (lending.free, lending.lent) == (1, {"sales": 2, "surveys": 2})
    assert lending.taken({}) is None
    assert lending.taken({"sales": 2, "surveys": 1}) == "surveys"
    lending.give_back("sales", 5)
    assert (lending.free, lending.lent) == (2, {"sales": 0, "surveys": 1})
    for _ in range(3):
        lending.taken({})
    with pytest.raises(LookupError):
        lending.taken({})


def test_the_portion_is_the_weight_among_those_who_dial() -> None:
    lending = Lending(weights=WEIGHTS)
    assert lending.portion("sales", frozenset(WEIGHTS)) == 0.75
    assert lending.portion("sales", frozenset({"sales"})) == 1.0
    assert lending.portion("sales", frozenset({"surveys"})) == 0.0


@given(st.lists(st.sampled_from(["idle", "lend", "take", "back", "connect"]), max_size=60))
def test_no_agent_is_lent_twice_or_lost(steps: list[str]) -> None:
    lending, there = Lending(weights=WEIGHTS, kept=1), 0
    for step in steps:
        if step == "idle":
            lending.became_idle()
            there += 1
        elif step == "lend":
            lending.lend({"sales": 2, "surveys": 1})
        elif step == "back":
            lending.give_back("sales", 1)
        elif step == "take" and there:
            lending.taken({"surveys": 3})
            there -= 1
        elif step == "connect" and lending.lent.get("sales"):
            lending.connected("sales")
            there -= 1
        assert lending.free + sum(lending.lent.values()) == there
        assert min([lending.free, *lending.lent.values()]) >= 0
