"""Closing a work order, by any way, and all that follows from it in the same transaction.

A closing bears a key, that of the call or of the form: the same key closes the same order once, so that a call that was
cut off or a form that was sent again changes nothing. Parts leave the technician's van; a code that leaves something to
do makes the next order at once; an unsafe one raises the emergency; the case that the order was made for goes on.
A technician may close what is late, expired, nobody's or a colleague's: that is taken and flagged. What is closed
already is refused with who closed it; it is reopened by the office, or by the customer's word (`closing_truth`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.case_flow import TABLES
from crm_core.case_flow import Event as CaseEvent
from crm_core.case_flow import Kind as CaseKind
from crm_core.case_flow import State as CaseState
from crm_core.case_work import take_step as take_case_step
from crm_core.cases import Case, case
from crm_core.users import User
from crm_core.work_orders import stock, visit_survey
from crm_core.work_orders.emergency import raise_emergency
from crm_core.work_orders.news import tell
from crm_core.work_orders.order_flow import (
    FOLLOWED_UP,
    Closing,
    State,
    after,
    closing_of,
    flags,
)
from crm_core.work_orders.order_history import note
from crm_core.work_orders.order_work import open_order
from crm_core.work_orders.stock import Used
from crm_core.work_orders.visit_record import withdraw_call
from crm_core.work_orders.work_orders import Author, WorkOrder, WorkOrderClosing, work_order
from ctiserver.core.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What became of it. `again`: this closing was known already, and nothing was done."""

    order: WorkOrder
    closing: WorkOrderClosing
    again: bool = False
    emergency: Case | None = None


def close(
    session: Session,
    author: Author,
    order_id: int,
    code: str,
    *,
    key: str,
    used: Sequence[Used] = (),
    text: str = "",
) -> Closed:
    """The order is closed.

    Raises Refusal for an unknown code, a wrong quantity, or an order that is closed already; NotFound.
    """
    how, text = closing_of(code), text.strip()
    found = work_order(session, author.account_id, order_id, lock=True)
    if known := _known(session, found, key):
        return Closed(order=found, closing=known, again=True)
    if not found.is_open:
        raise Refusal("order_closed", _who_closed(session, found))
    before, owner = State(found.state), found.technician
    row = _row(found, author, how, key, text)
    found.state, found.is_open, found.closing = after(before, "close"), False, how
    found.closings, found.technician = row.ordinal, row.technician
    found.closed_at = found.updated_at = author.at
    session.add(row)
    session.flush()
    place = row.technician or stock.STORE
    stock.use(
        session, author.account_id, found.id, used, place=place, key=key, by=author.login, now=author.at
    )
    visit_survey.schedule(session, found, row)
    withdraw_call(session, found.account_id, found.id, found.due_from_at, because="closed", now=author.at)
    emergency = _follow(session, author.by_itself(), found, row, how)
    told = {"event": "close", "before": before, "after": found.state, "code": how, "flags": row.flags}
    who = {"technician": row.technician, "owner": owner, "used": [[one.part, one.quantity] for one in used]}
    entry = note(session, author, found, "step", text=text, **told, **who)
    more = {"flags": row.flags, "follow_up_id": row.follow_up_id}
    tell(session, found, entry, "work_order.closed", **more)
    if emergency is not None:
        tell(session, found, entry, "work_order.unsafe", emergency_case_id=emergency.id)
    return Closed(order=found, closing=row, emergency=emergency)


def _row(found: WorkOrder, author: Author, how: Closing, key: str, text: str) -> WorkOrderClosing:
    doer = author.login if author.technician else None
    odd = flags(
        technician=found.technician,
        by=doer,
        due_until_at=found.due_until_at,
        arrived=found.arrived_at is not None,
        now=author.at,
    )
    return WorkOrderClosing(
        account_id=found.account_id,
        order_id=found.id,
        ordinal=found.closings + 1,
        key=key,
        code=how,
        asked_at=found.reopened_at or found.created_at,
        arrived_at=found.arrived_at,
        at=author.at,
        by=author.login,
        technician=doer or found.technician,
        way=author.way,
        contact_id=author.contact_id,
        note=text,
        flags=[str(flag) for flag in odd],
    )


def _known(session: Session, found: WorkOrder, key: str) -> WorkOrderClosing | None:
    query = select(WorkOrderClosing).where(
        WorkOrderClosing.account_id == found.account_id,
        WorkOrderClosing.order_id == found.id,
        WorkOrderClosing.key == key,
    )
    return session.scalar(query)


def _who_closed(session: Session, found: WorkOrder) -> str:
    query = select(WorkOrderClosing).where(
        WorkOrderClosing.account_id == found.account_id,
        WorkOrderClosing.order_id == found.id,
        WorkOrderClosing.ordinal == found.closings,
    )
    last = session.scalar(query)
    login = last.by if last else ""
    name = session.scalar(select(User.name).where(User.account_id == found.account_id, User.login == login))
    return (
        f"work order {found.id} was closed by {name or login} as {found.closing}: ask for it to be reopened"
    )


def _follow(
    session: Session, author: Author, found: WorkOrder, row: WorkOrderClosing, how: Closing
) -> Case | None:
    """What a closing brings about; the emergency's case, if it is one."""
    if how in FOLLOWED_UP:
        row.follow_up_id = _follow_up(session, author, found, row.note).id
        note(session, author, found, "followed_up", work_order=row.follow_up_id)
    if how is Closing.DONE and found.case_id is not None:
        _visit_was_done(session, author, found, row.note)
    if how is not Closing.UNSAFE:
        return None
    raised = raise_emergency(session, author, found, row.note)
    note(session, author, found, "emergency", case=raised.id)
    return raised


def _follow_up(session: Session, author: Author, found: WorkOrder, text: str) -> WorkOrder:
    """The next order: the same work at the same place, for a dispatcher to give to somebody."""
    return open_order(
        session,
        author,
        kind=found.kind,
        subject=found.subject,
        description="\n".join(part for part in (text, found.description) if part),
        priority=found.priority,
        customer_id=found.customer_id,
        address=found.address,
        area=found.area,
        case_id=found.case_id,
        contract_id=found.contract_id,
        warranty_id=found.warranty_id,
        parent_id=found.id,
    )


def _visit_was_done(session: Session, author: Author, found: WorkOrder, text: str) -> None:
    """A case that waited for the visit goes on; in any other state it stays where it is."""
    assert found.case_id is not None
    about = case(session, found.account_id, found.case_id, lock=True)
    if CaseEvent.VISIT_DONE in TABLES[CaseKind(about.kind)][CaseState(about.state)]:
        words = text or f"work order {found.id}"
        take_case_step(
            session, found.account_id, about.id, "visit_done", by=author.login, now=author.at, text=words
        )
