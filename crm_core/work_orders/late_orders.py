"""Open orders whose window has ended are told of, once when they are late and once when that was a week ago.

Whoever keeps time asks for them and tells each by itself. The order bears when it was told; a new window begins anew.
Whoever registered for `work_order.late` or `work_order.expired` hears of it, and the order's history says it.
"""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm_core.work_orders.news import tell
from crm_core.work_orders.order_flow import EXPIRED_AFTER_SECONDS, Way
from crm_core.work_orders.order_history import note
from crm_core.work_orders.work_orders import Author, WorkOrder, work_order

BY = "late_orders"
AT_ONCE = 100
How = Literal["late", "expired"]


def untold(session: Session, now: float) -> Sequence[tuple[int, int]]:
    """Account and number of the orders to tell of, of all accounts, the latest first, at most a hundred."""
    query = select(WorkOrder.account_id, WorkOrder.id).where(
        WorkOrder.is_open,
        WorkOrder.due_until_at < now,
        or_(
            WorkOrder.late_at.is_(None),
            WorkOrder.expired_at.is_(None) & (WorkOrder.due_until_at < now - EXPIRED_AFTER_SECONDS),
        ),
    )
    rows = session.execute(query.order_by(WorkOrder.due_until_at).limit(AT_ONCE))
    return [(account_id, order_id) for account_id, order_id in rows]


def tell_of(session: Session, account_id: int, order_id: int, now: float) -> How | None:
    """What was told of it; None: nothing, for somebody was quicker. Raises NotFound."""
    found = work_order(session, account_id, order_id, lock=True)
    how = _how(found, now)
    if how is None:
        return None
    found.late_at = found.late_at or now
    if how == "expired":
        found.expired_at = now
    author = Author(account_id=account_id, login=BY, at=now, way=Way.ITSELF)
    tell(session, found, note(session, author, found, how), f"work_order.{how}")
    return how


def _how(found: WorkOrder, now: float) -> How | None:
    if not found.is_open or found.due_until_at >= now:
        return None
    if found.expired_at is None and found.due_until_at < now - EXPIRED_AFTER_SECONDS:
        return "expired"
    return "late" if found.late_at is None else None
