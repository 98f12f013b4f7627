"""Who is told that something happened to a work order: the account's webhooks."""

from typing import Any

from sqlalchemy.orm import Session

from crm_core import webhooks
from crm_core.base import NEVER_AT
from crm_core.work_orders.order_history import WorkOrderEntry
from crm_core.work_orders.work_orders import WorkOrder

_TOLD = (
    *("kind", "state", "priority", "subject", "area", "technician", "customer_id", "case_id", "parent_id"),
    *("created_at", "arrived_at", "closed_at", "closing", "closings", "version"),
)


def tell(
    session: Session, found: WorkOrder, entry: WorkOrderEntry, kind: str = "work_order.changed", **more: Any
) -> int:
    """How many webhooks will hear what the order is like after this entry of its history; `more` goes with it."""
    session.flush()
    due = None if found.due_until_at >= NEVER_AT else found.due_until_at
    data = (
        {"work_order": found.id, "due_until_at": due} | {name: getattr(found, name) for name in _TOLD} | more
    )
    return webhooks.tell(session, found.account_id, f"work_order.{entry.id}.{kind}", kind, data, entry.at)
