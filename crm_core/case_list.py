"""The work list: cases by what is due first, through filters that people save under a name.

A page of the list goes on where the last one ended (keyset paging), so that cases that come and go meanwhile are
neither shown twice nor left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, UniqueConstraint, and_, func, or_, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column

from crm_core.base import Base, clean_json
from crm_core.cases import Case
from crm_core.paging import By, Page, page
from crm_core.teams import keys_of_member
from ctiserver.core.errors import ConfigError, Mistake, NotFound

EQUAL = ("kind", "state", "priority", "team", "customer_id", "contact_id", "parent_id", "reason", "channel")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases; None: any. `open` None: also those that ended. `late`: due before now.

    `assignee` "": nobody's. `mine`: those of a person and of his teams that nobody has. `text`: words of the subject,
    or a case's number.
    """

    open: bool | None = True
    kind: str | None = None
    state: str | None = None
    priority: str | None = None
    assignee: str | None = None
    mine: str | None = None
    team: str | None = None
    customer_id: int | None = None
    contact_id: str | None = None
    parent_id: int | None = None
    reason: str | None = None
    channel: str | None = None
    late: bool = False
    escalated: bool = False
    text: str | None = None


class SavedFilter(Base):
    """A filter under a name. `owner` None: everybody in the account has it."""

    __tablename__ = "case_filters"
    __table_args__ = (
        UniqueConstraint("account_id", "owner", "name"),
        Index(None, "account_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    owner: Mapped[str | None]
    name: Mapped[str]
    query: Mapped[dict[str, Any]]


def work_list(
    session: Session,
    account_id: int,
    wanted: CaseFilter,
    *,
    now: float,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Case]:
    """The next cases, what is due first on top; a case without a due time stands at the end.

    Raises Refusal for a cursor that this list has not given.
    """
    query = _select(session, account_id, wanted, now).options(joinedload(Case.customer))
    order = [By(Case.next_due_at), By(Case.id)]
    return page(session, query, order, cursor=cursor, limit=limit)


def count(session: Session, account_id: int, wanted: CaseFilter, *, now: float) -> int:
    """How many cases the filter shows."""
    shown = _select(session, account_id, wanted, now).with_only_columns(func.count()).order_by(None)
    return session.scalar(shown) or 0


def saved_filters(session: Session, account_id: int, login: str) -> Sequence[SavedFilter]:
    """What a person chooses among: his own and everybody's, by name."""
    query = select(SavedFilter).where(
        SavedFilter.account_id == account_id, or_(SavedFilter.owner == login, SavedFilter.owner.is_(None))
    )
    return session.scalars(query.order_by(SavedFilter.name, SavedFilter.id)).all()


def save_filter(
    session: Session, account_id: int, *, owner: str | None, name: str, query: Mapping[str, Any]
) -> SavedFilter:
    """The filter under this name; one that was there is replaced. Raises ConfigError."""
    if not name.strip():
        raise ConfigError([Mistake("name", "give the filter a name")])
    own = SavedFilter.owner == owner if owner is not None else SavedFilter.owner.is_(None)
    found = session.scalar(
        select(SavedFilter).where(SavedFilter.account_id == account_id, own, SavedFilter.name == name.strip())
    )
    if found is None:
        found = SavedFilter(account_id=account_id, owner=owner, name=name.strip())
        session.add(found)
    found.query = clean_json(dict(query))
    session.flush()
    return found


def saved_filter(session: Session, account_id: int, filter_id: int) -> SavedFilter:
    """The saved filter. Raises NotFound."""
    found = session.scalar(
        select(SavedFilter).where(SavedFilter.account_id == account_id, SavedFilter.id == filter_id)
    )
    if found is None:
        raise NotFound(f"account {account_id} has no saved filter {filter_id}")
    return found


def remove_filter(session: Session, account_id: int, filter_id: int) -> None:
    """It is gone. Raises NotFound."""
    session.delete(saved_filter(session, account_id, filter_id))
    session.flush()


def _select(session: Session, account_id: int, wanted: CaseFilter, now: float) -> Select[Any]:
    query = select(Case).where(Case.account_id == account_id)
    for name in EQUAL:
        if (value := getattr(wanted, name)) is not None:
            query = query.where(getattr(Case, name) == value)
    if wanted.open is not None:
        query = query.where(Case.is_open == wanted.open)
    if wanted.assignee is not None:
        query = query.where(Case.assignee == wanted.assignee if wanted.assignee else Case.assignee.is_(None))
    if wanted.mine is not None:
        query = query.where(_mine(session, account_id, wanted.mine))
    if wanted.late:
        query = query.where(Case.next_due_at <= now)
    if wanted.escalated:
        query = query.where(Case.escalation_level > 0)
    if wanted.text:
        query = query.where(_says(wanted.text))
    return query


def _mine(session: Session, account_id: int, login: str) -> ColumnElement[bool]:
    teams = keys_of_member(session, account_id, login)
    return or_(Case.assignee == login, and_(Case.assignee.is_(None), Case.team.in_(teams)))


def _says(text: str) -> ColumnElement[bool]:
    number = text.strip().removeprefix("#")
    if number.isdecimal() and len(number) < 10:
        return Case.id == int(number)
    return and_(*(func.lower(Case.subject).contains(word, autoescape=True) for word in text.lower().split()))
