"""Outages by area: a parent case, the comunas that it concerns, and when it is expected to be repaired.

While an outage is announced, a caller whose known address lies in one of its comunas hears of it first; who switches it
on or off decides what the very next caller hears. An outage whose case is over is announced no more. Each contact that
heard of it is noted once, so that one sees how many were told, and how many wanted an agent all the same.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.cases import Case, case, note
from crm_core.contact_points import Address
from crm_core.interactions import Interaction
from crm_core.plain_text import plain
from ctiserver.core.errors import ConfigError, Mistake, Refusal

LONGEST_AHEAD_SECONDS = 30 * 86_400.0


class Outage(Base):
    """The announcement of one case; one for each case at most."""

    __tablename__ = "outages"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "case_id"], ["cases.account_id", "cases.id"], ondelete="CASCADE"),
        Index(None, "account_id", "announced"),
    )

    case_id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    areas: Mapped[list[Any]]
    """Comunas or cities, as they were written."""
    expected_at: Mapped[EpochSeconds | None]
    """When it should be repaired; None: nobody knows."""
    announced: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[EpochSeconds]
    changed_by: Mapped[str]


class OutageHearing(Base):
    """One contact heard of one outage."""

    __tablename__ = "outage_hearings"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "case_id"], ["cases.account_id", "cases.id"], ondelete="CASCADE"),
        Index(None, "contact_id"),
    )

    case_id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    at: Mapped[EpochSeconds]


def outage_of(session: Session, account_id: int, case_id: int) -> Outage | None:
    """The announcement of a case; None: it has none."""
    return session.scalar(select(Outage).where(Outage.account_id == account_id, Outage.case_id == case_id))


def announce(
    session: Session,
    account_id: int,
    case_id: int,
    *,
    areas: Sequence[str],
    expected_at: float | None,
    announced: bool,
    by: str,
    now: float,
) -> Outage:
    """The announcement as it is from now on; the case is an outage then.

    Raises NotFound, Refusal for a case that is over, ConfigError with every mistake.
    """
    found = case(session, account_id, case_id, lock=True)
    if announced and not found.is_open:
        raise Refusal("case_over", "this case is solved: reopen it before you announce it to callers")
    written = _checked(areas, expected_at, announced, now)
    row = outage_of(session, account_id, case_id)
    before = row.announced if row else False
    if row is None:
        row = Outage(account_id=account_id, case_id=case_id)
        session.add(row)
    row.areas, row.expected_at, row.announced = written, expected_at, announced
    row.changed_at, row.changed_by = now, by
    found.is_outage, found.updated_at = True, now
    what = "announced" if announced else "announcement_over" if before else "announcement_kept"
    note(session, found, at=now, by=by, what=what, areas=written, expected_at=expected_at)
    session.flush()
    return row


def announced_for(session: Session, account_id: int, customer_id: int, now: float) -> Outage | None:
    """The latest announced outage in a comuna where he has an address; None: there is none."""
    running = session.scalars(
        select(Outage)
        .join(Case, Case.id == Outage.case_id)
        .where(Outage.account_id == account_id, Outage.announced, Case.is_open)
        .order_by(Outage.case_id.desc())
    ).all()
    if not running:
        return None
    his = cities_of(session, account_id, customer_id, now)
    return next((one for one in running if his & {plain(area) for area in one.areas}), None)


def cities_of(session: Session, account_id: int, customer_id: int, now: float) -> set[str]:
    """Where he has an address now, as `plain` writes it."""
    cities = session.scalars(
        select(Address.city).where(
            Address.account_id == account_id,
            Address.customer_id == customer_id,
            (Address.valid_until.is_(None)) | (Address.valid_until > now),
        )
    )
    return {plain(city) for city in cities} - {""}


def heard(session: Session, found: Outage, contact_id: str, now: float) -> None:
    """Note that a contact heard of it; a second time changes nothing."""
    if session.get(OutageHearing, (found.case_id, contact_id)) is None:
        row = OutageHearing(case_id=found.case_id, contact_id=contact_id, account_id=found.account_id, at=now)
        session.add(row)
        session.flush()


def hearings(session: Session, account_id: int, case_id: int) -> tuple[int, int]:
    """How many contacts heard of it, and how many of those went on to an agent's queue."""
    rows = (
        select(func.count(), func.count(Interaction.queued_at))
        .select_from(OutageHearing)
        .outerjoin(Interaction, Interaction.id == OutageHearing.contact_id)
        .where(OutageHearing.account_id == account_id, OutageHearing.case_id == case_id)
    )
    told, queued = session.execute(rows).one()
    return told, queued


def _checked(areas: Sequence[str], expected_at: float | None, announced: bool, now: float) -> list[str]:
    written = list(dict.fromkeys(area.strip() for area in areas if area.strip()))
    mistakes = []
    if announced and not written:
        mistakes.append(Mistake("areas", "write the comunas where supply is cut, one a line", "empty"))
    if expected_at is not None and announced and not now < expected_at <= now + LONGEST_AHEAD_SECONDS:
        mistakes.append(
            Mistake("expected_at", "give a time of repair within the next 30 days", "wrong_time_ahead")
        )
    if mistakes:
        raise ConfigError(mistakes)
    return written
