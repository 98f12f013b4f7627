"""Duplicates are looked for once a night, in the account's own night, and when somebody asks."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from crm_core import duplicates, schema
from crm_core.customers import add_customer
from crm_core.db import Store
from ctiserver.app.duplicate_nights import DuplicateNights, Search


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    schema.upgrade(url)
    with Store(url) as opened:
        for name in ("Rosa María", "Rosa Maria", "Bruno"):
            opened.write(add_customer, 1, now=1.0, name=name, surname="Pérez", birth_date="1984-03-27")
        yield opened


def at(hour: int, minute: int, day: int = 2) -> float:
    """A moment of a June day in Santiago, which is four hours behind UTC then."""
    return datetime(2025, 6, day, hour + 4, minute, tzinfo=UTC).timestamp()


def test_a_night_is_searched_once_between_three_and_four(store: Store) -> None:
    now = [at(2, 59)]
    nights = DuplicateNights(store, lambda: now[0])
    assert nights.due() == []
    now[0] = at(3, 0)
    assert nights.due() == [1]
    assert nights.due() == []
    now[0] = at(4, 0)
    assert nights.due() == []
    now[0] = at(3, 30, day=3)
    assert nights.due() == [1]


def test_a_search_finds_a_pair_once(store: Store) -> None:
    nights = DuplicateNights(store, lambda: at(3, 0))
    assert [nights.search(1), nights.search(1)] == [1, 0]
    (pair,) = store.read(duplicates.open_pairs, 1)
    assert (pair.one_id, pair.other_id, pair.found_at) == (1, 2, at(3, 0))


def test_a_search_that_is_asked_for_is_done_in_the_thread_and_ended_with_it(store: Store) -> None:
    nights = DuplicateNights(store, lambda: at(12, 0))
    nights.start()
    nights.ask(1)
    deadline = time.monotonic() + 20
    while not store.read(duplicates.open_pairs, 1) and time.monotonic() < deadline:
        time.sleep(0.02)
    nights.stop()
    assert len(store.read(duplicates.open_pairs, 1)) == 1


def test_a_search_that_somebody_asks_for_tells_how_it_goes(store: Store) -> None:
    nights = DuplicateNights(store, lambda: at(12, 0))
    asked = msgspec.json.encode({"account_id": 1})
    assert msgspec.json.decode(nights.answer_progress(asked), type=Search).state == "none"
    assert msgspec.json.decode(nights.answer_search(asked), type=Search).state == "waiting"
    nights.answer_search(asked)  # asked twice, searched once
    nights.start()
    deadline = time.monotonic() + 60
    while nights.progress(1).state != "done" and time.monotonic() < deadline:
        time.sleep(0.02)  # between two looks at the condition
    nights.stop()
    told = msgspec.json.decode(nights.answer_progress(asked), type=Search)
    assert (told.state, told.customers, told.new_pairs, told.ended_at) == ("done", 3, 1, at(12, 0))
