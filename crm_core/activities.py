"""Activities: what somebody has to do at a time: a task, a call, a visit, an appointment.

An activity belongs to one owner and may be for a customer or a case. Its reminder is due once; whoever claims it
shows it to the owner, who sees it until he puts it off, dismisses it or is done.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core import webhooks
from crm_core.base import Base, EpochSeconds, check_version
from crm_core.customers import Customer, customer
from crm_core.paging import By, Page, page
from crm_core.teams import colleague
from crm_core.timeline_entry import entry
from ctiserver.core.errors import ConfigError, Mistake, NotFound, Refusal

KINDS = ("task", "call", "visit", "appointment")
CHANGEABLE = frozenset({"kind", "subject", "notes", "place", "customer_id", "case_id", "owner", "due_at"}) | {
    "ends_at",
    "remind_at",
}


class Activity(Base):
    """One thing to do. Open until `done_at` or `cancelled_at` is set."""

    __tablename__ = "activities"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "case_id"], ["cases.account_id", "cases.id"]),
        CheckConstraint("kind IN ('task', 'call', 'visit', 'appointment')", "kind"),
        Index(None, "account_id", "owner", "due_at"),
        Index(None, "account_id", "customer_id", "due_at"),
        Index(None, "account_id", "case_id"),
        Index(None, "customer_id"),
        Index(
            "ix_activities_to_remind",
            "remind_at",
            sqlite_where=text("reminded_at IS NULL"),
            postgresql_where=text("reminded_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str]
    subject: Mapped[str]
    notes: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"))
    case_id: Mapped[int | None]
    owner: Mapped[str]
    """Login of who does it."""
    due_at: Mapped[EpochSeconds]
    """When it begins, or must be done."""
    ends_at: Mapped[EpochSeconds | None]
    remind_at: Mapped[EpochSeconds | None]
    reminded_at: Mapped[EpochSeconds | None]
    """When the owner was reminded; None: not yet, or `remind_at` was moved since."""
    dismissed_at: Mapped[EpochSeconds | None]
    done_at: Mapped[EpochSeconds | None]
    cancelled_at: Mapped[EpochSeconds | None]
    result: Mapped[str] = mapped_column(default="")
    created_at: Mapped[EpochSeconds]
    created_by: Mapped[str]
    updated_at: Mapped[EpochSeconds]
    version: Mapped[int] = mapped_column()

    customer: Mapped[Customer | None] = relationship()

    __mapper_args__ = {"version_id_col": version}


TIMELINE = entry(
    "activity", Activity, Activity.due_at, title=Activity.subject, detail=Activity.kind, by=Activity.owner
)


def add_activity(
    session: Session,
    account_id: int,
    *,
    kind: str,
    subject: str,
    owner: str,
    due_at: float,
    by: str,
    now: float,
    **more: Any,
) -> Activity:
    """The new activity. `more`: notes, place, customer_id, case_id, ends_at, remind_at.

    Raises ConfigError with every mistake, Refusal for an unknown owner, NotFound for another account's customer.
    """
    fields = {"kind": kind, "subject": subject, "owner": owner, "due_at": due_at} | more
    _check(session, account_id, fields)
    new = Activity(account_id=account_id, created_at=now, created_by=by, updated_at=now, **fields)
    session.add(new)
    session.flush()
    return new


def change_activity(
    session: Session,
    account_id: int,
    activity_id: int,
    *,
    expected_version: int | None,
    now: float,
    **fields: Any,
) -> Activity:
    """The changed activity; a reminder that is moved is due anew.

    Raises StaleVersion when it was changed meanwhile, and what `add_activity` raises.
    """
    found = activity(session, account_id, activity_id)
    check_version(found.version, expected_version)
    if unknown := sorted(fields.keys() - CHANGEABLE):
        raise Refusal("no_such_field", f"an activity has no field {', '.join(unknown)} that can be changed")
    names = ("kind", "subject", "owner", "due_at", "ends_at", "remind_at", "customer_id", "case_id")
    _check(session, account_id, {name: getattr(found, name) for name in names} | fields)
    if "remind_at" in fields and fields["remind_at"] != found.remind_at:
        found.reminded_at = found.dismissed_at = None
    for name, value in fields.items():
        setattr(found, name, value)
    found.updated_at = now
    session.flush()
    return found


def finish(
    session: Session,
    account_id: int,
    activity_id: int,
    *,
    now: float,
    result: str = "",
    cancelled: bool = False,
) -> Activity:
    """It is done, or will not be done. Raises NotFound, Refusal when that is so already."""
    found = activity(session, account_id, activity_id)
    if found.done_at is not None or found.cancelled_at is not None:
        raise Refusal("activity_over", "this activity is over already")
    found.done_at, found.cancelled_at = (None, now) if cancelled else (now, None)
    found.result, found.updated_at = result, now
    session.flush()
    if not cancelled:
        data = {"activity": found.id, "kind": found.kind, "subject": found.subject, "owner": found.owner}
        links = {"customer_id": found.customer_id, "case_id": found.case_id, "result": result}
        webhooks.tell(session, account_id, f"activity.{found.id}", "activity.done", data | links, now)
    return found


def activity(session: Session, account_id: int, activity_id: int) -> Activity:
    """The activity. Raises NotFound, also when it belongs to another account."""
    found = session.scalar(
        select(Activity).where(Activity.account_id == account_id, Activity.id == activity_id)
    )
    if found is None:
        raise NotFound(f"account {account_id} has no activity {activity_id}")
    return found


def activities(
    session: Session,
    account_id: int,
    *,
    owner: str | None = None,
    customer_id: int | None = None,
    case_id: int | None = None,
    only_open: bool = False,
    from_at: float | None = None,
    until_at: float | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Page[Activity]:
    """Activities by due time. Raises Refusal for a cursor that this list has not given."""
    query = select(Activity).where(Activity.account_id == account_id)
    for column, value in (("owner", owner), ("customer_id", customer_id), ("case_id", case_id)):
        if value is not None:
            query = query.where(getattr(Activity, column) == value)
    if only_open:
        query = query.where(Activity.done_at.is_(None), Activity.cancelled_at.is_(None))
    if from_at is not None:
        query = query.where(Activity.due_at >= from_at)
    if until_at is not None:
        query = query.where(Activity.due_at < until_at)
    return page(session, query, [By(Activity.due_at), By(Activity.id)], cursor=cursor, limit=limit)


def claim_reminders(session: Session, now: float, limit: int = 100) -> Sequence[Activity]:
    """The activities of all accounts to be reminded of now; whoever claims shows them. Each is claimed once."""
    due = (
        select(Activity.id)
        .where(
            Activity.reminded_at.is_(None),
            Activity.remind_at <= now,
            Activity.done_at.is_(None),
            Activity.cancelled_at.is_(None),
        )
        .order_by(Activity.remind_at)
        .limit(limit)
    )
    claim = (
        update(Activity)
        .where(Activity.id.in_(due.with_for_update(skip_locked=True)), Activity.reminded_at.is_(None))
        .values(reminded_at=now)
        .returning(Activity.id)
    )
    claimed = list(session.scalars(claim.execution_options(synchronize_session=False)))
    return session.scalars(
        select(Activity).where(Activity.id.in_(claimed)).order_by(Activity.remind_at)
    ).all()


def has_reminders(session: Session, now: float) -> bool:
    """Whether there is something to claim: a reading unit is cheaper than a writing one."""
    due = select(Activity.id).where(Activity.reminded_at.is_(None), Activity.remind_at <= now)
    open_ = due.where(Activity.done_at.is_(None), Activity.cancelled_at.is_(None))
    return session.scalar(open_.limit(1)) is not None


def reminders(session: Session, account_id: int, owner: str) -> Sequence[Activity]:
    """What the owner was reminded of and has neither done nor dismissed."""
    query = select(Activity).where(
        Activity.account_id == account_id,
        Activity.owner == owner,
        Activity.reminded_at.is_not(None),
        Activity.dismissed_at.is_(None),
        Activity.done_at.is_(None),
        Activity.cancelled_at.is_(None),
    )
    return session.scalars(query.order_by(Activity.due_at)).all()


def dismiss(session: Session, account_id: int, activity_id: int, *, now: float) -> None:
    """Show the reminder no more. Raises NotFound."""
    activity(session, account_id, activity_id).dismissed_at = now
    session.flush()


def _check(session: Session, account_id: int, fields: dict[str, Any]) -> None:
    mistakes = []
    if fields["kind"] not in KINDS:
        mistakes.append(Mistake("kind", f"use one of {', '.join(KINDS)}"))
    if not fields["subject"].strip():
        mistakes.append(Mistake("subject", "say in a few words what is to be done"))
    ends_at = fields.get("ends_at")
    if ends_at is not None and ends_at < fields["due_at"]:
        mistakes.append(Mistake("ends_at", "ends before it begins: move one of the two"))
    if mistakes:
        raise ConfigError(mistakes)
    colleague(session, account_id, fields["owner"])
    if fields.get("customer_id") is not None:
        customer(session, account_id, fields["customer_id"])
