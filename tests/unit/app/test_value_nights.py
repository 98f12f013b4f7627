"""What the thread of the jobs process does for value, step by step and without the thread."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crm_core import schema
from crm_core.contracts import Contract
from crm_core.customers import add_customer, customer
from crm_core.db import Store
from crm_core.value import value_classes, value_runs
from ctiserver.app.value_nights import ValueNights, last_night

SANTIAGO = ZoneInfo("America/Santiago")
DAY = 86_400.0


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=SANTIAGO).timestamp()


class Clock:
    now = at("2026-06-10 12:00")

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path}/crm.sqlite"
    schema.upgrade(url)
    with Store(url) as opened:
        yield opened


def add_customers(store: Store, count: int, *, contracts: bool = True) -> None:
    def add(session: object) -> None:
        for place in range(count):
            owner = add_customer(session, 1, now=0.0, name=f"Customer {place}", value_class="A")  # type: ignore[arg-type]
            if contracts:
                session.add(  # type: ignore[attr-defined]
                    Contract(
                        account_id=1,
                        customer_id=owner.id,
                        status="active",
                        amount_minor=1000 * (place + 1),
                        dated_at=0.0,
                        created_at=0.0,
                        updated_at=0.0,
                    )
                )

    store.write(add)


def states(store: Store) -> list[tuple[str, str]]:
    return [(run.asked_by, run.state) for run in store.read(value_runs.last_runs, 1)]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-06-10 02:00", "2026-06-10 02:00"),
        ("2026-06-10 01:59", "2026-06-09 02:00"),
        ("2026-06-10 23:00", "2026-06-10 02:00"),
    ],
)
def test_the_night_begins_at_its_hour_of_the_local_day(now: str, due: str) -> None:
    assert last_night(at(now), SANTIAGO, 2) == at(due)


def test_an_hour_that_the_clock_jumps_over_or_repeats_is_due_once() -> None:
    for day in ("2026-09-06", "2026-04-04"):  # 24:00 becomes 01:00, and 24:00 becomes 23:00
        begin = at(f"{day} 00:00") - 6 * 3600
        dues = {last_night(begin + minute * 60, SANTIAGO, 0) for minute in range(0, 36 * 60, 5)}
        assert len({due for due in dues if due > begin}) <= 2
        assert all(
            later - earlier >= 23 * 3600
            for earlier, later in zip(sorted(dues), sorted(dues)[1:], strict=False)
        )


def test_each_night_everybody_is_valued_once(store: Store) -> None:
    clock = Clock()
    nights = ValueNights(store, clock)
    add_customers(store, 3)
    assert list(nights.turn()) == ["asked", "done"]
    assert states(store) == [("nightly", "done")]
    assert store.read(customer, 1, 3).value_class == "A"
    assert store.read(customer, 1, 1).value_class == "B"
    clock.now += DAY / 2
    assert list(nights.turn()) == []
    clock.now += DAY / 2
    assert list(nights.turn()) == ["asked", "done"]
    store.write(lambda session: value_runs.ask(session, 1, by="ann", now=clock.now))
    assert list(nights.turn()) == ["done"]


def test_who_stops_asking_leaves_the_rest_to_the_next_process(store: Store) -> None:
    clock = Clock()
    add_customers(store, 2500)
    for step in ValueNights(store, clock).turn():
        if step == "written":
            break
    assert states(store) == [("nightly", "running")]
    assert list(ValueNights(store, clock).turn()) == ["written", "done"]
    (run,) = store.read(value_runs.last_runs, 1)
    assert run.customers == 2500


def test_where_nobody_has_anything_to_value_classes_stay_as_they_are(store: Store) -> None:
    add_customers(store, 2, contracts=False)
    assert list(ValueNights(store, Clock()).turn()) == ["asked", "done"]
    assert store.read(customer, 1, 1).value_class == "A"


def test_a_class_set_by_hand_ends_when_it_is_due(store: Store) -> None:
    clock = Clock()
    add_customers(store, 1)
    list(ValueNights(store, clock).turn())
    store.write(
        lambda session: value_classes.set_by_hand(
            session, 1, 1, value_class="C", reason="test", expires_at=clock.now + 60, by="ann", now=clock.now
        )
    )
    clock.now += 61
    assert list(ValueNights(store, clock).turn()) == ["expired"]
    assert store.read(customer, 1, 1).value_class == "A"


def test_the_thread_ends_when_it_is_told_to(store: Store) -> None:
    nights = ValueNights(store, Clock())
    nights.start()
    nights.stop()
