"""No agent sticks in what he is doing: whatever event gets lost, a lease on it runs out, and it ends as if told.

    what he is doing                      lease                             then
    a phone of his rings for a contact    the queue's ring_seconds + 30 s   nobody answered
    he is kept for whom we call           120 s                             nobody answered
    he answered, the two are not joined   20 s                              the leg is lost, and he is rung again
    his browser is away                   away_seconds + 30 s               it did not come back
    he wraps up                           what he was given + 30 s          it is over
    he has a message in hand              30 min + 30 s                     it waits for somebody else
    he calls back from one                120 s each step                   nobody answered; he has it still
    he talks                              the fuse of a talk + 60 s         the switch has ended both legs by then

A number outside that is let go so costs nothing from then on. The usual timers come first; this is for when their
firing, or what a phone said, was lost. Everybody who is not idle is looked at twice a minute, and a lease counts from
the first look that saw him so: an agent is free again at most a minute after it. A lost look is made up by whatever
happens next.
"""

from acd import (
    call_backs,
    called,
    consult,
    device,
    legs,
    message_in_hand,
    messages,
    offers,
    outside_calls,
    own_calls,
    wrap_up,
)
from acd.agent_state import Activity, AgentState
from acd.contact_state import Contact, Stage
from acd.floor import Floor, Seen
from acd.status import release
from ctiserver.core.commands import CancelTimer, DropLeg, StartTimer
from ctiserver.core.ids import AgentKey, LegId, TimerId
from ctiserver.core.inputs import LegEnded, LegFailed
from ctiserver.core.turn import Turn

LOOK_SECONDS = 30.0
SLACK_SECONDS = 30.0
KEPT_SECONDS = 120.0
JOIN_SECONDS = 20.0
LOOK = TimerId("acd:leases:")
_OFFERED = (Activity.RESERVED, Activity.RINGING)


def watch(floor: Floor, turn: Turn) -> None:
    """Look again soon if somebody is not idle, and not if nobody is; a look that did not come is late by now."""
    ledger = floor.ledger
    late = ledger.looks_at is not None and turn.at > ledger.looks_at + LOOK_SECONDS
    if floor.reach.engaged and (ledger.looks_at is None or late):
        ledger.looks_at = turn.at + LOOK_SECONDS
        turn.say(StartTimer(timer=LOOK, due_at=ledger.looks_at))
    elif ledger.looks_at is not None and not floor.reach.engaged:
        ledger.looks_at, ledger.seen = None, {}
        turn.say(CancelTimer(timer=LOOK))


def look(floor: Floor, _whom: str, turn: Turn) -> None:
    """End what has lasted for longer than its lease."""
    floor.ledger.looks_at = None
    before, floor.ledger.seen = floor.ledger.seen, {}
    for key in sorted(floor.reach.engaged):
        state = floor.ledger.agents[key]
        what = _what(floor, state)
        seen = before.get(key)
        if seen is None or seen.what != what:
            seen = Seen(what=what, at=turn.at)
        if _has_run_out(floor, state, seen.at, turn.at):
            _end(floor, state, turn)
        else:
            floor.ledger.seen[key] = seen


def _has_run_out(floor: Floor, state: AgentState, since: float, at: float) -> bool:
    """Whoever wraps up may have passed his caller on to another queue, whose times are none of his."""
    if state.activity is Activity.WRAPPING_UP:
        return at >= state.wrap_up_until + SLACK_SECONDS
    return at - since >= lease_seconds(floor, state)


