"""What an agent does with the call in his hand: hold, resume, hang up.

A telephone that holds the call itself says so to Asterisk, and means the same: what the caller hears, the clock and the
record are those of a hold by the desk. Either may take back what the other held; where it means nothing now it is
passed over.
"""

from acd import arrangement, offers, talk
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from ctiserver.core.commands import DropLeg, SetFuse
from ctiserver.core.errors import Refusal
from ctiserver.core.events import ContactHeld, ContactResumed
from ctiserver.core.ids import AgentKey
from ctiserver.core.inputs import LegHeld, LegResumed
from ctiserver.core.requests import HangUp, Hold, Resume
from ctiserver.core.turn import Turn


def in_hand(floor: Floor, key: AgentKey, *stages: Stage) -> Contact:
    """The agent's contact, if it is at one of the stages. Raises Refusal."""
    state = floor.ledger.agents.get(key)
    contact = floor.ledger.contacts.get(state.contact) if state and state.contact else None
    if contact is None or contact.stage not in stages or contact.agent != key:
        raise Refusal("no_call", f"{key} has no call for which this could be done now")
    return contact


def hold(floor: Floor, request: Hold, turn: Turn) -> None:
    """Music for the caller; the agent is on his own. Raises Refusal."""
    _hold(floor, in_hand(floor, request.agent, Stage.TALKING), request.agent, turn)


def _hold(floor: Floor, contact: Contact, key: AgentKey, turn: Turn) -> None:
    contact.stage = Stage.HELD
    offers.hold(floor, contact, turn)
    turn.say(ContactHeld(at=turn.at, contact=contact.id, agent=key))


def resume(floor: Floor, request: Resume, turn: Turn) -> None:
    """The two hear each other again. Raises Refusal."""
    contact = in_hand(floor, request.agent, Stage.HELD)
    if contact.other is not None and contact.other.role == "consulted":
        raise Refusal("consulting", "you consult somebody: go back to your caller, or connect the two")
    if contact.agent_leg is None:
        raise Refusal("no_call", f"the phone of {request.agent} is gone")
    _resume(floor, contact, request.agent, turn)


ENDS_FROM = (Stage.TALKING, Stage.HELD, Stage.RETURNING)
"""From where an agent may hang up."""


def _resume(floor: Floor, contact: Contact, key: AgentKey, turn: Turn) -> None:
    contact.stage = Stage.TALKING
    arrangement.arrange(contact, turn)
    turn.say(
        SetFuse(leg=contact.leg, seconds=floor.ledger.tables.timing.talk_fuse_seconds),
        ContactResumed(at=turn.at, contact=contact.id, agent=key),
    )


def by_telephone(floor: Floor, message: LegHeld | LegResumed, turn: Turn) -> None:
    """The agent's own telephone holds the call or takes it back; a guest's or a caller's changes nothing here."""
    contact = floor.contact_of_leg(message.leg)
    if contact is None or contact.agent is None or message.leg != contact.agent_leg:
        return
    consults = contact.other is not None and contact.other.role == "consulted"
    if isinstance(message, LegHeld) and contact.stage is Stage.TALKING:
        _hold(floor, contact, contact.agent, turn)
    elif isinstance(message, LegResumed) and contact.stage is Stage.HELD and not consults:
        _resume(floor, contact, contact.agent, turn)


def hang_up(floor: Floor, request: HangUp, turn: Turn) -> None:
    """The agent is done; the caller stays for the survey. Raises Refusal.

    He may say so while his telephone is away for a moment: else it would ring him again for a call that he has ended.
    """
    contact = in_hand(floor, request.agent, *ENDS_FROM)
    leg = contact.agent_leg
    talk.agent_left(floor, contact, "agent", turn)
    if leg:
        turn.say(DropLeg(leg=leg))
