"""The call on the day before a visit: does it suit him, shall it be moved or cancelled?

For every open order of a customer with a window on the next day one call is scheduled, between `FROM_HOUR` and
`UNTIL_HOUR` of the day before where the company is; what it is about is the order and this window, so that nobody is
called about it twice, whoever schedules it how often. Whether he may be called at all is asked when the call is due
(`dial_claims`): without a permission he is not, and the dial says which rule it was. Who chose the half day himself
within the last day has just said that it suits him, and is not called. Nor is who has no number: the visit's row says
that too.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm_core import accounts, dials
from crm_core.contact_points import Phone, points_of
from crm_core.permission.calendars import instant
from crm_core.work_orders.visit_record import ABOUT, Visit, about_key, visit_of
from crm_core.work_orders.work_orders import WorkOrder, work_order
from ctiserver.core.permit import Purpose

BY = "visits"
FLOW = "visit-confirmation"
FROM_HOUR, UNTIL_HOUR = 9, 20
AGREED_SECONDS = 86_400.0
AT_ONCE = 100
_STATES = ("created", "assigned", "reopened")


def unasked(session: Session, now: float) -> Sequence[tuple[int, int]]:
    """Account and number of the orders whose customer is to be asked now, of all accounts, at most a hundred."""
    found: list[tuple[int, int]] = []
    for account_id in accounts.account_ids(session):
        window = _tomorrow(session, account_id, now)
        if window is not None:
            found += [(account_id, order_id) for order_id in _orders(session, account_id, window, now)]
    return found[:AT_ONCE]


def ask(session: Session, account_id: int, order_id: int, now: float) -> dials.Dial | None:
    """The call that will ask him; None: there is no number, or somebody was quicker. Raises StoreError, Refusal."""
    found = work_order(session, account_id, order_id, lock=True)
    row = visit_of(session, account_id, order_id)
    if not found.is_open or found.customer_id is None or row.asked_from_at == found.due_from_at:
        return None
    row.asked_from_at, row.dial_id = found.due_from_at, None
    row.answer = row.answered_at = row.answered_in = None
    number = _number(session, account_id, found.customer_id)
    window = _tomorrow(session, account_id, now)
    if number is None or window is None:
        session.flush()
        return None
    made = dials.schedule(
        session,
        account_id,
        found.customer_id,
        number=number,
        purpose=Purpose.APPOINTMENT,
        about=(ABOUT, about_key(found.id, found.due_from_at)),
        not_before=now,
        not_after=window.call_until_at,
        by=BY,
        now=now,
        flow=FLOW,
        values={"order": str(found.id)},
        technician=found.technician,
    )
    row.dial_id = made.id
    session.flush()
    return made


class _Tomorrow(NamedTuple):
    """The company's next day, and until when customers are called about it."""

    from_at: float
    until_at: float
    call_until_at: float


def _tomorrow(session: Session, account_id: int, now: float) -> _Tomorrow | None:
    """None: at this hour nobody is asked."""
    zone = ZoneInfo(accounts.account(session, account_id).time_zone)
    local = datetime.fromtimestamp(now, zone)
    if not FROM_HOUR <= local.hour < UNTIL_HOUR:
        return None
    today, day = local.date(), local.date() + timedelta(days=1)
    return _Tomorrow(instant(day, 0, zone), instant(day, 1440, zone), instant(today, UNTIL_HOUR * 60, zone))


def _orders(session: Session, account_id: int, window: _Tomorrow, now: float) -> Sequence[int]:
    """Those of this day that nobody has asked about, nor agreed upon within the last day."""
    query = (
        select(WorkOrder.id)
        .outerjoin(Visit, Visit.order_id == WorkOrder.id)
        .where(
            WorkOrder.account_id == account_id,
            WorkOrder.is_open,
            WorkOrder.state.in_(_STATES),
            WorkOrder.customer_id.is_not(None),
            WorkOrder.due_from_at >= window.from_at,
            WorkOrder.due_from_at < window.until_at,
            or_(Visit.asked_from_at.is_(None), Visit.asked_from_at != WorkOrder.due_from_at),
            or_(Visit.agreed_at.is_(None), Visit.agreed_at < now - AGREED_SECONDS),
        )
    )
    return session.scalars(query.order_by(WorkOrder.due_from_at, WorkOrder.id).limit(AT_ONCE)).all()


def _number(session: Session, account_id: int, customer_id: int) -> str | None:
    for one in points_of(session, Phone, account_id, customer_id):
        if one.valid_until is None:
            return one.e164
    return None
