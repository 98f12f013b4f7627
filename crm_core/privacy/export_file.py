"""The export of a person as one ZIP, piece by piece: nothing of it is ever whole in memory or on the disk.

index.html               what is in it, in the reader's language
data/TABLE.json          his rows of each table
files/attachments/...    his files
files/recordings/...     recordings of his contacts
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from crm_core.privacy.export import Contents
from crm_core.privacy.files import RECORDING, Folders, paths
from crm_core.privacy.parts import PARTS

_PIECE_BYTES = 1 << 16
Rows = Callable[[str, int], list[dict[str, Any]]]
"""Some rows of a table behind so many; [] when there are no more."""


def pieces(
    held: Contents,
    rows: Rows,
    folders: Folders,
    index: Callable[[Mapping[str, int], list[str]], str],
    at: tuple[int, int, int, int, int, int],
) -> Iterator[bytes]:
    """The ZIP. `index` makes its first page of the rows by table and of the files that are lost; `at`: local time."""
    pipe = _Pipe()
    written: dict[str, int] = {}
    lost: list[str] = []
    with ZipFile(pipe, "w", ZIP_DEFLATED) as archive:
        for table in (name for name in PARTS if name in held.counts):
            with archive.open(_entry(f"data/{table}.json", at), "w", force_zip64=True) as entry:
                for count in _write_rows(entry, lambda after, of=table: rows(of, after)):  # type: ignore[misc]
                    written[table] = count
                    yield from pipe.taken()
        for one in held.files:
            found = paths(folders, one.file)
            if not found:
                lost.append(one.called)
            for path in found:
                called = one.called + (path.suffix if one.file.kind == RECORDING else "")
                with archive.open(_entry(called, at), "w", force_zip64=True) as entry:
                    for _ in _copy(path, entry):
                        yield from pipe.taken()
        archive.writestr(_entry("index.html", at), index(written, lost))
    yield from pipe.taken()


def _entry(name: str, at: tuple[int, int, int, int, int, int]) -> ZipInfo:
    entry = ZipInfo(name, at)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _write_rows(entry: IO[bytes], rows: Callable[[int], list[dict[str, Any]]]) -> Iterator[int]:
    """Writes a JSON list; how many rows of it are written, after each part."""
    entry.write(b"[")
    count = 0
    while part := rows(count):
        for row in part:
            entry.write(b",\n" if count else b"\n")
            entry.write(json.dumps(row, ensure_ascii=False, indent=2, default=str).encode())
            count += 1
        yield count
    entry.write(b"\n]\n")
    yield count


def _copy(path: Path, entry: IO[bytes]) -> Iterator[None]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            entry.write(piece)
            yield


class _Pipe(io.RawIOBase):
    """What the archive writes to and the caller takes from; it cannot go back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> Iterator[bytes]:
        taken, self._pieces = self._pieces, []
        if taken:
            yield b"".join(taken)
