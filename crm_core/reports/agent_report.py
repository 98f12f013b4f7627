"""The report of agents: each one's own figures up to now, and for others, of all of them up to the last midnight.

A figure about a person is his before it is anybody else's. Agents are set beside each other only if they are at least
five; of fewer there is the sum of all. Whoever looks is written down (`crm_core.figure_looks`), at a sum too, and each
can read who looked at him.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import figure_looks
from crm_core.accounts import account
from crm_core.agent_statuses import spans_of
from crm_core.agents import Agent
from crm_core.permission.calendars import begin_of
from crm_core.reports import local_days, raw_rows
from crm_core.reports.agent_figures import (
    FEWEST_BESIDE_EACH_OTHER,
    AgentDay,
    AgentFigures,
    agent_figures,
    team_figures,
)
from crm_core.reports.queue_figures import Offered
from crm_core.reports.time_spans import Span, Step, intervals_of
from crm_core.shifts import Shift, shifts_of
from crm_core.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One agent in the table of all."""

    agent: str
    name: str
    figures: AgentFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReport:
    """`agents` None: they are fewer than five. `team`: all of them as one, None of nobody. `until_at`: at the latest
    the last midnight.
    """

    agents: Sequence[Beside] | None
    team: AgentFigures | None
    people: int
    until_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentInterval:
    """One interval of one agent, `until_at` excluded."""

    from_at: float
    until_at: float
    figures: AgentFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReport:
    """One agent's own report, of whole local days."""

    from_day: date
    until_day: date
    time_zone: str
    total: AgentFigures
    intervals: Sequence[AgentInterval]


def agent_report(
    session: Session, account_id: int, from_at: float, until_at: float, *, now: float, by: str
) -> AgentReport:
    """All agents who did or were something in the period; `by`, who looks, is written down for each shown."""
    zone = ZoneInfo(account(session, account_id).time_zone)
    until_at = min(until_at, begin_of("day", now, zone))
    days = _days(session, account_id, from_at, until_at, now=now) if from_at < until_at else {}
    people = [
        who for who, day in days.items() if day.talks or day.offers or day.busy or day.statuses or day.work
    ]
    figure_looks.note(session, account_id, people, by=by, at=now, from_at=from_at, until_at=until_at)
    names = _names(session, account_id)
    shown = sorted(people, key=lambda who: names.get(who, who))
    return AgentReport(
        agents=[
            Beside(agent=who, name=names.get(who, who), figures=agent_figures(days[who], from_at, until_at))
            for who in shown
        ]
        if len(people) >= FEWEST_BESIDE_EACH_OTHER
        else None,
        team=team_figures((days[who] for who in people), from_at, until_at) if people else None,
        people=len(people),
        until_at=until_at,
    )


def own_report(
    session: Session,
    account_id: int,
    agent: str,
    from_day: str | None,
    until_day: str | None,
    *,
    step: Step,
    now: float,
) -> OwnReport:
    """An agent's own figures up to now. Raises Refusal for a period or intervals that cannot be."""
    zone_name = account(session, account_id).time_zone
    zone = ZoneInfo(zone_name)
    period = local_days.period(from_day, until_day, now=now, zone=zone)
    until_at = max(period.from_at, min(period.until_at, now))
    days = _days(session, account_id, period.from_at, until_at, now=now, agent=agent)
    day = days.get(agent, AgentDay())
    return OwnReport(
        from_day=period.from_day,
        until_day=period.until_day,
        time_zone=zone_name,
        total=agent_figures(day, period.from_at, until_at),
        intervals=[
            AgentInterval(from_at=begin, until_at=end, figures=agent_figures(day, begin, end))
            for begin, end in intervals_of(period.from_at, until_at, step, zone)
        ],
    )


def _days(
    session: Session,
    account_id: int,
    from_at: float,
    until_at: float,
    *,
    now: float,
    agent: str | None = None,
) -> dict[str, AgentDay]:
    talks, work = raw_rows.talks_and_work(session, account_id, from_at, until_at, now=now, agent=agent)
    offers: dict[str, list[Offered]] = {}
    for one in raw_rows.offers(session, account_id, from_at, until_at, agent=agent):
        offers.setdefault(one.agent, []).append(one)
    statuses = spans_of(session, account_id, from_at, until_at, agent=agent)
    plans = shifts_of(session, account_id, from_at, until_at, agent=agent)
    return {
        who: AgentDay(
            talks=talks.get(who, []),
            offers=offers.get(who, []),
            busy=[span for span in work.get(who, []) if span[1] > from_at],
            statuses=[one for one in statuses.get(who, []) if one.status != "logged_out"],
            work=_planned(plans.get(who, ()), "work"),
            breaks=_planned(plans.get(who, ()), "break"),
        )
        for who in sorted({*talks, *offers, *statuses, *plans})
    }


def _planned(plan: Sequence[Shift], kind: str) -> list[Span]:
    return [(one.from_at, one.until_at) for one in plan if one.kind == kind]


def _names(session: Session, account_id: int) -> dict[str, str]:
    query = select(User.login, User.name).join(Agent, Agent.user_id == User.id)
    return {login: name for login, name in session.execute(query.where(User.account_id == account_id))}
