"""An import of 100 000 customers as the jobs process takes it, beside the bare writing of the same rows.

A CSV file with name, surnames, RUT, telephone, e-mail, address and customer number goes through the product's own
turns, on SQLite. The yardstick then writes exactly the rows that the import made into the same tables of a second
database, with one `executemany` for each table and 500 customers in a transaction: what any program must pay that
keeps these rows, with nothing read, checked or matched.

    python -m bench.imports [--rows N]
"""

import argparse
import csv
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench import population, report
from crm_core import import_run, imports, schema
from crm_core.db import Store
from crm_core.table_files import open_table
from ctiserver.app.import_turns import ImportTurns

_TARGET_SECONDS = 60
_HEAD = (
    "código cliente",
    "nombre",
    "apellido paterno",
    "apellido materno",
    "rut",
    "teléfono",
    "correo",
    "dirección",
)
_TABLES = ("customers", "phones", "emails", "addresses", "facts", "lifecycle_stages", "import_rows")


def written(folder: Path, rows: int) -> Path:
    """The table that is imported."""
    path = folder / "people.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(_HEAD)
        for one in population.people(rows):
            names = (one.name, one.surname, one.second_surname)
            table.writerow(
                (f"k{one.number}", *names, one.rut, one.phone, one.email, f"Los Aromos {one.number}")
            )
    return path


def imported(folder: Path, file: Path, rows: int) -> tuple[float, float, int]:
    """Seconds on the clock and of the processor for the import, and how many customers it made."""
    with Store(f"sqlite:///{folder / 'crm.sqlite'}") as store:
        made = store.write(
            imports.add_import, 1, open_table(file), file_name=file.name, lines=rows, by="bench", now=1.0
        )
        store.write(imports.start, 1, made.id, made.mapping, by="bench", now=1.0)
        turns = ImportTurns(store, folder)
        began, busy = time.perf_counter(), time.process_time()
        while turns.turn(2.0):
            pass
        took = time.perf_counter() - began, time.process_time() - busy
        return *took, store.read(imports.import_, 1, made.id).created


def undone(folder: Path) -> tuple[float, float]:
    """Seconds on the clock and of the processor for taking the import back, whole."""
    with Store(f"sqlite:///{folder / 'crm.sqlite'}") as store:
        turns = ImportTurns(store, folder)
        began, busy = time.perf_counter(), time.process_time()
        store.write(imports.undo, 1, 1, by="bench", now=3.0)
        while turns.turn(3.0):
            pass
        took = time.perf_counter() - began, time.process_time() - busy
        job = store.read(imports.import_, 1, 1)
        assert (job.state, job.kept) == (imports.UNDONE, 0)
        return took


def bare(source: Path, target: Path) -> tuple[float, float]:
    """Seconds on the clock and of the processor for writing the same rows and nothing else."""
    read = sqlite3.connect(source)
    write = sqlite3.connect(target, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=OFF"):
        write.execute(f"PRAGMA {pragma}")
    whole = {name: read.execute(f"SELECT * FROM {name}").fetchall() for name in _TABLES}
    began, busy = time.perf_counter(), time.process_time()
    parts = max(1, len(whole["customers"]) // import_run.CHUNK)
    for part in range(parts):
        write.execute("BEGIN IMMEDIATE")
        for name, rows in whole.items():
            some = rows[part * len(rows) // parts : (part + 1) * len(rows) // parts]
            marks = ", ".join("?" * len(rows[0]))
            write.executemany(f"INSERT INTO {name} VALUES ({marks})", some)
        write.execute("COMMIT")
    took = time.perf_counter() - began, time.process_time() - busy
    read.close()
    write.close()
    return took


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and write its results."""
    parser = argparse.ArgumentParser(prog="python -m bench.imports")
    parser.add_argument("--rows", type=int, default=100_000)
    rows: int = parser.parse_args(arguments).rows
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in ("crm", "bare"):
            schema.upgrade(f"sqlite:///{folder / name}.sqlite")
        seconds, processor_seconds, created = imported(folder, written(folder, rows), rows)
        bare_seconds, bare_processor_seconds = bare(folder / "crm.sqlite", folder / "bare.sqlite")
        undo_seconds, undo_processor_seconds = undone(folder)
    table = [
        {"way": "import", "rows": created, "s": seconds, "processor s": processor_seconds},
        {"way": "undo", "rows": created, "s": undo_seconds, "processor s": undo_processor_seconds},
        {"way": "bare rows", "rows": created, "s": bare_seconds, "processor s": bare_processor_seconds},
    ]
    notes = [f"target: {_TARGET_SECONDS} s for 100000 rows", "both write the index of the search as well"]
    print(report.write("imports", "Import of a table of customers", table, notes))


if __name__ == "__main__":
    main()
