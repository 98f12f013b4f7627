"""Cases: something that a customer wants settled, from whatever channel it came.

A case carries its clock (`sla_clock.Clock`) in three columns and what follows from it in three more: when somebody
must have answered, when it must be solved, when it is escalated next; those are None while the clock stands. Its
history has one row for everything that happened, with who and when. Whoever changes a case has read its latest
version, or names the step that he wants done, which the table of its kind allows or not.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    exists,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import Base, EpochSeconds, Seconds, clean_json, one_of
from crm_core.case_flow import PRIORITIES, Kind, State
from crm_core.customers import Customer
from crm_core.sla_clock import Clock
from crm_core.timeline_entry import entry
from ctiserver.core.errors import NotFound


class Case(Base):
    """One case of one account. `version` rises with every change."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("account_id", "id"),
        ForeignKeyConstraint(["account_id", "parent_id"], ["cases.account_id", "cases.id"]),
        one_of("kind", list(Kind)),
        one_of("state", list(State)),
        one_of("priority", PRIORITIES),
        Index(None, "account_id", "is_open", "next_due_at", "id"),
        Index(None, "account_id", "customer_id", "opened_at"),
        Index(None, "customer_id"),
        Index(None, "account_id", "assignee"),
        Index(None, "account_id", "parent_id"),
        Index(None, "account_id", "contact_id"),
        Index(None, "escalate_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str]
    state: Mapped[str]
    is_open: Mapped[bool]
    """Whether somebody works on it: its state is none of `case_flow.ENDED`."""
    priority: Mapped[str]
    subject: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"))
    reason: Mapped[str | None]
    """Key of the contact reason; None: not said."""
    channel: Mapped[str]
    contact_id: Mapped[str | None]
    """The interaction that it came with; None: no contact of ours."""
    origin: Mapped[str] = mapped_column(default="")
    """The sender of a mail or the address of a page."""
    is_outage: Mapped[bool] = mapped_column(default=False)
    parent_id: Mapped[int | None]
    assignee: Mapped[str | None]
    """Login of the person who has it; None: nobody has."""
    team: Mapped[str | None]
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    solution: Mapped[str] = mapped_column(default="")

    opened_at: Mapped[EpochSeconds]
    opened_by: Mapped[str]
    updated_at: Mapped[EpochSeconds]
    responded_at: Mapped[EpochSeconds | None]
    resolved_at: Mapped[EpochSeconds | None]
    closed_at: Mapped[EpochSeconds | None]
    reopened_count: Mapped[int] = mapped_column(default=0)

    resolve_seconds: Mapped[Seconds]
    used_seconds: Mapped[Seconds] = mapped_column(default=0.0)
    clock_since: Mapped[EpochSeconds | None]
    around_the_clock: Mapped[bool] = mapped_column(default=False)
    respond_by_at: Mapped[EpochSeconds | None]
    """None once somebody answered."""
    due_at: Mapped[EpochSeconds | None]
    """When it must be solved; None while the clock stands."""
    next_due_at: Mapped[EpochSeconds]
    """The earlier of the two, for the order of the work list; NEVER_AT when nothing is due."""
    escalation_level: Mapped[int] = mapped_column(default=0)
    escalate_at: Mapped[EpochSeconds | None]
    version: Mapped[int] = mapped_column()

    customer: Mapped[Customer | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def clock(self) -> Clock:
        """The clock of its solution."""
        return Clock(
            allowed_seconds=self.resolve_seconds, used_seconds=self.used_seconds, since=self.clock_since
        )

    @clock.setter
    def clock(self, clock: Clock) -> None:
        self.resolve_seconds, self.used_seconds = clock.allowed_seconds, clock.used_seconds
        self.clock_since = clock.since


TIMELINE = entry(
    "case", Case, Case.opened_at, title=Case.subject, detail=Case.kind + ", " + Case.state, by=Case.opened_by
)


class CaseContact(Base):
    """A contact that was about a case: the one that it came with, and those that followed."""

    __tablename__ = "case_contacts"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "case_id"], ["cases.account_id", "cases.id"], ondelete="CASCADE"),
        Index(None, "account_id", "contact_id"),
    )

    case_id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))


class CaseEntry(Base):
    """One thing that happened to a case: a step, a comment, an assignment.

    `what`: opened, step, comment, assigned, changed, escalated, linked, left_open (its parent was
    resolved), informed, not_informed (with the rule that forbids it), fax (its pages), fax_failed.
    """

    __tablename__ = "case_history"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "case_id"], ["cases.account_id", "cases.id"], ondelete="CASCADE"),
        Index(None, "account_id", "case_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    case_id: Mapped[int]
    at: Mapped[EpochSeconds]
    by: Mapped[str]
    what: Mapped[str]
    details: Mapped[dict[str, Any]]
    text: Mapped[str] = mapped_column(default="")


def case(session: Session, account_id: int, case_id: int, *, lock: bool = False) -> Case:
    """The case. With `lock` a second who changes it waits for our commit.

    Raises NotFound, also for another account's.
    """
    query = select(Case).where(Case.account_id == account_id, Case.id == case_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(f"account {account_id} has no case {case_id}")
    return found


def children(session: Session, account_id: int, parent_id: int) -> Sequence[Case]:
    """The cases under a parent case, by number."""
    query = select(Case).where(Case.account_id == account_id, Case.parent_id == parent_id)
    return session.scalars(query.order_by(Case.id)).all()


def link_contact(session: Session, subject: Case, contact_id: str) -> None:
    """The contact was about this case; a second time changes nothing."""
    if session.get(CaseContact, (subject.id, contact_id)) is None:
        row = CaseContact(case_id=subject.id, contact_id=contact_id, account_id=subject.account_id)
        session.add(row)
        session.flush()


def contacts(session: Session, account_id: int, case_id: int) -> Sequence[str]:
    """The contacts that were about the case."""
    query = select(CaseContact.contact_id).where(
        CaseContact.account_id == account_id, CaseContact.case_id == case_id
    )
    return session.scalars(query.order_by(CaseContact.contact_id)).all()


def has_children(session: Session, parent: Case) -> bool:
    """Whether there are cases under it."""
    under = exists().where(Case.account_id == parent.account_id, Case.parent_id == parent.id)
    return bool(session.scalar(select(under)))


def history(session: Session, account_id: int, case_id: int, limit: int = 200) -> Sequence[CaseEntry]:
    """What happened, the latest first."""
    query = select(CaseEntry).where(CaseEntry.account_id == account_id, CaseEntry.case_id == case_id)
    return session.scalars(query.order_by(CaseEntry.id.desc()).limit(limit)).all()


def spoken_words(session: Session, account_id: int, case_id: int, entry_id: int) -> str:
    """The recording's name in the switch of what a caller said to the case, by its line. Raises NotFound."""
    query = select(CaseEntry).where(
        CaseEntry.account_id == account_id, CaseEntry.case_id == case_id, CaseEntry.id == entry_id
    )
    found = session.scalar(query)
    if found is None or "recording" not in found.details:
        raise NotFound(f"case {case_id} has no spoken line {entry_id}")
    return Path(str(found.details["recording"])).name


def note(
    session: Session, subject: Case, *, at: float, by: str, what: str, text: str = "", **details: Any
) -> CaseEntry:
    """Write down what happened, in the transaction that does it."""
    entry = CaseEntry(
        account_id=subject.account_id,
        case_id=subject.id,
        at=at,
        by=by,
        what=what,
        text=text,
        details=clean_json(details),
    )
    session.add(entry)
    session.flush()
    return entry
