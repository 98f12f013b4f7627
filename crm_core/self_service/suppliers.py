"""What suppliers have done by telephone: the state of one of their invoices, and a statement of all of them.

An invoice is found by the digits of its number, as a telephone has no letters; of several the latest counts. Its date
is that of the payment, made or planned, else the day on which it is due. Sums are told in pesos; another currency is a
matter for a person.
"""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import accounts, statements
from crm_core.payables import Payable
from crm_core.self_service.registry import Asked, Outcome, action
from crm_core.statements import Way

_CURRENCY = "CLP"
_BY = "flow"


@action(
    *Payable.STATES,
    "unknown",
    "other_currency",
    gives={"payable_amount": "amount", "payable_date": "date"},
)
def payable_status(session: Session, asked: Asked, *, customer_id: int, invoice: str) -> Outcome:
    """How far the payment of one of his invoices is, with its sum and its day."""
    found = _by_digits(session, asked.account_id, customer_id, invoice)
    if found is None:
        return Outcome(outcome="unknown")
    if found.currency != _CURRENCY:
        return Outcome(outcome="other_currency")
    values = {"payable_amount": str(found.amount_minor)}
    if (at := found.paid_at or found.due_at) is not None:
        zone = ZoneInfo(accounts.account(session, asked.account_id).time_zone)
        values["payable_date"] = datetime.fromtimestamp(at, UTC).astimezone(zone).date().isoformat()
    return Outcome(outcome=found.status, values=values)


@action("accepted", "no_address", "refused", writes=True)
def send_statement(
    session: Session, asked: Asked, *, customer_id: int, way: Way, language: str = "es"
) -> Outcome:
    """Have a statement sent to the address or fax machine in his record: by "email" or "fax", once a call."""
    key = f"{asked.contact}:{way}"
    told = statements.ask(
        session, asked.account_id, customer_id, way, key=key, language=language, by=_BY, now=asked.now
    )
    return Outcome(outcome=told)


def _by_digits(session: Session, account_id: int, customer_id: int, written: str) -> Payable | None:
    wanted = _digits(written)
    query = (
        select(Payable)
        .where(Payable.account_id == account_id, Payable.customer_id == customer_id)
        .order_by(Payable.dated_at.desc(), Payable.id.desc())
    )
    return next((row for row in session.scalars(query) if wanted and _digits(row.number) == wanted), None)


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number).lstrip("0")


ACTIONS = (payable_status, send_statement)
