"""What must hold in the simulated center after each entry, whatever happened in whatever order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from acd import limits
from acd.arrangement import wanted
from acd.contact_state import Contact, Line, Stage
from acd.named import may_come, named_timer
from acd.offers import place_timer, wider_timer
from acd.own_call_state import OwnCall
from acd.parties import ring_timer
from acd.priority import escalated, score, since
from acd.recording import under_way
from acd.unanswered import excludes
from ctiserver.core import events as e
from ctiserver.core.serving import least_step
from ctiserver.core.tables import Agent, Queue
from ctiserver.core.turn import Turn
from ivr.desk import key_timer
from ivr.session_state import Phase

if TYPE_CHECKING:
    from world import World

Waiting = dict[Any, Line]
_STAGE_SEEN = {
    Stage.WAITING: "queued",
    Stage.OFFERED: "offered",
    Stage.JOINING: "joining",
    Stage.TALKING: "talking",
    Stage.HELD: "held",
    Stage.RETURNING: "agent_away",
    Stage.OUTSIDE: "outside",
    Stage.PARKED: "call_back",
    Stage.RESERVED: "calling_back",
}
_ACTIVITY_SEEN = {Stage.HELD: "on_hold", Stage.RETURNING: "away", Stage.MESSAGE: "message"}


def check(world: World, turn: Turn, before: Waiting) -> None:
    """All that must hold after each entry."""
    assert turn.faults == []
    assert world.timers == world.belief.timers()
    _each_agent_has_one_contact(world)
    _nobody_is_left_alone(world)
    _what_is_recorded_is_under_way(world)
    _each_contact_is_with_its_caller(world)
    _nobody_is_forgotten_on_the_line(world)
    _nobody_waits_for_a_free_agent(world)
    _who_is_free_is_known(world)
    _the_view_tells_the_truth(world)
    _nobody_was_overtaken(world, turn, before)


def _each_agent_has_one_contact(world: World) -> None:
    apart = (Stage.WAITING, Stage.OUTSIDE, Stage.PARKED, Stage.FLOW)
    served = [it for it in world.contacts.values() if it.stage not in apart]
    all_parties = [(it, party) for it in world.contacts.values() for party in it.parties if party.agent]
    guests = [(it, party.agent) for it, party in all_parties if party.role != "supervisor"]
    watched = {party.agent: it.id for it, party in all_parties if party.role == "supervisor"}
    assert watched == {key: state.supervises for key, state in world.agents.items() if state.supervises}
    assert all(world.agents[key].activity == "idle" for key in watched)
    for contact, key in guests:
        state = world.agents[key]
        assert state.contact == contact.id
        assert state.activity in ("reserved", "ringing", "talking")
    assert len({it.agent for it in served}) == len(served)
    for it in served:
        state = world.agents[it.agent]
        assert state.contact == it.id
        assert state.activity in ("reserved", "ringing", "talking")
        if it.stage is Stage.OFFERED:  # whatever gets lost, the offer ends
            assert f"acd:ring:{it.agent_leg}" in world.timers
    for key, state in world.agents.items():
        assert state.activity != "wrapping_up" or f"acd:wrap_up:{key}" in world.timers
    busy = [s for s in world.agents.values() if s.activity in ("reserved", "ringing", "talking")]
    all_calling = [key for it in own_calls(world) for key in (it.agent, it.to) if key]
    assert len(set(all_calling)) == len(all_calling)
    from_messages = [it for it in own_calls(world) if it.message]
    for it in from_messages:
        assert (world.contacts[it.message].agent, world.agents[it.agent].contact) == (it.agent, it.message)
    calling = [key for key in all_calling if key not in {it.agent for it in from_messages}]
    kept = world.center._acd.floor.ledger.kept
    assert len(busy) == len(served) + len(guests) + len(kept) + len(calling)


def _nobody_is_left_alone(world: World) -> None:
    """What is wanted was said; whose leg is up is wanted somewhere, or ended; who rings has a timer."""
    for it in world.contacts.values():
        assert world.wanted.get(it.id, ()) == wanted(it) or it.campaign is not None
        for party in it.parties:
            assert party.leg in world.legs or party.leg in world.dropping
            if party.role == "supervisor":
                assert it.agent is not None
                assert it.stage in (Stage.TALKING, Stage.HELD, Stage.RETURNING)
                continue
            assert party.up or party.agent is None or ring_timer(party.leg) in world.timers
            assert it.stage in (Stage.TALKING, Stage.HELD, Stage.OUTSIDE)
            assert (party.role == "consulted") <= (it.stage is Stage.HELD)
    theirs = {leg for it in world.contacts.values() for leg in (it.agent_leg, *(p.leg for p in it.parties))}
    theirs |= {leg for it in own_calls(world) for leg in (it.agent_leg, it.leg)}
    theirs |= {it.leg for it in (*world.contacts.values(), *world.sessions.values())}
    theirs |= set(world.center._dialer.book.leads)
    assert set(world.legs) <= theirs | world.dropping


def _what_is_recorded_is_under_way(world: World) -> None:
    """A consult's file is there while the two talk; nothing is paused where nothing is recorded."""
    for it in world.contacts.values():
        consulted = [party for party in it.parties if party.role == "consulted" and party.up]
        assert it.aside is None or consulted
        assert it.recording is None or it.agent is not None
        assert not it.recording_paused or under_way(it)
        seen = world.view.contacts[it.id]
        assert (seen.recording, seen.aside) == (it.recording, it.aside)