def lease_seconds(floor: Floor, state: AgentState) -> float:
    """How long an agent may be seen doing what he does, unless he wraps up; see the table above."""
    contact = _in_hand(floor, state)
    timing = floor.ledger.tables.timing
    if state.activity in _OFFERED:
        offered = contact is not None and contact.stage is Stage.OFFERED
        return (
            floor.queues[contact.queue].ring_seconds + SLACK_SECONDS if contact and offered else KEPT_SECONDS
        )
    if contact is not None and contact.stage is Stage.JOINING:
        return JOIN_SECONDS
    if contact is not None and contact.stage is Stage.RETURNING:
        return timing.away_seconds + SLACK_SECONDS
    if contact is not None and contact.stage is Stage.MESSAGE:
        calls = own_calls.of_agent(floor, state.key) is not None
        return KEPT_SECONDS if calls else message_in_hand.LONGEST_SECONDS + SLACK_SECONDS
    return timing.talk_fuse_seconds + 2 * SLACK_SECONDS


def _what(floor: Floor, state: AgentState) -> str:
    contact = _in_hand(floor, state)
    its = (contact.stage, contact.agent_leg, contact.segments) if contact else ()
    call = own_calls.of_agent(floor, state.key)
    steps = (call.id, call.stage, call.away) if call else ()
    return "|".join(map(str, (state.activity, state.contact, state.wrap_up_until, *its, *steps)))


def _in_hand(floor: Floor, state: AgentState) -> Contact | None:
    return floor.ledger.contacts.get(state.contact) if state.contact else None


def _end(floor: Floor, state: AgentState, turn: Turn) -> None:
    contact = _in_hand(floor, state)
    if state.activity is Activity.WRAPPING_UP:
        wrap_up.over(floor, state.key, turn)
    elif contact is not None and own_calls.of_agent(floor, state.key):
        _own_call(floor, state.key, turn)
    elif contact is None:
        _nobody_there(floor, state, turn)
    elif contact.agent != state.key:
        _guest(floor, contact, state.key, turn)
    elif contact.stage is Stage.MESSAGE:
        messages.forgotten(floor, contact.id, turn)
    elif contact.stage is Stage.OFFERED:
        offers.expired(floor, contact, turn)
    elif contact.stage is Stage.RESERVED:
        turn.say(DropLeg(leg=contact.leg))
        failed = LegFailed(at=turn.at, leg=contact.leg, reason="no_answer")
        outside_calls.follow(floor, failed, turn)
        call_backs.failed(floor, contact, failed, turn)
    elif contact.stage is Stage.RETURNING:
        device.away_too_long(floor, state.key, turn)
    elif contact.stage is Stage.JOINING and contact.agent_leg:
        turn.say(DropLeg(leg=contact.agent_leg))
        offers.leg_lost(floor, contact, turn)
    else:
        _ended(floor, contact.leg, turn)


def _nobody_there(floor: Floor, state: AgentState, turn: Turn) -> None:
    """He calls somebody, or is kept for one whom we called, and nothing was heard again; or he has nobody at all."""
    if own_calls.of_agent(floor, state.key):
        _own_call(floor, state.key, turn)
    elif not called.forget(floor, state.key, turn) and state.contact:
        release(floor, state.key, state.contact, turn)
        offers.serve_agent(floor, state.key, turn)


def _own_call(floor: Floor, key: AgentKey, turn: Turn) -> None:
    call = own_calls.of_agent(floor, key)
    own_calls.lost(floor, key, turn)
    if call is not None and call.waits is None:
        outside_calls.follow(floor, LegFailed(at=turn.at, leg=call.leg, reason="no_answer"), turn)
    elif call is not None:
        outside_calls.follow(floor, LegEnded(at=turn.at, leg=call.leg, by="switch"), turn)


def _guest(floor: Floor, contact: Contact, key: AgentKey, turn: Turn) -> None:
    party = next((one for one in contact.parties if one.agent == key), None)
    if party is None:
        release(floor, key, contact.id, turn)
        offers.serve_agent(floor, key, turn)
    elif party.up:
        _ended(floor, party.leg, turn)
    else:
        consult.expired(floor, contact, party, turn)


def _ended(floor: Floor, leg: LegId, turn: Turn) -> None:
    ended = LegEnded(at=turn.at, leg=leg, by="switch")
    turn.say(DropLeg(leg=leg))
    outside_calls.follow(floor, ended, turn)
    legs.gone(floor, ended, turn)
