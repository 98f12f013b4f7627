"""What must hold in the simulated center after each entry, whatever happened in whatever order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from acd.contact_state import Line, Stage
from acd.matching import serves
from acd.named import may_come, named_timer
from ctiserver.core import events as e
from ctiserver.core.turn import Turn
from ivr.session_state import Phase

if TYPE_CHECKING:
    from world import World

Waiting = dict[Any, tuple[Line, float]]
_STAGE_SEEN = {
    Stage.WAITING: "queued",
    Stage.OFFERED: "offered",
    Stage.JOINING: "joining",
    Stage.TALKING: "talking",
    Stage.HELD: "held",
    Stage.RETURNING: "agent_away",
}
_ACTIVITY_SEEN = {Stage.HELD: "on_hold", Stage.RETURNING: "away"}


def check(world: World, turn: Turn, before: Waiting) -> None:
    """All that must hold after each entry."""
    assert turn.faults == []
    assert world.timers == world.belief.timers()
    _each_agent_has_one_contact(world)
    _each_contact_is_with_its_caller(world)
    _nobody_waits_for_a_free_agent(world)
    _the_view_tells_the_truth(world)
    _nobody_was_overtaken(world, turn, before)


def _each_agent_has_one_contact(world: World) -> None:
    served = [it for it in world.contacts.values() if it.stage is not Stage.WAITING]
    assert len({it.agent for it in served}) == len(served)
    for it in served:
        state = world.agents[it.agent]
        assert state.contact == it.id
        assert state.activity in ("reserved", "ringing", "talking")
    busy = [s for s in world.agents.values() if s.activity in ("reserved", "ringing", "talking")]
    assert len(busy) == len(served) + len(world.center._acd.floor.ledger.kept)


def _each_contact_is_with_its_caller(world: World) -> None:
    assert set(world.arrived) == set(world.sessions) | set(world.ended)
    assert not set(world.sessions) & set(world.ended)
    assert all(times == 1 for times in world.ended.values())
    assert set(world.contacts) <= set(world.sessions)
    for it in world.sessions.values():
        assert it.leg in world.legs
        waits = it.contact in world.contacts and world.contacts[it.contact].stage in ("waiting", "offered")
        talks = it.contact in world.contacts and not waits
        assert (it.phase is Phase.WAITING) == waits
        assert (it.phase is Phase.TALKING) == talks


def _nobody_waits_for_a_free_agent(world: World) -> None:
    floor = world.center._acd.floor
    free = [floor.roster[k] for k, state in world.agents.items() if state.free and k in floor.roster]
    waiting = [it for it in world.contacts.values() if it.stage is Stage.WAITING]
    queues = {it.queue for it in waiting if it.named is None and it.campaign is None}
    called = [it for it in waiting if it.named is None and it.campaign is not None]
    lent = {
        (a.campaign, q)
        for key, a in world.agents.items()
        if a.free and key in floor.roster
        for q in floor.roster[key].queues
    }
    assert not [it for it in called if (it.campaign, it.queue) in lent]
    assert not [(q, a.key) for q in queues for a in free if serves(a, floor.queues[q]) is None]
    named = {it.named for it in waiting if it.named}
    assert not named & {a.key for a in free}
    assert all(may_come(floor, key) for key in named)
    assert all(named_timer(it) in world.timers for it in waiting if it.named)


def _the_view_tells_the_truth(world: World) -> None:
    assert set(world.view.contacts) == set(world.sessions)
    for it in world.contacts.values():
        seen = world.view.contacts[it.id]
        assert (seen.stage, seen.queue, seen.agent) == (_STAGE_SEEN[it.stage], it.queue, it.agent)
    for key in world.center._acd.floor.roster:
        state, seen_agent = world.agents[key], world.view.agents[key]
        held = world.contacts.get(state.contact)
        his = held is not None and held.agent == key  # else a colleague has the caller, and this one wraps up
        activity = _ACTIVITY_SEEN.get(held.stage, state.activity) if held and his else state.activity
        assert (seen_agent.status, seen_agent.activity) == (state.status, activity)


def _nobody_was_overtaken(world: World, turn: Turn, before: Waiting) -> None:
    """Equal slopes: j may overtake i only if a_j - H_j < a_i - H_i (algorithms, section 1)."""
    for event in turn.events:
        if isinstance(event, e.DecisionMade) and event.contact in before:
            line, chosen = before[event.contact]
            ahead = [it for it, (other, v) in before.items() if other == line and v < chosen]
            assert not [it for it in ahead if it in world.waiting()]
