"""Facts: each thing that is known about a customer, with its source, its date and who wrote it down; none is lost.

A field with one value at a time (a name, a custom field) follows `fact_rule`. Fields with many (telephones, e-mails)
have a fact for each value, and their validity stands with the value itself. A fact that tells something new in a
contact is marked as learned: these are what a contact center counts as "things learned per contact".
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import PORTABLE_JSON, Base, EpochSeconds
from crm_core.fact_rule import Standing, Verdict, verdicts
from crm_core.paging import By, Page, page
from crm_core.provenance import UNKNOWN_ORIGIN, Origin, Source
from ctiserver.core.errors import NotFound

MANY = frozenset({"phone", "email", "address", "tag", "relationship"})
"""Fields that hold several values at a time."""


class Fact(Base):
    """Somebody said this of a customer. `superseded_at` None: it stands."""

    __tablename__ = "facts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "customer_id", "field", "at"),
        Index(
            "ix_facts_learned",
            "account_id",
            "contact_id",
            sqlite_where=text("learned AND contact_id IS NOT NULL"),
            postgresql_where=text("learned AND contact_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int]
    field: Mapped[str]
    """A column of the customer, "custom.KEY", "phone", "email"..."""
    value: Mapped[Any] = mapped_column(PORTABLE_JSON)
    """None: known to have none."""
    source: Mapped[str]
    by: Mapped[str]
    at: Mapped[EpochSeconds]
    contact_id: Mapped[str | None]
    learned: Mapped[bool] = mapped_column(default=False)
    """Nobody had said so before."""
    superseded_at: Mapped[EpochSeconds | None]
    superseded_by: Mapped[str | None]
    """Whoever said something newer, or settled a conflict."""


def first(
    account_id: int, customer_id: int, said: Iterable[tuple[str, Any]], *, origin: Origin, now: float
) -> list[Fact]:
    """The facts of a customer of whom nothing was known; what he has none of is no fact."""
    new = [
        _fact(account_id, customer_id, field, value, origin, now)
        for field, value in said
        if value not in (None, "")
    ]
    for fact in new:
        fact.learned = True
    return new


def learn(
    session: Session,
    account_id: int,
    customer_id: int,
    said: Mapping[str, Any],
    *,
    origin: Origin,
    now: float,
    shown: Mapping[str, Any],
) -> dict[str, Any]:
    """Keep what was said of fields with one value; the values to show from now on, of these fields.

    What the same source said before no longer stands; what others said does. `shown`: the values shown until now; one
    that has no fact yet (it is older than the facts) becomes one of unknown source.
    """
    known: dict[str, list[Fact]] = {}
    for row in _standing_rows(session, account_id, customer_id, said):
        known.setdefault(row.field, []).append(row)
    for field, value in said.items():
        rows = known.setdefault(field, [])
        if not rows and (before := shown.get(field)) not in (None, ""):
            rows.append(_fact(account_id, customer_id, field, before, UNKNOWN_ORIGIN, 0.0))
        _say(rows, _fact(account_id, customer_id, field, value, origin, now))
    session.add_all(row for rows in known.values() for row in rows)
    session.flush()
    standing = [row for rows in known.values() for row in rows if row.superseded_at is None]
    return {field: one.shown.value for field, one in verdicts(map(_plain, standing)).items()}


def unsaid(
    session: Session, account_id: int, customer_id: int, said: Mapping[str, Any], source: Source
) -> set[str]:
    """Those of the fields of which this source has not said just this."""
    known = {
        (row.field, _text(row.value))
        for row in _standing_rows(session, account_id, customer_id, said)
        if row.source == source
    }
    return {field for field, value in said.items() if (field, _text(value)) not in known}


def learn_one_of_many(
    session: Session, account_id: int, customer_id: int, field: str, value: Any, *, origin: Origin, now: float
) -> None:
    """Keep that this is one of the field's values."""
    known = _standing_rows(session, account_id, customer_id, [field])
    if any(row.value == value and row.source == origin.source for row in known):
        return  # said again
    said = _fact(account_id, customer_id, field, value, origin, now)
    said.learned = all(row.value != value for row in known)
    session.add(said)
    session.flush()


