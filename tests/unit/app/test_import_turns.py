"""The jobs process takes imports on, between its records: to their end, whatever happens meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from crm_core import imports, schema
from crm_core.customers import Customer
from crm_core.db import Store
from crm_core.table_files import open_table
from ctiserver.app.import_turns import ImportTurns
from ctiserver.app.jobs import Jobs
from ctiserver.core.config import Config, Database, Installation
from ctiserver.core.errors import Conflict


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    schema.upgrade(made)
    return made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store(url) as opened:
        yield opened


def started(store: Store, folder: Path, people: int, broken: bool = False) -> int:
    """An import of so many people that somebody has started."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "people.csv"
    path.write_text("nombre\n" + "".join(f"Ana {number}\n" for number in range(people)))
    table = open_table(path)
    made = store.write(imports.add_import, 1, table, file_name="gente.csv", lines=people, by="ann", now=1.0)
    store.write(imports.start, 1, made.id, made.mapping, by="ann", now=2.0)
    return made.id


def customers(store: Store) -> int:
    return store.read(lambda session: session.scalar(select(func.count(Customer.id))) or 0)


def state(store: Store, import_id: int) -> tuple[str, str]:
    found = store.read(imports.import_, 1, import_id)
    return found.state, found.error


def test_an_import_is_taken_chunk_by_chunk_and_taken_back(store: Store, tmp_path: Path) -> None:
    number, turns = started(store, tmp_path, 1100), ImportTurns(store, tmp_path)
    assert [turns.turn(3.0), customers(store)] == [True, 500]
    assert [turns.turn(3.0), turns.turn(3.0), turns.turn(3.0)] == [True, True, False]
    assert (customers(store), state(store, number)) == (1100, ("done", ""))
    store.write(imports.undo, 1, number, by="ann", now=4.0)
    while turns.turn(5.0):
        pass
    assert (customers(store), state(store, number)) == (0, ("undone", ""))


def test_another_process_goes_on_where_one_was_killed(store: Store, tmp_path: Path) -> None:
    number = started(store, tmp_path, 700)
    ImportTurns(store, tmp_path).turn(3.0)
    other = ImportTurns(store, tmp_path)
    while other.turn(4.0):
        pass
    assert (customers(store), state(store, number)[0]) == (700, "done")


def test_an_import_whose_file_cannot_be_read_on_fails_with_the_sentence(store: Store, tmp_path: Path) -> None:
    number, turns = started(store, tmp_path, 600), ImportTurns(store, tmp_path)
    with (tmp_path / "people.csv").open("a") as file:
        file.write('"' + "x" * 200_000 + "\n")
    while turns.turn(3.0):
        pass
    became, sentence = state(store, number)
    assert (became, sentence.startswith("broken_table: ")) == ("failed", True)
    store.write(imports.undo, 1, number, by="ann", now=4.0)
    while turns.turn(5.0):
        pass
    assert customers(store) == 0


def test_an_import_without_its_file_says_so(store: Store, tmp_path: Path) -> None:
    number = started(store, tmp_path, 3)
    (tmp_path / "people.csv").unlink()
    turns = ImportTurns(store, tmp_path)
    assert [turns.turn(3.0), turns.turn(3.0)] == [True, False]
    assert state(store, number) == (
        "failed",
        "file_gone: the file of this import is no longer here: upload it again",
    )


def test_what_the_database_refuses_once_is_tried_again_and_what_it_always_refuses_fails(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, turns = started(store, tmp_path, 3), ImportTurns(store, tmp_path)
    tries: list[int] = []

    def refused(*_: Any, **__: Any) -> bool:
        tries.append(1)
        raise Conflict("the row exists already")

    monkeypatch.setattr("crm_core.import_run.take_chunk", refused)
    turns.turn(3.0)
    assert state(store, number)[0] == "running"
    while turns.turn(3.0):
        pass
    assert (state(store, number)[0], len(tries)) == ("failed", 5)


def test_the_jobs_process_takes_imports_between_its_records(url: str, tmp_path: Path) -> None:
    config = replace(
        Config(), installation=Installation(state_dir=tmp_path / "state"), database=Database(url=url)
    )
    with Store(url) as store:
        number = started(store, tmp_path / "state" / "imports", 600)
        jobs = Jobs(config)
        assert jobs.turn() == 0
        for _ in range(3):
            jobs.turn()
        assert state(store, number)[0] == "done"
        jobs.stop()
        jobs.run(lambda: None)
