"""What a customer asks about himself: his balance, his bills, a promise to pay, his open case or order.

Sums are told in pesos; what is owed in another currency is a matter for a person. Each function needs to know who he is
and says nothing of anybody else's.
"""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core import payment_promises
from crm_core.callers import time_zone
from crm_core.case_flow import ENDED, State
from crm_core.cases import Case
from crm_core.invoices import Invoice, open_amounts
from crm_core.orders import Order
from crm_core.provenance import Origin, Source
from crm_core.self_service.registry import Asked, Outcome, action
from ctiserver.core.errors import Refusal

_CURRENCY = "CLP"
PROMISED_AT_MOST_DAYS = 30
_BY = "flow"


@action("owes", "nothing", "other_currency", gives={"balance": "amount", "due": "date", "overdue": ""})
def account_balance(session: Session, asked: Asked, *, customer_id: int) -> Outcome:
    """What he owes, and the earliest day on which some of it is or was due; `overdue` is "yes" where that is over."""
    owed = open_amounts(session, asked.account_id, customer_id)
    if not owed:
        return Outcome(outcome="nothing")
    if set(owed) != {_CURRENCY} or owed[_CURRENCY] < 0:
        return Outcome(outcome="other_currency")
    due_at = session.scalar(
        select(func.min(Invoice.due_at)).where(
            Invoice.account_id == asked.account_id,
            Invoice.customer_id == customer_id,
            Invoice.status == "open",
        )
    )
    values = {"balance": str(owed[_CURRENCY])}
    if due_at is not None:
        values["due"] = _day(session, asked, customer_id, due_at)
        values["overdue"] = "yes" if due_at < asked.now else "no"
    return Outcome(outcome="owes", values=values)


@action("found", "none", gives={"last_amount": "amount", "last_day": "date", "before_amount": "amount"})
def last_invoices(session: Session, asked: Asked, *, customer_id: int) -> Outcome:
    """His last two bills."""
    query = select(Invoice).where(
        Invoice.account_id == asked.account_id,
        Invoice.customer_id == customer_id,
        Invoice.status != "cancelled",
        Invoice.currency == _CURRENCY,
        Invoice.amount_minor >= 0,
    )
    found = session.scalars(query.order_by(Invoice.dated_at.desc(), Invoice.id.desc()).limit(2)).all()
    if not found:
        return Outcome(outcome="none")
    values = {
        "last_amount": str(found[0].amount_minor),
        "last_day": _day(session, asked, customer_id, found[0].dated_at),
    }
    if len(found) > 1:
        values["before_amount"] = str(found[1].amount_minor)
    return Outcome(outcome="found", values=values)


@action("kept", "refused", "nothing", writes=True)
def promise_payment(session: Session, asked: Asked, *, customer_id: int, day: str) -> Outcome:
    """Note that he will have paid all that he owes by the end of a day, "2026-12-05", within thirty days."""
    owed = open_amounts(session, asked.account_id, customer_id).get(_CURRENCY, 0)
    if owed <= 0:
        return Outcome(outcome="nothing")
    zone = ZoneInfo(time_zone(session, asked.account_id, customer_id))
    due_at = datetime.combine(datetime.fromisoformat(day).date(), time(23, 59), zone).timestamp()
    if not asked.now <= due_at <= asked.now + PROMISED_AT_MOST_DAYS * 86_400:
        return Outcome(outcome="refused")
    try:
        payment_promises.give(
            session,
            asked.account_id,
            customer_id,
            amount_minor=owed,
            currency=_CURRENCY,
            due_at=due_at,
            origin=Origin(source=Source.CUSTOMER, by=_BY, contact_id=asked.contact),
            now=asked.now,
            request_id=asked.action_id,
        )
    except Refusal:
        return Outcome(outcome="refused")
    return Outcome(outcome="kept")


@action(
    "case_received",
    "case_in_work",
    "case_waits",
    "order_in_work",
    "order_sent",
    "none",
    gives={"about": "digits"},
)
def open_matter(session: Session, asked: Asked, *, customer_id: int) -> Outcome:
    """How far his latest open case is, else his latest open order; `about` is its number."""
    case = session.scalar(
        select(Case)
        .where(Case.account_id == asked.account_id, Case.customer_id == customer_id, Case.is_open)
        .order_by(Case.opened_at.desc())
        .limit(1)
    )
    if case is not None and State(case.state) not in ENDED:
        how = {State.NEW: "received", State.WAITING_CUSTOMER: "waits"}.get(State(case.state), "in_work")
        return Outcome(outcome=f"case_{how}", values={"about": str(case.id)})
    order = session.scalar(
        select(Order)
        .where(
            Order.account_id == asked.account_id,
            Order.customer_id == customer_id,
            Order.status.in_(("placed", "confirmed", "sent")),
        )
        .order_by(Order.dated_at.desc())
        .limit(1)
    )
    if order is None:
        return Outcome(outcome="none")
    how = "sent" if order.status == "sent" else "in_work"
    return Outcome(outcome=f"order_{how}", values={"about": order.number or str(order.id)})


def _day(session: Session, asked: Asked, customer_id: int, at: float) -> str:
    zone = ZoneInfo(time_zone(session, asked.account_id, customer_id))
    return datetime.fromtimestamp(at, UTC).astimezone(zone).date().isoformat()


ACTIONS = (account_balance, last_invoices, promise_payment, open_matter)
