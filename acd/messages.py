"""Messages that callers leave in place of waiting: each waits in the queue as a contact of its own, without a leg.

    left ─► waits behind everybody who is on the line ─► an agent has it in hand ─done─► he wraps up; it is over
                 ▲                                               │ he is gone, or has forgotten it
                 └───────────────────────────────────────────────┘ at the place that it had

Messages of a queue go by the score of whoever left them, from the instant at which they were whole. An agent takes one
when nobody whom he serves waits on the line, and no call while he has it. Nothing is kept but here and in the journal:
a restart loses none. A queue that nobody serves any more gives its messages to the list of those to call back.
"""

from acd import limits, message_in_hand, offers, priority, refuge, wrap_up
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from acd.status import pause, release
from ctiserver.core.commands import CancelTimer
from ctiserver.core.events import (
    CallerIdentified,
    ContactArrived,
    ContactEnded,
    ContactQueued,
    ContactRequeued,
    MessageBegun,
    MessageLeft,
    MessagePlaced,
    TalkEnded,
)
from ctiserver.core.ids import AgentKey, ContactId, LegId
from ctiserver.core.inputs import Party
from ctiserver.core.turn import Turn

FORGOTTEN = "missed_offer"
_NO_LEG = LegId("")


def begun(floor: Floor, message: MessageBegun, turn: Turn) -> None:
    """He who waited speaks his message: he waits no more."""
    caller = floor.ledger.contacts.get(message.contact)
    if caller is not None and caller.stage in (Stage.WAITING, Stage.OFFERED):
        limits.drop_out(floor, caller, turn)


def left(floor: Floor, message: MessageLeft, turn: Turn) -> None:
    """The message waits from now on."""
    queue = floor.queues.get(message.queue)
    if queue is None:
        return
    floor.ledger.arrivals += 1
    contact = Contact(
        id=ContactId(turn.new_id()),
        account_id=message.account_id,
        leg=_NO_LEG,
        queue=message.queue,
        value_class=message.value_class,
        language=message.language,
        pii_number=message.pii_number,
        pii_name=message.pii_name,
        arrived_at=turn.at,
        virtual_arrival=turn.at,
        order=floor.ledger.arrivals,
        message=message.recording,
    )
    priority.begin(contact, queue)
    _tell(contact, message, turn)
    floor.enter(contact)
    if not offers.serve_contact(floor, contact, turn):
        shelter(floor, turn)


def _tell(contact: Contact, message: MessageLeft, turn: Turn) -> None:
    turn.say(
        ContactArrived(
            at=turn.at,
            contact=contact.id,
            account_id=contact.account_id,
            leg=_NO_LEG,
            did="",
            pii_number=contact.pii_number,
            language=contact.language,
            flow="",
            flow_version="",
            channel="voicemail",
        ),
        CallerIdentified(
            at=turn.at,
            contact=contact.id,
            how="message",
            candidates=message.candidates,
            value_class=contact.value_class,
            level=message.level,
        ),
        ContactQueued(
            at=turn.at,
            contact=contact.id,
            account_id=contact.account_id,
            leg=_NO_LEG,
            queue=contact.queue,
            value_class=contact.value_class,
            language=contact.language,
            pii_number=contact.pii_number,
            pii_name=contact.pii_name,
        ),
        MessagePlaced(
            at=turn.at,
            contact=contact.id,
            left_in=message.contact,
            queue=contact.queue,
            recording=message.recording,
            seconds=message.seconds,
        ),
    )


def in_hand(floor: Floor, key: AgentKey) -> Contact | None:
    """The message that an agent has in hand; None: none."""
    state = floor.ledger.agents.get(key)
    contact = floor.ledger.contacts.get(state.contact) if state and state.contact else None
    return contact if contact and contact.stage is Stage.MESSAGE and contact.agent == key else None


def done(floor: Floor, contact: Contact, turn: Turn, by: Party = "agent") -> None:
    """The agent has done what the message asks for: it is over, and he wraps up."""
    key = _let_go(contact, by, turn)
    floor.leave(contact)
    turn.say(ContactEnded(at=turn.at, contact=contact.id, where="talk", by=by))
    wrap_up.begin(floor, key, contact, turn)


def given_back(floor: Floor, contact: Contact, reason: str, turn: Turn) -> None:
    """The agent is gone or has forgotten it: it waits again, and he is paused."""
    key = _let_go(contact, "center", turn)
    pause(floor, key, reason, turn)
    release(floor, key, contact.id, turn)
    contact.agent, contact.stage = None, Stage.WAITING
    floor.line_up(contact)
    turn.say(ContactRequeued(at=turn.at, contact=contact.id, queue=contact.queue, reason=reason))
    offers.serve_contact(floor, contact, turn)


def forgotten(floor: Floor, key: ContactId, turn: Turn) -> None:
    """An agent has had it for too long."""
    contact = floor.ledger.contacts.get(key)
    if contact is not None and contact.stage is Stage.MESSAGE:
        given_back(floor, contact, FORGOTTEN, turn)


def close(floor: Floor, contact: Contact, turn: Turn) -> None:
    """A supervisor ends it, whether somebody has it in hand or not."""
    if contact.stage is Stage.MESSAGE:
        done(floor, contact, turn, "supervisor")
    else:
        _end(floor, contact, "supervisor", turn)


def shelter(floor: Floor, turn: Turn) -> None:
    """Nobody serves its queue any more: whoever left it stands on the list of those whom somebody should call."""
    for contact in list(floor.ledger.contacts.values()):
        if contact.message and contact.stage is Stage.WAITING and not refuge.is_served(floor, contact):
            _end(floor, contact, "switch", turn)


def _end(floor: Floor, contact: Contact, by: Party, turn: Turn) -> None:
    floor.leave(contact)
    turn.say(ContactEnded(at=turn.at, contact=contact.id, where="queue", by=by))


def _let_go(contact: Contact, by: Party, turn: Turn) -> AgentKey:
    if contact.agent is None:
        raise AssertionError("a message in hand has an agent")
    turn.say(
        CancelTimer(timer=message_in_hand.timer(contact)),
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
