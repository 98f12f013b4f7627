"""A table of a report as a file: CSV that office programs read as UTF-8, or a workbook of one sheet.

Nothing in it is taken for a formula: a node, a reason or a city may be called "=1+1".
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from flask import Response

from crm_core.table_files import spreadsheet_safe

Format = Literal["csv", "xlsx"]
Cell = str | int | float | None
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Table:
    """The names of the columns, and the rows. A None stays empty."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def table_file(table: Table, name: str, written_as: Format) -> Response:
    """An answer that a browser saves as `name`.csv or .xlsx."""
    if written_as == "csv":
        # The mark at the beginning tells spreadsheets that it is UTF-8.
        answer = Response("\ufeff" + as_csv(table), content_type="text/csv; charset=utf-8")
    else:
        answer = Response(as_workbook(table), content_type=_XLSX)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.{written_as}")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def as_csv(table: Table) -> str:
    """RFC 4180."""
    text = io.StringIO()
    csv.writer(text).writerows([_safe(cell) for cell in row] for row in (table.columns, *table.rows))
    return text.getvalue()


def as_workbook(table: Table) -> bytes:
    """XLSX; numbers stay numbers."""
    import openpyxl  # brings numpy along: only for who asks for a workbook

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (table.columns, *table.rows):
        sheet.append([_safe(cell) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _safe(cell: Cell) -> Cell:
    return spreadsheet_safe(cell) if isinstance(cell, str) else cell
