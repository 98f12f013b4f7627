"""What imports leave behind goes: files when nobody needs them, rows after the time for undoing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crm_core import imports, schema
from crm_core.db import Store
from crm_core.imports import UNDO_DAYS, Import, ImportRow
from crm_core.table_files import open_table
from ctiserver.app.import_leavings import ImportLeavings
from ctiserver.app.import_turns import ImportTurns
from ctiserver.core.errors import Refusal

DAY = 86_400.0
TABLE = "Nombre;RUT\nAna;12345678-5\nEva;12345678-9\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    schema.upgrade(url)
    with Store(url) as opened:
        yield opened


def uploaded(store: Store, folder: Path, name: str) -> Import:
    (folder / name).write_text(TABLE)
    table = open_table(folder / name)
    return store.write(imports.add_import, 1, table, file_name="gente.csv", lines=2, by="ann", now=0.0)


def test_files_go_when_they_are_not_needed_and_rows_when_nothing_can_be_undone(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "imports"
    folder.mkdir()
    done, waits = uploaded(store, folder, "one"), uploaded(store, folder, "two")
    store.write(imports.start, 1, done.id, done.mapping, by="ann", now=0.0)
    turns, leavings = ImportTurns(store, folder), ImportLeavings(store, folder)
    assert leavings.turn(1.0) is False
    assert sorted(path.name for path in folder.iterdir()) == ["one", "two"]
    while turns.turn(2.0):
        pass
    assert leavings.turn(3.0) is False
    assert [path.name for path in folder.iterdir()] == ["two"]

    def rows() -> int:
        return store.read(lambda session: session.scalar(select(func.count()).select_from(ImportRow)) or 0)

    leavings.turn(UNDO_DAYS * DAY)
    assert rows() == 2
    assert [row.cells[0] for row in store.read(imports.rejected, done.id)] == ["Eva"]
    late = UNDO_DAYS * DAY + 3.0
    with pytest.raises(Refusal, match=f"{UNDO_DAYS} days") as refused:
        store.write(imports.undo, 1, done.id, by="ann", now=late)
    assert refused.value.error_id == "undo_over"
    assert leavings.turn(late) is True
    assert leavings.turn(late) is False
    assert rows() == 0
    assert list(folder.iterdir()) == []
    assert store.read(imports.import_, 1, waits.id).stored_as == ""
