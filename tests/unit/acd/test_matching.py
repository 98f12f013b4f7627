from company import AVAILABLE, agent, queue
from driven_acd import Driven, offered, only
from hypothesis import given
from hypothesis import strategies as st

from acd.matching import serves
from ctiserver.core.events import DecisionMade
from ctiserver.core.tables import Agent


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
