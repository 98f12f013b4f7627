"""The call that reminds somebody of what he has promised to pay.

It comes on the day before, or, when that has begun already, in the morning of the day itself; whoever promises for
today is not called. When the money is there, or the promise was taken back, nobody calls: whoever keeps time asks every
while which reminders are needless by then.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import dials, payment_promises
from crm_core.dials import Dial
from crm_core.payment_promises import WITHDRAWN
from crm_core.payments import Payment
from crm_core.permission.calendars import instant
from ctiserver.core.permit import Purpose

ABOUT = "payment_promise"
"""What reminders are about; their key is the promise's number."""
FROM_HOUR, UNTIL_HOUR, MORNING_HOUR = 10, 20, 9
AT_ONCE = 100


class Needless(NamedTuple):
    """A reminder that nobody needs any more, and why."""

    account_id: int
    key: str
    because: str


def remind(
    session: Session,
    promise: Payment,
    day: date,
    *,
    zone: ZoneInfo,
    number: str,
    flow: str,
    by: str,
    now: float,
) -> Dial | None:
    """The call to `number` that speaks of this day, in the customer's zone; None: it is too late, or no number."""
    on, hour = day - timedelta(days=1), FROM_HOUR
    if instant(on, hour * 60, zone) <= now:
        on, hour = day, MORNING_HOUR
    begins_at = instant(on, hour * 60, zone)
    if begins_at <= now or not number:
        return None
    return dials.schedule(
        session,
        promise.account_id,
        promise.customer_id,
        number=number,
        purpose=Purpose.COLLECTIONS,
        about=(ABOUT, str(promise.id)),
        not_before=begins_at,
        not_after=instant(on, UNTIL_HOUR * 60, zone),
        by=by,
        now=now,
        flow=flow,
        values={"day": day.isoformat()},
    )


def needless(session: Session, now: float) -> Sequence[Needless]:
    """Reminders that wait though the promise was kept or taken back, of all accounts, at most a hundred."""
    query = (
        select(Dial)
        .where(Dial.about_kind == ABOUT, Dial.state == "planned", _something_came_since())
        .order_by(Dial.id)
        .limit(AT_ONCE)
    )
    found = []
    for row in session.scalars(query):
        for one in payment_promises.promises(session, row.account_id, row.customer_id, now=now):
            if str(one.payment.id) == row.about_key and one.state in ("kept", "withdrawn"):
                found.append(Needless(row.account_id, row.about_key, one.state))
    return found


def call_off(session: Session, one: Needless, now: float) -> bool:
    """Whether nobody will be reminded of it."""
    return dials.cancel(session, one.account_id, ABOUT, one.key, because=one.because, now=now)


def _something_came_since() -> Any:
    return (
        select(Payment.id)
        .where(
            Payment.account_id == Dial.account_id,
            Payment.customer_id == Dial.customer_id,
            Payment.status.in_(("received", WITHDRAWN)),
            Payment.updated_at >= Dial.made_at,
        )
        .exists()
    )
