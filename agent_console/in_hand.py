"""The contact in an agent's hand: it rings, he talks, or he says how it ended."""

from agent_console.operations import Call
from ctiserver.core.errors import Refusal
from ctiserver.core.live_rows import ContactView


def in_hand(call: Call, contact: str) -> ContactView:
    """The contact as it is, or was when its caller went, if the asker has it in hand. Raises Refusal."""
    view = call.services.live.view
    row = view.agents.get(call.principal.agent) if view else None  # type: ignore[call-overload]
    found = (view.contacts.get(row.contact) or row.card) if view and row and row.contact == contact else None
    if found is None:
        raise Refusal("not_your_contact", f"you have no contact {contact} in hand")
    return found


def customer_id(contact: ContactView) -> int | None:
    """Who it is in an agent's word, else the only one who has the number; None: nobody knows."""
    if contact.customer:
        return contact.customer.customer_id
    return contact.candidates[0].customer_id if len(contact.candidates) == 1 else None
