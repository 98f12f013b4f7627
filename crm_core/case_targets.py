"""What is promised for a case, and the opening hours that the promise is counted in.

Each account has a calendar (weekday spans in its time zone, without the holidays of its country and region) and may
promise something else than usual for a kind and priority. A promise that runs around the clock knows no holidays.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.accounts import account
from crm_core.base import Base, Seconds
from crm_core.case_flow import PRIORITIES, kind_of
from crm_core.sla_clock import MINUTES_OF_DAY, Calendar, Span, always
from ctiserver.core.errors import ConfigError, Mistake, Refusal

_HOUR = 3600.0
USUAL_WEEK: tuple[tuple[Span, ...], ...] = (((540, 1080),),) * 5 + ((), ())
"""Monday to Friday from nine to six."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Open seconds until somebody answers first, and until the case is solved."""

    respond_seconds: float
    resolve_seconds: float
    around_the_clock: bool = False
    escalate_to: str | None = None
    """Key of the team that gets the case when it is late; None: it stays where it is."""


USUAL: Mapping[str, Promise] = {
    "low": Promise(16 * _HOUR, 80 * _HOUR),
    "normal": Promise(8 * _HOUR, 40 * _HOUR),
    "high": Promise(4 * _HOUR, 16 * _HOUR),
    "urgent": Promise(1 * _HOUR, 8 * _HOUR, around_the_clock=True),
}


class CaseTarget(Base):
    """What an account promises instead of what is usual."""

    __tablename__ = "case_targets"
    __table_args__ = (UniqueConstraint("account_id", "kind", "priority"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str]
    priority: Mapped[str]
    respond_seconds: Mapped[Seconds]
    resolve_seconds: Mapped[Seconds]
    around_the_clock: Mapped[bool] = mapped_column(default=False)
    escalate_to: Mapped[str | None]


class CaseCalendar(Base):
    """An account's opening hours for cases."""

    __tablename__ = "case_calendars"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    weekly: Mapped[list[Any]]
    """Seven rows, Monday first, of [from, until] in minutes after midnight."""
    region: Mapped[str | None]
    """Of the holidays, as ISO 3166-2 without the country: "RM"; None: national ones only."""
    closed_days: Mapped[list[Any]] = mapped_column(default=list)
    """Further days, as 2026-12-24."""


class _Closed:
    """The holidays of a country, and further days."""

    def __init__(self, public: Container[date], further: frozenset[date]) -> None:
        self._public, self._further = public, further

    def __contains__(self, day: object) -> bool:
        return day in self._further or day in self._public


def promise(session: Session, account_id: int, kind: str, priority: str) -> Promise:
    """What the account promises for such a case."""
    own = session.scalar(
        select(CaseTarget).where(
            CaseTarget.account_id == account_id, CaseTarget.kind == kind, CaseTarget.priority == priority
        )
    )
    if own is None:
        return USUAL[priority]
    return Promise(own.respond_seconds, own.resolve_seconds, own.around_the_clock, own.escalate_to)


def own_targets(session: Session, account_id: int) -> Sequence[CaseTarget]:
    """What the account promises otherwise, by kind and priority."""
    query = select(CaseTarget).where(CaseTarget.account_id == account_id)
    return session.scalars(query.order_by(CaseTarget.kind, CaseTarget.priority)).all()


def check(kind: str, priority: str) -> None:
    """Raises Refusal for a kind or a priority that no case has."""
    kind_of(kind)
    if priority not in PRIORITIES:
        raise Refusal("wrong_priority", f"a priority is one of {', '.join(PRIORITIES)}")


def put_target(session: Session, account_id: int, kind: str, priority: str, wanted: Promise) -> None:
    """Promise this for new cases from now on. Raises Refusal, ConfigError."""
    check(kind, priority)
    if not 0 < wanted.respond_seconds <= wanted.resolve_seconds:
        message = "must be above 0 and not after the solution"
        raise ConfigError([Mistake("respond_seconds", message)])
    where = {"account_id": account_id, "kind": kind, "priority": priority}
    own = session.scalar(select(CaseTarget).filter_by(**where)) or CaseTarget(**where)
    own.respond_seconds, own.resolve_seconds = wanted.respond_seconds, wanted.resolve_seconds
    own.around_the_clock, own.escalate_to = wanted.around_the_clock, wanted.escalate_to
    session.add(own)
    session.flush()


def calendar(session: Session, account_id: int, *, around_the_clock: bool = False) -> Calendar:
    """The hours in which the account's promises are counted."""
    company = account(session, account_id)
    zone = ZoneInfo(company.time_zone)
    if around_the_clock:
        return always(zone)
    own = session.get(CaseCalendar, account_id)
    weekly = [[(first, last) for first, last in row] for row in own.weekly] if own else USUAL_WEEK
    further = frozenset(date.fromisoformat(day) for day in own.closed_days) if own else frozenset()
    return Calendar(zone, weekly, _Closed(_holidays(company.country, own.region if own else None), further))


def put_calendar(
    session: Session,
    account_id: int,
    *,
    weekly: Sequence[Sequence[Span]],
    region: str | None,
    closed_days: Sequence[str],
) -> None:
    """Count promises in these hours; those of cases under way move at their next step. Raises ConfigError."""
    country = account(session, account_id).country
    if mistakes := [*_week_mistakes(weekly), *_day_mistakes(closed_days), *_region_mistakes(country, region)]:
        raise ConfigError(mistakes)
    row = session.get(CaseCalendar, account_id) or CaseCalendar(account_id=account_id)
    row.weekly = [[[first, last] for first, last in day] for day in weekly]
    row.region, row.closed_days = region, sorted(closed_days)
    session.add(row)
    session.flush()


def _holidays(country: str, region: str | None) -> Container[date]:
    """Empty for a country that the library does not know."""
    try:
        return holidays.country_holidays(country, subdiv=region)
    except NotImplementedError:
        return ()


def _week_mistakes(weekly: Sequence[Sequence[Span]]) -> list[Mistake]:
    if len(weekly) != 7:
        return [Mistake("weekly", "give seven days, Monday first; an empty one is closed")]
    mistakes = []
    for day, spans in enumerate(weekly):
        ends = [-1] + [last for _, last in spans]
        for place, (first, last) in enumerate(spans):
            if not ends[place] < first < last <= MINUTES_OF_DAY:
                message = "times begin before they end, within the day, in order and without overlap"
                mistakes.append(Mistake(f"weekly[{day}]", message))
    if not any(weekly):
        mistakes.append(Mistake("weekly", "open on at least one day"))
    return mistakes


def _day_mistakes(days: Sequence[str]) -> list[Mistake]:
    mistakes = []
    for day in days:
        try:
            date.fromisoformat(day)
        except ValueError:
            mistakes.append(Mistake("closed_days", f"{day!r} is no day: write it as 2026-12-24"))
    return mistakes


def _region_mistakes(country: str, region: str | None) -> list[Mistake]:
    known = holidays.list_supported_countries().get(country, [])
    if region is None or region in known:
        return []
    return [Mistake("region", f"{region!r} is no region of {country}: use one of {', '.join(known)}")]
