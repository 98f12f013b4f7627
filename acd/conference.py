"""Three in one talk: the caller, his agent, and whom the agent took in.

The call is in the hand of the agent who took the third in. He may send the third out, put the caller on hold, in which
case the two others go on talking, or hang up: then the third has the caller. Whoever else leaves, the others go on;
when the caller leaves, the talk is over for all. Each agent has a segment of his own, from the moment when the caller
hears him to the moment when he leaves.
"""

from acd import (
    arrangement,
    consult,
    hold,
    message_in_hand,
    messages,
    outside_talk,
    parties,
    recording,
    talk,
)
from acd.contact_state import Contact, Participant, Stage
from acd.floor import Floor
from ctiserver.core.commands import SetFuse
from ctiserver.core.errors import Refusal
from ctiserver.core.events import ConsultEnded, ContactResumed, PartyOutcome
from ctiserver.core.ids import AgentKey
from ctiserver.core.inputs import LegEnded, LegFailed, Party
from ctiserver.core.requests import HangUp, MergeParties, RemoveParty
from ctiserver.core.turn import Turn


def merge(floor: Floor, request: MergeParties, turn: Turn) -> None:
    """All three hear each other. Raises Refusal."""
    contact, party = consult.consulting(floor, request.agent)
    if not party.up:
        raise Refusal("not_answered", "nobody has answered yet: wait, or go back to your caller")
    party.role = "colleague" if party.agent else "outside"
    contact.stage = Stage.TALKING
    recording.consult_ends(floor, contact, turn)
    turn.say(
        ConsultEnded(at=turn.at, contact=contact.id, agent=request.agent, to=party.agent, outcome="merged"),
        ContactResumed(at=turn.at, contact=contact.id, agent=request.agent),
    )
    if party.agent:
        talk.begin_segment(floor, contact, party.agent, party.leg, "conference", request.agent, turn)
    arrangement.arrange(contact, turn)
    turn.say(SetFuse(leg=contact.leg, seconds=floor.ledger.tables.timing.talk_fuse_seconds))


def remove(floor: Floor, request: RemoveParty, turn: Turn) -> None:
    """The third is out; the caller and his agent go on as they were. Raises Refusal."""
    contact = hold.in_hand(floor, request.agent, Stage.TALKING, Stage.HELD)
    party = contact.other
    if party is None or party.role == "consulted":
        raise Refusal("no_conference", f"{request.agent} is in no conference")
    left(floor, contact, party, "center", turn, outcome="removed")


def left(
    floor: Floor,
    contact: Contact,
    party: Participant,
    by: Party,
    turn: Turn,
    *,
    outcome: PartyOutcome = "hung_up",
) -> None:
    """The third is gone; the others hear each other as before."""
    parties.let_go(floor, contact, party, turn, by=by, outcome="lost" if by == "switch" else outcome)
    arrangement.arrange(contact, turn)


def hang_up(floor: Floor, request: HangUp, turn: Turn) -> None:
    """The agent is done with the call, his own or one into which he was taken. Raises Refusal."""
    guest = guest_of(floor, request.agent)
    if guest is not None:
        _guest_hangs_up(floor, *guest, turn)
        return
    if message := message_in_hand.of(floor, request.agent):
        messages.done(floor, message, turn)
        return
    contact = hold.in_hand(floor, request.agent, *hold.ENDS_FROM)
    if not agent_left(floor, contact, "agent", turn):
        hold.hang_up(floor, request, turn)


def guest_of(floor: Floor, key: AgentKey) -> tuple[Contact, Participant] | None:
    """The contact of another agent in which this one is, and his part in it."""
    state = floor.ledger.agents.get(key)
    contact = floor.ledger.contacts.get(state.contact) if state and state.contact else None
    party = contact.other if contact else None
    return (contact, party) if contact and party and party.agent == key else None


def _guest_hangs_up(floor: Floor, contact: Contact, party: Participant, turn: Turn) -> None:
    if not party.up:
        raise Refusal("no_call", f"{party.agent} has no call for which this could be done now")
    guest_left(floor, contact, party, "agent", turn)


def guest_left(floor: Floor, contact: Contact, party: Participant, by: Party, turn: Turn) -> None:
    """Whom the agent consults, or took in, is gone."""
    if party.role == "consulted":
        parties.end_consult(floor, contact, party, "hung_up", turn, by=by)
        consult.take_back(floor, contact, turn)
    else:
        left(floor, contact, party, by, turn)


def lost(floor: Floor, contact: Contact, party: Participant, turn: Turn) -> None:
    """The browser of whom the agent consults, or took in, is gone."""
    if party.up:
        guest_left(floor, contact, party, "switch", turn)
    else:
        parties.end_consult(floor, contact, party, "failed", turn, reason="device_lost")
        consult.take_back(floor, contact, turn)


def party_gone(
    floor: Floor, contact: Contact, party: Participant, message: LegFailed | LegEnded, turn: Turn
) -> None:
    """A leg of neither the caller nor his agent is gone."""
    if contact.stage is Stage.OUTSIDE:
        outside_talk.gone(floor, contact, party, message, turn)
    elif party.role == "consulted":
        consult.gone(floor, contact, party, message, turn)
    else:
        left(floor, contact, party, message.by if isinstance(message, LegEnded) else "switch", turn)


def agent_left(floor: Floor, contact: Contact, by: Party, turn: Turn) -> bool:
    """The agent whose call it is leaves; whether somebody else was there for the caller, who has him now."""
    party = contact.other
    if party is None or contact.stage not in (Stage.TALKING, Stage.HELD):
        return False
    if party.role == "consulted":
        consult.agent_left(floor, contact, party, by, turn)
    else:
        talk.hand_over(floor, contact, party, "conference", by, turn)
    return True
