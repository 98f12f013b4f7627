"""Tables of customers: uploaded, looked at, taken in and taken back by the jobs process.

The body of an upload is the file itself: it goes to the disk in pieces, never whole into memory.
"""

import os
import uuid
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from flask import request

from agent_console.api_cases import number_of
from agent_console.listing import Listing, PageQuery, listing
from agent_console.operations import Add, Call, Operations
from agent_console.roles import Permission
from crm_core import import_run, imports
from crm_core.accounts import account
from crm_core.import_leftovers import staying
from crm_core.import_mapping import FIELDS, Rejected, check_mapping
from crm_core.imports import Import
from crm_core.table_files import LARGEST_BYTES, TableFile, open_table
from ctiserver.core.errors import Refusal
from ctiserver.process import folders

_PREVIEW_ROWS = 20
_PIECE_BYTES = 1 << 16


class UploadedFile(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How the person calls the file."""

    file_name: str


class Mapping(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Field to column of the file; a column that no field names is left out."""

    mapping: dict[str, str]


class ImportOf(msgspec.Struct, kw_only=True):
    """An import. `lines`: rows in the file; `done`: rows taken; `error_id` "": it has not failed.

    `kept`: customers whom undoing left, because something had happened to them since.
    """

    id: int
    file_name: str
    state: str
    made_by: str
    made_at: float
    ended_at: float | None
    columns: list[str]
    mapping: dict[str, str]
    lines: int
    done: int
    created: int
    changed: int
    same: int
    rejected: int
    kept: int
    error_id: str
    error: str


class Mistake(msgspec.Struct, kw_only=True):
    """What is wrong with a field of a row; `field` "" means the whole row."""

    field: str
    reason: str


class PreviewRow(msgspec.Struct, kw_only=True):
    """A row of the file by column, and its mistakes; with one it would be rejected."""

    line: int
    cells: list[str]
    mistakes: list[Mistake]


class Preview(msgspec.Struct, kw_only=True):
    """The first rows as they would be taken. `problem`: an error id, "" when the import can start."""

    fields: list[str]
    columns: list[str]
    rows: list[PreviewRow]
    problem: str


class Staying(msgspec.Struct, kw_only=True):
    """How many customers would stay if the import were undone now."""

    customers: int


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for rows in (_uploads, _one_import):
        rows(operations.add)


def _uploads(add: Add) -> None:
    @add("GET", "/imports", Permission.IMPORT_CUSTOMERS, "Imports of tables, the newest first")
    def list_imports(call: Call, query: PageQuery) -> Listing[ImportOf]:
        account_id, wanted = call.principal.account_id, msgspec.structs.asdict(query)
        return call.services.store.read(
            lambda session: listing(imports.newest(session, account_id, **wanted), _answer)
        )

    @add("POST", "/imports", Permission.IMPORT_CUSTOMERS, "Upload a table (the body is the CSV or XLSX file)")
    def upload_import(call: Call, query: UploadedFile) -> ImportOf:
        path = _received(folders.imports_dir(call.services.config))
        try:
            table = open_table(path)
            lines = sum(1 for _ in table.rows())
            if not lines:
                raise Refusal("file_empty", "the table has a first row only: there is nobody in it")
            made = call.write(imports.add_import, table, file_name=query.file_name, lines=lines)
        except BaseException:
            path.unlink()
            raise
        return _answer(made)


def _one_import(add: Add) -> None:
    @add("GET", "/imports/{import_id}", Permission.IMPORT_CUSTOMERS, "An import and how far it is")
    def one_import(call: Call, import_id: str) -> ImportOf:
        return _answer(found(call, import_id))

    @add(
        "POST", "/imports/{import_id}/preview", Permission.IMPORT_CUSTOMERS, "The first rows as they would be"
    )
    def preview_import(call: Call, import_id: str, body: Mapping) -> Preview:
        job = found(call, import_id)
        country = call.services.store.read(lambda session: account(session, job.account_id).country)
        table, problem = _table(call, job), _problem(body.mapping, job.columns)
        mapping = {field: column for field, column in body.mapping.items() if column in job.columns}
        mapping = {field: column for field, column in mapping.items() if field in FIELDS}
        cells = dict(islice(table.rows(), _PREVIEW_ROWS))
        read = import_run.preview(table, mapping, country, _PREVIEW_ROWS)
        rows = [
            PreviewRow(line=line, cells=cells[line], mistakes=[] if problem else _mistakes(row))
            for line, row in read
        ]
        return Preview(fields=list(FIELDS), columns=list(job.columns), rows=rows, problem=problem)

    @add("POST", "/imports/{import_id}/start", Permission.IMPORT_CUSTOMERS, "Take the table in")
    def start_import(call: Call, import_id: str, body: Mapping) -> ImportOf:
        return _answer(call.write(imports.start, number_of(import_id), body.mapping))

    @add(
        "GET", "/imports/{import_id}/staying", Permission.IMPORT_CUSTOMERS, "Who would stay if it were undone"
    )
    def import_staying(call: Call, import_id: str) -> Staying:
        account_id, number = call.principal.account_id, number_of(import_id)
        return call.services.store.read(
            lambda session: Staying(customers=staying(session, imports.import_(session, account_id, number)))
        )

    @add("POST", "/imports/{import_id}/undo", Permission.IMPORT_CUSTOMERS, "Take an import back")
    def undo_import(call: Call, import_id: str) -> ImportOf:
        return _answer(call.write(imports.undo, number_of(import_id)))


def _received(folder: Path) -> Path:
    """The file that the body is, under a new name. Raises Refusal for one that is too large."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / uuid.uuid4().hex
    too_large = Refusal("file_too_large", f"the file has more than {LARGEST_BYTES >> 20} MB: divide it")
    if (request.content_length or 0) > LARGEST_BYTES:
        raise too_large
    request.max_content_length = LARGEST_BYTES
    room = LARGEST_BYTES
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while piece := request.stream.read(_PIECE_BYTES):
            room -= len(piece)
            if room < 0:
                path.unlink()
                raise too_large
            file.write(piece)
    return path


def found(call: Call, import_id: str) -> Import:
    """The import that a path names. Raises NotFound."""
    return call.services.store.read(imports.import_, call.principal.account_id, number_of(import_id))


def _table(call: Call, job: Import) -> TableFile:
    path = folders.imports_dir(call.services.config) / job.stored_as
    if not path.is_file():
        raise Refusal("file_gone", "the file of this import is no longer here: upload it again")
    return TableFile(path, tuple(job.columns), job.encoding, job.delimiter)


def _problem(mapping: dict[str, str], columns: Sequence[str]) -> str:
    try:
        check_mapping(mapping, columns)
    except Refusal as refusal:
        return refusal.error_id
    return ""


def _mistakes(row: Any) -> list[Mistake]:
    reasons = row.reasons if isinstance(row, Rejected) else ()
    return [Mistake(field=field, reason=reason) for field, reason in reasons]


def _answer(row: Import) -> ImportOf:
    error_id, _, error = row.error.partition(": ")
    same = ("id", "file_name", "state", "made_by", "made_at", "ended_at", "columns", "mapping", "lines")
    counted = ("created", "changed", "same", "rejected", "kept")
    return ImportOf(
        **{field: getattr(row, field) for field in same + counted},
        done=row.created + row.changed + row.same + row.rejected,
        error_id=error_id,
        error=error,
    )