def _each_contact_is_with_its_caller(world: World) -> None:
    absent = to_call(world)
    called = {it.id for it in own_calls(world) if it.to is None}
    assert not called & (set(world.sessions) | set(world.ended) | set(world.contacts))
    absent |= called | messages(world)
    assert set(world.arrived) == set(world.sessions) | set(world.ended) | absent
    assert not set(world.sessions) & set(world.ended)
    assert all(times == 1 for times in world.ended.values())
    assert set(world.contacts) <= set(world.sessions) | absent
    assert not absent & set(world.sessions)
    for it in world.sessions.values():
        assert it.leg in world.legs
        waits = it.contact in world.contacts and world.contacts[it.contact].stage in ("waiting", "offered")
        with_acd = it.contact in world.contacts and world.contacts[it.contact].stage is not Stage.FLOW
        talks = with_acd and not waits
        assert (it.phase is Phase.WAITING) == waits
        assert (it.phase is Phase.TALKING) == talks


def _nobody_is_forgotten_on_the_line(world: World) -> None:
    """Something will happen to everybody: a prompt ends, a timer fires, an answer comes, or his call is ended."""
    timers, contacts = world.timers, world.contacts
    for it in world.sessions.values():
        if it.leg in world.dropping | world.falling:
            continue
        contact = contacts.get(it.contact)
        if it.phase is Phase.ARRIVING:
            assert not world.legs[it.leg].up
        elif it.phase is Phase.WAITING and contact is not None and contact.stage is Stage.WAITING:
            his = (place_timer(contact), limits.timer(contact), named_timer(contact))
            assert contact.campaign is not None or any(timer in timers for timer in his), (it, contact)
            assert not it.deflected or limits.timer(contact) in timers, (it, contact)
        if it.phase not in (Phase.ARRIVING, Phase.WAITING, Phase.TALKING) or it.step:
            comes = (it.playback in world.playing, key_timer(it) in timers, it.action in world.acting)
            assert any(comes), it


def own_calls(world: World) -> list[OwnCall]:
    """Calls that agents make themselves, which nobody outside has answered yet."""
    return list(world.center._acd.floor.ledger.own_calls.values())


def messages(world: World) -> set[Any]:
    """What was left in place of waiting, and nobody has dealt with."""
    return {it.id for it in world.contacts.values() if it.message}


def to_call(world: World) -> set[Any]:
    """Who wants to be called back and is not on the line."""
    wishes = (it for it in world.contacts.values() if it.wish is not None)
    return {it.id for it in wishes if not it.leg or it.stage is Stage.RESERVED}


