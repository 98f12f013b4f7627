"""Two records of one person become one, and can become two again.

Whatever refers to the merged record moves to the kept one: contacts, telephones, invoices, cases, facts. What the kept
one has already (the same telephone) stays where it is, out of sight. Empty fields of the kept record are filled from
the merged one. The merged record remains as it was, hidden from every query (`hide_merged`), and the merge remembers
each row that it moved: undone, they go back. What came in after the merge stays with the kept record, for nobody knows
whose it is.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Index, Table, exc, or_, select, update
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria

from crm_core import audit
from crm_core.base import Base, EpochSeconds
from crm_core.customer_references import references
from crm_core.customers import Customer, customer
from crm_core.paging import By, Page, page
from ctiserver.core.errors import NotFound, Refusal

FILLED = (
    "surname",
    "second_surname",
    "rut",
    "external_id",
    "birth_date",
    "form_of_address",
    "language",
    "time_zone",
    "value_class",
)
_UNIQUE = ("rut", "external_id")  # the merged record must let go of them before the kept one may have them
_NOT_MOVED = frozenset({"merges", "duplicate_pairs"})


class Merge(Base):
    """One merge. `moved` holds the key of each row that was moved, `filled` what the kept record was given."""

    __tablename__ = "merges"
    __table_args__ = (Index(None, "account_id", "kept_id"), Index(None, "account_id", "merged_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    kept_id: Mapped[int]
    merged_id: Mapped[int]
    at: Mapped[EpochSeconds]
    by: Mapped[str]
    moved: Mapped[list[Any]]
    filled: Mapped[dict[str, Any]]
    undone_at: Mapped[EpochSeconds | None]
    undone_by: Mapped[str] = mapped_column(default="")


def hide_merged(state: ORMExecuteState) -> None:
    """For every session: a merged record is nobody, unless the statement has the option `with_merged`.

    Nor is what an erasure leaves of somebody.
    """
    if state.is_select and not state.is_relationship_load and not state.execution_options.get("with_merged"):
        state.statement = state.statement.options(_VISIBLE)


_VISIBLE = with_loader_criteria(Customer, Customer.merged_into.is_(None) & Customer.erased_at.is_(None))


def merge(session: Session, account_id: int, kept_id: int, merged_id: int, *, by: str, now: float) -> Merge:
    """Makes the second record part of the first. Raises NotFound, Refusal."""
    if kept_id == merged_id:
        raise Refusal("same_customer", "a customer cannot be merged with himself: choose two records")
    kept, merged = customer(session, account_id, kept_id), customer(session, account_id, merged_id)
    done = Merge(
        account_id=account_id, kept_id=kept_id, merged_id=merged_id, at=now, by=by, moved=[], filled={}
    )
    session.flush()
    done.moved = [
        [table.name, column.name, key]
        for table, column in references()
        if table.name not in _NOT_MOVED
        for key in _move(session, table, column, merged_id, kept_id)
    ]
    done.filled = _fill(session, kept, merged)
    merged.merged_into, kept.updated_at = kept_id, now
    session.add(done)
    _note(session, done, "merge customers", now, by)
    session.flush()
    _read_again(session, done)
    return done


def undo(session: Session, account_id: int, merge_id: int, *, by: str, now: float) -> Merge:
    """Makes two records again. Raises NotFound, Refusal."""
    done = session.scalar(select(Merge).where(Merge.account_id == account_id, Merge.id == merge_id))
    if done is None:
        raise NotFound(f"account {account_id} has no merge {merge_id}")
    if done.undone_at is not None:
        raise Refusal("already_undone", "this merge was undone before")
    kept, merged = _row(session, done.kept_id), _row(session, done.merged_id)
    if kept.merged_into is not None:
        raise Refusal("merged_further", "the kept record was merged into another one: undo that merge first")
    _take_back(session, kept, merged, done.filled)
    merged.merged_into, kept.updated_at = None, now
    session.flush()
    tables = Base.metadata.tables
    for name, column, key in done.moved:
        _give_back(session, tables[name], column, key, done)
    done.undone_at, done.undone_by = now, by
    _note(session, done, "undo merge", now, by)
    session.flush()
    _read_again(session, done)
    return done


def merges_of(
    session: Session, account_id: int, customer_id: int, *, cursor: str | None = None, limit: int = 50
) -> Page[Merge]:
    """A page of the merges into this customer's record and of it into another, the latest first."""
    query = select(Merge).where(
        Merge.account_id == account_id, or_(Merge.kept_id == customer_id, Merge.merged_id == customer_id)
    )
    return page(session, query, [By(Merge.at, True), By(Merge.id, True)], cursor=cursor, limit=limit)


