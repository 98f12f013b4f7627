"""A leg that is ours rings, answers, joins a conversation, or is gone: whose it is decides what follows.

The caller's ends his contact, wherever that is; the agent's ends an offer or a talk; a browser's that the switch lost
is an agent whose page went away; everybody else's is a party's.
"""

from acd import (
    arrangement,
    call_backs,
    conference,
    consult,
    device,
    named,
    offers,
    outside_talk,
    parties,
    supervision,
    talk,
)
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from ctiserver.core.commands import CancelTimer
from ctiserver.core.events import ContactEnded, Where
from ctiserver.core.inputs import LegAnswered, LegEnded, LegFailed, LegJoined, LegRinging, Party
from ctiserver.core.turn import Turn

_WHERE: dict[Stage, Where] = {
    Stage.WAITING: "queue",
    Stage.OFFERED: "offer",
    Stage.JOINING: "offer",
    Stage.TALKING: "talk",
    Stage.HELD: "talk",
    Stage.RETURNING: "talk",
    Stage.OUTSIDE: "talk",
}


def alive(floor: Floor, message: LegRinging | LegAnswered | LegJoined, turn: Turn) -> None:
    """A telephone rings, was answered, or is in a conversation: whose is it?"""
    leg = message.leg
    contact = floor.contact_of_leg(leg)
    if contact is None:
        return
    party = contact.party(leg)
    if party and party.role == "supervisor":
        supervision.alive(floor, contact, party, message, turn)
    elif party:
        outside = contact.stage is Stage.OUTSIDE
        (outside_talk if outside else consult).alive(floor, contact, party, message, turn)
    elif isinstance(message, LegJoined):
        if message.conversation == contact.talk:
            talk.joined(floor, contact, leg, turn)
    elif leg == contact.leg and isinstance(message, LegAnswered):
        call_backs.reached(floor, contact, turn)
    elif leg == contact.agent_leg:
        _agent_phone(floor, contact, message, turn)


def _agent_phone(floor: Floor, contact: Contact, message: LegRinging | LegAnswered, turn: Turn) -> None:
    if contact.stage is Stage.RETURNING:
        if isinstance(message, LegAnswered):
            device.answered(floor, contact, turn)
    elif isinstance(message, LegRinging):
        offers.ringing(floor, contact, turn)
    else:
        offers.accepted(floor, contact, turn)


def gone(floor: Floor, message: LegFailed | LegEnded, turn: Turn) -> None:
    """A telephone could not be reached, or somebody hung up: what becomes of his contact."""
    leg = message.leg
    contact = floor.contact_of_leg(leg)
    if contact is None:
        return
    by = message.by if isinstance(message, LegEnded) else "switch"
    if leg == contact.leg:
        _caller_gone(floor, contact, message, by, turn)
    elif (party := contact.party(leg)) and party.role == "supervisor":
        supervision.gone(floor, contact, party, message, turn)
    elif party:
        conference.party_gone(floor, contact, party, message, turn)
    elif contact.stage is Stage.RETURNING:
        device.unreachable(floor, contact)
    elif by == "switch" and contact.agent and device.is_gone(floor, contact.agent, message):
        device.lost(floor, contact.agent, turn)
    elif contact.stage is Stage.OFFERED and isinstance(message, LegEnded) and by == "switch":
        offers.leg_lost(floor, contact, turn)
    elif contact.stage is Stage.OFFERED:
        reason = message.reason if isinstance(message, LegFailed) else "hung_up_at_once"
        offers.refused(floor, contact, reason, turn)
    elif not conference.agent_left(floor, contact, by, turn):
        talk.agent_left(floor, contact, by, turn)


def _caller_gone(
    floor: Floor, contact: Contact, message: LegFailed | LegEnded, by: Party, turn: Turn
) -> None:
    if contact.stage is Stage.RESERVED:
        call_backs.failed(floor, contact, message, turn)
        return
    if contact.stage is Stage.FLOW:  # the IVR has him, and tells that he is gone
        floor.leave(contact)
        return
    where = _WHERE[contact.stage]
    agent = contact.agent
    by = "supervisor" if contact.closed_by and by == "center" else by
    turn.say(CancelTimer(timer=offers.place_timer(contact)))
    if contact.named:
        turn.say(CancelTimer(timer=named.named_timer(contact)))
    if contact.stage in (Stage.TALKING, Stage.HELD, Stage.RETURNING):
        talk.caller_left(floor, contact, by, turn)
    else:
        offers.withdraw(floor, contact, turn)
        parties.dismiss(floor, contact, "caller_left", by, turn)
        arrangement.part(contact, turn)
        floor.leave(contact)
    turn.say(ContactEnded(at=turn.at, contact=contact.id, where=where, by=by, q850=message.q850))
    if agent:
        offers.serve_agent(floor, agent, turn)