def _nobody_waits_for_a_free_agent(world: World) -> None:
    floor = world.center._acd.floor
    free = [floor.roster[k] for k, state in world.agents.items() if state.free and k in floor.roster]
    waiting = [it for it in world.contacts.values() if it.stage is Stage.WAITING]
    called = [it for it in waiting if it.named is None and it.campaign is not None]
    lent = {
        (a.campaign, q)
        for key, a in world.agents.items()
        if a.free and key in floor.roster
        for q in floor.roster[key].queues
    }
    assert not [it for it in called if (it.campaign, it.queue) in lent]
    for it in waiting:
        is_due = world.timers.get(wider_timer(it), world.at + 1) <= world.at  # he is looked at in this moment
        if it.named is None and it.campaign is None and not is_due:
            able = [a.key for a in free if _may_serve(a, floor.queues[it.queue], it)]
            his = [key for key in able if not excludes(floor, it, key, world.at)]
            allowed = 0 if escalated(it, world.at) or floor.queues[it.queue].emergency else it.leaves_free
            assert not his or len(able) <= allowed, (it, his)
    named = {it.named for it in waiting if it.named}
    assert not named & {a.key for a in free}
    assert all(may_come(floor, key) for key in named)
    assert all(named_timer(it) in world.timers for it in waiting if it.named)


def _who_is_free_is_known(world: World) -> None:
    """What the engine keeps at hand of its agents, whoever changed them."""
    floor = world.center._acd.floor
    free = {key for key, state in world.agents.items() if state.free}
    assert floor.reach.free_agents == len(free)
    for key, queue in floor.queues.items():
        able = {a.key for a in floor.roster.values() if least_step(a, queue) is not None}
        assert set(floor.reach.free(key, len(queue.relaxations))) == able & free


def _may_serve(agent: Agent, queue: Queue, contact: Contact) -> bool:
    step = least_step(agent, queue)
    return step is not None and step <= contact.relaxed


def _the_view_tells_the_truth(world: World) -> None:
    called = {it.id for it in own_calls(world) if it.to is None}
    absent = to_call(world) | called | messages(world)
    assert set(world.view.contacts) == set(world.sessions) | absent
    callers = {it.agent for it in own_calls(world) if it.stage != "talking"}
    busy_calling = {key for it in own_calls(world) for key in (it.agent, it.to)}
    for it in world.contacts.values():
        seen = world.view.contacts[it.id]
        if it.stage is Stage.FLOW:  # what the IVR does with him is seen
            assert seen.agent is None
            continue
        if it.message:
            stage = "message" if it.stage is Stage.MESSAGE else "voicemail"
        else:
            stage = _STAGE_SEEN[it.stage] if it.leg else "call_back"
        assert (seen.stage, seen.queue, seen.agent) == (stage, it.queue, it.agent)
    for key in world.center._acd.floor.roster:
        state, seen_agent = world.agents[key], world.view.agents[key]
        held = world.contacts.get(state.contact)
        his = held is not None and held.agent == key  # else a colleague has the caller, and this one wraps up
        activity = _ACTIVITY_SEEN.get(held.stage, state.activity) if held and his else state.activity
        activity = "calling" if key in callers else activity
        assert bool(seen_agent.own_call) == (key in busy_calling)
        assert (seen_agent.status, seen_agent.activity) == (state.status, activity)


def _nobody_was_overtaken(world: World, turn: Turn, before: Waiting) -> None:
    """Whoever waited in the same line all the while, as much in his right and counting for more, was not passed.

    `before`: who waited where before this turn; in it somebody may have been moved there, and been taken at once.
    """
    for event in turn.events:
        chosen = world.contacts.get(event.contact) if isinstance(event, e.DecisionMade) else None
        if chosen is None or chosen.queue != event.queue:
            continue
        rest = [it for it, line in world.waiting().items() if line == before.get(it) == chosen.line]
        better = [it for it in map(world.contacts.__getitem__, rest) if _counts(it, chosen, event.at)]
        assert not [it for it in better if event.agent not in it.unanswered_by]


def _counts(one: Contact, chosen: Contact, at: float) -> bool:
    """Whether one ought to have been served before the chosen."""
    if one.leaves_free > chosen.leaves_free or one.relaxed < chosen.relaxed:
        return False
    late = escalated(one, at), escalated(chosen, at)
    if any(late):
        return late == (True, False) or (all(late) and since(one) < since(chosen))
    return score(one, at) > score(chosen, at)
