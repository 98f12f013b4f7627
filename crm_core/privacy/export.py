"""What the records hold of a person, table by table, as rows that he can read.

Every table of `parts` that holds something of him is told, with all its columns: what is kept about him is not ours to
choose from. Times are written in his account's time zone. A part is read by itself, so that a slow download holds
nothing open in the database.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Double, func, select
from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.attachments import Attachment
from crm_core.base import Base
from crm_core.customers import customer
from crm_core.privacy.files import ATTACHMENT, RECORDING, FileName, recordings_of
from crm_core.privacy.ownership import Person
from crm_core.privacy.parts import PARTS, his
from crm_core.privacy.persons import person_of

ROWS_AT_ONCE = 500
_TIME = re.compile(r"(.*_)?(at|since|until|before|after|from)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """A file of his; `called` is its name in the export."""

    file: FileName
    called: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What an export will hold: rows by table, those with none left out, and files."""

    person: Person
    name: str
    zone: ZoneInfo
    counts: dict[str, int]
    files: list[ExportedFile]


def contents(session: Session, account_id: int, customer_id: int) -> Contents:
    """Raises NotFound."""
    person = person_of(session, account_id, customer_id)
    return Contents(
        person=person,
        name=customer(session, account_id, customer_id).display_name,
        zone=ZoneInfo(account(session, account_id).time_zone),
        counts=counted(session, person),
        files=[*_attachments(session, person), *_recordings(session, person)],
    )


def counted(session: Session, person: Person) -> dict[str, int]:
    """How many rows of each table are his; tables with none are left out."""
    counts = {}
    for name in PARTS:
        rows = select(func.count()).select_from(Base.metadata.tables[name]).where(his(name, person))
        if found := session.scalar(rows):
            counts[name] = found
    return counts


def rows(session: Session, person: Person, table: str, zone: ZoneInfo, after: int) -> list[dict[str, Any]]:
    """Some of his rows of a table in the order of their key, behind the first `after`; [] when there are no more."""
    kept = Base.metadata.tables[table]
    query = select(kept).where(his(table, person)).order_by(*kept.primary_key.columns)
    found = session.execute(query.offset(after).limit(ROWS_AT_ONCE)).mappings()
    return [{one.name: _readable(one, row[one.name], zone) for one in kept.columns} for row in found]


def _readable(column: Column[Any], value: Any, zone: ZoneInfo) -> Any:
    if isinstance(column.type, Double) and isinstance(value, float) and _TIME.fullmatch(column.name):
        try:
            return datetime.fromtimestamp(value, zone).isoformat(timespec="seconds")
        except (OverflowError, ValueError):  # the year 10000 stands for "never"
            return None
    return value


def _attachments(session: Session, person: Person) -> Iterator[ExportedFile]:
    query = select(Attachment).where(his("attachments", person)).order_by(Attachment.id)
    for row in session.scalars(query):
        called = f"files/attachments/{row.id}-{row.name}"
        yield ExportedFile(file=FileName(ATTACHMENT, f"{row.account_id}/{row.sha256}"), called=called)


def _recordings(session: Session, person: Person) -> Iterator[ExportedFile]:
    for name in recordings_of(session, person):
        yield ExportedFile(file=FileName(RECORDING, name), called=f"files/recordings/{name}")
