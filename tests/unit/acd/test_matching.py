from typing import Any

import msgspec
import pytest
from company import AVAILABLE, PAUSE, agent, configured, queue
from driven_acd import Driven, offered, only
from hypothesis import given
from hypothesis import strategies as st

from acd import accumulating, matching, priority
from acd.overtaking import Waited, out_of_bounds
from crm_core.passing import should_have_won
from ctiserver.core.events import CallerIdentified, DecisionMade
from ctiserver.core.serving import serves
from ctiserver.core.tables import Agent, Relaxation


def test_an_agent_serves_the_queues_he_is_in_with_the_skills_they_require() -> None:
    gas = queue("technical", requires={"gas": 50})
    assert serves(agent("x", "technical", skills={"gas": 50}), gas) is None
    assert serves(agent("x", "technical", skills={"gas": 49}), gas) == "skill"
    assert serves(agent("x", "technical"), gas) == "skill"
    assert serves(agent("x", "service", skills={"gas": 99}), gas) == "queue"


def test_no_agent_serves_a_queue_of_another_account() -> None:
    assert serves(agent("x", "service", account_id=2), queue("service")) == "queue"


def test_the_agent_with_the_fewest_queues_comes_first_so_that_flexible_ones_stay_free() -> None:
    acd = Driven("eve", "bob", "ann")
    assert offered(acd.queue("c1")) == [("c1", "ann", "only")]
    assert offered(acd.queue("c2")) == [("c2", "bob", "only")]
    assert offered(acd.queue("c3")) == [("c3", "eve", "only")]


def test_among_equals_the_one_who_was_idle_longest_is_taken() -> None:
    acd = Driven(agents=(agent("ann", "service"), agent("bob", "service")))
    acd.status("bob", AVAILABLE, at=1.0)
    acd.status("ann", AVAILABLE, at=2.0)
    assert offered(acd.queue("c1")) == [("c1", "bob", "only")]


def test_who_was_idle_first_goes_behind_once_he_had_a_contact() -> None:
    acd = Driven(agents=(agent("ann", "service"), agent("bob", "service")))
    acd.status("ann", AVAILABLE, at=1.0)
    acd.status("bob", AVAILABLE, at=2.0)
    assert offered(acd.queue("c1")) == [("c1", "ann", "only")]
    acd.caller_hangs_up("c1", at=20.0)
    assert offered(acd.queue("c2", at=30.0)) == [("c2", "bob", "only")]


def test_choosing_to_be_available_again_does_not_make_anybody_idle_for_a_shorter_time() -> None:
    acd = Driven(agents=(agent("ann", "service"), agent("bob", "service")))
    acd.status("bob", AVAILABLE, at=1.0)
    acd.status("ann", AVAILABLE, at=2.0)
    acd.status("bob", AVAILABLE, at=3.0)
    assert offered(acd.queue("c1")) == [("c1", "bob", "only")]


def test_the_decision_says_why_others_were_not_taken() -> None:
    acd = Driven("bob", "tom")
    acd.queue("c0", queue="technical")
    assert only(acd.queue("c1", queue="technical"), DecisionMade) == []
    [decision] = only(acd.status("eve", AVAILABLE, at=12.0), DecisionMade)
    assert (decision.contact, decision.agent, decision.excluded) == ("c1", "eve", {})
    [decision] = only(acd.queue("c2", at=13.0), DecisionMade)
    assert (decision.agent, decision.idle_agents) == ("tom", 1)
    assert decision.excluded == {"logged_out": 1, "busy": 2}


def served(acd: Driven, agent: str, at: float) -> list[tuple[str, str, str]]:
    """Whom an agent gets, one after the other, as each hangs up at once."""
    said = offered(acd.status(agent, AVAILABLE, at=at))
    while contact := acd.agent(agent).contact:
        said += offered(acd.caller_hangs_up(contact, at=at))
    return said


def test_emergencies_come_first_then_the_agents_preference_then_the_score() -> None:
    acd = Driven()
    acd.queue("bill-early", at=10.0)
    acd.queue("bill-of-value", at=11.0, value_class="A")
    acd.queue("gas", at=12.0, queue="technical")
    acd.queue("leak", at=13.0, queue="emergency")
    assert served(acd, "eve", at=20.0) == [
        ("leak", "eve", "emergency"),
        ("gas", "eve", "preference"),
        ("bill-of-value", "eve", "only"),
        ("bill-early", "eve", "only"),
    ]


def test_among_queues_that_an_agent_likes_equally_the_score_decides_and_then_the_arrival() -> None:
    queues = (queue("service"), queue("other"))
    acd = Driven(queues=queues, agents=(Agent(key="max", queues={"service": 0, "other": 0}),))
    acd.queue("c1", at=10.0)
    acd.queue("c2", at=11.0, queue="other", value_class="B")
    acd.queue("c3", at=10.0, queue="other")
    assert served(acd, "max", at=20.0) == [
        ("c2", "max", "score"),
        ("c1", "max", "arrival"),
        ("c3", "max", "only"),
    ]


