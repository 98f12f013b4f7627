"""Guessed reasons on both databases: what a look-up finds, what the record keeps, what is learned of it."""

from typing import Any

import pytest
from recorded_calls import Calls
from sqlalchemy import insert
from sqlalchemy.orm import Session

from crm_core import guesses
from crm_core.caller_facts import look_up
from crm_core.candidates import find_by_number
from crm_core.cases import Case
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.guesses import Guess
from crm_core.invoices import Invoice
from crm_core.orders import Order
from crm_core.phone_numbers import E164
from crm_core.reports.guess_report import guess_report
from crm_core.work_orders.work_orders import WorkOrder
from ctiserver.core.customers import Matter

NOW, DAY = 1_800_000_000.0, 86_400.0
MOBILE = E164("+56971884213")


def known(store: Store, **fields: Any) -> int:
    return store.write(lambda s: add_customer(s, 1, now=1.0, name="Ana", phones=[MOBILE], **fields).id)


def keep(session: Session, customer_id: int, table: type[Any], /, **values: Any) -> None:
    row = {"account_id": 1, "customer_id": customer_id, "version": 1, "created_at": 1.0, "updated_at": 1.0}
    session.execute(insert(table), [row | values])


def visit(session: Session, customer_id: int, at: float, *, is_open: bool = True) -> None:
    keep(
        session,
        customer_id,
        WorkOrder,
        kind="repair",
        state="created",
        is_open=is_open,
        priority="normal",
        subject="",
        due_from_at=at,
        due_until_at=at + 3600,
        created_by="ann",
    )


def case_of(session: Session, customer_id: int, at: float) -> None:
    case = Case(
        **{"account_id": 1, "customer_id": customer_id, "kind": "help", "state": "new", "is_open": True},
        **{"priority": "normal", "subject": "", "channel": "voice", "opened_at": at, "opened_by": "ann"},
        **{"updated_at": at, "resolve_seconds": 1.0, "next_due_at": at},
    )
    session.add(case)


def test_one_question_tells_who_calls_and_what_is_open_of_him(store: Store) -> None:
    ana = known(store, value_class="A", language="es")

    def fill(session: Session) -> None:
        visit(session, ana, NOW + DAY)
        visit(session, ana, NOW, is_open=False)
        keep(session, ana, Invoice, number="1", status="open", dated_at=1.0, due_at=NOW - 2 * DAY)
        keep(session, ana, Invoice, number="2", status="paid", dated_at=1.0, due_at=NOW + DAY)
        keep(session, ana, Order, number="7", status="sent", dated_at=NOW - 20 * DAY, lines=[])
        case_of(session, ana, NOW - DAY)

    store.write(fill)
    found = store.later(look_up, 1, MOBILE, at=NOW).result()
    assert list(found.candidates) == store.read(find_by_number, 1, MOBILE)
    assert found.matters == (
        Matter(kind="visit", recency="tomorrow", probability=0.4),
        Matter(kind="case", recency="new", probability=0.35),
        Matter(kind="bill", recency="overdue", probability=0.3),
        Matter(kind="order", recency="older", probability=0.1),
    )
    learned = store.read(look_up, 1, MOBILE, at=NOW, odds={("order", "older"): (10, 10)})
    assert learned.matters[0] == Matter(kind="order", recency="older", probability=0.55)


def test_tomorrow_is_the_customers_own_and_a_shared_number_tells_nothing(store: Store) -> None:
    ana = known(store, time_zone="Pacific/Auckland")  # where it is evening already
    store.write(visit, ana, NOW + 12 * 3600)
    assert store.read(look_up, 1, MOBILE, at=NOW).matters[0].recency == "tomorrow"
    assert known(store, time_zone=None)
    both = store.read(look_up, 1, MOBILE, at=NOW)
    assert (len(both.candidates), both.matters) == (2, ())
    assert store.read(look_up, 2, MOBILE, at=NOW).candidates == ()


def guess(treatment: str = "offered", **changes: Any) -> dict[str, Any]:
    visit = {"kind": "visit", "recency": "tomorrow", "probability": 0.4, "node": "status"}
    return visit | {"treatment": treatment} | changes


def row(store: Store, contact: str) -> tuple[Any, ...]:
    one = store.read(lambda session: session.get_one(Guess, contact))
    return one.treatment, one.taken_at, one.about, one.goal_at


def test_the_record_keeps_what_was_guessed_and_what_came_of_it(store: Store) -> None:
    calls = Calls(store)
    way = [("guess", "guess"), ("menu", "menu"), ("status", "queue")]
    other = [("guess", "guess"), ("balance", "action"), ("status", "queue")]
    calls.call("took", 100.0, "1", way[::2], guessed=guess(), taken_at=103.0)
    calls.call("by-himself", 200.0, "1", way, guessed=guess("held_out"))
    calls.call("another", 300.0, "1", other, guessed=guess())
    calls.call("hung-up", 400.0, "1", way[:2], guessed=guess())
    assert row(store, "took") == ("offered", 103.0, True, 110.0)
    assert row(store, "by-himself") == ("held_out", None, True, 220.0)
    assert row(store, "another") == ("offered", None, False, 310.0)
    assert row(store, "hung-up") == ("offered", None, False, 420.0)
    found = store.read(guess_report, 1, 0.0, 1000.0)
    assert (found.offered, found.taken, found.held_out, found.by_himself) == (3, 1, 1, 1)
    assert (found.asked_seconds, found.held_out_seconds, found.saved_seconds) == pytest.approx(
        (40 / 3, 20.0, 20 / 3)
    )
    assert store.read(guess_report, 1, 0.0, 1000.0, flow="other").offered == 0
    assert store.read(guess_report, 2, 0.0, 1000.0).offered == 0
    assert store.read(guesses.history, 1, 150.0) == {("visit", "tomorrow"): (3, 1)}
    assert store.read(guesses.history, 2, 0.0) == {}
