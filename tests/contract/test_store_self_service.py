"""What callers ask about themselves, on both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm_core import payment_promises
from crm_core.case_work import open_case, take_step
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.invoices import Invoice
from crm_core.orders import Order
from crm_core.payments import Payment
from crm_core.self_service import account
from crm_core.self_service.registry import Asked, Outcome, SelfService

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC).timestamp()
DAY = 86_400.0


def _ask(
    store: Store, action: SelfService, account_id: int = 1, action_id: str = "a1", **arguments: Any
) -> Outcome:
    asked = Asked(account_id=account_id, contact="c1", action_id=action_id, now=NOW)
    given = action.read({"customer_id": "1"} | arguments)
    return store.write(action.do, asked, given)


def _held(kind: type[Any], **fields: Any) -> Any:
    usual = {"account_id": 1, "customer_id": 1, "status": "open", "dated_at": NOW, "created_at": NOW}
    return kind(**usual | {"updated_at": NOW} | fields)


def _keep(store: Store, *rows: Any) -> None:
    store.write(lambda session: session.add_all(rows))


@pytest.fixture
def rosa(store: Store) -> Store:
    store.write(add_customer, 1, now=0.0, name="Rosa")
    return store


def test_the_balance_is_what_is_open_with_the_earliest_due_day(rosa: Store) -> None:
    assert _ask(rosa, account.account_balance).outcome == "nothing"
    due = datetime(2026, 11, 28, 2, tzinfo=UTC).timestamp()  # still the 27th in Santiago
    _keep(
        rosa,
        _held(Invoice, number="1", amount_minor=30_000, due_at=due),
        _held(Invoice, number="2", amount_minor=5_000, due_at=due + 30 * DAY),
        _held(Invoice, number="3", amount_minor=7_000, due_at=1.0, status="paid"),
    )
    _keep(rosa, _held(Payment, number="", status="received", amount_minor=4_000, invoice_id=1))
    told = _ask(rosa, account.account_balance)
    assert told == Outcome(outcome="owes", values={"balance": "31000", "due": "2026-11-27", "overdue": "no"})
    assert _ask(rosa, account.account_balance, account_id=2).outcome == "nothing"


def test_what_is_owed_in_another_currency_is_for_a_person(rosa: Store) -> None:
    _keep(rosa, _held(Invoice, number="1", amount_minor=30_000, due_at=1.0, currency="USD"))
    assert _ask(rosa, account.account_balance).outcome == "other_currency"


def test_the_last_two_bills_are_told(rosa: Store) -> None:
    assert _ask(rosa, account.last_invoices).outcome == "none"
    _keep(
        rosa,
        *(
            _held(Invoice, number=str(n), amount_minor=n * 1000, dated_at=NOW - n * 30 * DAY)
            for n in (1, 2, 3)
        ),
    )
    values = _ask(rosa, account.last_invoices).values
    assert values == {"last_amount": "1000", "last_day": "2026-10-23", "before_amount": "2000"}


def test_a_promise_is_noted_for_all_that_is_owed_and_only_within_thirty_days(rosa: Store) -> None:
    assert _ask(rosa, account.promise_payment, day="2026-12-05").outcome == "nothing"
    _keep(rosa, _held(Invoice, number="1", amount_minor=30_000, due_at=1.0))
    assert _ask(rosa, account.promise_payment, day="2026-11-21").outcome == "refused"
    assert _ask(rosa, account.promise_payment, day="2027-01-05").outcome == "refused"
    assert _ask(rosa, account.promise_payment, day="2026-12-05").outcome == "kept"
    _ask(rosa, account.promise_payment, day="2026-12-05")  # the same action again

    def promised(session: Session) -> list[tuple[int, str | None]]:
        found = session.query(Payment).filter_by(status=payment_promises.PROMISED)
        return [(one.amount_minor, one.contact_id) for one in found]

    assert rosa.read(promised) == [(30_000, "c1")]


def test_the_open_case_is_told_before_the_open_order(rosa: Store) -> None:
    assert _ask(rosa, account.open_matter).outcome == "none"
    _keep(rosa, _held(Order, number="4711", status="sent", amount_minor=1))
    assert _ask(rosa, account.open_matter) == Outcome(outcome="order_sent", values={"about": "4711"})
    case = rosa.write(open_case, 1, kind="help", subject="?", by="ann", now=NOW, customer_id=1)
    assert _ask(rosa, account.open_matter) == Outcome(outcome="case_received", values={"about": str(case.id)})
    rosa.write(take_step, 1, case.id, "start", by="ann", now=NOW)
    assert _ask(rosa, account.open_matter).outcome == "case_in_work"