def standing(session: Session, account_id: int, customer_id: int) -> dict[str, Verdict]:
    """For each field with one value: what is shown, and what contradicts it."""
    rows = _standing_rows(session, account_id, customer_id)
    return verdicts(_plain(row) for row in rows if row.field not in MANY)


def history(
    session: Session,
    account_id: int,
    customer_id: int,
    field: str | None = None,
    *,
    cursor: str | None = None,
    limit: int = 200,
) -> Page[Fact]:
    """A page of what was ever said of the customer, or of one field, the newest first."""
    query = select(Fact).where(Fact.account_id == account_id, Fact.customer_id == customer_id)
    if field is not None:
        query = query.where(Fact.field == field)
    return page(session, query, [By(Fact.at, True), By(Fact.id, True)], cursor=cursor, limit=limit)


def settle(session: Session, account_id: int, customer_id: int, fact_id: int, *, by: str, now: float) -> Fact:
    """A person decides that this fact is true: those that contradict it no longer stand. Raises NotFound."""
    chosen = session.scalar(
        select(Fact).where(
            Fact.account_id == account_id,
            Fact.customer_id == customer_id,
            Fact.id == fact_id,
            Fact.superseded_at.is_(None),
        )
    )
    if chosen is None:
        raise NotFound(f"customer {customer_id} has no standing fact {fact_id}")
    for row in _standing_rows(session, account_id, customer_id, [chosen.field]):
        if row.value != chosen.value:
            row.superseded_at, row.superseded_by = now, by
    session.flush()
    return chosen


def withdraw(
    session: Session, account_id: int, customer_id: int, field: str, value: Any, *, by: str, now: float
) -> None:
    """One of several values is no longer true, whoever said so."""
    for row in _standing_rows(session, account_id, customer_id, [field]):
        if row.value == value:
            row.superseded_at, row.superseded_by = now, by
    session.flush()


def learned_per_contact(session: Session, account_id: int, contact_ids: Sequence[str]) -> dict[str, int]:
    """How many new things each contact taught us; contacts that taught nothing are not in it."""
    query = (
        select(Fact.contact_id, func.count())
        .where(Fact.account_id == account_id, Fact.learned, Fact.contact_id.in_(contact_ids))
        .group_by(Fact.contact_id)
    )
    return {contact: count for contact, count in session.execute(query) if contact is not None}


def _standing_rows(
    session: Session, account_id: int, customer_id: int, fields: Iterable[str] | None = None
) -> Sequence[Fact]:
    query = select(Fact).where(
        Fact.account_id == account_id, Fact.customer_id == customer_id, Fact.superseded_at.is_(None)
    )
    if fields is not None:
        query = query.where(Fact.field.in_(list(fields)))
    return session.scalars(query.order_by(Fact.id)).all()


def _plain(row: Fact) -> Standing:
    return Standing(
        fact_id=row.id, field=row.field, value=row.value, source=Source(row.source), at=row.at, by=row.by
    )


def _say(rows: list[Fact], said: Fact) -> None:
    """Add a fact to those of its field; nothing when its source says the same again."""
    standing = [row for row in rows if row.superseded_at is None]
    same = [row for row in standing if row.source == said.source]
    if any(row.value == said.value for row in same):
        return
    for row in same:
        row.superseded_at, row.superseded_by = said.at, said.by
    said.learned = said.value not in (None, "") and all(row.value != said.value for row in standing)
    rows.append(said)


def _fact(account_id: int, customer_id: int, field: str, value: Any, origin: Origin, at: float) -> Fact:
    return Fact(
        account_id=account_id,
        customer_id=customer_id,
        field=field,
        value=value,
        source=origin.source,
        by=origin.by,
        at=at,
        contact_id=origin.contact_id,
    )


def _text(value: Any) -> str:
    """A value that can be in a set."""
    return json.dumps(value, sort_keys=True)
