"""Imports: somebody's table becomes customers, row by row, and can be taken back.

Uploaded, a person maps its columns and looks at a preview; started, the jobs process takes chunk after chunk, each in
one transaction with the number of its last line, so that an import that was killed goes on where it was. Every row
leaves what became of it: created, changed (with what was there before), same, or rejected with its reasons. Undoing
goes through them backwards.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import audit
from crm_core.base import Base, EpochSeconds
from crm_core.import_mapping import check_mapping, guess
from crm_core.paging import By, Page, page
from crm_core.table_files import TableFile
from ctiserver.core.errors import NotFound, Refusal

UPLOADED, RUNNING, DONE, FAILED, UNDOING, UNDONE = (
    "uploaded",
    "running",
    "done",
    "failed",
    "undoing",
    "undone",
)
CREATED, CHANGED, SAME, REJECTED = "created", "changed", "same", "rejected"
_STATES = (UPLOADED, RUNNING, DONE, FAILED, UNDOING, UNDONE)
UNDO_DAYS = 30
"""So long after its end an import can be undone; then the rows that this needs, and what was rejected, go."""
_UNDO_SECONDS = UNDO_DAYS * 86_400.0
MATCHES = ("external_id", "rut")
"""By which a row is known to be a customer who is here already."""


class Import(Base):
    """One file. `lines`: rows in it, counted at the upload; `last_line`: up to where it has been taken."""

    __tablename__ = "imports"
    __table_args__ = (
        Index(None, "account_id", "made_at"),
        Index(None, "state"),
        CheckConstraint(f"state IN ({', '.join(map(repr, _STATES))})", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    file_name: Mapped[str]
    """As the person called it."""
    stored_as: Mapped[str]
    """Its name in the folder of imports."""
    columns: Mapped[list[Any]]
    encoding: Mapped[str]
    delimiter: Mapped[str]
    mapping: Mapped[dict[str, Any]]
    """Field to column."""
    state: Mapped[str] = mapped_column(default=UPLOADED)
    made_by: Mapped[str]
    made_at: Mapped[EpochSeconds]
    ended_at: Mapped[EpochSeconds | None]
    lines: Mapped[int]
    last_line: Mapped[int] = mapped_column(default=1)
    created: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)
    """Customers whom undoing left, because something has happened to them since."""
    error: Mapped[str] = mapped_column(default="")
    """Of a failed one "error-id: sentence"."""

    @property
    def origin_by(self) -> str:
        """Who wrote a fact that came with this import."""
        return f"import {self.id}"


class ImportRow(Base):
    """What became of one line. `before`: fields of a changed customer as they were; `cells`: of a rejected line."""

    __tablename__ = "import_rows"
    __table_args__ = (CheckConstraint("state IN ('created', 'changed', 'same', 'rejected')", "state"),)

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    customer_id: Mapped[int | None]
    updated_at: Mapped[EpochSeconds | None]
    """The customer's, once the line was taken: undoing tells by it whether somebody has changed him since."""
    before: Mapped[dict[str, Any]]
    cells: Mapped[list[Any]]
    reasons: Mapped[list[Any]]


def add_import(
    session: Session,
    account_id: int,
    table: TableFile,
    *,
    file_name: str,
    lines: int,
    by: str,
    now: float,
) -> Import:
    """A file that has been uploaded, with the columns that are recognised."""
    new = Import(
        account_id=account_id,
        file_name=file_name[:200],
        stored_as=table.path.name,
        columns=list(table.columns),
        encoding=table.encoding,
        delimiter=table.delimiter,
        mapping=guess(table.columns),
        made_by=by,
        made_at=now,
        lines=lines,
    )
    session.add(new)
    session.flush()
    _note(session, new, "upload import", by, now)
    return new


def import_(session: Session, account_id: int, import_id: int) -> Import:
    """The import. Raises NotFound."""
    found = session.scalar(select(Import).where(Import.account_id == account_id, Import.id == import_id))
    if found is None:
        raise NotFound(f"account {account_id} has no import {import_id}")
    return found