@given(
    callers=st.lists(st.tuples(st.floats(0, 60), st.sampled_from("ABC")), min_size=2, max_size=12),
)
def test_nobody_is_overtaken_but_by_who_arrived_within_the_difference_of_head_starts(
    callers: list[tuple[float, str]],
) -> None:
    """a_j < a_i + (H_j - H_i) for every j served before an i who waited: algorithms, section 1."""
    acd, at = Driven(), 10.0
    came: dict[str, tuple[float, float]] = {}
    for number, (gap, value_class) in enumerate(callers):
        at += gap
        acd.queue(f"c{number}", at=at, value_class=value_class)
        came[f"c{number}"] = (at, {"A": 120.0, "B": 45.0, "C": 0.0}[value_class])
    acd.status("ann", AVAILABLE, at=at)
    order: list[str] = []
    while contact := acd.agent("ann").contact:
        order.append(contact)
        acd.caller_hangs_up(contact, at=at)
    assert sorted(order) == sorted(came)
    for place, j in enumerate(order):
        for i in order[place + 1 :]:
            (a_i, h_i), (a_j, h_j) = came[i], came[j]
            assert a_j < a_i or a_j - h_j < a_i - h_i or (a_j == a_i and h_j == h_i)


PROFILE: dict[str, Any] = {
    "head_start_seconds": {"A": 30.0},
    "slope": {"A": 4.0, "B": 2.0},
    "ceiling_seconds": 200.0,
}


def test_a_steeper_slope_overtakes_with_time_and_the_ceiling_ends_it() -> None:
    acd = Driven(queues=(queue("service", **PROFILE),))
    acd.queue("c", at=10.0)
    acd.queue("a", at=80.0, value_class="A")
    assert served(acd, "ann", at=85.0)[0] == ("c", "ann", "score")  # 75 against 30 + 4 * 5
    acd = Driven(queues=(queue("service", **PROFILE),))
    acd.queue("c", at=10.0)
    acd.queue("a", at=80.0, value_class="A")
    assert served(acd, "ann", at=120.0)[0] == ("a", "ann", "score")  # 110 against 30 + 4 * 40
    acd = Driven(queues=(queue("service", **PROFILE),))
    acd.queue("c", at=10.0)
    acd.queue("a", at=80.0, value_class="A")
    acd.queue("b", at=81.0, value_class="B")
    assert served(acd, "ann", at=210.0) == [
        ("c", "ann", "ceiling"),
        ("a", "ann", "score"),
        ("b", "ann", "only"),
    ]


def test_a_lower_level_of_skill_suffices_after_a_while_and_then_agents_of_other_queues_help_out() -> None:
    lenient = queue(
        "technical",
        requires={"gas": 85},
        relaxations=(
            Relaxation(after_seconds=10.0, requires={"gas": 10}),
            Relaxation(after_seconds=30.0, also_agents_of=("service",)),  # type: ignore[arg-type]
        ),
    )
    acd = Driven("tom", queues=(queue("service"), lenient))
    [timer] = [
        it for it in acd.queue("c1", at=10.0, queue="technical") if "wider" in getattr(it, "timer", "")
    ]
    assert (timer.timer, timer.due_at) == ("acd:wider:c1", 20.0)  # type: ignore[attr-defined]
    assert offered(acd.fires("acd:wider:c1", at=20.0)) == [("c1", "tom", "only")]
    acd.queue("c2", at=21.0, queue="technical")
    acd.fires("acd:wider:c2", at=31.0)
    assert offered(acd.status("ann", AVAILABLE, at=40.0)) == []
    assert offered(acd.fires("acd:wider:c2", at=51.0)) == [("c2", "ann", "only")]
    acd.queue("c3", at=52.0, queue="technical")
    acd.queue("c4", at=53.0)
    acd.fires("acd:wider:c3", at=90.0)
    acd.caller_hangs_up("c2", at=91.0)
    assert acd.agent("ann").contact == "c4"  # his own queue before one where he helps out


def test_free_agents_are_left_to_the_classes_that_are_worth_more() -> None:
    apart = queue("service", leave_free={"C": 1, "B": 0}, ceiling_seconds=100.0)
    acd = Driven("ann", queues=(apart,))
    assert offered(acd.queue("c", at=10.0)) == []
    assert offered(acd.queue("b", at=11.0, value_class="B")) == [("b", "ann", "only")]
    acd.caller_hangs_up("b", at=12.0)
    assert acd.agent("ann").contact is None
    assert offered(acd.status("bob", AVAILABLE, at=13.0)) == [("c", "bob", "only")]
    [timer] = [it for it in acd.queue("c2", at=20.0) if "wider" in getattr(it, "timer", "")]
    assert timer.due_at == 120.0  # type: ignore[attr-defined]
    assert offered(acd.fires("acd:wider:c2", at=120.0)) == [("c2", "ann", "ceiling")]


