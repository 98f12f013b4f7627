"""The epoch rises whatever happens to its file."""

import os
from pathlib import Path

import pytest

from ctiserver.journal.disk import Disk
from ctiserver.journal.epoch_file import next_epoch
from ctiserver.journal.errors import JournalError


def start(path: Path, above: int = 0) -> int:
    return next_epoch(path, above=above, disk=Disk())


def test_it_rises_at_each_start_without_the_file_growing(tmp_path: Path) -> None:
    path = tmp_path / "epoch"
    assert [start(path) for _ in range(5)] == [1, 2, 3, 4, 5]
    assert path.stat().st_size == 1024


@pytest.mark.parametrize("slot", [0, 1])
@pytest.mark.parametrize("torn_bytes", range(0, 12))
def test_a_torn_write_of_one_slot_is_survived(tmp_path: Path, slot: int, torn_bytes: int) -> None:
    path = tmp_path / "epoch"
    for _ in range(4):
        start(path)
    with path.open("r+b") as file:
        file.seek(slot * 512)
        file.write(b"#" * torn_bytes)
    assert start(path) in (4, 5)  # 4 only when the write of 4 itself was torn
    assert start(path) > 4


def test_a_deleted_file_goes_on_from_the_journal(tmp_path: Path) -> None:
    assert start(tmp_path / "epoch", above=41) == 42


def test_a_wholly_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "epoch"
    start(path)
    path.write_bytes(os.urandom(1024))
    with pytest.raises(JournalError, match="delete it if the journal's folder is intact"):
        start(path)
