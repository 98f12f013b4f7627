"""Who saw and who changed a customer or a case: rows of the audit with the subject "customer ID", "case ID"."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm_core import audit
from crm_core.audit import AuditRow
from crm_core.customers import Customer
from crm_core.paging import By, Page, page

SEEN = "see customer"
CASE_SEEN = "see case"
ORDER_HEARD = "hear work order"
CASE_HEARD = "hear case"
RECORDING_HEARD = "hear recording"
ONCE_IN_SECONDS = 900.0
"""A page that is read again and again is one look."""


def saw_customer(session: Session, account_id: int, customer_id: int, *, by: str, at: float) -> None:
    """Write down that somebody looked at the record; once in a quarter of an hour."""
    _saw(session, account_id, SEEN, _subject(customer_id), by, at)


def saw_case(session: Session, account_id: int, case_id: int, *, by: str, at: float) -> None:
    """Write down that somebody looked at the case; once in a quarter of an hour."""
    _saw(session, account_id, CASE_SEEN, f"case {case_id}", by, at)


def heard_recording(
    session: Session,
    account_id: int,
    contact_id: str,
    segment: int,
    *,
    consult: int | None = None,
    by: str,
    at: float,
) -> None:
    """Write down that somebody listened to a talk, or to a consult in it; once in a quarter of an hour."""
    subject = f"contact {contact_id}/{segment}" + ("" if consult is None else f"/{consult}")
    _saw(session, account_id, RECORDING_HEARD, subject, by, at)


def listeners(session: Session, account_id: int, contact_id: str) -> Sequence[AuditRow]:
    """Who listened to a contact, the latest first; the subject ends with the segment, or with segment and consult."""
    query = select(AuditRow).where(
        AuditRow.account_id == account_id,
        AuditRow.action == RECORDING_HEARD,
        AuditRow.subject.startswith(f"contact {contact_id}/", autoescape=True),
    )
    return session.scalars(query.order_by(AuditRow.at.desc(), AuditRow.id.desc())).all()


def heard_case(session: Session, account_id: int, case_id: int, *, by: str, at: float) -> None:
    """Write down that somebody listened to what was said to the case; once in a quarter of an hour."""
    _saw(session, account_id, CASE_HEARD, f"case {case_id}", by, at)


def heard_order(session: Session, account_id: int, order_id: int, *, by: str, at: float) -> None:
    """Write down that somebody listened to what was said to a work order; once in a quarter of an hour."""
    _saw(session, account_id, ORDER_HEARD, f"work order {order_id}", by, at)


def _saw(session: Session, account_id: int, action: str, subject: str, by: str, at: float) -> None:
    seen = select(AuditRow.id).where(
        AuditRow.account_id == account_id,
        AuditRow.at > at - ONCE_IN_SECONDS,
        AuditRow.by == by,
        AuditRow.action == action,
        AuditRow.subject == subject,
    )
    if session.scalar(seen.limit(1)) is None:
        audit.note(session, account_id=account_id, at=at, by=by, action=action, subject=subject)


def changed_customer(
    session: Session,
    account_id: int,
    customer_id: int,
    action: str,
    *,
    by: str,
    at: float,
    after: dict[str, Any],
) -> None:
    """Write down a change; what was before stands in the facts."""
    audit.note(
        session,
        account_id=account_id,
        at=at,
        by=by,
        action=action,
        subject=_subject(customer_id),
        after=after,
    )


def changed_detail(
    session: Session,
    account_id: int,
    customer_id: int,
    action: str,
    *,
    by: str,
    at: float,
    after: dict[str, Any],
) -> None:
    """Write down a change of what stands around the row (a telephone, a tag), and raise the row's version."""
    row = update(Customer).where(Customer.account_id == account_id, Customer.id == customer_id)
    session.execute(row.values(version=Customer.version + 1, updated_at=at))
    changed_customer(session, account_id, customer_id, action, by=by, at=at, after=after)


def access_to(
    session: Session, account_id: int, customer_id: int, *, cursor: str | None = None, limit: int = 50
) -> Page[AuditRow]:
    """A page of who saw and changed the record, the latest first."""
    query = select(AuditRow).where(
        AuditRow.account_id == account_id, AuditRow.subject == _subject(customer_id)
    )
    return page(session, query, [By(AuditRow.at, True), By(AuditRow.id, True)], cursor=cursor, limit=limit)


def _subject(customer_id: int) -> str:
    return f"customer {customer_id}"
