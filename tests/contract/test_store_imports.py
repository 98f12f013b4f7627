"""Tables become customers and can be taken back, on both databases."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crm_core import contact_points, customer_table, import_run, import_undo, imports, merges
from crm_core.base import Base
from crm_core.customers import Customer, add_customer, change_customer
from crm_core.db import Store
from crm_core.import_leftovers import staying
from crm_core.phone_numbers import E164
from crm_core.provenance import Origin, Source
from crm_core.table_files import open_table
from ctiserver.core.errors import Refusal

HEAD = "Código cliente;Nombre;Apellido;RUT;Teléfono;Correo;Dirección\n"
ANA = "k1;Ana;Muñoz;12.345.678-5;9 7188 4213;ana@example.cl;Los Aromos 12\n"
WRONG = "k2;Bruno;Díaz;12.345.678-9;abc;;\n"
COMPANY = "k3;Panadería Ñuble;;;22638 1234;;\n"


_INSTANTS = itertools.count(3.0)


class Running:
    """One import of a file, taken by hand as the jobs process takes it."""

    def __init__(self, store: Store, folder: Path, text: str) -> None:
        self.store, self.at = store, next(_INSTANTS)
        path = folder / "people.csv"
        path.write_text(text, encoding="latin-1")
        self.table = open_table(path)
        lines = sum(1 for _ in self.table.rows())
        made = store.write(
            imports.add_import, 1, self.table, file_name="gente.csv", lines=lines, by="ann", now=1.0
        )
        self.id, self.guessed = made.id, made.mapping

    def start(self) -> None:
        self.store.write(imports.start, 1, self.id, self.guessed, by="ann", now=2.0)

    def take(self) -> None:
        while self.store.write(import_run.take_chunk, self.id, self.table, now=self.at):
            pass

    def undo(self) -> imports.Import:
        self.store.write(imports.undo, 1, self.id, by="ann", now=9.0)
        while self.store.write(import_undo.undo_chunk, self.id, now=9.0):
            pass
        return self.now

    @property
    def now(self) -> imports.Import:
        return self.store.read(imports.import_, 1, self.id)


@pytest.fixture
def imported(store: Store, tmp_path: Path) -> Callable[[str], Running]:
    def run(text: str) -> Running:
        running = Running(store, tmp_path, text)
        running.start()
        running.take()
        return running

    return run


def export(store: Store) -> list[Any]:
    """All that stands of customers, as an export would write it."""
    kinds: list[type[Base]] = [Customer, contact_points.Phone, contact_points.Email, contact_points.Address]

    def rows(session: Any) -> list[Any]:
        return [
            sorted(
                repr(
                    [getattr(row, column.key) for column in kind.__table__.columns if column.key != "version"]
                )
                for row in session.scalars(select(kind))
            )
            for kind in kinds
        ]

    return store.read(rows)


def test_a_table_becomes_customers_and_wrong_rows_are_kept_with_their_reasons(
    store: Store, imported: Callable[[str], Running]
) -> None:
    done = imported(HEAD + ANA + WRONG + COMPANY).now
    assert (done.state, done.created, done.rejected, done.lines) == ("done", 2, 1, 3)
    (row,) = store.read(imports.rejected, done.id)
    assert (row.line, row.cells[1]) == (3, "Bruno")
    assert [field for field, _ in row.reasons] == ["phone", "rut"]
    names = store.read(lambda s: s.scalars(select(Customer.name).order_by(Customer.id)).all())
    assert names == ["Ana", "Panadería Ñuble"]


def test_who_is_here_already_is_known_by_rut_or_customer_number(
    store: Store, imported: Callable[[str], Running]
) -> None:
    imported(HEAD + ANA)
    again = imported(HEAD + ANA.replace("k1", "") + ANA.replace("Muñoz", "Muñoz Peña")).now
    assert (again.created, again.changed, again.same) == (0, 1, 1)


def test_the_same_table_twice_changes_nothing(store: Store, imported: Callable[[str], Running]) -> None:
    imported(HEAD + ANA + COMPANY)
    before = export(store)
    assert imported(HEAD + ANA + COMPANY).now.same == 2
    assert export(store) == before


def test_an_undone_import_leaves_everything_as_it_was(
    store: Store, imported: Callable[[str], Running]
) -> None:
    imported(HEAD + ANA)
    before = export(store)
    changing = ANA.replace("Muñoz", "Pérez").replace("4213", "0000").replace("ana@", "otra@")
    running = imported(HEAD + changing + changing.replace("Pérez", "Soto") + WRONG + COMPANY)
    assert (running.now.changed, running.now.created) == (2, 1)
    assert export(store) != before
    undone = running.undo()
    assert (undone.state, undone.kept) == ("undone", 0)
    assert export(store) == before


def test_the_export_after_an_undone_import_is_the_same_to_the_byte(
    store: Store, imported: Callable[[str], Running]
) -> None:
    def table() -> str:
        found = store.read(customer_table.part, 1)
        assert found.after is None
        return customer_table.csv_lines(found.rows)

    imported(HEAD + ANA)
    before = table()
    assert "Los Aromos 12" in before
    running = imported(HEAD + ANA.replace("4213", "0000").replace("Aromos", "Robles") + COMPANY)
    assert table() != before
    running.undo()
    assert table() == before


def test_an_export_of_many_goes_on_where_a_part_ends(
    store: Store, imported: Callable[[str], Running]
) -> None:
    imported(HEAD + "".join(f"k{number};Ana {number};;;;;\n" for number in range(customer_table.PART + 2)))
    first = store.read(customer_table.part, 1)
    assert first.after is not None
    rest = store.read(customer_table.part, 1, first.after)
    assert (len(first.rows), len(rest.rows), rest.after) == (customer_table.PART, 2, None)
    assert store.read(customer_table.part, 2).rows == ()


def test_how_many_would_stay_is_told_before_an_import_is_undone(
    store: Store, imported: Callable[[str], Running]
) -> None:
    imported(HEAD + ANA)
    running = imported(HEAD + ANA.replace("Muñoz", "Pérez") + COMPANY + "k4;Bruno;;;;;\n" + "k5;Eva;;;;;\n")

    def would_stay() -> int:
        return store.read(lambda session: staying(session, imports.import_(session, 1, running.id)))

    ana, company, bruno, eva = store.read(
        lambda s: s.scalars(select(Customer.id).order_by(Customer.id)).all()
    )
    assert would_stay() == 0
    store.write(change_customer, 1, ana, expected_version=None, now=1e6, notes="llamó")
    assert would_stay() == 1
    by_ann = Origin(source=Source.AGENT, by="ann")
    store.write(contact_points.keep_email, 1, company, "p@example.cl", origin=by_ann, now=1e6)
    store.write(merges.merge, 1, bruno, eva, by="ann", now=1e6)
    assert would_stay() == 4
    assert running.undo().kept == 4


def test_who_has_been_touched_since_stays_when_the_import_is_undone(
    store: Store, imported: Callable[[str], Running]
) -> None:
    running = imported(HEAD + ANA + COMPANY)
    (ana, company) = store.read(lambda s: s.scalars(select(Customer.id).order_by(Customer.id)).all())
    store.write(change_customer, 1, ana, expected_version=None, now=1e6, notes="llamó")
    assert running.undo().kept == 1
    left = store.read(lambda s: s.scalars(select(Customer.id)).all())
    assert left == [ana]
    assert company not in left


def test_an_import_that_was_killed_goes_on_where_it_was(store: Store, tmp_path: Path) -> None:
    people = "".join(f"k{number};Ana {number};;;;;\n" for number in range(1100))
    running = Running(store, tmp_path, HEAD + people)
    running.start()
    store.write(import_run.take_chunk, running.id, running.table, now=3.0)
    assert store.read(imports.waiting).id == running.id

    def broken(session: Any) -> None:
        import_run.take_chunk(session, running.id, running.table, now=3.0)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.write(broken)
    assert running.now.last_line == 501
    running.take()
    assert (running.now.state, running.now.created) == ("done", 1100)
    assert store.read(lambda s: len(s.scalars(select(Customer.id)).all())) == 1100


def test_two_customers_cannot_get_one_rut_by_an_import(
    store: Store, imported: Callable[[str], Running]
) -> None:
    store.write(add_customer, 1, now=1.0, name="Otra", rut="12345678-5", phones=[E164("+56911111111")])
    running = imported(HEAD + "k9;Ana;Muñoz;;;;\n" + ANA.replace("k1", "k9"))
    assert (running.now.created, running.now.rejected) == (1, 1)


def test_an_import_starts_once_and_is_undone_once(store: Store, imported: Callable[[str], Running]) -> None:
    running = imported(HEAD + ANA)
    with pytest.raises(Refusal, match="started before"):
        running.start()
    running.undo()
    with pytest.raises(Refusal, match="nothing of this import"):
        running.undo()
