"""How many may wait in a queue, and for how long; and where the others go.

    comes to a full queue ─┐        ┌─► another queue with room, with the wait that he has   ContactOverflowed
                           ├─ else ─┼─► he is offered what the queue offers instead          ContactDeflected
    has waited too long ───┘        └─► he is asked to call again                            ContactTurnedAway

He stands in line until he has chosen: an agent who is free ends it all, and he is served. Never sent away are
emergencies, who has spoken with an agent already, who was passed on to one agent, whom we called, and who waits to be
called. Full is a queue where as many wait on the line as may, whoever they are. A queue whose own limits would send
him on at once has no room; nor has one that is closed, nor one that has sent him on itself: nobody goes round in
circles. In the other queue he stands on its terms with the arrival that he had: he counts as if he had waited there
all the time.

A longest wait that is changed or lifted holds for those who wait, too, as a ceiling does, but not for who is choosing
already; that fewer may wait holds for whoever comes: nobody who has a place loses it.
"""

from collections.abc import Mapping

from acd import arrangement, offers
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from ctiserver.core.commands import CancelTimer, StartTimer
from ctiserver.core.events import ContactDeflected, ContactOverflowed, ContactQueued, ContactTurnedAway, Limit
from ctiserver.core.hours import is_open
from ctiserver.core.ids import ContactId, QueueKey, TimerId
from ctiserver.core.tables import InsteadOfWaiting, Queue
from ctiserver.core.turn import Turn

CHOOSES_SECONDS = 120.0
"""He has chosen by then, or was rung for meanwhile and nobody answered: then he is asked again."""
AGAIN_SECONDS = 30.0
"""Who was rung for when his time was over and was not answered is looked at again after this."""


def timer(contact: Contact) -> TimerId:
    """Fires when he has waited for as long as his queue lets anybody wait."""
    return TimerId(f"acd:limit:{contact.id}")


def came(floor: Floor, contact: Contact, turn: Turn, *, moved: bool = False) -> None:
    """He lined up in a queue: until when may he wait, and is there room? Who was `moved` has it.

    An agent whose phone rings for him may not answer: his time counts from the beginning.
    """
    queue = floor.queues[contact.queue]
    if not _is_limited(contact, queue):
        return
    if moved:
        turn.say(CancelTimer(timer=timer(contact)))
    full = queue.most_waiting is not None and waiting_in(floor, queue.key) > queue.most_waiting
    if full and not moved and contact.stage is Stage.WAITING:
        _relieve(floor, contact, "full", turn)
    else:
        _let_wait(contact, queue, turn)


def changed(floor: Floor, before: Mapping[QueueKey, Queue], turn: Turn) -> None:
    """Queues have other limits than `before`: until when those who are in line may wait now."""
    for contact in floor.ledger.contacts.values():
        queue = floor.queues[contact.queue]
        was = before.get(contact.queue, queue)
        if was.longest_wait_seconds == queue.longest_wait_seconds or not _is_limited(contact, queue):
            continue
        if contact.stage in (Stage.WAITING, Stage.OFFERED) and contact.chooses_until <= turn.at:
            turn.say(CancelTimer(timer=timer(contact)))
            _let_wait(contact, queue, turn)


def _let_wait(contact: Contact, queue: Queue, turn: Turn) -> None:
    """For so long as his queue lets anybody, from when he came to it."""
    if queue.longest_wait_seconds is not None:
        came_at = contact.arrived_at if contact.entered_at is None else contact.entered_at
        turn.say(StartTimer(timer=timer(contact), due_at=max(turn.at, came_at + queue.longest_wait_seconds)))


def over(floor: Floor, key: ContactId, turn: Turn) -> None:
    """He has waited for too long, if he waits still."""
    contact = floor.ledger.contacts.get(key)
    if contact is None or not _is_limited(contact, floor.queues[contact.queue]):
        return
    if contact.stage in (Stage.OFFERED, Stage.JOINING):
        turn.say(StartTimer(timer=timer(contact), due_at=turn.at + AGAIN_SECONDS))
    elif contact.stage is Stage.WAITING:
        _relieve(floor, contact, "waited", turn)


def turned_away(floor: Floor, message: ContactTurnedAway, turn: Turn) -> None:
    """He was asked to call again: whoever says goodbye to him has him from now on."""
    contact = floor.ledger.contacts.get(message.contact)
    if contact is None or contact.stage not in (Stage.WAITING, Stage.OFFERED):
        return
    drop_out(floor, contact, turn)


def drop_out(floor: Floor, contact: Contact, turn: Turn) -> None:
    """He leaves the line, and his call goes back to the IVR."""
    agent = contact.agent
    offers.withdraw(floor, contact, turn)
    turn.say(CancelTimer(timer=offers.place_timer(contact)), CancelTimer(timer=timer(contact)))
    arrangement.part(contact, turn)
    floor.leave(contact)
    if agent:
        offers.serve_agent(floor, agent, turn)


def waiting_in(floor: Floor, queue: QueueKey) -> int:
    """How many wait in a queue on the line, whether an agent's phone rings for them or not."""
    return sum(
        one.queue == queue and one.stage in (Stage.WAITING, Stage.OFFERED) and bool(one.leg)
        for one in floor.ledger.contacts.values()
    )


def _is_limited(contact: Contact, queue: Queue) -> bool:
    spoken_with = contact.segments > 0 or contact.called or contact.campaign is not None
    return not (queue.emergency or spoken_with or contact.named) and bool(contact.leg)


def _relieve(floor: Floor, contact: Contact, reason: Limit, turn: Turn) -> None:
    queue = floor.queues[contact.queue]
    other = floor.queues.get(queue.overflow_queue) if queue.overflow_queue else None
    if (
        other is not None
        and other.key not in contact.sent_on_by
        and _has_room(floor, contact, other, turn.at)
    ):
        _send_on(contact, other.key, reason, turn)
        return
    ways: tuple[InsteadOfWaiting, ...] = tuple(
        it for it in queue.full_offers if it != "call_back" or floor.ledger.tables.outside.trunks
    )
    contact.chooses_until = turn.at + CHOOSES_SECONDS
    turn.say(
        ContactDeflected(at=turn.at, contact=contact.id, queue=queue.key, reason=reason, offers=ways),
        CancelTimer(timer=offers.place_timer(contact)),
        StartTimer(timer=timer(contact), due_at=contact.chooses_until),
    )


def _has_room(floor: Floor, contact: Contact, queue: Queue, at: float) -> bool:
    """Whether the queue is there, open, and has room for one more."""
    there = queue.account_id == contact.account_id and any(
        one.key == queue.key for one in floor.ledger.tables.queues
    )
    full = queue.most_waiting is not None and waiting_in(floor, queue.key) >= queue.most_waiting
    return there and not full and is_open(queue.hours, at)


def _send_on(contact: Contact, queue: QueueKey, reason: Limit, turn: Turn) -> None:
    """Being queued again does the rest."""
    contact.sent_on_by.append(contact.queue)
    turn.say(
        ContactOverflowed(
            at=turn.at, contact=contact.id, queue=queue, from_queue=contact.queue, reason=reason
        ),
        ContactQueued(
            at=turn.at,
            contact=contact.id,
            account_id=contact.account_id,
            leg=contact.leg,
            queue=queue,
            value_class=contact.value_class,
            language=contact.language,
            pii_number=contact.pii_number,
            pii_name=contact.pii_name,
        ),
    )
