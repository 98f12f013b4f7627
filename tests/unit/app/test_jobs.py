"""How the journal's reader groups its work: one transaction for many lines."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import interaction_writer, schema
from crm_core.interactions import Interaction
from ctiserver.app.jobs import Jobs
from ctiserver.core import wire
from ctiserver.core.config import Config, Database, Installation
from ctiserver.core.errors import StoreError
from ctiserver.core.events import ContactAnswered, ContactArrived, ContactEvent
from ctiserver.core.ids import ContactId, LegId
from ctiserver.journal.line import Derived, Entry, encode
from ctiserver.journal.segments import SegmentName
from ctiserver.process import folders

FULL_BATCH = 500


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of this release, to be copied."""
    file = tmp_path_factory.mktemp("template") / "crm.sqlite"
    schema.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def config(template: Path, tmp_path: Path) -> Config:
    file = tmp_path / "crm.sqlite"
    file.write_bytes(template.read_bytes())
    return replace(
        Config(),
        installation=Installation(state_dir=tmp_path / "state"),
        database=Database(url=f"sqlite:///{file}"),
    )


@pytest.fixture
def jobs(config: Config) -> Iterator[Jobs]:
    jobs = Jobs(config)
    yield jobs
    jobs.stop()
    jobs.run(lambda: None)


def write(config: Config, events: int) -> None:
    """A journal with one entry and so many events."""
    body = wire.encode(ContactAnswered(at=1.0, contact=ContactId("x")))
    lines = [Entry(1, 1, 1.0, b"{}"), *(Derived(1, n, 1, 1.0, body) for n in range(1, events + 1))]
    folder = folders.journal_dir(config)
    SegmentName(1, 1).path(folder).write_bytes(b"".join(map(encode, lines)))


def test_nothing_to_read_is_looked_at_again_a_little_later(jobs: Jobs) -> None:
    assert jobs.turn() > 0


def test_after_a_few_lines_more_are_waited_for_so_that_one_transaction_takes_many(
    config: Config, jobs: Jobs
) -> None:
    write(config, 3)
    assert jobs.turn() > 0


def test_a_full_batch_is_followed_by_the_next_at_once(config: Config, jobs: Jobs) -> None:
    write(config, FULL_BATCH + 1)
    assert jobs.turn() == 0
    assert jobs.turn() > 0


def test_an_event_that_cannot_be_read_is_passed_over_and_the_record_is_incomplete(
    config: Config, jobs: Jobs
) -> None:
    told = wire.encode(ContactAnswered(at=1.0, contact=ContactId("x")))
    bodies = (told, b'{"type":"FromAnotherVersion","at":1.0}', told)
    lines = [Entry(1, 1, 1.0, b"{}"), *(Derived(1, n, 1, 1.0, body) for n, body in enumerate(bodies, 1))]
    SegmentName(1, 1).path(folders.journal_dir(config)).write_bytes(b"".join(map(encode, lines)))
    jobs.turn()
    [row] = jobs._store.read(lambda session: list(session.scalars(select(Interaction))))
    assert (row.last_n, row.incomplete) == (3, True)


def test_a_database_that_is_away_is_waited_for_and_then_everything_is_written_once(
    config: Config, tmp_path: Path
) -> None:
    file = tmp_path / "crm.sqlite"
    away = file.rename(tmp_path / "away")
    jobs = Jobs(config)
    write(config, 3)
    file.mkdir()  # a directory in its place cannot be opened
    assert jobs.turn() == jobs.turn() == 1.0
    file.rmdir()
    away.rename(file)
    assert jobs.turn() < 1.0
    [row] = jobs._store.read(lambda session: list(session.scalars(select(Interaction))))
    assert (row.id, row.last_n) == ("x", 3)
    jobs.stop()
    jobs.run(lambda: None)


def arrived(contact: str, account_id: int = 1) -> ContactArrived:
    return ContactArrived(
        at=1.0,
        contact=ContactId(contact),
        account_id=account_id,
        leg=LegId("leg"),
        did="1",
        pii_number="",
        language="es",
        flow="main",
        flow_version="1",
    )


def test_an_event_that_the_database_refuses_for_good_stops_no_record_after_it(
    config: Config, jobs: Jobs
) -> None:
    good = ContactAnswered(at=2.0, contact=ContactId("x"))
    lines = [Entry(1, 1, 1.0, b"{}")]
    lines += [
        Derived(1, n, 1, 1.0, wire.encode(event))
        for n, event in enumerate((arrived("of a deleted company", account_id=99), good), 1)
    ]
    SegmentName(1, 1).path(folders.journal_dir(config)).write_bytes(b"".join(map(encode, lines)))
    assert jobs.turn() < 1.0
    [row] = jobs._store.read(lambda session: list(session.scalars(select(Interaction))))
    assert (row.id, row.last_n) == ("x", 2)


def test_an_event_at_which_we_fail_ourselves_costs_its_own_record_alone(
    config: Config, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_at_bad(event: ContactEvent, interaction: Interaction, session: Session) -> None:
        if isinstance(event, ContactAnswered) and interaction.id == "bad":
            raise KeyError("a fault of ours")
        really(event, interaction, session)

    really = interaction_writer.record
    monkeypatch.setattr(interaction_writer, "record", fails_at_bad)
    told = [
        arrived("bad"),
        arrived("good"),
        *(ContactAnswered(at=2.0, contact=ContactId(it)) for it in ("bad", "good")),
    ]
    lines = [Entry(1, 1, 1.0, b"{}")]
    lines += [Derived(1, n, 1, 1.0, wire.encode(event)) for n, event in enumerate(told, 1)]
    SegmentName(1, 1).path(folders.journal_dir(config)).write_bytes(b"".join(map(encode, lines)))
    assert jobs.turn() < 1.0
    rows = jobs._store.read(
        lambda session: list(session.scalars(select(Interaction).order_by(Interaction.id)))
    )
    assert [(row.id, row.last_n, row.incomplete) for row in rows] == [("bad", 1, True), ("good", 4, False)]


@pytest.mark.parametrize("away", [StoreError("no answer"), OSError("the disk"), MemoryError()])
def test_what_may_pass_costs_no_record_that_the_successor_would_miss(
    config: Config, jobs: Jobs, monkeypatch: pytest.MonkeyPatch, away: Exception
) -> None:
    def is_away(*_: object) -> None:
        raise away

    write(config, 1)
    with monkeypatch.context() as patched, suppress(OSError, MemoryError):
        patched.setattr(interaction_writer, "record", is_away)
        jobs.turn()
    successor = Jobs(config)
    successor.turn()
    [row] = successor._store.read(lambda session: list(session.scalars(select(Interaction))))
    assert row.last_n == 1
    successor.stop()
    successor.run(lambda: None)
