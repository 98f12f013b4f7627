"""Snapshots: the whole state behind one seq, so that a start replays only the entries after it.

A snapshot is `{schema, seq, epoch, at, state}` as JSON in a gzip file (whose own checksum finds damage;
`zcat` shows it). It appears under its name all at once or not at all. The newest two are kept, and segments
go only when the older one covers them, so a damaged newest snapshot costs a longer replay and nothing else.
A state of an older schema is brought up step by step; one of a newer schema is refused, because dropping it
unseen would forget calls.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import structlog

from ctiserver.journal.disk import Disk, replace_file
from ctiserver.journal.errors import JournalError, SnapshotFailed

_log = structlog.get_logger()
_NAME = re.compile(r"snapshot-(\d{12})-(\d{8})\.json\.gz")
_KEPT = 2

State = dict[str, Any]
Upgrade = Callable[[State], State]
"""Makes the state of the next schema from that of the one it is registered under."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state when the entry `seq` was handled and none after it; `at` is UTC epoch seconds."""

    seq: int
    epoch: int
    at: float
    state: State


@dataclass(frozen=True, slots=True)
class EncodedSnapshot:
    """A snapshot that no longer shares anything with the living state."""

    seq: int
    epoch: int
    json: bytes


class SnapshotStore:
    """Whatever happens while writing, the snapshots written before can be loaded."""

    def __init__(
        self, directory: Path, *, schema: int, upgrades: Mapping[int, Upgrade], disk: Disk | None = None
    ) -> None:
        missing = sorted({*range(min(upgrades, default=schema), schema)} - {*upgrades})
        if missing:
            raise ValueError(f"snapshot schema {schema} has no upgrade step from {missing}")
        self._directory = directory
        self._schema = schema
        self._upgrades = upgrades
        self._disk = disk or Disk()

    def encode(self, snapshot: Snapshot) -> EncodedSnapshot:
        """The bytes to write; call it where the state lives, it takes milliseconds."""
        document = {
            "schema": self._schema,
            "seq": snapshot.seq,
            "epoch": snapshot.epoch,
            "at": snapshot.at,
            "state": snapshot.state,
        }
        return EncodedSnapshot(snapshot.seq, snapshot.epoch, msgspec.json.encode(document))

    def write(self, snapshot: EncodedSnapshot) -> None:
        """Put it on the disk and drop all but the newest two; call it in a thread.

        Write only what the journal has synced (`Journal.when_synced`), lest a power failure leave a snapshot
        ahead of the journal. Raises SnapshotFailed, and then the older ones are as they were.
        """
        path = self._directory / f"snapshot-{snapshot.seq:012d}-{snapshot.epoch:08d}.json.gz"
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            replace_file(self._disk, path, gzip.compress(snapshot.json, compresslevel=1, mtime=0))
            for old in self._newest_first()[_KEPT:]:
                old.unlink()
        except OSError as error:
            raise SnapshotFailed(
                f"Cannot write the snapshot {path}: {error.strerror}; the journal keeps all entries "
                "meanwhile, so make room on that disk."
            ) from error

    def load_newest(self) -> Snapshot | None:
        """The newest undamaged snapshot in today's schema; None when there is none: replay from seq 0.

        Raises JournalError for a snapshot of a newer schema or of one too old to be upgraded.
        """
        for path in self._newest_first():
            try:
                document = msgspec.json.decode(gzip.decompress(path.read_bytes()))
            except (OSError, EOFError, zlib.error, msgspec.DecodeError) as error:
                _log.warning("snapshot is damaged, taking the one before", path=str(path), error=str(error))
                continue
            state = self._upgraded(path, document["schema"], document["state"])
            return Snapshot(document["seq"], document["epoch"], document["at"], state)
        return None

    def covered_seq(self) -> int:
        """Up to which seq the journal may forget entries: the *older* of two snapshots has them; else 0."""
        paths = self._newest_first()
        return _seq_of(paths[_KEPT - 1]) if len(paths) >= _KEPT else 0

    def _newest_first(self) -> Sequence[Path]:
        names = self._directory.glob("snapshot-*.json.gz")
        return sorted((path for path in names if _NAME.fullmatch(path.name)), reverse=True)

    def _upgraded(self, path: Path, schema: int, state: State) -> State:
        if schema > self._schema:
            raise JournalError(
                f"{path} was written by a newer version (snapshot schema {schema}, this one knows "
                f"{self._schema}): start that version again, or move the snapshots away to forget the calls."
            )
        for step in range(schema, self._schema):
            if step not in self._upgrades:
                raise JournalError(
                    f"{path} is too old (snapshot schema {step}): move it away and start again."
                )
            state = self._upgrades[step](state)
        return state


def _seq_of(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    return int(match[1]) if match else 0
