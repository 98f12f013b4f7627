"""Who else is called in a contact: a colleague, or a number outside. How his phone is rung, and how he is let go.

A colleague is reserved for the contact from the first ring on, so that nobody else gives him a call meanwhile. Whoever
only gave advice is free at once when he goes; whoever talked with the customer has a segment of his own, and wraps up.
"""

from typing import Literal

from acd import offers, outside_calls, recording, wrap_up
from acd.agent_state import Activity
from acd.contact_state import Contact, Participant, Role
from acd.floor import Floor
from acd.status import pause, release
from ctiserver.core.commands import CancelTimer, DialLeg, DropLeg, SetFuse, StartTimer
from ctiserver.core.errors import Refusal
from ctiserver.core.events import (
    AgentReserved,
    ConsultEnded,
    ConsultOutcome,
    ConsultRinging,
    PartyLeft,
    PartyOutcome,
    SupervisionEnded,
    TalkEnded,
)
from ctiserver.core.ids import AgentKey, LegId, TimerId
from ctiserver.core.inputs import Party
from ctiserver.core.outside import Route
from ctiserver.core.turn import Turn

UNTOLD_SECONDS = 30.0
"""So long after the last carrier's time it is certain that the word of a number's end was lost."""


def need_nobody_else(contact: Contact) -> None:
    """Raises Refusal where a third is in the call."""
    if contact.other is not None:
        raise Refusal("third_party", "a third is in this call: let him go first")


def ring_timer(leg: LegId) -> TimerId:
    """Fires when the other's phone has rung long enough."""
    return TimerId(f"acd:consult:{leg}")


def ring_colleague(floor: Floor, contact: Contact, key: AgentKey, asked_by: AgentKey, turn: Turn) -> None:
    """Ring the phone of a free colleague, who is kept for this contact from now on."""
    state, agent = floor.ledger.agents[key], floor.roster[key]
    leg = LegId(turn.new_id())
    state.move("reserve")
    state.contact, state.queue, state.account_id = contact.id, contact.queue, contact.account_id
    state.campaign = None
    floor.add_party(contact, Participant(role="consulted", leg=leg, agent=key, asked_by=asked_by))
    ring_seconds = floor.queues[contact.queue].ring_seconds
    turn.say(
        AgentReserved(at=turn.at, agent=key, contact=contact.id),
        DialLeg(
            leg=leg,
            contact=contact.id,
            endpoint=agent.endpoint,
            ring_seconds=ring_seconds + 5,
            caller_number=contact.pii_number,
            caller_name=contact.pii_name,
        ),
        StartTimer(timer=ring_timer(leg), due_at=turn.at + ring_seconds),
    )


def ring_outside(
    floor: Floor, contact: Contact, route: Route, asked_by: AgentKey, role: Role, turn: Turn
) -> None:
    """Ring a number outside, for as long as numbers outside ring; who hears of no end by then lets it go (`due`)."""
    leg = outside_calls.dial(floor, contact.id, route, turn, agent=asked_by)
    party = Participant(role=role, leg=leg, pii_number=route.pii_number, asked_by=asked_by)
    floor.add_party(contact, party)
    rings = floor.ledger.tables.outside.ring_seconds * len(route.trunks)
    turn.say(StartTimer(timer=ring_timer(leg), due_at=turn.at + rings + UNTOLD_SECONDS))


def ringing(floor: Floor, contact: Contact, party: Participant, turn: Turn) -> None:
    """His phone rings; that it goes on ringing is no news."""
    if party.up or party.agent is None or party.asked_by is None:
        return
    state = floor.ledger.agents[party.agent]
    if state.activity is Activity.RESERVED:
        state.move("ring")
        turn.say(ConsultRinging(at=turn.at, contact=contact.id, agent=party.asked_by, to=party.agent))


def answered(floor: Floor, party: Participant, turn: Turn) -> None:
    """His phone was answered; it is for the caller of this to say who hears him."""
    party.up = True
    if party.agent is not None:
        floor.ledger.agents[party.agent].move("answer")
    fuse = floor.ledger.tables.timing.talk_fuse_seconds
    turn.say(CancelTimer(timer=ring_timer(party.leg)), SetFuse(leg=party.leg, seconds=fuse))


def let_go(
    floor: Floor,
    contact: Contact,
    party: Participant,
    turn: Turn,
    *,
    by: Party,
    outcome: PartyOutcome = "hung_up",
    missed: str = "",
) -> None:
    """He is in the contact no more, and his leg is ended; `missed`: why his phone was not answered; it pauses him."""
    turn.say(CancelTimer(timer=ring_timer(party.leg)), DropLeg(leg=party.leg))
    floor.forget_party(contact, party)
    key = party.agent
    if party.role != "consulted" and party.asked_by is not None:
        turn.say(PartyLeft(at=turn.at, contact=contact.id, agent=party.asked_by, to=key, outcome=outcome))
    if key is None:
        return
    if party.role == "colleague":
        segment = floor.ledger.agents[key].segment
        turn.say(
            TalkEnded(at=turn.at, contact=contact.id, agent=key, segment=segment, by=by, caller_stays=False)
        )
        wrap_up.begin(floor, key, contact, turn)
        return
    if missed:
        pause(floor, key, missed, turn)
    release(floor, key, contact.id, turn)
    offers.serve_agent(floor, key, turn)


def end_consult(
    floor: Floor,
    contact: Contact,
    party: Participant,
    outcome: ConsultOutcome,
    turn: Turn,
    *,
    reason: str = "",
    by: Party = "center",
) -> None:
    """The consult is over and whoever gave advice is let go."""
    recording.consult_ends(floor, contact, turn)
    if party.asked_by is not None:
        turn.say(
            ConsultEnded(
                at=turn.at,
                contact=contact.id,
                agent=party.asked_by,
                to=party.agent,
                outcome=outcome,
                reason=reason,
            )
        )
    let_go(floor, contact, party, turn, by=by, missed=reason if outcome == "failed" else "")


def supervisor_leaves(floor: Floor, contact: Contact, party: Participant, reason: str, turn: Turn) -> None:
    """A supervisor is in the contact no more, and his leg is ended; he may be given a call again."""
    key = party.agent or AgentKey("")
    turn.say(
        DropLeg(leg=party.leg),
        SupervisionEnded(at=turn.at, contact=contact.id, supervisor=key, agent=contact.agent, reason=reason),
    )
    floor.forget_party(contact, party)
    state = floor.ledger.agents.get(key)
    if state is not None and state.supervises == contact.id:
        state.supervises = None
        offers.serve_agent(floor, key, turn)


def dismiss(
    floor: Floor,
    contact: Contact,
    outcome: Literal["caller_left", "agent_left"],
    by: Party,
    turn: Turn,
) -> None:
    """The talk is over for all: nobody who was called in it stays."""
    while party := contact.other:
        if party.role == "consulted":
            end_consult(floor, contact, party, outcome, turn)
        else:
            let_go(floor, contact, party, turn, by=by, outcome=outcome)
