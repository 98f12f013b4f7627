"""On what terms a contact waits: the live engine's part of accumulating priority, which is kept in the contact.

The terms are its value class's in the queue's profile (`accumulating` has the rule and its sources). What a supervisor
reads of them with slopes of 1: "a class-A customer counts as having already waited two minutes". Whoever waits is never
put back but for a call-back that nobody answered:

- who is passed on, or was not answered, keeps his arrival and with it his place;
- a higher class counts as if he had been of it since he came (or would have come, had he not been put back), a lower
  one from his next contact on;
- a changed profile goes on from the score that he has: new head starts hold for later callers only.
"""

from acd import accumulating
from acd.accumulating import Terms
from acd.contact_state import Contact
from ctiserver.core.tables import Queue


def terms(queue: Queue, value_class: str) -> Terms:
    """The terms of one class in a queue; one that the queue does not name has no head start and the slope 1."""
    return Terms(
        head_start_seconds=queue.head_start_seconds.get(value_class, 0.0),
        slope=queue.slope.get(value_class, 1.0),
        ceiling_seconds=queue.ceiling_seconds,
    )


def better(queue: Queue, one: str, other: str) -> bool:
    """Whether the first class has anything in the queue that the second has not."""
    first, second = terms(queue, one), terms(queue, other)
    left = queue.leave_free
    return (
        first.head_start_seconds > second.head_start_seconds
        or first.slope > second.slope
        or left.get(one, 0) < left.get(other, 0)
    )


def begin(contact: Contact, queue: Queue) -> None:
    """He waits on the queue's terms since he arrived: a new contact, or one that goes on to another queue.

    Who was put back stays so: at the hour that he chose he has not waited since he asked.
    """
    its = terms(queue, contact.value_class)
    contact.virtual_arrival = accumulating.virtual_arrival(since(contact), its)
    contact.slope = its.slope
    contact.leaves_free = queue.leave_free.get(contact.value_class, 0)
    _limit(contact, its)


def raised(contact: Contact, queue: Queue, value_class: str, now: float) -> bool:
    """He is of this class; whether that helps him."""
    before = (contact.virtual_arrival, contact.slope, contact.leaves_free)
    contact.value_class = value_class
    contact.virtual_arrival, contact.slope = accumulating.raised(
        contact.virtual_arrival,
        contact.slope,
        terms(queue, value_class),
        arrived_at=since(contact),
        now=now,
    )
    contact.leaves_free = min(contact.leaves_free, queue.leave_free.get(value_class, 0))
    return before != (contact.virtual_arrival, contact.slope, contact.leaves_free)


def goes_on(contact: Contact, before: Queue, after: Queue, now: float) -> None:
    """His queue's profile changed while he waits: his score goes on from where it is."""
    old, new = terms(before, contact.value_class), terms(after, contact.value_class)
    if old.slope != new.slope:
        contact.virtual_arrival = accumulating.continued(
            contact.virtual_arrival, contact.slope, new.slope, now
        )
        contact.slope = new.slope
    if old.ceiling_seconds != new.ceiling_seconds:
        _limit(contact, new)
    if before.leave_free != after.leave_free:
        contact.leaves_free = after.leave_free.get(contact.value_class, 0)


def put_back(contact: Contact, seconds: float) -> None:
    """A call-back that nobody answered: so much later in line, past the ceiling too."""
    contact.virtual_arrival += seconds
    contact.counts_from = since(contact) + seconds
    if contact.escalates_at is not None:
        contact.escalates_at += seconds


def take_place(contact: Contact, kept: Contact) -> None:
    """He has the place of one who kept it for him in the same queue, with all that its wait has earned."""
    contact.arrived_at, contact.virtual_arrival = since(kept), kept.virtual_arrival
    contact.escalates_at = kept.escalates_at


def since(contact: Contact) -> float:
    """By what arrival he is escalated, and stands among those who are."""
    return contact.arrived_at if contact.counts_from is None else contact.counts_from


def escalated(contact: Contact, now: float) -> bool:
    """Whether he has waited for the ceiling, and is served before all others."""
    return contact.escalates_at is not None and contact.escalates_at <= now


def score(contact: Contact, now: float) -> float:
    """Seconds that he counts as having waited (with slope 1)."""
    return accumulating.score(contact.virtual_arrival, contact.slope, now)


def _limit(contact: Contact, its: Terms) -> None:
    ceiling = its.ceiling_seconds
    contact.escalates_at = None if ceiling is None else since(contact) + ceiling
