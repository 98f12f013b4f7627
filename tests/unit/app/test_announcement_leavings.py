"""Sound files that no row names go, once they are old; those that an announcement may say stay."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_core import announcement_sounds, schema
from crm_core.announcement_sounds import YOUNG_SECONDS, file_of
from crm_core.db import Store
from ctiserver.app.announcement_leavings import AnnouncementLeavings

NOW = 10 * YOUNG_SECONDS


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    schema.upgrade(url)
    with Store(url) as opened:
        yield opened


def written(file: Path, age_seconds: float) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"RIFF")
    os.utime(file, (NOW - age_seconds, NOW - age_seconds))
    return file


def test_old_files_without_a_row_go_and_nothing_else(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "announcements"
    row = store.write(announcement_sounds.add, folder, 1, "Hoy", b"RIFF", 1.0, by="sup", now=1.0)
    old = YOUNG_SECONDS + 1
    kept = [
        written(file_of(folder, 1, row.key), old),
        written(file_of(folder, 1, "a" * 32), YOUNG_SECONDS - 1),
        written(folder / "1" / "note.txt", old),
    ]
    gone = [
        written(file_of(folder, 1, "b" * 32), old),
        written(file_of(folder, 2, row.key), old),  # the key is another company's
        written(folder / "1" / f"{row.key}.part", old),
    ]
    assert AnnouncementLeavings(store, folder).turn(NOW) is False
    assert [file.exists() for file in kept] == [True] * 3
    assert [file.exists() for file in gone] == [False] * 3


def test_where_nobody_brought_a_recording_there_is_nothing_to_do(store: Store, tmp_path: Path) -> None:
    assert AnnouncementLeavings(store, tmp_path / "announcements").turn(NOW) is False
