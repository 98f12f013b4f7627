"""The demo company's trade: enough of everything that the pages have something to show, once, and right in its sums."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core import demo, demo_trade, schema
from crm_core.contracts import Contract
from crm_core.customers import Customer, add_customer
from crm_core.db import Store
from crm_core.invoices import Invoice, open_amounts
from crm_core.orders import Order
from crm_core.payments import Payment
from crm_core.timeline import timeline
from crm_core.value import customer_values, value_runs, valuing

NOW = 1_790_000_000.0


def people(session: Session) -> None:
    for fields in demo.customers():
        add_customer(session, 1, now=1.0, **fields)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("trade")
    schema.upgrade(f"sqlite:///{folder}/crm.sqlite")
    with Store(f"sqlite:///{folder}/crm.sqlite") as store:
        store.write(people)
        assert store.write(demo_trade.add, now=NOW) > 150
        yield store


def test_it_is_added_once(traded: Store) -> None:
    assert traded.write(demo_trade.add, now=NOW + 9e6) == 0


def test_paid_invoices_have_their_payment_and_open_ones_are_owed(traded: Store) -> None:
    def sums(session: Session) -> Any:
        paid = select(func.sum(Invoice.amount_minor)).where(Invoice.status == "paid")
        owed = select(func.sum(Invoice.amount_minor)).where(Invoice.status == "open")
        every = sum(
            sum(open_amounts(session, 1, number).values()) for number in session.scalars(select(Customer.id))
        )
        return (
            session.scalar(paid),
            session.scalar(select(func.sum(Payment.amount_minor))),
            session.scalar(owed),
            every,
        )

    paid, received, owed, every = traded.read(sums)
    assert paid == received > 0
    assert owed == every > 0


def test_customers_have_a_story_and_a_value(traded: Store) -> None:
    kinds = {line.kind for number in range(1, 30) for line in traded.read(timeline, 1, number).rows}
    assert {"contract", "invoice", "payment", "order", "delivery", "device", "warranty", "product"} <= kinds
    traded.write(value_runs.ask, 1, by="ann", now=NOW)
    run_id = traded.write(value_runs.next_run, now=NOW)
    assert run_id is not None
    computed = traded.read(valuing.compute, run_id)
    while not traded.write(valuing.write_part, computed, now=NOW):
        pass
    classes = {row.value_class: row.customers for row in traded.read(customer_values.by_class, 1)}
    assert set(classes) == {"A", "B", "C"}
    assert all(count >= 10 for count in classes.values())


def test_nothing_lies_in_the_future(traded: Store) -> None:
    newest = [select(func.max(kind.dated_at)) for kind in (Contract, Invoice, Order)]
    assert all(at <= NOW for at in traded.read(lambda session: [session.scalar(query) for query in newest]))
