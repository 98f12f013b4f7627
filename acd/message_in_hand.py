"""A message that was left is given to an agent: he has it in hand as he would have a call, without a telephone.

He may call back from it: it stays in his hand until he whom he calls answers, and is done then; nobody who does not
answer takes it from him.
"""

from acd.contact_state import Contact, Stage
from acd.floor import Floor
from ctiserver.core.commands import CancelTimer, StartTimer
from ctiserver.core.events import ContactConnected, ContactEnded, MessageAnswered, MessageGiven, TalkEnded
from ctiserver.core.ids import AgentKey, ContactId, LegId, TimerId
from ctiserver.core.inputs import Party
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


def of(floor: Floor, key: AgentKey) -> Contact | None:
    """The message that an agent has in hand; None: none."""
    state = floor.ledger.agents.get(key)
    contact = floor.ledger.contacts.get(state.contact) if state and state.contact else None
    return contact if contact and contact.stage is Stage.MESSAGE and contact.agent == key else None


def let_go(contact: Contact, by: Party, turn: Turn) -> AgentKey:
    """The part of the agent who has it is over; who that was."""
    if contact.agent is None:
        raise AssertionError("a message in hand has an agent")
    turn.say(
        CancelTimer(timer=timer(contact)),
        TalkEnded(
            at=turn.at,
            contact=contact.id,
            agent=contact.agent,
            segment=contact.segments,
            by=by,
            caller_stays=False,
        ),
    )
    return contact.agent


def answered(floor: Floor, key: AgentKey, call: ContactId, turn: Turn) -> None:
    """He whom the agent called back because of his message has answered: that talk is in hand instead of it."""
    contact, state = of(floor, key), floor.ledger.agents[key]
    if contact is None:
        raise AssertionError("who answers a message has it in hand")
    turn.say(MessageAnswered(at=turn.at, contact=contact.id, agent=key, call=call))
    let_go(contact, "agent", turn)
    floor.leave(contact)
    turn.say(ContactEnded(at=turn.at, contact=contact.id, where="talk", by="agent"))
    state.contact, state.segment = call, 0
