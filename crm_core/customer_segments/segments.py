"""Saved segments, who is in them, and their export."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Select, UniqueConstraint, and_, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import audit, paging
from crm_core.base import Base, EpochSeconds, check_version
from crm_core.customer_segments import conditions
from crm_core.customer_segments.fields import fields
from crm_core.customers import Customer
from crm_core.value.customer_values import CustomerValue
from ctiserver.core.errors import Conflict, NotFound, Refusal

LONGEST_NAME = 80
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class CustomerSegment(Base):
    """A saved tree of conditions; see `conditions`."""

    __tablename__ = "customer_segments"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str]
    conditions: Mapped[dict[str, Any]]
    made_by: Mapped[str]
    created_at: Mapped[EpochSeconds]
    updated_at: Mapped[EpochSeconds]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


def segment(session: Session, account_id: int, segment_id: int) -> CustomerSegment:
    """Raises NotFound, also for another account's."""
    found = session.scalar(
        select(CustomerSegment).where(
            CustomerSegment.account_id == account_id, CustomerSegment.id == segment_id
        )
    )
    if found is None:
        raise NotFound(f"there is no segment {segment_id}")
    return found


def segments(session: Session, account_id: int) -> Sequence[CustomerSegment]:
    """The account's segments by name."""
    query = select(CustomerSegment).where(CustomerSegment.account_id == account_id)
    return session.scalars(query.order_by(CustomerSegment.name)).all()


def save(
    session: Session,
    account_id: int,
    *,
    name: str,
    tree: dict[str, Any],
    by: str,
    now: float,
    segment_id: int | None = None,
    expected_version: int | None = None,
) -> CustomerSegment:
    """The new segment, or with `segment_id` the changed one.

    Raises ConfigError with every mistake in the conditions, Refusal for a name, Conflict for a name in use or an old
    version, NotFound.
    """
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refusal("wrong_name", f"write a name of 1 to {LONGEST_NAME} letters")
    conditions.compiled(tree, fields(session, account_id, now=now))
    same = select(CustomerSegment.id).where(
        CustomerSegment.account_id == account_id, CustomerSegment.name == name
    )
    if session.scalar(same) not in (None, segment_id):
        raise Conflict(f"a segment {name!r} is there already: choose another name")
    if segment_id is None:
        found, before = CustomerSegment(account_id=account_id, made_by=by, created_at=now), {}
        session.add(found)
    else:
        found = segment(session, account_id, segment_id)
        check_version(found.version, expected_version)
        before = {"name": found.name, "conditions": found.conditions}
    found.name, found.conditions, found.updated_at = name, tree, now
    session.flush()
    after = {"name": name, "conditions": tree}
    _audit(session, found, "change" if before else "add", by, now, before, after)
    return found


def remove(session: Session, account_id: int, segment_id: int, *, by: str, now: float) -> None:
    """Raises NotFound, Conflict while an offer is made to it."""
    found = segment(session, account_id, segment_id)
    _audit(session, found, "remove", by, now, {"name": found.name, "conditions": found.conditions}, {})
    session.delete(found)
    session.flush()


def in_segment(session: Session, account_id: int, tree: dict[str, Any], *, now: float) -> Select[Customer]:
    """The customers whom the conditions hold for. Raises ConfigError."""
    return _members(account_id, conditions.compiled(tree, fields(session, account_id, now=now)))


def count(session: Session, account_id: int, tree: dict[str, Any], *, now: float) -> int:
    """How many there are right now. Raises ConfigError."""
    members = in_segment(session, account_id, tree, now=now).with_only_columns(Customer.id).subquery()
    return session.scalar(select(func.count()).select_from(members)) or 0


def holds(session: Session, account_id: int, tree: dict[str, Any], customer_id: int, *, now: float) -> bool:
    """Whether this customer is in it. Raises ConfigError."""
    found = in_segment(session, account_id, tree, now=now).with_only_columns(Customer.id)
    return session.scalar(found.where(Customer.id == customer_id)) is not None


def members(
    session: Session, account_id: int, tree: dict[str, Any], *, cursor: str | None, limit: int, now: float
) -> paging.Page[Customer]:
    """One page of them, in the order in which they came to be known. Raises ConfigError, Refusal for the cursor."""
    query = in_segment(session, account_id, tree, now=now)
    return paging.page(session, query, [paging.By(Customer.id)], cursor=cursor, limit=limit)


def export(session: Session, account_id: int, tree: dict[str, Any], *, now: float) -> Iterator[str]:
    """The segment as CSV (RFC 4180), in pieces; money in the smallest unit.

    No cell that a person typed is taken for a formula by a spreadsheet: an apostrophe goes before it (OWASP, "CSV
    Injection").
    """
    yield _lines(
        [("id", "name", "rut", "kind", "class", "value", "potential", "cost_last_year", "language", "stage")]
    )
    query = (
        in_segment(session, account_id, tree, now=now)
        .with_only_columns(
            Customer.id,
            Customer.name,
            Customer.surname,
            Customer.second_surname,
            Customer.rut,
            Customer.kind,
            Customer.value_class,
            CustomerValue.value_minor,
            CustomerValue.potential_minor,
            CustomerValue.cost_last_year_minor,
            Customer.language,
            Customer.stage,
        )
        .order_by(Customer.id)
    )
    for part in session.execute(query.execution_options(yield_per=1000)).partitions():
        yield _lines(
            [
                (
                    row[0],
                    guarded(" ".join(filter(None, row[1:4]))),
                    guarded(row[4] or ""),
                    *row[5:10],
                    guarded(row[10] or ""),
                    row[11],
                )
                for row in part
            ]
        )


def guarded(cell: str) -> str:
    """The text as a spreadsheet shows it and never computes it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _members(account_id: int, condition: ColumnElement[bool]) -> Select[Customer]:
    value = and_(CustomerValue.account_id == Customer.account_id, CustomerValue.customer_id == Customer.id)
    return (
        select(Customer).outerjoin(CustomerValue, value).where(Customer.account_id == account_id, condition)
    )


def _lines(rows: Sequence[Sequence[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _audit(
    session: Session, found: CustomerSegment, action: str, by: str, now: float, before: Any, after: Any
) -> None:
    audit.note(
        session,
        account_id=found.account_id,
        at=now,
        by=by,
        action=action,
        subject=f"segment {found.id}",
        before=before,
        after=after,
    )
