"""The ACD over given calls: who is served when, by hand and against Erlang's formula."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.given_calls import Day, GivenAgent, GivenCall, Named, Went
from acd.staffing import Demand, expected
from ctiserver.core.ids import AgentKey, QueueKey
from ctiserver.core.tables import Agent, Queue

SALES, FIRE = QueueKey("sales"), QueueKey("fire")
QUEUES = {
    SALES: Queue(key=SALES, head_start_seconds={"A": 120.0}),
    FIRE: Queue(key=FIRE, emergency=True),
}


def agent(key: str, *queues: QueueKey, spans: Any = ((0.0, math.inf),), **more: Any) -> GivenAgent:
    its = Agent(key=AgentKey(key), queues={queue: place for place, queue in enumerate(queues or (SALES,))})
    return GivenAgent(agent=its, spans=spans, **more)


def call(contact: str, at: float, service: float = 100.0, **fields: Any) -> GivenCall:
    told: dict[str, Any] = {"queue": SALES, "value_class": "C", "patience_seconds": math.inf}
    return GivenCall(contact=contact, at=at, service_seconds=service, **(told | fields))


def test_a_freed_agent_takes_the_emergency_then_the_highest_score() -> None:
    calls = [
        call("first", 0.0),
        call("c", 10.0),
        call("a", 60.0, value_class="A"),
        call("fire", 90.0, queue=FIRE),
    ]
    went = Day(QUEUES, [agent("ann", SALES, FIRE)], calls).run()
    assert {name: one.wait_seconds for name, one in went.items()} == {
        "first": 0.0,
        "fire": 10.0,
        "a": 140.0,
        "c": 290.0,
    }


def test_an_emergency_goes_before_who_has_waited_for_the_ceiling_too() -> None:
    calls = [call("first", 0.0), call("long", 10.0), call("fire", 90.0, queue=FIRE)]
    queues = QUEUES | {SALES: msgspec.structs.replace(QUEUES[SALES], ceiling_seconds=30.0)}
    went = Day(queues, [agent("ann", SALES, FIRE)], calls).run()
    assert {name: one.wait_seconds for name, one in went.items()} == {
        "first": 0.0,
        "fire": 10.0,
        "long": 190.0,
    }


def test_who_gives_up_is_gone_and_an_agent_serves_only_while_he_is_there() -> None:
    agents = [agent("ann", spans=[(0.0, 50.0), (200.0, 250.0)]), agent("bob", spans=[], busy_until=500.0)]
    calls = [
        call("one", 0.0),
        call("two", 20.0, patience_seconds=30.0),
        call("three", 60.0),
        call("late", 300.0),
    ]
    went = Day(QUEUES, agents, calls).run(until=400.0)
    assert went["one"] == Went(wait_seconds=0.0, agent="ann")
    assert went["two"] == Went(wait_seconds=30.0, agent=None)
    assert went["three"] == Went(wait_seconds=140.0, agent="ann")  # his own talk outlasts his first time
    assert went["late"] == Went(wait_seconds=100.0, agent=None, waits=True)


LEAVES = {SALES: Queue(key=SALES, leave_free={"C": 1}, ceiling_seconds=300.0)}


def test_a_class_leaves_a_free_agent_to_others_until_it_has_waited_too_long() -> None:
    calls = [
        call("c1", 0.0),
        call("c2", 10.0),
        call("a", 20.0, value_class="A", service=400.0),
        call("c3", 30.0, patience_seconds=20.0),
    ]
    went = Day(LEAVES, [agent("ann"), agent("bob")], calls).run()
    assert went == {
        "c1": Went(wait_seconds=0.0, agent="ann"),  # bob stays free
        "c2": Went(wait_seconds=300.0, agent="ann"),  # left free to others at 100, his from the ceiling on
        "a": Went(wait_seconds=0.0, agent="bob"),
        "c3": Went(wait_seconds=20.0, agent=None),
    }


def test_who_was_passed_on_waits_for_that_agent_alone_and_goes_before_his_queues() -> None:
    calls = [
        call("first", 0.0),
        call("a", 10.0, value_class="A", queue=SALES),
        call("passed on", 50.0, stands_from=45.0, named=Named(agent="ann", seconds=60.0)),
    ]
    went = Day(QUEUES, [agent("ann"), agent("bob", spans=[(130.0, math.inf)])], calls).run()
    assert went["passed on"] == Went(wait_seconds=50.0, agent="ann")
    assert went["a"] == Went(wait_seconds=120.0, agent="bob")


def test_he_waits_so_long_for_him_then_he_is_anybodys_at_the_place_that_he_had() -> None:
    calls = [
        call("first", 0.0),
        call("passed on", 10.0, stands_from=-100.0, named=Named(agent="ann", seconds=20.0)),
        call("other", 5.0),
    ]
    went = Day(QUEUES, [agent("ann"), agent("bob", FIRE)], calls).run()
    assert went["passed on"] == Went(wait_seconds=90.0, agent="ann")  # as of the queue, before who came at 5
    late = Day(QUEUES, [agent("ann"), agent("bob", spans=[(25.0, math.inf)])], calls).run()
    assert late["other"] == Went(wait_seconds=20.0, agent="bob")  # bob was no agent of his before 30
    assert late["passed on"].agent == "ann"


def test_when_the_named_agent_goes_the_giver_has_him_again_if_he_is_free() -> None:
    named = Named(agent="ann", seconds=600.0, giver="bob")
    calls = [call("first", 0.0), call("passed on", 10.0, named=named)]
    there = [agent("ann", spans=[(0.0, 40.0)]), agent("bob", FIRE)]
    assert Day(QUEUES, there, calls).run()["passed on"] == Went(wait_seconds=30.0, agent="bob")
    gone = [agent("ann", spans=[]), agent("eve")]
    assert Day(QUEUES, gone, calls[1:]).run()["passed on"] == Went(wait_seconds=0.0, agent="eve")


def test_whoever_is_named_and_free_takes_him_though_he_serves_not_the_queue_and_who_waits_may_give_up() -> (
    None
):
    calls = [
        call("passed on", 0.0, named=Named(agent="bob", seconds=60.0)),
        call("impatient", 10.0, named=Named(agent="bob", seconds=60.0), patience_seconds=30.0),
    ]
    went = Day(QUEUES, [agent("bob", FIRE)], calls).run()
    assert went == {
        "passed on": Went(wait_seconds=0.0, agent="bob"),
        "impatient": Went(wait_seconds=30.0, agent=None),
    }


def test_who_waited_before_stands_by_the_arrival_that_he_had() -> None:
    calls = [call("first", 0.0), call("came", 50.0), call("back", 60.0, stands_from=20.0, called_back=True)]
    went = Day(QUEUES, [agent("ann")], calls).run()
    assert {name: one.wait_seconds for name, one in went.items()} == {
        "first": 0.0,
        "back": 40.0,
        "came": 150.0,
    }


def test_an_agent_who_is_rung_is_kept_for_as_long_before_he_serves() -> None:
    went = Day(QUEUES, [agent("ann")], [call("one", 0.0, ring_seconds=15.0), call("two", 10.0)]).run()
    assert [went[name].wait_seconds for name in ("one", "two")] == [0.0, 105.0]


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 60), st.integers(0, 90)), max_size=30))
def test_every_call_goes_one_way_and_nobody_waits_beside_a_free_agent(
    rows: list[tuple[int, int, int]],
) -> None:
    calls = [
        call(f"c{place}", float(at), float(service), patience_seconds=float(patience))
        for place, (at, service, patience) in enumerate(rows)
    ]
    went = Day(QUEUES, [agent("ann"), agent("bob")], calls).run()
    assert went.keys() == {one.contact for one in calls}
    ends = [(one.at + went[one.contact].wait_seconds, one) for one in calls if went[one.contact].agent]
    for one in calls:
        gave_up = went[one.contact].agent is None
        begun = one.at + went[one.contact].wait_seconds
        if gave_up or begun > one.at:
            busy = sum(start <= one.at < start + other.service_seconds for start, other in ends)
            assert busy >= 2, one


def test_waits_are_those_of_erlang() -> None:
    rng = np.random.default_rng(0)
    arrivals = np.cumsum(rng.exponential(1 / 8.0, 60_000))
    calls = [
        call(f"c{place}", float(at), float(service))
        for place, (at, service) in enumerate(zip(arrivals, rng.exponential(1.0, 60_000), strict=True))
    ]
    went = Day(QUEUES, [agent(f"a{place}") for place in range(10)], calls).run()
    mean = sum(one.wait_seconds for one in went.values()) / len(went)
    assert mean == pytest.approx(
        expected(Demand(calls_per_second=8.0, handle_seconds=1.0), 10).wait_seconds, rel=0.15
    )
