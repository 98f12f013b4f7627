"""Visits that customers book, move, cancel and confirm by telephone.

A visit is an open work order with a window. A customer has one at a time: who asks for another is told of the one that
he has, so that a call that was cut off after his last key, or made twice, books nothing twice. What he books is an
order like any other, with the half day as its window; the office sees by which call it came. A visit that he moves is
nobody's again, since its technician may be elsewhere on that day. Once somebody is on the way, only a person can change
it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.base import NEVER_AT
from crm_core.contact_points import Address, points_of
from crm_core.customers import Customer
from crm_core.work_orders import order_work, visit_capacity
from crm_core.work_orders.closing import close
from crm_core.work_orders.order_flow import EXPIRED_AFTER_SECONDS, Closing, Kind, State, kind_of
from crm_core.work_orders.order_history import note
from crm_core.work_orders.visit_record import Answer, visit_of
from crm_core.work_orders.visit_slots import Slot
from crm_core.work_orders.work_orders import Author, WorkOrder, work_order
from ctiserver.core.errors import NotFound

SUBJECTS = {
    "es": {
        Kind.REPAIR: "Visita de reparación",
        Kind.MAINTENANCE: "Visita de mantención",
        Kind.INSTALLATION: "Visita de instalación",
    },
    "en": {
        Kind.REPAIR: "Repair visit",
        Kind.MAINTENANCE: "Maintenance visit",
        Kind.INSTALLATION: "Installation visit",
    },
}
"""What the office reads, in the company's language, by kind of work; other kinds are not offered on the telephone."""
_CHANGEABLE = frozenset({State.CREATED, State.ASSIGNED, State.REOPENED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What came of a wish, and the order that it is about.

    booked, moved: he has the half day; had: he has another visit already; taken: somebody was quicker; fixed: it can
    no longer be changed by telephone. With the last three nothing has changed.
    """

    outcome: Literal["booked", "moved", "had", "taken", "fixed"]
    order: WorkOrder | None = None


def next_visit(session: Session, account_id: int, customer_id: int, now: float) -> WorkOrder | None:
    """The customer's open order whose window ends next, or ended within a week; None: nobody is to come to him."""
    query = select(WorkOrder).where(
        WorkOrder.account_id == account_id,
        WorkOrder.customer_id == customer_id,
        WorkOrder.is_open,
        WorkOrder.due_from_at.is_not(None),
        WorkOrder.due_until_at.between(now - EXPIRED_AFTER_SECONDS, NEVER_AT - 1),
    )
    return session.scalars(query.order_by(WorkOrder.due_until_at, WorkOrder.id).limit(1)).first()


def offered(
    session: Session, account_id: int, customer_id: int, kind: str, now: float, first_day: date | None = None
) -> list[Slot]:
    """The nearest half days on which somebody can come to him for such work, at most three."""
    area = _area(session, account_id, customer_id)
    return visit_capacity.free_slots(session, account_id, area=area, kind=kind, now=now, first_day=first_day)


def is_free(session: Session, account_id: int, customer_id: int, kind: str, slot: Slot, now: float) -> bool:
    """Whether the half day has a place for him now."""
    return slot in offered(session, account_id, customer_id, kind, now, slot.day)[:2]


def book(session: Session, author: Author, customer_id: int, kind: str, slot: Slot) -> Booked:
    """A new order for this half day, or why there is none. Raises Refusal for an unknown kind, NotFound."""
    what = kind_of(kind)
    _lock(session, author.account_id, customer_id)
    if had := next_visit(session, author.account_id, customer_id, author.at):
        return Booked(outcome="had", order=had)
    area = _area(session, author.account_id, customer_id)
    if not visit_capacity.take(session, author.account_id, slot, area=area, kind=what, now=author.at):
        return Booked(outcome="taken")
    zone = visit_capacity.zone_of(session, author.account_id)
    new = order_work.open_order(
        session,
        author,
        kind=what,
        subject=_subject(session, author.account_id, what),
        customer_id=customer_id,
        due_from_at=slot.begins_at(zone),
        due_until_at=slot.ends_at(zone),
    )
    row = visit_of(session, author.account_id, new.id)
    row.booked_in, row.agreed_at = author.contact_id, author.at
    session.flush()
    return Booked(outcome="booked", order=new)


def move(session: Session, author: Author, customer_id: int, order_id: int, slot: Slot) -> Booked:
    """His order on another half day; on the same one it stays as it is. Raises NotFound."""
    found = _his(session, author.account_id, customer_id, order_id)
    if not can_change(found):
        return Booked(outcome="fixed", order=found)
    zone = visit_capacity.zone_of(session, author.account_id)
    window = slot.begins_at(zone), slot.ends_at(zone)
    if (found.due_from_at, found.due_until_at) == window:
        return Booked(outcome="moved", order=found)
    if not visit_capacity.take(
        session, author.account_id, slot, area=found.area, kind=found.kind, now=author.at
    ):
        return Booked(outcome="taken", order=found)
    if found.technician:
        order_work.assign(session, author, found.id, None)
    order_work.change(
        session, author, found.id, expected_version=None, due_from_at=window[0], due_until_at=window[1]
    )
    _answered(session, author, found, "moved")
    return Booked(outcome="moved", order=found)


def cancel(session: Session, author: Author, customer_id: int, order_id: int) -> bool:
    """Whether nobody comes any more; false: somebody is on the way already. Raises NotFound."""
    found = _his(session, author.account_id, customer_id, order_id)
    if not found.is_open:
        return found.closing == Closing.CANCELLED
    if not can_change(found):
        return False
    close(session, author, found.id, Closing.CANCELLED, key=f"visit {author.contact_id}")
    _answered(session, author, found, "cancelled")
    return True


def answer(session: Session, author: Author, customer_id: int, order_id: int, said: Answer) -> WorkOrder:
    """Note that he confirmed his visit, or wants to talk about it with a person. Raises NotFound."""
    found = _his(session, author.account_id, customer_id, order_id)
    _answered(session, author, found, said)
    note(session, author, found, said)
    return found


def can_change(found: WorkOrder) -> bool:
    """Whether he may still move or cancel it by telephone."""
    return State(found.state) in _CHANGEABLE


def _answered(session: Session, author: Author, found: WorkOrder, said: Answer) -> None:
    row = visit_of(session, author.account_id, found.id)
    row.answer, row.answered_at, row.answered_in = said, author.at, author.contact_id
    if said in ("confirmed", "moved"):
        row.agreed_at = author.at
    session.flush()


def _his(session: Session, account_id: int, customer_id: int, order_id: int) -> WorkOrder:
    found = work_order(session, account_id, order_id, lock=True)
    if found.customer_id != customer_id:
        raise NotFound(f"customer {customer_id} has no work order {order_id}")
    return found


def _lock(session: Session, account_id: int, customer_id: int) -> None:
    """Two calls of one customer book one after the other."""
    his = select(Customer.id).where(Customer.account_id == account_id, Customer.id == customer_id)
    if session.scalar(his.with_for_update()) is None:
        raise NotFound(f"there is no customer {customer_id}")


def _area(session: Session, account_id: int, customer_id: int) -> str:
    """As `order_work` will write it into his order."""
    for one in points_of(session, Address, account_id, customer_id):
        if one.valid_until is None:
            return one.city
    return ""


def _subject(session: Session, account_id: int, kind: Kind) -> str:
    words = SUBJECTS[_language(session, account_id)]
    return words.get(kind, words[Kind.REPAIR])


def _language(session: Session, account_id: int) -> str:
    return "en" if account(session, account_id).language == "en" else "es"
