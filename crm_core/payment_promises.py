"""Promises to pay: the customer said that he will pay so much by a day.

A promise is a payment that has not come yet: a row of `payments` with the status "promised", dated by the last moment
that he named, under the provenance of who heard it. Nothing promised counts as paid. Whether it was kept is never
stored: what came in since it was given, for its invoice if it names one, is set against the promises in the order of
their days, and no money keeps two of them. A promise that was taken back is "withdrawn", and stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.customers import customer
from crm_core.holdings import add
from crm_core.invoices import Invoice
from crm_core.payments import Payment
from crm_core.provenance import Origin
from ctiserver.core.errors import NotFound, Refusal

PROMISED, WITHDRAWN = "promised", "withdrawn"
LONGEST_AHEAD_SECONDS = 366 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A promise as it stands. `state`: open, kept, broken (its day is over) or withdrawn; `paid_minor` of it so far."""

    payment: Payment
    state: str
    paid_minor: int


def give(
    session: Session,
    account_id: int,
    customer_id: int,
    *,
    amount_minor: int,
    currency: str,
    due_at: float,
    origin: Origin,
    now: float,
    invoice_id: int | None = None,
    request_id: str = "",
) -> Payment:
    """The new promise; `due_at` is the last moment that he named. The same `request_id` again gives the first one.

    Raises NotFound for the customer or the invoice, Refusal for a wrong amount or day.
    """
    owner = customer(session, account_id, customer_id)
    key = f"promise {request_id}" if request_id else None
    if key and (before := _given_before(session, account_id, key)):
        return before
    if amount_minor < 1:
        raise Refusal("wrong_amount", "write an amount of more than nothing")
    if not now <= due_at <= now + LONGEST_AHEAD_SECONDS:
        raise Refusal("wrong_promised_day", "choose a day from today on, at most a year ahead")
    if invoice_id is not None:
        _need_invoice(session, account_id, customer_id, invoice_id)
    made = add(
        session,
        Payment,
        owner,
        origin=origin,
        now=now,
        external_id=key,
        number="",
        status=PROMISED,
        dated_at=due_at,
        amount_minor=amount_minor,
        currency=currency,
    )
    made.invoice_id = invoice_id
    session.flush()
    return made


def withdraw(
    session: Session, account_id: int, customer_id: int, number: int, *, origin: Origin, now: float
) -> Payment:
    """The promise, taken back. Raises NotFound, Refusal when it is taken back already."""
    found = session.scalar(
        select(Payment).where(
            Payment.account_id == account_id,
            Payment.customer_id == customer_id,
            Payment.id == number,
            Payment.status.in_((PROMISED, WITHDRAWN)),
        )
    )
    if found is None:
        raise NotFound(f"customer {customer_id} has no promise {number}")
    if found.status == WITHDRAWN:
        raise Refusal("promise_withdrawn", "this promise was taken back already")
    found.status, found.updated_at = WITHDRAWN, now
    found.source, found.by, found.contact_id, found.known_at = (
        origin.source,
        origin.by,
        origin.contact_id,
        now,
    )
    session.flush()
    return found


def promises(session: Session, account_id: int, customer_id: int, *, now: float) -> list[Promise]:
    """All that he promised, that with the latest day first."""
    query = select(Payment).where(
        Payment.account_id == account_id,
        Payment.customer_id == customer_id,
        Payment.status.in_((PROMISED, WITHDRAWN, "received")),
    )
    rows = session.scalars(query.order_by(Payment.dated_at, Payment.id)).all()
    promised = [row for row in rows if row.status != "received"]
    received = [row for row in rows if row.status == "received" and row.amount_minor > 0]
    return judged(promised, received, now)[::-1]


def judged(promised: Sequence[Payment], received: Sequence[Payment], now: float) -> list[Promise]:
    """Each promise with what came in for it. Both are in the order of their days."""
    left = {row.id: row.amount_minor for row in received}
    found = []
    for one in promised:
        if one.status == WITHDRAWN:
            found.append(Promise(payment=one, state=WITHDRAWN, paid_minor=0))
            continue
        paid = _taken(one, (row for row in received if _answers(row, one)), left)
        state = "kept" if paid >= one.amount_minor else "open" if now <= one.dated_at else "broken"
        found.append(Promise(payment=one, state=state, paid_minor=paid))
    return found


def _answers(paid: Payment, promise: Payment) -> bool:
    """Money of the same day came after the promise, as far as anybody knows: banks date payments by the day."""
    begun = promise.created_at - promise.created_at % 86_400.0
    return (
        paid.currency == promise.currency
        and begun <= paid.dated_at <= promise.dated_at
        and (promise.invoice_id is None or paid.invoice_id == promise.invoice_id)
    )


def _taken(promise: Payment, payments: Iterable[Payment], left: dict[int, int]) -> int:
    """How much of the promise the payments cover; what they give is no longer left for another."""
    missing = promise.amount_minor
    for row in payments:
        part = min(missing, left[row.id])
        left[row.id] -= part
        missing -= part
    return promise.amount_minor - missing


def _given_before(session: Session, account_id: int, key: str) -> Payment | None:
    return session.scalar(select(Payment).where(Payment.account_id == account_id, Payment.external_id == key))


def _need_invoice(session: Session, account_id: int, customer_id: int, invoice_id: int) -> None:
    query = select(Invoice.id).where(
        Invoice.account_id == account_id, Invoice.customer_id == customer_id, Invoice.id == invoice_id
    )
    if session.scalar(query) is None:
        raise NotFound(f"customer {customer_id} has no invoice {invoice_id}")
