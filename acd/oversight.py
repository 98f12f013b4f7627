"""What a supervisor does with somebody's contact: end it, put it into another queue, let it go sooner.

Who waits may be moved and preferred; nobody is ever put back, and no emergency is taken out of its queue. Everything
names who did it, and a reason where it is one person's judgement.
"""

from acd import call_backs, messages, offers
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from ctiserver.core.commands import DropLeg
from ctiserver.core.errors import Refusal
from ctiserver.core.events import ContactClosed, ContactMoved, ContactQueued, PriorityChanged
from ctiserver.core.ids import ContactId
from ctiserver.core.requests import ChangePriority, EndContact, MoveContact
from ctiserver.core.turn import Turn

LONGEST_HEAD_START_SECONDS = 86_400.0


def of(floor: Floor, key: ContactId) -> Contact:
    """The contact, if it waits or is being talked. Raises Refusal."""
    contact = floor.ledger.contacts.get(key)
    if contact is None:
        raise Refusal("no_such_contact", "this call neither waits nor talks: it is over, or in the menus")
    return contact


def end(floor: Floor, request: EndContact, turn: Turn) -> None:
    """Hang up on the caller; the end of his leg ends the rest. Raises Refusal."""
    contact = of(floor, request.contact)
    reason = why(request.reason)
    if call_backs.is_absent(contact):
        call_backs.call_off(floor, contact, request.by, reason, turn)
        return
    turn.say(ContactClosed(at=turn.at, contact=contact.id, by=request.by, reason=reason))
    if contact.message:
        messages.close(floor, contact, turn)
        return
    contact.closed_by = request.by
    turn.say(DropLeg(leg=contact.leg))


def move(floor: Floor, request: MoveContact, turn: Turn) -> None:
    """Let him wait in another queue; being queued again does the rest. Raises Refusal."""
    contact = _waiting(floor, request.contact)
    queue = floor.queues.get(request.queue)
    if queue is None or queue.account_id != contact.account_id:
        raise Refusal("unknown_queue", f"there is no queue {request.queue!r}")
    if queue.key == contact.queue:
        raise Refusal("same_queue", "he waits in this queue already: choose another")
    if floor.queues[contact.queue].emergency and not queue.emergency:
        raise Refusal(
            "emergency_stays", "an emergency stays in its queue: it is served before all others there"
        )
    turn.say(
        ContactMoved(
            at=turn.at, contact=contact.id, by=request.by, queue=queue.key, from_queue=contact.queue
        ),
        ContactQueued(
            at=turn.at,
            contact=contact.id,
            account_id=contact.account_id,
            leg=contact.leg,
            queue=queue.key,
            value_class=contact.value_class,
            language=contact.language,
            pii_number=contact.pii_number,
            pii_name=contact.pii_name,
        ),
    )


def prefer(floor: Floor, request: ChangePriority, turn: Turn) -> None:
    """Let him go sooner. Raises Refusal, also where it would not help him."""
    contact = _waiting(floor, request.contact)
    reason, before = why(request.reason), contact.virtual_arrival
    if (request.value_class is None) == (request.head_start_seconds is None):
        raise Refusal("bad_request", "name the class or the seconds of head start: one of the two")
    if request.head_start_seconds is not None:
        _give_head_start(floor, contact, request.head_start_seconds)
    elif not floor.set_class(contact, request.value_class or "", turn.at):
        raise Refusal("no_better_class", "with this class he would not go sooner: choose a better one")
    turn.say(
        PriorityChanged(
            at=turn.at,
            contact=contact.id,
            value_class=contact.value_class,
            virtual_arrival=min(before, contact.virtual_arrival),
            by=request.by,
            reason=reason,
        )
    )
    if contact.stage is Stage.WAITING:
        offers.serve_contact(floor, contact, turn)


def _give_head_start(floor: Floor, contact: Contact, seconds: float) -> None:
    if not 0 < seconds <= LONGEST_HEAD_START_SECONDS:
        raise Refusal("wrong_seconds", "give from 1 second to a day of head start")
    contact.virtual_arrival -= seconds / contact.slope  # H / b, as that of a class
    if contact.stage is Stage.WAITING:
        floor.line_up(contact)


def _waiting(floor: Floor, key: ContactId) -> Contact:
    contact = of(floor, key)
    if contact.stage not in (Stage.WAITING, Stage.OFFERED) or contact.campaign is not None:
        raise Refusal("not_waiting", "he waits no more: this can be done only for who waits in a queue")
    return contact


def why(given: str) -> str:
    """The reason that a supervisor gives for his judgement. Raises Refusal for none."""
    if not given.strip():
        raise Refusal("reason_required", "say why: the reason stays in the record")
    return given.strip()
