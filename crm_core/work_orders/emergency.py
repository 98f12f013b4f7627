"""An emergency: a case of the highest priority for an unsafe closing, and an alarm to whoever can act.

The alarm is a task with a reminder that is due at once, for every supervisor and dispatcher of the account: their pages
show it within seconds, and it stays until each of them has dismissed it.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.activities import add_activity
from crm_core.case_work import open_case
from crm_core.cases import Case
from crm_core.users import User
from crm_core.work_orders.work_orders import Author, WorkOrder

ALARMED = frozenset({"supervisor", "dispatcher"})
UNSAFE_CHANNEL = "field"


def raise_emergency(session: Session, author: Author, found: WorkOrder, text: str) -> Case:
    """The case; its customer and place are those of the order."""
    place = ", ".join(part for part in (found.address, found.area) if part)
    subject = f"⚠ {found.subject} · {place}" if place else f"⚠ {found.subject}"
    new = open_case(
        session,
        found.account_id,
        kind="service",
        subject=subject,
        description=text,
        by=author.login,
        now=author.at,
        channel=UNSAFE_CHANNEL,
        origin=f"work order {found.id}",
        contact_id=author.contact_id,
        priority="urgent",
        customer_id=found.customer_id,
        fields={"address": place} if place else {},
    )
    alarm(session, new, place=place, by=author.login, at=author.at, text=text)
    return new


def alarm(session: Session, raised: Case, *, place: str, by: str, at: float, text: str = "") -> None:
    """Every dispatcher and supervisor of the account sees it on his page at once."""
    for login in alarmed(session, raised.account_id):
        add_activity(
            session,
            raised.account_id,
            kind="task",
            subject=raised.subject,
            notes=text,
            place=place,
            owner=login,
            due_at=at,
            remind_at=at,
            customer_id=raised.customer_id,
            case_id=raised.id,
            by=by,
            now=at,
        )


def alarmed(session: Session, account_id: int) -> Sequence[str]:
    """The logins of those who hear of an emergency, by name."""
    users = session.scalars(select(User).where(User.account_id == account_id, ~User.disabled))
    return [one.login for one in sorted(users, key=lambda one: one.name) if one.roles & ALARMED]
