"""When agents are to work, and when they have a break: what adherence is measured against.

A table that is imported takes the place of the shifts of the agents and days that it names; others stay.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import audit
from crm_core.agents import Agent
from crm_core.base import Base, EpochSeconds, one_of
from crm_core.forecast_intervals import lines_of, moment
from crm_core.permission.calendars import instant
from crm_core.users import User
from ctiserver.core.errors import Refusal

KINDS = ("work", "break")
COLUMNS = ("agent", "day", "from", "until", "kind")


class Shift(Base):
    """One piece of an agent's plan; a break lies inside a piece of work and is not worked."""

    __tablename__ = "shifts"
    __table_args__ = (Index(None, "account_id", "from_at"), one_of("kind", KINDS))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    agent: Mapped[str]
    kind: Mapped[str]
    from_at: Mapped[EpochSeconds]
    until_at: Mapped[EpochSeconds]


def import_shifts(
    session: Session, account_id: int, text: str, *, zone: ZoneInfo, by: str, now: float
) -> int:
    """Take a table in (CSV: agent, day, from, until, kind); how many rows it had.

    One that ends before it begins ends on the next day. Raises Refusal for a line that cannot be read.
    """
    owners = select(User.login).join(Agent, Agent.user_id == User.id).where(User.account_id == account_id)
    known = set(session.scalars(owners))
    days, rows = set(), []
    for line, row in lines_of(text, COLUMNS):
        if row["agent"] not in known or row["kind"] not in KINDS:
            raise Refusal("wrong_line", f"line {line}: agent is the login of an agent, kind is work or break")
        day, from_at = moment(line, row["day"], row["from"], zone)
        _, until_at = moment(line, row["day"], row["until"], zone)
        if until_at <= from_at:
            _, until_at = moment(line, (day + timedelta(days=1)).isoformat(), row["until"], zone)
        days.add((row["agent"], day))
        rows.append(
            Shift(
                account_id=account_id,
                agent=row["agent"],
                kind=row["kind"],
                from_at=from_at,
                until_at=until_at,
            )
        )
    for agent, day in sorted(days):
        session.execute(
            delete(Shift).where(
                Shift.account_id == account_id,
                Shift.agent == agent,
                Shift.from_at >= instant(day, 0, zone),
                Shift.from_at < instant(day + timedelta(days=1), 0, zone),
            )
        )
    session.add_all(rows)
    after = {"rows": len(rows)}
    audit.note(
        session, account_id=account_id, at=now, by=by, action="shifts.import", subject="shifts", after=after
    )
    return len(rows)


def shifts_of(
    session: Session, account_id: int, from_at: float, until_at: float, *, agent: str | None = None
) -> dict[str, Sequence[Shift]]:
    """The pieces that reach into a span, by agent."""
    query = select(Shift).where(
        Shift.account_id == account_id, Shift.from_at < until_at, Shift.until_at > from_at
    )
    if agent is not None:
        query = query.where(Shift.agent == agent)
    found: dict[str, list[Shift]] = defaultdict(list)
    for row in session.scalars(query.order_by(Shift.from_at, Shift.id)):
        found[row.agent].append(row)
    return dict(found)
