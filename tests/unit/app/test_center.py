"""The engines together: requests, replay, restore, and what holds in whatever order things happen."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
import random_walk
from company import AGENTS, AVAILABLE, LOGGED_OUT, PAUSE, configured
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from simulated_switch import PHONES
from world import World

from ctiserver.app.center import Center
from ctiserver.core import inputs as i
from ctiserver.core.events import AgentStatusChanged, ContactEnded, RequestAnswered, SwitchStateChanged
from ctiserver.core.live_view import LiveView
from ctiserver.core.requests import SetStatus, Status
from ctiserver.core.turn import Turn

SEEDS = range(20)
STEPS = 800


def ready() -> Center:
    center = Center("test-1")
    center.handle(1, 1, configured())
    return center


def wants(status: Status, at: float = 1.0, request_id: str = "r1", agent: str = "ann") -> SetStatus:
    return SetStatus(at=at, request_id=request_id, by=agent, agent=agent, status=status)  # type: ignore[arg-type]


def through_json(state: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(state))


# Requests


def test_a_request_is_accepted_after_what_it_brought_about() -> None:
    assert ready().handle(1, 2, wants(AVAILABLE)).said == [
        AgentStatusChanged(at=1.0, agent="ann", status=AVAILABLE, reason="", by="ann"),  # type: ignore[arg-type]
        RequestAnswered(at=1.0, request_id="r1"),
    ]


def test_a_repeated_request_gets_its_first_answer_and_does_nothing() -> None:
    center = ready()
    center.handle(1, 2, wants(AVAILABLE))
    center.handle(1, 3, wants(LOGGED_OUT, at=2.0, request_id="r2"))
    assert center.handle(1, 4, wants(AVAILABLE, at=3.0)).said == [RequestAnswered(at=1.0, request_id="r1")]


def test_a_refused_request_changes_nothing_and_is_refused_again() -> None:
    center = ready()
    before = center.state()["acd"]
    refused = RequestAnswered(
        at=1.0, request_id="r1", error_id="reason_required", message="a pause needs a reason"
    )
    assert center.handle(1, 2, wants(PAUSE)).said == [refused]
    assert center.handle(1, 3, wants(AVAILABLE, at=2.0)).said == [refused]
    assert center.state()["acd"] == before


def test_a_request_for_an_unknown_agent_names_him() -> None:
    assert ready().handle(1, 2, wants(AVAILABLE, agent="zoe")).said == [
        RequestAnswered(at=1.0, request_id="r1", error_id="unknown_agent", message="there is no agent 'zoe'")
    ]


def test_answers_are_kept_for_ten_minutes() -> None:
    center = ready()
    center.handle(1, 2, wants(AVAILABLE))
    [answer] = center.handle(1, 3, wants(AVAILABLE, at=600.0)).said
    assert answer.at == 1.0  # type: ignore[attr-defined]
    assert center.handle(1, 4, wants(AVAILABLE, at=601.0)).said[-1] == RequestAnswered(
        at=601.0, request_id="r1"
    )
    assert len(center.state()["answers"]) == 1


def test_a_fault_of_ours_is_answered_as_one_and_leaves_the_other_engines_working() -> None:
    center = ready()

    def breaks(message: Any, turn: Turn) -> None:
        raise ZeroDivisionError

    center._ivr.handle = breaks  # type: ignore[method-assign]
    turn = center.handle(1, 2, wants(AVAILABLE))
    assert [type(fault) for fault in turn.faults] == [ZeroDivisionError, ZeroDivisionError]
    changed, answer = turn.said
    assert isinstance(changed, AgentStatusChanged)
    assert isinstance(answer, RequestAnswered)
    assert answer.error_id == "fault"


def test_the_screens_learn_whether_asterisk_is_in_reach() -> None:
    center = ready()
    assert center.handle(1, 2, i.SwitchUp(at=1.0, session="boot")).said == [
        SwitchStateChanged(at=1.0, up=True)
    ]
    assert center.handle(1, 3, i.SwitchDown(at=2.0)).said == [SwitchStateChanged(at=2.0, up=False)]


# In whatever order things happen; `World.check` holds after each entry


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_random_day_every_contact_ended_once_and_nothing_is_left(seed: int) -> None:
    assert_quiet(random_walk.walk(seed, STEPS))


def assert_restored_goes_on(world: World, *, every: int) -> None:
    """A center that is restored after so many entries, again and again, says the same as the one that lived on."""
    center = Center("test-1")
    for seq, entry in enumerate(world.entries, start=1):
        if seq % every == 0:
            state = through_json(center.state())
            center = Center("test-1")
            center.restore(state)
        assert center.handle(1, seq, entry).said == world.turns[seq - 1].said


def assert_quiet(world: World) -> None:
    ended = [
        event.contact for turn in world.turns for event in turn.events if isinstance(event, ContactEnded)
    ]
    assert sorted(ended) == sorted(world.arrived)
    assert (world.contacts, world.sessions) == ({}, {})
    desk, floor = world.center._ivr.desk, world.center._acd.floor
    assert (desk.legs, desk.playbacks, desk.look_ups) == ({}, {}, {})
    assert (floor.legs, floor.ledger.recordings) == ({}, {})
    assert [state.key for state in world.agents.values() if state.activity != "idle"] == []
    belief = world.belief
    assert (belief.legs, belief.contacts, belief.playbacks, belief.recordings) == ({}, {}, {}, {})
    assert (belief.open, belief.due, world.timers) == ({}, {}, {})
    assert world.view.contacts == {}


class AnyOrder(RuleBasedStateMachine):
    """Hypothesis plays callers, agents, phones, the store and the network, and shrinks what breaks."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(0, configured(at=1000.0))
        for agent in AGENTS[:3]:
            self.world.choose(agent.key, AVAILABLE)

    @rule(store=st.sampled_from(["quick", "late", "error", "never"]), number=st.sampled_from([None, ""]))
    def a_caller_comes(self, store: Any, number: str | None) -> None:
        self.world.store = store
        self.world.call(number=number)

    @precondition(lambda self: self.world.legs)
    @rule(keys=st.text("0123456789*#", min_size=1, max_size=20), data=st.data())
    def somebody_presses_keys(self, keys: str, data: st.DataObject) -> None:
        self.world.press(data.draw(st.sampled_from(list(self.world.legs))), keys)

    @precondition(lambda self: self.world.legs)
    @rule(data=st.data())
    def somebody_hangs_up(self, data: st.DataObject) -> None:
        self.world.hang_up(data.draw(st.sampled_from(list(self.world.legs))))

    @rule(phone=st.sampled_from(PHONES), agent=st.sampled_from(AGENTS))
    def a_phone_behaves_so(self, phone: Any, agent: Any) -> None:
        self.world.phones[agent.key] = phone

    @rule(status=st.sampled_from(list(Status)), agent=st.sampled_from(AGENTS))
    def an_agent_chooses(self, status: Status, agent: Any) -> None:
        self.world.choose(agent.key, status)

    @rule(code=st.sampled_from(["solved", "complaint"]), agent=st.sampled_from(AGENTS))
    def an_agent_disposes(self, code: str, agent: Any) -> None:
        if agent.key in self.world.agents:
            self.world.dispose(agent.key, code)

    @rule(seed=st.integers(0, 1000))
    def somebody_does_something_with_a_call(self, seed: int) -> None:
        random_walk.control(self.world, Random(seed))

    @rule(seed=st.integers(0, 1000))
    def a_supervisor_does_something_with_a_contact(self, seed: int) -> None:
        random_walk.oversee(self.world, Random(seed))

    @rule(changes=st.sampled_from(random_walk.CONFIGURATIONS))
    def the_configuration_changes(self, changes: dict[str, Any]) -> None:
        self.world.put(configured(self.world.at, version=f"v{self.world.seq}", **changes))

    @rule(seed=st.integers(0, 1000))
    def something_strange_is_said(self, seed: int) -> None:
        self.world.put(random_walk.out_of_place(self.world, Random(seed)))

    @rule(seconds=st.floats(0.01, 40))
    def time_passes(self, seconds: float) -> None:
        self.world.run(seconds)

    def teardown(self) -> None:
        self.world.phones = {}
        self.world.finish()
        assert_quiet(self.world)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)


