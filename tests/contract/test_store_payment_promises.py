"""Promises to pay on both databases: given once, kept by what comes in, broken by the day, taken back."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm_core import holdings, payment_promises
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.invoices import Invoice, open_amounts
from crm_core.payments import Payment
from crm_core.provenance import Origin, Source
from ctiserver.core.errors import NotFound, Refusal

DAY = 86_400.0
NOW = 1_700_000_000.0
TOLD = Origin(source=Source.CUSTOMER, by="ann", contact_id="c1")
BILLING = Origin(source=Source.SYSTEM, by="billing")


def give(session: Session, owner: int, amount_minor: int, days: float, **more: Any) -> Payment:
    fields = {"amount_minor": amount_minor, "currency": "CLP", "due_at": NOW + days * DAY} | more
    return payment_promises.give(session, 1, owner, origin=TOLD, now=NOW, **fields)


def pay(session: Session, owner: int, key: str, amount_minor: int, days: float, invoice: str | None) -> None:
    holdings.keep(
        session,
        Payment,
        1,
        owner,
        key,
        origin=BILLING,
        now=NOW + days * DAY,
        amount_minor=amount_minor,
        dated_at=NOW + days * DAY,
        invoice=invoice,
    )


def stand(store: Store, owner: int, days: float) -> list[tuple[int, str, int]]:
    """Amount, state and what came in of it, the latest day first."""
    found = store.read(payment_promises.promises, 1, owner, now=NOW + days * DAY)
    return [(one.payment.amount_minor, one.state, one.paid_minor) for one in found]


@pytest.fixture
def owner(store: Store) -> int:
    return store.write(lambda session: add_customer(session, 1, name="Rosa", now=NOW).id)


def test_a_promise_is_kept_by_what_comes_in_for_its_invoice_and_never_counts_as_paid(
    store: Store, owner: int
) -> None:
    def begin(session: Session) -> int:
        for key in ("B-1", "B-2"):
            fields: dict[str, Any] = {"amount_minor": 9_000, "dated_at": NOW - DAY}
            holdings.keep(session, Invoice, 1, owner, key, origin=BILLING, now=NOW, **fields)
        one = holdings.listed(session, Invoice, 1, customer_id=owner, number="B-1").rows[0]
        again = give(session, owner, 5_000, 3, invoice_id=one.id, request_id="r")
        assert give(session, owner, 7_000, 9, invoice_id=one.id, request_id="r").id == again.id
        give(session, owner, 1_000, 2)
        return again.id

    number = store.write(begin)
    assert stand(store, owner, 0) == [(5_000, "open", 0), (1_000, "open", 0)]
    assert store.read(open_amounts, 1, owner) == {"CLP": 18_000}
    store.write(lambda session: pay(session, owner, "P-1", 4_000, 1, "B-2"))
    assert stand(store, owner, 1) == [(5_000, "open", 0), (1_000, "kept", 1_000)]
    store.write(lambda session: pay(session, owner, "P-2", 2_000, 2, "B-1"))
    store.write(lambda session: pay(session, owner, "P-3", 9_000, 3.5, "B-1"))
    assert stand(store, owner, 4) == [(5_000, "broken", 2_000), (1_000, "kept", 1_000)]
    back = {"origin": TOLD, "now": NOW + 4 * DAY}
    store.write(payment_promises.withdraw, 1, owner, number, **back)
    assert stand(store, owner, 4)[0] == (5_000, "withdrawn", 0)
    with pytest.raises(Refusal, match="already"):
        store.write(payment_promises.withdraw, 1, owner, number, **back)


def test_one_payment_keeps_no_two_promises(store: Store, owner: int) -> None:
    store.write(lambda session: [give(session, owner, 1_000, days) for days in (2, 1)] and None)
    store.write(lambda session: pay(session, owner, "P-1", 1_500, 0.5, None))
    assert stand(store, owner, 0.6) == [(1_000, "open", 500), (1_000, "kept", 1_000)]


@pytest.mark.parametrize(
    ("amount_minor", "days", "more", "error"),
    [
        (0, 1, {}, Refusal),
        (1, -1, {}, Refusal),
        (1, 400, {}, Refusal),
        (1, 1, {"invoice_id": 99}, NotFound),
    ],
)
def test_what_is_no_promise_is_refused(
    store: Store, owner: int, amount_minor: int, days: float, more: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        store.write(lambda session: give(session, owner, amount_minor, days, **more).id)
    with pytest.raises(NotFound):
        store.write(payment_promises.withdraw, 2, owner, 1, origin=TOLD, now=NOW)
