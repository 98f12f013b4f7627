"""What a technician says to his order by telephone: the recording stands in the order's history.

The flow records it as any message; which order he was closing at that moment, his last choice in that call tells.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.action_results import ActionResult
from crm_core.interactions import Interaction
from crm_core.work_orders.order_flow import Way
from crm_core.work_orders.order_history import note
from crm_core.work_orders.work_orders import Author, work_order
from ctiserver.core import events as e
from ctiserver.core.errors import NotFound

_CHOICES = {"choose_order": "taken", "begin_order_call": "resume"}
"""Actions after which he is closing an order, with the outcome that says so."""


def keep(session: Session, contact: Interaction, event: e.VoicemailLeft) -> bool:
    """Whether the message belongs to an order now; otherwise no order was being closed in this contact."""
    number = _order(session, contact, event.at)
    if number is None:
        return False
    try:
        found = work_order(session, contact.account_id, number)
    except NotFound:
        return False
    author = Author(
        account_id=contact.account_id,
        login=found.technician or "",
        at=event.at,
        way=Way.PHONE,
        contact_id=contact.id,
    )
    note(session, author, found, "spoken", recording=event.recording, seconds=event.seconds)
    return True


def _order(session: Session, contact: Interaction, at: float) -> int | None:
    query = (
        select(ActionResult)
        .where(ActionResult.account_id == contact.account_id, ActionResult.contact_id == contact.id)
        .where(ActionResult.name.in_(_CHOICES), ActionResult.at <= at)
        .order_by(ActionResult.at.desc())
    )
    chosen = [row for row in session.scalars(query) if row.outcome == _CHOICES[row.name]]
    return int(chosen[0].values["order"]) if chosen else None
