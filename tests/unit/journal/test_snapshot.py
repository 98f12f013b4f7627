"""Snapshots survive full disks, damage and new versions."""

import os
from pathlib import Path

import pytest
from journal_bench import SmallDisk

from ctiserver.journal.errors import JournalError, SnapshotFailed
from ctiserver.journal.snapshot import Snapshot, SnapshotStore


def take(store: SnapshotStore, seq: int) -> Snapshot:
    snapshot = Snapshot(seq, 3, seq / 4, {"calls": [{"id": "c1"}], "seq": seq})
    store.write(store.encode(snapshot))
    return snapshot


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "snapshots", schema=1, upgrades={})


def newest_file(tmp_path: Path) -> Path:
    return max((tmp_path / "snapshots").iterdir())


def test_without_a_snapshot_everything_is_replayed(store: SnapshotStore) -> None:
    assert (store.load_newest(), store.covered_seq()) == (None, 0)


def test_the_newest_is_loaded_and_two_are_kept(store: SnapshotStore, tmp_path: Path) -> None:
    take(store, 10)
    assert store.covered_seq() == 0
    take(store, 20)
    newest = take(store, 30)
    assert store.load_newest() == newest
    assert store.covered_seq() == 20
    assert len(os.listdir(tmp_path / "snapshots")) == 2


def test_an_encoded_snapshot_no_longer_follows_the_living_state(store: SnapshotStore) -> None:
    state = {"calls": [1]}
    encoded = store.encode(Snapshot(1, 1, 0.0, state))
    state["calls"].append(2)
    store.write(encoded)
    assert store.load_newest() == Snapshot(1, 1, 0.0, {"calls": [1]})


@pytest.mark.parametrize("damage", ["cut", "flip", "empty"])
def test_a_damaged_newest_is_passed_over(store: SnapshotStore, tmp_path: Path, damage: str) -> None:
    older = take(store, 10)
    take(store, 20)
    path = newest_file(tmp_path)
    whole = path.read_bytes()
    flipped = whole[:30] + bytes([whole[30] ^ 0x55]) + whole[31:]
    path.write_bytes({"cut": whole[:-9], "flip": flipped, "empty": b""}[damage])
    assert store.load_newest() == older


@pytest.mark.parametrize("room_bytes", [0, 1, 40])
def test_a_full_disk_leaves_the_older_ones_and_says_so(tmp_path: Path, room_bytes: int) -> None:
    disk = SmallDisk()
    store = SnapshotStore(tmp_path / "snapshots", schema=1, upgrades={}, disk=disk)
    take(store, 10)
    older = take(store, 20)
    disk.room_bytes = room_bytes
    with pytest.raises(SnapshotFailed, match=r"No space left on device.*make room"):
        take(store, 30)
    assert (store.load_newest(), store.covered_seq()) == (older, 10)
    assert len(os.listdir(tmp_path / "snapshots")) == 2


def test_an_older_schema_is_brought_up_step_by_step(store: SnapshotStore, tmp_path: Path) -> None:
    take(store, 10)
    steps = {
        1: lambda state: {**state, "path": ["one"]},
        2: lambda state: {**state, "path": [*state["path"], "two"]},
    }
    loaded = SnapshotStore(tmp_path / "snapshots", schema=3, upgrades=steps).load_newest()
    assert loaded
    assert (loaded.seq, loaded.state["path"]) == (10, ["one", "two"])


def test_a_newer_schema_is_refused(store: SnapshotStore, tmp_path: Path) -> None:
    take(SnapshotStore(tmp_path / "snapshots", schema=2, upgrades={}), 10)
    with pytest.raises(JournalError, match="written by a newer version"):
        store.load_newest()


def test_a_schema_without_its_upgrade_step_is_our_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no upgrade step from \[2\]"):
        SnapshotStore(tmp_path, schema=3, upgrades={1: dict})
