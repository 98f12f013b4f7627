"""Lists of work orders: for the board, by what is due first, and for one technician, by what he does next.

A page of the list goes on where the last one ended (keyset paging). Late is what is open and past its window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select, true
from sqlalchemy.orm import Session, joinedload

from crm_core.paging import By, Page, page
from crm_core.plain_text import plain
from crm_core.work_orders.order_flow import State
from crm_core.work_orders.work_orders import WorkOrder

EQUAL = ("kind", "state", "priority", "area", "customer_id", "case_id", "parent_id", "closing")
AT_ONCE = 100
_HOW_FAR = {State.ON_SITE: 0, State.ON_THE_WAY: 1}
_URGENCY = {"urgent": 0, "high": 1, "normal": 2, "low": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """Which orders; None: any. `open` None: also those that ended. `technician` "": nobody's.

    `late`: past their window now. `closed_from_at`: closed since then. `text`: words of subject or place, or a number.
    """

    open: bool | None = True
    kind: str | None = None
    state: str | None = None
    priority: str | None = None
    technician: str | None = None
    area: str | None = None
    customer_id: int | None = None
    case_id: int | None = None
    parent_id: int | None = None
    closing: str | None = None
    late: bool = False
    closed_from_at: float | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many orders a filter shows, by state; `late`: of these, open and past their window."""

    by_state: dict[str, int]
    late: int


def list_orders(
    session: Session,
    account_id: int,
    wanted: OrderFilter,
    *,
    now: float,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[WorkOrder]:
    """The next orders, what is due first on top. Raises Refusal for a cursor that this list has not given."""
    query = select(WorkOrder).where(*_which(account_id, wanted, now)).options(joinedload(WorkOrder.customer))
    return page(session, query, [By(WorkOrder.due_until_at), By(WorkOrder.id)], cursor=cursor, limit=limit)


def counts(session: Session, account_id: int, wanted: OrderFilter, *, now: float) -> Counts:
    """Of all that the filter shows; a state that no order has is left out."""
    late = func.sum(case((_late(now), 1), else_=0))
    query = select(WorkOrder.state, func.count(), late).where(*_which(account_id, wanted, now))
    rows = session.execute(query.group_by(WorkOrder.state)).all()
    return Counts(
        by_state={state: number for state, number, _ in rows}, late=sum(int(number) for _, _, number in rows)
    )


def orders_of(session: Session, account_id: int, technician: str) -> Sequence[WorkOrder]:
    """A technician's open orders, the current one first: where he is, where he goes, then by urgency and window."""
    query: Select[Any] = select(WorkOrder).where(
        WorkOrder.account_id == account_id, WorkOrder.technician == technician, WorkOrder.is_open
    )
    order = (
        case(_HOW_FAR, value=WorkOrder.state, else_=2),
        case(_URGENCY, value=WorkOrder.priority, else_=4),
        WorkOrder.due_until_at,
        WorkOrder.id,
    )
    return session.scalars(
        query.order_by(*order).limit(AT_ONCE).options(joinedload(WorkOrder.customer))
    ).all()


def current_order(session: Session, account_id: int, technician: str) -> WorkOrder | None:
    """What he is at, or does next; None: he has nothing to do."""
    return next(iter(orders_of(session, account_id, technician)), None)


def busy(session: Session, account_id: int) -> dict[str, int]:
    """How many open orders each technician has, by login; who has none is left out."""
    query = (
        select(WorkOrder.technician, func.count())
        .where(WorkOrder.account_id == account_id, WorkOrder.is_open, WorkOrder.technician.is_not(None))
        .group_by(WorkOrder.technician)
    )
    return {login: count for login, count in session.execute(query) if login is not None}


def areas(session: Session, account_id: int) -> Sequence[str]:
    """The areas of open orders, by name."""
    query = select(WorkOrder.area).where(
        WorkOrder.account_id == account_id, WorkOrder.is_open, WorkOrder.area != ""
    )
    return session.scalars(query.distinct().order_by(WorkOrder.area)).all()


def _which(account_id: int, wanted: OrderFilter, now: float) -> list[ColumnElement[bool]]:
    which: list[ColumnElement[bool]] = [WorkOrder.account_id == account_id]
    for name in EQUAL:
        if (value := getattr(wanted, name)) is not None:
            which.append(getattr(WorkOrder, name) == value)
    if wanted.open is not None:
        which.append(WorkOrder.is_open == wanted.open)
    if wanted.technician is not None:
        own = WorkOrder.technician
        which.append(own == wanted.technician if wanted.technician else own.is_(None))
    if wanted.late:
        which.append(_late(now))
    if wanted.closed_from_at is not None:
        which.append(WorkOrder.closed_at >= wanted.closed_from_at)
    if wanted.text and wanted.text.strip():
        which.append(_says(wanted.text))
    return which


def _late(now: float) -> ColumnElement[bool]:
    return and_(WorkOrder.is_open, WorkOrder.due_until_at < now)


def _says(text: str) -> ColumnElement[bool]:
    number = text.strip().removeprefix("#")
    if number.isdecimal() and len(number) < 10:
        return WorkOrder.id == int(number)
    return and_(
        true(), *(WorkOrder.search_text.contains(word, autoescape=True) for word in plain(text).split())
    )