def names_of_merged(session: Session, account_id: int, merges: Sequence[Merge]) -> dict[int, str]:
    """What the merged records are called, by their ids."""
    query = select(Customer).where(
        Customer.account_id == account_id, Customer.id.in_({one.merged_id for one in merges})
    )
    found = session.scalars(query, execution_options={"with_merged": True})
    return {one.id: one.display_name for one in found}


def merged_into(session: Session, account_id: int, customer_id: int) -> int | None:
    """Whose record this one is part of now; None: it is nobody's, or was never here."""
    query = select(Customer.merged_into).where(Customer.account_id == account_id, Customer.id == customer_id)
    return session.scalar(query.execution_options(with_merged=True))


def _read_again(session: Session, done: Merge) -> None:
    """The rows were moved behind the back of whatever is loaded."""
    for row in list(session):
        if row is not done:
            session.expire(row)


def _move(
    session: Session, table: Table, column: Column[Any], merged_id: int, kept_id: int
) -> list[dict[str, Any]]:
    """The keys, after the move, of the rows that could be moved."""
    keys = list(table.primary_key.columns)
    moved = []
    for row in session.execute(select(*keys).where(column == merged_id)).all():
        key = dict(zip([one.name for one in keys], row, strict=True))
        if _set(session, table, column, key, kept_id):
            moved.append(key | {column.name: kept_id} if column.primary_key else key)
    return moved


def _give_back(session: Session, table: Table, name: str, key: dict[str, Any], done: Merge) -> None:
    """Unless somebody has given or deleted the row since."""
    column = table.columns[name]
    _set(session, table, column, key, done.merged_id, still=done.kept_id)


def _set(
    session: Session,
    table: Table,
    column: Column[Any],
    key: dict[str, Any],
    value: int,
    *,
    still: int | None = None,
) -> bool:
    statement = update(table).values({column.name: value})
    for name, part in key.items():
        statement = statement.where(table.columns[name] == part)
    if still is not None:
        statement = statement.where(column == still)
    try:
        with session.begin_nested():
            session.execute(statement)
    except exc.IntegrityError:
        return False
    return True


def _fill(session: Session, kept: Customer, merged: Customer) -> dict[str, Any]:
    filled = {
        field: value
        for field in FILLED
        if not getattr(kept, field) and (value := getattr(merged, field)) not in (None, "")
    }
    for field in _UNIQUE:
        if field in filled:
            setattr(merged, field, None)
    session.flush()
    for field, value in filled.items():
        setattr(kept, field, value)
    return filled


def _take_back(session: Session, kept: Customer, merged: Customer, filled: dict[str, Any]) -> None:
    """What somebody has changed since stays."""
    for field, value in filled.items():
        if getattr(kept, field) == value:
            setattr(kept, field, None if Customer.__table__.columns[field].nullable else "")
    session.flush()
    for field in _UNIQUE:
        if field in filled and getattr(kept, field) is None:
            setattr(merged, field, filled[field])


def _row(session: Session, customer_id: int) -> Customer:
    query = select(Customer).where(Customer.id == customer_id)
    return session.scalars(query, execution_options={"with_merged": True}).one()


def _note(session: Session, done: Merge, action: str, now: float, by: str) -> None:
    audit.note(
        session,
        account_id=done.account_id,
        at=now,
        by=by,
        action=action,
        subject=f"customer {done.kept_id}",
        after={"merged": done.merged_id, "rows": len(done.moved)},
    )