def test_a_ceiling_that_comes_into_force_while_somebody_waits_is_looked_at_when_he_reaches_it() -> None:
    acd = Driven("ann", queues=(queue("service", leave_free={"C": 1}),))
    assert offered(acd.queue("c", at=10.0)) == []
    limited = queue("service", leave_free={"C": 1}, ceiling_seconds=100.0)
    said = acd.say(configured(at=20.0, version="2", queues=(limited,)))
    [timer] = [it for it in said if "wider" in getattr(it, "timer", "")]
    assert timer.due_at == 110.0  # type: ignore[attr-defined]
    assert offered(acd.fires("acd:wider:c", at=110.0)) == [("c", "ann", "ceiling")]


def test_who_turns_out_to_be_worth_more_gets_the_agent_who_was_left_free() -> None:
    acd = Driven("ann", queues=(queue("service", leave_free={"C": 1}),))
    assert offered(acd.queue("c", at=10.0)) == []
    known = CallerIdentified(
        at=20.0, contact="c", level="number", how="number", candidates=(), value_class="A", late=True
    )  # type: ignore[arg-type]
    assert offered(acd.say(known)) == [("c", "ann", "only")]


def live_log(callers: list[tuple[float, str, bool]]) -> list[Waited]:
    """What one agent's day at one queue was; each caller: how long after the last, of what class, served at his coming.

    Whoever is served hangs up at once, so that the agent is free for the next.
    """
    its = queue("service", **PROFILE)
    acd, at, came, log = Driven(queues=(its,)), 10.0, dict[str, tuple[float, str]](), list[Waited]()
    for number, (gap, value_class, one_is_served) in enumerate(
        [*callers, *[(30.0, "", True)] * len(callers)]
    ):
        at += gap
        if value_class:
            acd.queue(f"c{number}", at=at, value_class=value_class)
            came[f"c{number}"] = (at, value_class)
        if one_is_served:
            acd.status("ann", AVAILABLE, at=at)
            if contact := acd.agent("ann").contact:
                acd.status("ann", PAUSE, at=at)
                acd.caller_hangs_up(contact, at=at)
                arrived_at, its_class = came.pop(contact)
                terms = priority.terms(its, its_class)
                log.append(Waited(contact=contact, place="", arrived_at=arrived_at, terms=terms, left_at=at))
            acd.status("ann", PAUSE, at=at)
    assert came == {}
    return log


CALLERS = st.lists(
    st.tuples(st.floats(0.1, 60), st.sampled_from("ABC"), st.booleans()), min_size=2, max_size=12
)


@given(CALLERS)
def test_the_live_engine_keeps_the_bounds_of_overtaking(callers: list[tuple[float, str, bool]]) -> None:
    assert out_of_bounds(live_log(callers)) == []


def test_two_scores_that_are_swapped_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    rightly = accumulating.score

    def swapped(virtual: float, slope: float, now: float) -> float:
        return rightly(virtual, slope, now) * (-1.0 if slope != PROFILE["slope"]["A"] else 1.0)

    monkeypatch.setattr(matching, "score", swapped)
    day = [(10.0, "C", False), (50.0, "A", False), (1.0, "A", True), (5.0, "B", False), (70.0, "A", False)]
    assert out_of_bounds(live_log(day)) != []


def decisions(monkeypatch: pytest.MonkeyPatch | None = None) -> list[dict[str, Any]]:
    """What an agent of two queues is given, as it is recorded; with a patch, by an engine that swaps two scores."""
    if monkeypatch:
        rightly = matching.choose_contact

        def swapped(*asked: Any) -> Any:
            heads, excluded = rightly(*asked)
            return [*heads[1:2], *heads[:1], *heads[2:]], excluded

        monkeypatch.setattr("acd.offers.choose_contact", swapped)
    both = agent("max", "service", "other")
    alike = Driven(queues=(queue("service", ceiling_seconds=400.0), queue("other")), agents=(both,))
    for number, (name, value_class) in enumerate([("service", "C"), ("other", "A"), ("service", "B")]):
        alike.queue(f"c{number}", at=10.0 + number, queue=name, value_class=value_class)
    said = [*alike.status("max", AVAILABLE, at=100.0)]
    for at in (200.0, 500.0):
        contact = alike.agent("max").contact
        said += alike.caller_hangs_up(contact, at=at) if contact else []
    return [msgspec.to_builtins(one) for one in only(said, DecisionMade)]


def test_the_engine_keeps_its_own_order() -> None:
    found = decisions()
    assert len(found) == 3
    assert [should_have_won(one) for one in found] == [None, None, None]


def test_an_engine_that_swaps_two_scores_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    found = decisions(monkeypatch)
    assert should_have_won(found[0]) == found[0]["heads"][1]["contact"]
