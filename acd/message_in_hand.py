"""A message that was left is given to an agent: he has it in hand as he would have a call, without a telephone."""

from acd.contact_state import Contact, Stage
from acd.floor import Floor
from ctiserver.core.commands import StartTimer
from ctiserver.core.events import ContactConnected, MessageGiven
from ctiserver.core.ids import AgentKey, LegId, TimerId
from ctiserver.core.turn import Turn

LONGEST_SECONDS = 1800.0
"""Nobody has a message in hand for longer: he has forgotten it."""


def timer(contact: Contact) -> TimerId:
    """Fires when the agent has had the message for too long."""
    return TimerId(f"acd:message:{contact.id}")


def give(floor: Floor, contact: Contact, key: AgentKey, turn: Turn) -> None:
    """The agent who is reserved for it hears it from now on."""
    state = floor.ledger.agents[key]
    state.move("answer")
    floor.room.leave(contact.id)
    contact.stage, contact.agent, contact.connected_at = Stage.MESSAGE, key, turn.at
    contact.segments += 1
    state.segment = contact.segments
    turn.say(
        ContactConnected(
            at=turn.at,
            contact=contact.id,
            agent=key,
            queue=contact.queue,
            segment=contact.segments,
            leg=LegId(""),
        ),
        MessageGiven(at=turn.at, contact=contact.id, agent=key, queue=contact.queue),
        StartTimer(timer=timer(contact), due_at=turn.at + LONGEST_SECONDS),
    )
