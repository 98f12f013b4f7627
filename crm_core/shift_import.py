"""Shifts from a table: CSV with agent, day, from, until, kind.

It takes the place of the shifts of the agents and days that it names; others stay. What cannot be read or overlaps
is told all at once, and then nothing is taken.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import audit
from crm_core.agents import Agent
from crm_core.forecast_intervals import lines_of, moment
from crm_core.permission.calendars import instant
from crm_core.shift_plans import overlaps
from crm_core.shifts import KINDS, Shift
from crm_core.users import User
from ctiserver.core.errors import ConfigError, Mistake, Refusal

COLUMNS = ("agent", "day", "from", "until", "kind")


def import_shifts(
    session: Session, account_id: int, text: str, *, zone: ZoneInfo, by: str, now: float
) -> int:
    """Take a table in; how many rows it had. One that ends before it begins ends on the next day.

    Raises Refusal for what is no such table, ConfigError with all its mistakes.
    """
    owners = select(User.login).join(Agent, Agent.user_id == User.id).where(User.account_id == account_id)
    known = set(session.scalars(owners))
    mistakes: list[Mistake] = []
    days: set[tuple[str, date]] = set()
    made: list[Shift] = []
    for line, row in lines_of(text, COLUMNS):
        try:
            if row["agent"] not in known or row["kind"] not in KINDS:
                raise Refusal(
                    "wrong_line", f"line {line}: agent is the login of an agent, kind is work or break"
                )
            day, from_at = moment(line, row["day"], row["from"], zone)
            _, until_at = moment(line, row["day"], row["until"], zone)
            if until_at <= from_at:
                _, until_at = moment(line, (day + timedelta(days=1)).isoformat(), row["until"], zone)
        except Refusal as wrong:
            mistakes.append(Mistake(f"line {line}", str(wrong), "wrong_shift_line", (("line", str(line)),)))
            continue
        days.add((row["agent"], day))
        made.append(
            Shift(
                account_id=account_id,
                agent=row["agent"],
                kind=row["kind"],
                from_at=from_at,
                until_at=until_at,
            )
        )
    gone = _taken_away(session, account_id, days, zone)
    session.add_all(made)
    session.flush()
    mistakes = mistakes or overlaps(session, account_id, (*made, *gone), zone)
    if mistakes:
        raise ConfigError(mistakes)
    audit.note(
        session,
        account_id=account_id,
        at=now,
        by=by,
        action="shifts.import",
        subject="shifts",
        after={"rows": len(made)},
    )
    return len(made)


def _taken_away(
    session: Session, account_id: int, days: Iterable[tuple[str, date]], zone: ZoneInfo
) -> list[Shift]:
    """What these agents had on these days."""
    gone: list[Shift] = []
    for agent, day in sorted(days):
        its = (
            Shift.account_id == account_id,
            Shift.agent == agent,
            Shift.from_at >= instant(day, 0, zone),
            Shift.from_at < instant(day + timedelta(days=1), 0, zone),
        )
        gone += session.scalars(select(Shift).where(*its))
    for one in gone:
        session.delete(one)
    return gone