# The same again


def test_the_same_entries_give_the_same_turns() -> None:
    world = random_walk.walk(3, STEPS)
    center = Center("test-1")
    again = [center.handle(1, seq, entry) for seq, entry in enumerate(world.entries, start=1)]
    assert [turn.said for turn in again] == [turn.said for turn in world.turns]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_center_restored_at_any_entry_goes_on_as_the_one_that_gave_its_state(seed: int) -> None:
    world = random_walk.walk(seed, STEPS)
    cuts = range(1, len(world.entries), 71)
    going_on: list[Center] = []
    for seq, entry in enumerate(world.entries, start=1):
        for center in going_on:
            assert center.handle(1, seq, entry).said == world.turns[seq - 1].said
        if seq in cuts:
            going_on = [*going_on[-2:], restored(world, seq)]
    assert going_on[-1].state() == world.center.state()


def restored(world: World, seq: int) -> Center:
    first, second = Center("test-1"), Center("test-1")
    for number, entry in enumerate(world.entries[:seq], start=1):
        first.handle(1, number, entry)
    second.restore(through_json(first.state()))
    assert through_json(second.state()) == through_json(first.state())
    return second


def test_an_old_view_and_the_events_since_give_a_fresh_snapshot() -> None:
    world = random_walk.walk(4, STEPS)
    events = [event for turn in world.turns for event in turn.events]
    for cut in range(0, len(events), 397):
        view = LiveView()
        for event in events[:cut]:
            view.apply(event)
        view = msgspec.json.decode(msgspec.json.encode(view), type=LiveView)
        for event in events[cut:]:
            view.apply(event)
        assert view == world.view


def test_two_hash_seeds_give_the_same_turns() -> None:
    program = Path(random_walk.__file__)
    root = program.parents[2]
    said = set()
    for hash_seed in ("0", "1"):
        where = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join([str(root), str(program.parent)])}
        run = subprocess.run(
            [sys.executable, str(program), "5", str(STEPS)],
            env=os.environ | where,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        said.add(run.stdout)
    assert said == {random_walk.fingerprint(random_walk.walk(5, STEPS)) + "\n"}
