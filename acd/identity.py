"""Who the caller is: what the look-up said, and what the agent found out.

Somebody who waits is moved up by a higher class as soon as it is known; nobody is ever moved down for what was found
out, and who is being served already has nothing more to gain.
"""

from acd import offers, priority
from acd.contact_state import Stage
from acd.floor import Floor
from ctiserver.core.errors import Refusal
from ctiserver.core.events import CustomerAttached, PriorityChanged
from ctiserver.core.ids import ContactId
from ctiserver.core.requests import AttachCustomer
from ctiserver.core.turn import Turn


def identified(floor: Floor, key: ContactId, value_class: str, turn: Turn) -> None:
    """His class is known; where he waits, he may be nearer to the head now."""
    contact = floor.ledger.contacts.get(key)
    if contact is None or not floor.set_class(contact, value_class, turn.at):
        return
    turn.say(
        PriorityChanged(
            at=turn.at, contact=key, value_class=value_class, virtual_arrival=contact.virtual_arrival
        )
    )
    if contact.stage is Stage.WAITING and floor.queues[contact.queue].leave_free:
        offers.serve_contact(floor, contact, turn)  # agents whom he had to leave to others may be his now


def attach(floor: Floor, request: AttachCustomer, turn: Turn) -> None:
    """The agent says who his contact is: while it rings, in the talk or in the wrap-up. Raises Refusal."""
    state = floor.ledger.agents.get(request.agent)
    if state is None or state.contact != request.contact:
        raise Refusal("not_your_contact", f"{request.agent} has no contact {request.contact} in hand")
    customer = request.customer
    turn.say(CustomerAttached(at=turn.at, contact=request.contact, agent=request.agent, customer=customer))
    contact = floor.ledger.contacts.get(request.contact)
    if contact is None or contact.stage is not Stage.WAITING or customer.value_class is None:
        return
    queue = floor.queues[contact.queue]
    if priority.better(queue, customer.value_class, contact.value_class):
        identified(floor, request.contact, customer.value_class, turn)