def newest(session: Session, account_id: int, *, cursor: str | None = None, limit: int = 50) -> Page[Import]:
    """A page of the account's imports, the newest first."""
    query = select(Import).where(Import.account_id == account_id)
    return page(session, query, [By(Import.made_at, True), By(Import.id, True)], cursor=cursor, limit=limit)


def start(
    session: Session, account_id: int, import_id: int, mapping: Mapping[str, str], *, by: str, now: float
) -> Import:
    """Let the jobs process take it. Raises NotFound, Refusal."""
    found = import_(session, account_id, import_id)
    if found.state != UPLOADED:
        raise Refusal(
            "already_started", "this import was started before: upload the file again for another one"
        )
    check_mapping(mapping, found.columns)
    found.mapping, found.state = dict(mapping), RUNNING
    _note(session, found, "start import", by, now)
    session.flush()
    return found


def undo(session: Session, account_id: int, import_id: int, *, by: str, now: float) -> Import:
    """Let the jobs process take it back. Raises NotFound, Refusal."""
    found = import_(session, account_id, import_id)
    if found.state in (UPLOADED, UNDOING, UNDONE):
        raise Refusal("nothing_to_undo", "nothing of this import is in the records")
    if found.ended_at is not None and found.ended_at < now - _UNDO_SECONDS:
        raise Refusal(
            "undo_over", f"an import can be undone for {UNDO_DAYS} days: change the customers instead"
        )
    found.state, found.ended_at = UNDOING, None
    _note(session, found, "undo import", by, now)
    session.flush()
    return found


def fail(session: Session, import_id: int, refusal: Refusal, *, now: float) -> None:
    """It cannot be gone on with, because of `refusal`."""
    found = session.get_one(Import, import_id)
    found.state, found.error, found.ended_at = FAILED, f"{refusal.error_id}: {refusal}"[:500], now
    session.flush()


def waiting(session: Session) -> Import | None:
    """The oldest import of any account that the jobs process has to go on with."""
    query = select(Import).where(Import.state.in_([RUNNING, UNDOING])).order_by(Import.id)
    return session.scalars(query.limit(1)).first()


def files_over(session: Session, *, now: float) -> Sequence[Import]:
    """Those whose file nobody needs any more: they have ended, or were uploaded a month ago and never begun."""
    ended = Import.state.in_([DONE, FAILED, UNDONE])
    left = (Import.state == UPLOADED) & (Import.made_at < now - _UNDO_SECONDS)
    return session.scalars(
        select(Import).where(Import.stored_as != "", ended | left).order_by(Import.id)
    ).all()


def file_removed(session: Session, import_id: int) -> None:
    """Its file is gone."""
    session.get_one(Import, import_id).stored_as = ""
    session.flush()


def forget_rows(session: Session, *, now: float, limit: int = 5000) -> int:
    """Delete rows of imports that can no longer be undone; how many. 0: there are none."""
    over = select(Import.id).where(Import.ended_at < now - _UNDO_SECONDS)
    oldest = select(func.min(ImportRow.import_id)).where(ImportRow.import_id.in_(over))
    import_id = session.scalar(oldest)
    if import_id is None:
        return 0
    lines = (
        select(ImportRow.line).where(ImportRow.import_id == import_id).order_by(ImportRow.line).limit(limit)
    )
    last = session.scalar(select(func.max(lines.subquery().c.line)))
    gone = session.execute(
        delete(ImportRow)
        .where(ImportRow.import_id == import_id, ImportRow.line <= last)
        .returning(ImportRow.line)
    )
    return len(gone.all())


def rejected(session: Session, import_id: int) -> Sequence[ImportRow]:
    """The rejected lines, in their order."""
    query = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.state == REJECTED)
    return session.scalars(query.order_by(ImportRow.line)).all()


def _note(session: Session, row: Import, action: str, by: str, now: float) -> None:
    subject = f"import {row.id}"
    after = {"file": row.file_name, "lines": row.lines}
    audit.note(session, account_id=row.account_id, at=now, by=by, action=action, subject=subject, after=after)
