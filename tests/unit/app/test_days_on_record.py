"""Random days written into the store: no event is refused, and the record is one however it was read."""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
import test_called_customers
import test_called_out
import test_crowded_days
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from crm_core import schema
from crm_core.db import Store
from crm_core.interaction_writer import Identified, apply_batch
from crm_core.interactions import Interaction
from crm_core.reader_positions import EventId
from ctiserver.core import events as e
from ctiserver.core.message import Event

DAYS = [
    (day, seed)
    for day in (test_called_customers.walked, test_called_out.walked, test_crowded_days.walked)
    for seed in range(2)
]
PARTS = {"segments": "ended_at", "offers": "ended_at", "visits": "left_at", "third_parties": "ended_at"}
"""What a contact has several of, and when each is over."""
READ_ALREADY = ("last_epoch", "last_seq", "last_n")
"""How far the record was written, which depends on nothing else than the last event."""
Rows = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of this release, to be copied."""
    file = tmp_path_factory.mktemp("template") / "crm.sqlite"
    schema.upgrade(f"sqlite:///{file}")
    return file


@pytest.mark.parametrize(("day", "seed"), DAYS)
def test_a_day_is_recorded_without_a_refusal_and_the_same_however_it_is_read(
    template: Path, tmp_path: Path, day: Callable[[int], Any], seed: int
) -> None:
    told = list(_told(day(seed)))
    whole = _recorded(shutil.copy(template, tmp_path / "whole"), [told])
    assert (
        _recorded(shutil.copy(template, tmp_path / "parts"), _read_again_and_again(told, Random(seed)))
        == whole
    )
    ended = {event.contact for _, event in told if isinstance(event, e.ContactEnded)}
    assert ended
    assert [it for contact in ended for it in _left_open(whole[contact])] == []
    assert list(_two_at_once(whole)) == []


def _told(world: Any) -> Iterator[Identified]:
    for seq, turn in enumerate(world.turns, 1):
        for n, event in enumerate([one for one in turn.said if isinstance(one, Event)], 1):
            yield EventId(1, seq, n), event


def _read_again_and_again(told: list[Identified], random: Random) -> Iterator[list[Identified]]:
    """Few and many at once; after a kill some come a second time."""
    at = 0
    while at < len(told):
        until = at + random.choice((1, 5, 50, 300))
        yield told[max(0, at - random.choice((0, 0, 7))) : until]
        at = until


def _recorded(file: Path, batches: Any) -> Rows:
    with Store(f"sqlite:///{file}") as store:
        for batch in batches:
            store.write(apply_batch, batch)
        return store.read(_rows)


def _rows(session: Session) -> Rows:
    found = session.scalars(select(Interaction))
    return {
        row.id: _columns(row) | {part: [_columns(it) for it in getattr(row, part)] for part in PARTS}
        for row in found
    }


def _columns(row: Any) -> dict[str, Any]:
    names = [column.key for column in inspect(type(row)).column_attrs]
    return {name: getattr(row, name) for name in names if name not in READ_ALREADY}


def _left_open(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What goes on still in the record of a contact that is over."""
    if row["ended_at"] is None:
        yield "contact", row
    for part, over in PARTS.items():
        yield from ((part, one) for one in row[part] if one[over] is None)


def _two_at_once(rows: Rows) -> Iterator[tuple[Any, Any]]:
    """Talks of one agent that overlap."""
    talks = defaultdict(list)
    for row in rows.values():
        for one in row["segments"]:
            if one["ended_at"] is not None:
                talks[one["agent"]].append((one["answered_at"], one["ended_at"]))
    for his in talks.values():
        yield from ((one, other) for one, other in pairwise(sorted(his)) if other[0] < one[1])
