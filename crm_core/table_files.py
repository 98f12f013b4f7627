"""Reading the tables that people send: CSV as any office program writes it, and XLSX.

Encoding and delimiter are found out from the file itself: UTF-8, UTF-16 with its mark, else Windows-1252, which holds
Latin-1; comma, semicolon, tabulator or bar, whichever cuts the first lines into the same number of columns. Rows are
read one by one, so that a large file needs little memory. What is no table is refused in a sentence.
"""

import csv
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ctiserver.core.errors import Refusal

LARGEST_BYTES = 200 << 20
_LARGEST_UNPACKED_BYTES = 1 << 30
_LOOKED_AT_BYTES = 64 << 10
_DELIMITERS = ",;\t|"
_MOST_COLUMNS = 200
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file that is a table. `columns`: the names in its first row, each once. `encoding` "" for XLSX."""

    path: Path
    columns: tuple[str, ...]
    encoding: str
    delimiter: str

    def rows(self, after: int = 1) -> Iterator[tuple[int, list[str]]]:
        """The rows behind line `after` with their numbers (the first row is line 1), as long as `columns`.

        Empty rows are left out. Raises Refusal where the file cannot be read on.
        """
        with _lines(self.path, self.encoding, self.delimiter) as lines:
            for number, cells in islice(enumerate(lines, start=1), after, None):
                if any(cells):
                    yield number, (cells + [""] * len(self.columns))[: len(self.columns)]


class Reading:
    """A table that is read in parts: the next part goes on where the last one ended, without reading anew."""

    def __init__(self, table: TableFile) -> None:
        self.columns = table.columns
        self._table = table
        self._rows: Iterator[tuple[int, list[str]]] = iter(())
        self._at = -1

    def rows(self, after: int = 1) -> Iterator[tuple[int, list[str]]]:
        """As `TableFile.rows`; anew only where `after` is not the line that was read last."""
        if after != self._at:
            self._rows, self._at = self._table.rows(after), after
        for number, cells in self._rows:
            self._at = number
            yield number, cells

    def close(self) -> None:
        """Closes the file."""
        self._rows, self._at = iter(()), -1


def open_table(path: Path) -> TableFile:
    """Raises Refusal for a file that is empty, too large or no table."""
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise Refusal("file_too_large", f"the file has more than {LARGEST_BYTES >> 20} MB: divide it")
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT_BYTES)
    if not head.strip():
        raise Refusal("file_empty", "the file is empty: save the table again and send it")
    if head.startswith(b"PK\x03\x04"):
        _check_archive(path)
        encoding, delimiter = "", ""
    else:
        encoding = _encoding(path, head)
        delimiter = _delimiter(head.decode(encoding, "replace"))
    with _lines(path, encoding, delimiter) as lines:
        first = next((cells for cells in lines if any(cells)), [])
    if len(first) > _MOST_COLUMNS:
        raise Refusal("too_many_columns", f"the table has more than {_MOST_COLUMNS} columns: send the needed")
    return TableFile(path, _names(first), encoding, delimiter)


def _check_archive(path: Path) -> None:
    """A small archive can unpack to more than any memory holds."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise _no_table() from None
    if unpacked > _LARGEST_UNPACKED_BYTES:
        raise Refusal("file_too_large", "the workbook is too large when unpacked: send it as CSV in parts")


def _encoding(path: Path, head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    strange = sum(byte < 32 and byte not in b"\t\n\r\f" for byte in head)
    if strange > len(head) // 1000:
        raise _no_table()
    try:
        with path.open(encoding="utf-8", newline="") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _delimiter(head: str) -> str:
    """The one that cuts most lines into as many cells as the first, and into the most."""
    lines = [line for line in head.splitlines()[:50] if line.strip()]
    whole = lines[:-1] or lines  # the last one may be cut off

    def worth(delimiter: str) -> tuple[int, int]:
        counts = [len(cells) for cells in csv.reader(whole, delimiter=delimiter)]
        return sum(count == counts[0] for count in counts) if counts[0] > 1 else 0, counts[0]

    return max(_DELIMITERS, key=worth)


def _names(first: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns; one that is missing or comes twice gets its number."""
    names: list[str] = []
    for number, cell in enumerate(first, start=1):
        name = " ".join(cell.split()) or f"#{number}"
        names.append(name if name not in names else f"{name} #{number}")
    return tuple(names)


@contextmanager
def _lines(path: Path, encoding: str, delimiter: str) -> Iterator[Iterator[list[str]]]:
    if not encoding:
        with _sheet(path) as lines:
            yield lines
        return
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        yield _csv(file, delimiter)


def _csv(file: Any, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader((line.replace("\0", "") for line in file), delimiter=delimiter)
    try:
        for cells in reader:
            yield [_typed(cell.strip()) for cell in cells]
    except csv.Error as error:
        message = (
            f"line {reader.line_num} cannot be read ({error}): look for a quotation mark without its other"
        )
        raise Refusal("broken_table", message) from None


@contextmanager
def _sheet(path: Path) -> Iterator[Iterator[list[str]]]:
    import openpyxl  # brings numpy along: not for every process that knows the tables
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise _no_table() from None
    try:
        sheet = book.worksheets[0]
        yield ([_cell(value) for value in row] for row in sheet.iter_rows(values_only=True))
    finally:
        book.close()


def _cell(value: Any) -> str:
    """As it would be written in CSV: whole numbers without point, days without their midnight."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip().removesuffix(" 00:00:00")


def _typed(cell: str) -> str:
    """Without the apostrophe of `spreadsheet_safe`, so that an exported table can be imported."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_SIGNS) else cell


def _no_table() -> Refusal:
    return Refusal(
        "no_table", "this is no table: save it in your office program as CSV or XLSX and send that"
    )


def spreadsheet_safe(text: str) -> str:
    """A cell that no office program takes for a formula (OWASP, CSV Injection)."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
