"""What an agent does with the call in his hand: hold, resume, hang up."""

from acd import arrangement, offers, talk
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from ctiserver.core.commands import DropLeg, SetFuse
from ctiserver.core.errors import Refusal
from ctiserver.core.events import ContactHeld, ContactResumed
from ctiserver.core.ids import AgentKey
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
    contact = in_hand(floor, request.agent, Stage.TALKING)
    contact.stage = Stage.HELD
    offers.hold(floor, contact, turn)
    turn.say(ContactHeld(at=turn.at, contact=contact.id, agent=request.agent))


def resume(floor: Floor, request: Resume, turn: Turn) -> None:
    """The two hear each other again. Raises Refusal."""
    contact = in_hand(floor, request.agent, Stage.HELD)
    if contact.other is not None and contact.other.role == "consulted":
        raise Refusal("consulting", "you consult somebody: go back to your caller, or connect the two")
    if contact.agent_leg is None:
        raise Refusal("no_call", f"the phone of {request.agent} is gone")
    contact.stage = Stage.TALKING
    arrangement.arrange(contact, turn)
    turn.say(
        SetFuse(leg=contact.leg, seconds=floor.ledger.tables.timing.talk_fuse_seconds),
        ContactResumed(at=turn.at, contact=contact.id, agent=request.agent),
    )


def hang_up(floor: Floor, request: HangUp, turn: Turn) -> None:
    """The agent is done; the caller stays for the survey. Raises Refusal."""
    contact = in_hand(floor, request.agent, Stage.TALKING, Stage.HELD)
    leg = contact.agent_leg
    talk.agent_left(floor, contact, "agent", turn)
    if leg:
        turn.say(DropLeg(leg=leg))
