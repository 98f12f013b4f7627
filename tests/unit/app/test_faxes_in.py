"""Faxes that Asterisk received become cases: never a half one, each once, whatever dies in between."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from crm_core import case_fax, schema
from crm_core.cases import Case
from crm_core.db import Store
from ctiserver.app.faxes_in import FaxesIn
from ctiserver.asterisk.fax_notes import LONGEST_SECONDS
from ctiserver.core.config import Config, Installation, Number
from ctiserver.core.errors import StoreError
from ctiserver.process import folders

DID = "+56221110000"


class Machine:
    """Asterisk's folder, the store, and the chore between them."""

    def __init__(self, store: Store, config: Config) -> None:
        self.store, self.config = store, config
        self.folder = folders.fax_in_dir(config)
        self.folder.mkdir(parents=True)
        self.chore = FaxesIn(store, config)

    def receives(self, name: str = "test-1.1", ended: str = "SUCCESS", *, page: bytes | None = None) -> None:
        if page is None:
            Image.new("1", (1728, 300), 1).save(
                self.folder / f"{name}.tif", compression="group4", dpi=(204, 98)
            )
        elif page:
            (self.folder / f"{name}.tif").write_bytes(page)
        end = f"ended|1030|{ended}|16|1|audio||\n" if ended else ""
        (self.folder / f"{name}.txt").write_text(f"begun|1000|{DID}|+56971884213\n{end}")

    def left(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())

    def cases(self) -> list[Case]:
        return self.store.read(lambda session: list(session.scalars(select(Case).order_by(Case.id))))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    schema.upgrade(url)
    numbers = (Number(did=DID, fax=True, language="en"),)
    config = replace(Config(), installation=Installation(state_dir=tmp_path / "state"), numbers=numbers)
    with Store(url) as store:
        yield Machine(store, config)


def test_a_finished_fax_is_one_case_in_the_language_of_its_number(machine: Machine) -> None:
    machine.receives()
    assert [machine.chore.turn(1031.0), machine.chore.turn(1032.0)] == [True, False]
    [only] = machine.cases()
    assert only.subject == "Fax from +56971884213, pages: 1"
    pages = machine.store.read(case_fax.fax_of, 1, only.id)
    assert pages is not None
    content = case_fax.content_of(folders.attachments_dir(machine.config), 1, pages)
    assert content.startswith(b"%PDF-")
    assert machine.left() == []


def test_a_half_fax_is_left_alone_until_it_can_no_longer_go_on(machine: Machine) -> None:
    machine.receives(ended="")
    assert machine.chore.turn(1000.0 + LONGEST_SECONDS) is False
    assert (len(machine.left()), machine.cases()) == (2, [])
    assert machine.chore.turn(1000.0 + 2 * LONGEST_SECONDS) is True
    assert machine.cases()[0].subject.startswith("Incomplete fax")


def test_who_dies_between_the_case_and_the_files_makes_no_second_case(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.receives()
    with monkeypatch.context() as dying:
        dying.setattr(machine.chore, "_put_away", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            machine.chore.turn(1031.0)
    assert len(machine.left()) == 2
    assert FaxesIn(machine.store, machine.config).turn(1032.0) is True
    assert (machine.left(), len(machine.cases())) == ([], 1)


def test_a_database_that_is_away_costs_no_fax(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.receives()

    def away(*_: object, **__: object) -> None:
        raise StoreError("away")

    with monkeypatch.context() as outage:
        outage.setattr(machine.store, "write", away)
        with pytest.raises(StoreError):
            machine.chore.turn(1031.0)
    machine.chore.turn(1032.0)
    assert len(machine.cases()) == 1


def test_a_fax_that_failed_and_one_that_nobody_can_read_are_told(machine: Machine) -> None:
    machine.receives("test-1.1", "FAILED", page=b"")
    machine.receives("test-1.2", page=b"nonsense")
    while machine.chore.turn(1031.0):
        pass
    assert [one.subject for one in machine.cases()] == ["Failed fax from +56971884213: no page came"] * 2
    assert machine.left() == ["test-1.2.tif"], "what nobody can read is kept for people"
