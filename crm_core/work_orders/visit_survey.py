"""The survey after a visit: one call for each (order, closing), by the type of closing.

It is scheduled in the transaction of the closing, for an hour later: a dispatcher or the customer may reopen the order
until then, and who waits for a second visit is not asked about the first. Whether he may be called at that hour, and
what happens when nobody answers, is the dial's affair (`dials`). Without a telephone number nothing is scheduled.
"""

from sqlalchemy.orm import Session

from crm_core import dials
from crm_core.contact_points import Phone, points_of
from crm_core.work_orders.order_flow import SURVEYED, Closing
from crm_core.work_orders.work_orders import WorkOrder, WorkOrderClosing
from ctiserver.core.permit import Purpose

ABOUT = "work_order_closing"
WAIT_SECONDS = 3600.0
WINDOW_SECONDS = 3 * 86400.0
"""Who was not reached in three days has forgotten the visit."""


def key_of(order_id: int, ordinal: int) -> str:
    """What a dial about this closing names."""
    return f"{order_id}.{ordinal}"


def closing_of_key(key: str) -> tuple[int, int] | None:
    """The order and the ordinal of its closing that a dial names; None: it names none."""
    order, _, ordinal = key.partition(".")
    return (int(order), int(ordinal)) if order.isdecimal() and ordinal.isdecimal() else None


def schedule(session: Session, found: WorkOrder, row: WorkOrderClosing) -> dials.Dial | None:
    """The call that will ask the customer; None: he is asked nothing."""
    survey = SURVEYED.get(Closing(row.code))
    if survey is None or found.customer_id is None:
        return None
    number = _number(session, found.account_id, found.customer_id)
    if number is None:
        return None
    row.survey = survey
    return dials.schedule(
        session,
        found.account_id,
        found.customer_id,
        number=number,
        purpose=Purpose.SURVEY,
        about=(ABOUT, key_of(found.id, row.ordinal)),
        not_before=row.at + WAIT_SECONDS,
        not_after=row.at + WAIT_SECONDS + WINDOW_SECONDS,
        by=row.by,
        now=row.at,
        survey=survey,
        technician=row.technician,
        afterwards="email",
    )


def cancel(
    session: Session, found: WorkOrder, row: WorkOrderClosing, now: float, *, because: str = "reopened"
) -> bool:
    """Whether the call that had not been made yet will not be made: reopened, or answered by another way."""
    key = key_of(found.id, row.ordinal)
    return dials.cancel(session, found.account_id, ABOUT, key, because=because, now=now)


def _number(session: Session, account_id: int, customer_id: int) -> str | None:
    for one in points_of(session, Phone, account_id, customer_id):
        if one.valid_until is None:
            return one.e164
    return None
