"""How every thing of the configuration is listed, added, changed and removed.

A person edits a form, never a row. The version of what he read is a hash of that form: who saves an older one is told
what is so now, instead of undoing what somebody else did. Changes are made one after the other (they share one lock)
and leave their audit row in the same transaction: the fields that differ, before and after.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import audit
from crm_core.configuration import ConfigurationVersion
from ctiserver.core.errors import ConfigError, Mistake, NotFound, StaleVersion

_VERSION_DIGITS = 13
"""Hexadecimal: as many as a number of JavaScript holds."""

Row = TypeVar("Row")
Form = TypeVar("Form", bound=msgspec.Struct)


class Kept(msgspec.Struct, Generic[Form], kw_only=True):
    """A thing as it is kept; `version` is given back by whoever changes it."""

    id: str
    version: int
    value: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who changes something, in which account, at which moment (UTC epoch seconds)."""

    account_id: int
    login: str
    at: float


class ChangedMeanwhile(StaleVersion):
    """Somebody else changed the thing since it was read; `current` is what it is now."""

    def __init__(self, current: Kept[Any], by: str) -> None:
        self.current, self.by = current, by
        who = by or "somebody else"
        super().__init__(
            current.version, f"{who} changed it meanwhile: look at what is so now, then save again"
        )


class Thing(ABC, Generic[Row, Form]):
    """One kind of thing: its rows, and the form in which people see one. `name` is the audit's word for it."""

    name: str

    @abstractmethod
    def rows(self, session: Session, account_id: int) -> Sequence[Row]:
        """All of the account, also what is retired, in the order of the list."""

    @abstractmethod
    def id(self, row: Row) -> str:
        """What names it in a path."""

    @abstractmethod
    def read(self, session: Session, row: Row) -> Form:
        """The row as a form."""

    @abstractmethod
    def mistakes(self, session: Session, author: Author, row: Row | None, form: Form) -> list[Mistake]:
        """All that is wrong with the form, each by its field; `row` None: it would be new."""

    @abstractmethod
    def make(self, session: Session, account_id: int, form: Form) -> Row:
        """The new row, with all that the form says."""

    @abstractmethod
    def change(self, session: Session, row: Row, form: Form) -> None:
        """Give the row all that the form says."""

    @abstractmethod
    def remove(self, session: Session, author: Author, row: Row) -> bool:
        """Delete the row, or retire it when records may name it; whether it is still there.

        Raises Refusal("in_use").
        """


def listed(session: Session, thing: Thing[Row, Form], account_id: int) -> list[Kept[Form]]:
    """All of the account."""
    return [_kept(session, thing, row) for row in thing.rows(session, account_id)]


def one(session: Session, thing: Thing[Row, Form], account_id: int, id: str) -> Kept[Form]:
    """One of the account. Raises NotFound."""
    return _kept(session, thing, _find(session, thing, account_id, id))


def add(session: Session, thing: Thing[Row, Form], author: Author, form: Form) -> Kept[Form]:
    """The new thing. Raises ConfigError with all mistakes, Conflict when its name is in use."""
    _one_after_the_other(session)
    _refuse(thing.mistakes(session, author, None, form))
    row = thing.make(session, author.account_id, form)
    session.flush()
    after = _kept(session, thing, row)
    write_down(session, author, f"{thing.name}.add", after.id, {}, msgspec.to_builtins(after.value))
    return after


def change(
    session: Session,
    thing: Thing[Row, Form],
    author: Author,
    id: str,
    form: Form,
    expected_version: int | None,
) -> Kept[Form]:
    """The changed thing; `expected_version` None: whatever is there.

    Raises NotFound, ChangedMeanwhile, ConfigError with all mistakes.
    """
    _one_after_the_other(session)
    row = _find(session, thing, author.account_id, id)
    before = _kept(session, thing, row)
    if expected_version is not None and before.version != expected_version:
        raise ChangedMeanwhile(before, _last_author(session, author.account_id, thing, id))
    _refuse(thing.mistakes(session, author, row, form))
    thing.change(session, row, form)
    session.flush()
    after = _kept(session, thing, row)
    _note_difference(session, author, f"{thing.name}.change", before, after)
    return after


def remove(session: Session, thing: Thing[Row, Form], author: Author, id: str) -> Kept[Form] | None:
    """The retired thing, or None when nothing is left of it. Raises NotFound, Refusal("in_use")."""
    _one_after_the_other(session)
    row = _find(session, thing, author.account_id, id)
    before = _kept(session, thing, row)
    if thing.remove(session, author, row):
        session.flush()
        after = _kept(session, thing, row)
        _note_difference(session, author, f"{thing.name}.retire", before, after)
        return after
    write_down(session, author, f"{thing.name}.remove", id, msgspec.to_builtins(before.value), {})
    return None


def _kept(session: Session, thing: Thing[Row, Form], row: Row) -> Kept[Form]:
    value = thing.read(session, row)
    digest = sha256(msgspec.json.encode(value, order="sorted")).hexdigest()
    return Kept(id=thing.id(row), version=int(digest[:_VERSION_DIGITS], 16), value=value)


def _find(session: Session, thing: Thing[Row, Form], account_id: int, id: str) -> Row:
    for row in thing.rows(session, account_id):
        if thing.id(row) == id:
            return row
    raise NotFound(f"there is no {thing.name.replace('_', ' ')} {id}")


def _one_after_the_other(session: Session) -> None:
    """SQLite writes one after the other anyway; elsewhere the row of the version is the lock."""
    session.execute(select(ConfigurationVersion.version).with_for_update())


def _refuse(mistakes: list[Mistake]) -> None:
    if mistakes:
        raise ConfigError(mistakes)


def _note_difference(
    session: Session, author: Author, action: str, before: Kept[Any], after: Kept[Any]
) -> None:
    old, new = msgspec.to_builtins(before.value), msgspec.to_builtins(after.value)
    differ = [field for field in new if old.get(field) != new[field]]
    if differ:
        write_down(
            session,
            author,
            action,
            after.id,
            {field: old.get(field) for field in differ},
            {field: new[field] for field in differ},
        )


def write_down(
    session: Session, author: Author, action: str, subject: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Write down what an administrator changed."""
    audit.note(
        session,
        account_id=author.account_id,
        at=author.at,
        by=author.login,
        action=action,
        subject=subject,
        before=before,
        after=after,
    )


def _last_author(session: Session, account_id: int, thing: Thing[Any, Any], id: str) -> str:
    query = select(audit.AuditRow.by).where(
        audit.AuditRow.account_id == account_id,
        audit.AuditRow.action == f"{thing.name}.change",
        audit.AuditRow.subject == id,
    )
    return session.scalar(query.order_by(audit.AuditRow.id.desc()).limit(1)) or ""
