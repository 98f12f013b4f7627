"""A contact comes to a queue, for the first time or to another one, and is offered or told its place.

Who is moved while a phone rings for him is taken away from it; who talks is not moved by this.
"""

from acd import call_backs, called, flow_transfer, limits, named, offers, priority
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from ctiserver.core.events import ContactQueued
from ctiserver.core.turn import Turn


def queued(floor: Floor, message: ContactQueued, turn: Turn) -> None:
    """Take a contact on, or let one that waits stand elsewhere; whoever is being served stays."""
    contact = floor.ledger.contacts.get(message.contact)
    let_go, moved = None, contact is not None
    if contact is not None and contact.stage is Stage.FLOW:
        flow_transfer.queued(floor, contact, turn)
    if contact is None:
        contact = _new_contact(floor, message, turn)
        floor.enter(contact)
        offers.hold(floor, contact, turn)
        call_backs.taken_over(floor, contact, turn)
    elif (
        (not message.leg and message.queue == contact.queue)
        or contact.stage is Stage.OUTSIDE
        or (contact.agent and contact.stage is not Stage.OFFERED)
    ):
        return
    else:
        let_go = contact.agent
        offers.withdraw(floor, contact, turn)
        named.give_up(floor, contact, "moved", turn, may_return=False)
        _move(floor, contact, message, turn.at)
    if called.answered(floor, contact, message.agent, turn):
        return
    if not offers.serve_contact(floor, contact, turn):
        offers.tell_place_later(floor, contact, turn)
    limits.came(floor, contact, turn, moved=moved)
    if let_go:
        offers.serve_agent(floor, let_go, turn)


def _new_contact(floor: Floor, message: ContactQueued, turn: Turn) -> Contact:
    floor.ledger.arrivals += 1
    contact = Contact(
        id=message.contact,
        account_id=message.account_id,
        leg=message.leg,
        queue=message.queue,
        value_class=message.value_class,
        language=message.language,
        pii_number=message.pii_number,
        pii_name=message.pii_name,
        arrived_at=turn.at,
        virtual_arrival=turn.at,
        order=floor.ledger.arrivals,
        campaign=message.campaign,
        called=message.campaign is not None,
    )
    priority.begin(contact, floor.queues[message.queue])
    return contact


def _move(floor: Floor, contact: Contact, message: ContactQueued, at: float) -> None:
    contact.queue, contact.value_class, contact.entered_at = message.queue, message.value_class, at
    contact.chooses_until = 0.0
    priority.begin(contact, floor.queues[message.queue])
    floor.line_up(contact)
