"""Messages that callers leave in place of waiting: each waits in the queue as a contact of its own, without a leg.

    left ─► waits behind everybody who is on the line ─► an agent has it in hand ─done─► he wraps up; it is over
                 ▲                                               │ he is gone, or has forgotten it
                 └───────────────────────────────────────────────┘ at the place that it had

Messages of a queue go by the score of whoever left them, from the instant at which they were whole. An agent takes one
when nobody whom he serves waits on the line, and no call while he has it. Nothing is kept but here and in the journal:
a restart loses none. A queue that nobody serves any more gives its messages to the list of those to call back.
"""

from acd import limits, message_in_hand, off_the_line, offers, own_calls, priority, refuge, wrap_up
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from acd.off_the_line import NO_LEG
from acd.status import pause, release
from ctiserver.core.commands import StartTimer
from ctiserver.core.events import (
    ContactEnded,
    ContactRequeued,
    MessageBegun,
    MessageLeft,
    MessagePlaced,
)
from ctiserver.core.ids import AgentKey, ContactId
from ctiserver.core.inputs import Party
from ctiserver.core.tables import Queue
from ctiserver.core.turn import Turn

FORGOTTEN = "missed_offer"
_CALLS_BACK_SECONDS = 60.0


def begun(floor: Floor, message: MessageBegun, turn: Turn) -> None:
    """He who waited speaks his message: he waits no more."""
    caller = floor.ledger.contacts.get(message.contact)
    if caller is not None and caller.stage in (Stage.WAITING, Stage.OFFERED):
        limits.drop_out(floor, caller, turn)


def left(floor: Floor, message: MessageLeft, turn: Turn) -> None:
    """The message waits from now on."""
    queue = floor.queues.get(message.queue) or _another_queue(floor, message.account_id)
    if queue is None:
        return
    floor.ledger.arrivals += 1
    contact = Contact(
        id=ContactId(turn.new_id()),
        account_id=message.account_id,
        leg=NO_LEG,
        queue=queue.key,
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
    off_the_line.arrives(contact, "voicemail", message.candidates, message.level, turn)
    turn.say(
        MessagePlaced(
            at=turn.at,
            contact=contact.id,
            left_in=message.contact,
            queue=contact.queue,
            recording=message.recording,
            seconds=message.seconds,
        )
    )
    floor.enter(contact)
    if not offers.serve_contact(floor, contact, turn):
        shelter(floor, turn)


def _another_queue(floor: Floor, account_id: int) -> Queue | None:
    """His queue was taken away while he spoke: he was told that his message is kept."""
    own = [one for one in floor.ledger.tables.queues if one.account_id == account_id]
    return next((one for one in own if not one.emergency), None)


def done(floor: Floor, contact: Contact, turn: Turn, by: Party = "agent") -> None:
    """The agent has done what the message asks for: it is over, and he wraps up."""
    key = _let_go(floor, contact, by, turn)
    floor.leave(contact)
    turn.say(ContactEnded(at=turn.at, contact=contact.id, where="talk", by=by))
    wrap_up.begin(floor, key, contact, turn)


def given_back(floor: Floor, contact: Contact, reason: str, turn: Turn) -> None:
    """The agent is gone or has forgotten it: it waits again, and he is paused."""
    key = _let_go(floor, contact, "center", turn)
    pause(floor, key, reason, turn)
    release(floor, key, contact.id, turn)
    contact.agent, contact.stage = None, Stage.WAITING
    floor.line_up(contact)
    turn.say(ContactRequeued(at=turn.at, contact=contact.id, queue=contact.queue, reason=reason))
    if not offers.serve_contact(floor, contact, turn):
        shelter(floor, turn)


def forgotten(floor: Floor, key: ContactId, turn: Turn) -> None:
    """An agent has had it for too long; who calls back because of it just now has not forgotten it."""
    contact = floor.ledger.contacts.get(key)
    if contact is None or contact.agent is None or contact.stage is not Stage.MESSAGE:
        return
    if own_calls.of_agent(floor, contact.agent):
        again_at = turn.at + _CALLS_BACK_SECONDS
        turn.say(StartTimer(timer=message_in_hand.timer(contact), due_at=again_at))
    else:
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


def _let_go(floor: Floor, contact: Contact, by: Party, turn: Turn) -> AgentKey:
    """A call that he makes because of it ends with it."""
    if contact.agent is not None and (call := own_calls.of_agent(floor, contact.agent)):
        own_calls.end(floor, call, "taken_back", "center", turn)
    return message_in_hand.let_go(contact, by, turn)
