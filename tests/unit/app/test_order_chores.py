"""The chores of work orders: late ones are told of, tomorrow's visits are asked about where somebody can be called."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import dials, schema
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.phone_numbers import E164
from crm_core.work_orders import order_work
from crm_core.work_orders.work_orders import Author, WorkOrder
from ctiserver.app import order_chores
from ctiserver.core.config import Config, Dialing, Folder
from ctiserver.core.errors import Conflict

NOON = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("America/Santiago")).timestamp()
HOUR = 3600.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    def furnish(session: Session) -> None:
        rosa = add_customer(session, 1, name="Rosa", phones=[E164("+56922220001")], now=0.0)
        for begins in (NOON - 3 * HOUR, NOON + 21 * HOUR):
            order_work.open_order(
                session,
                Author(account_id=1, login="dan", at=NOON - 48 * HOUR),
                kind="repair",
                subject="Cocina",
                customer_id=rosa.id,
                due_from_at=begins,
                due_until_at=begins + 2 * HOUR,
            )

    url = f"sqlite:///{tmp_path}/crm.sqlite"
    schema.upgrade(url)
    store = Store(url)
    store.write(furnish)
    yield store
    store.close()


def late(store: Store) -> list[int]:
    query = select(WorkOrder.id).where(WorkOrder.late_at.is_not(None))
    return store.read(lambda session: list(session.scalars(query)))


def test_a_late_order_is_told_of_and_one_that_fails_holds_up_no_other(store: Store) -> None:
    order_chores.late(store).turn(NOON)
    assert late(store) == [1]
    done: list[int] = []

    def work(_session: Session, _account_id: int, order_id: int, _now: float) -> None:
        if order_id == 1:
            raise Conflict("somebody was quicker")
        done.append(order_id)

    assert not order_chores.OrderByOrder(store, "test", lambda *_: [(1, 1), (1, 2)], work).turn(NOON)
    assert done == [2]


def test_customers_are_asked_where_there_is_a_trunk_and_a_flow(store: Store, tmp_path: Path) -> None:
    def asked(config: Config) -> int:
        order_chores.confirmations(store, config)(NOON)
        return len(store.read(dials.newest, 1).rows)

    called = replace(Config(), dialing=Dialing(trunk="pstn"), flows=Folder(directory=tmp_path))
    assert asked(Config()) == 0
    assert asked(called) == 0
    (tmp_path / "visit-confirmation.toml").touch()
    assert asked(called) == 1
    assert asked(called) == 1
