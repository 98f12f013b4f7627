"""Shifts as somebody plans them: a week of agents by days, in times of the company's own clock.

A day's plan is that of the shifts that begin on it; a piece that ends earlier on the clock than it begins ends on the
next day. Pieces of work of one agent do not overlap, also across midnight, and a break lies inside of his work; all
mistakes are told at once, and nothing is kept then. On a day on which the clock is changed a piece is as long as it
really is: 00:00 to 06:00 may be five hours, or seven.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm_core import audit
from crm_core.accounts import account
from crm_core.agents import Agent
from crm_core.permission.calendars import day_of, instant, local
from crm_core.queues import AgentQueue, Queue
from crm_core.reports.time_spans import Span, length, merged, within, without
from crm_core.shifts import KINDS, Shift
from crm_core.users import User
from ctiserver.core.errors import ConfigError, Conflict, Mistake, Refusal

MOST_CHANGES = 2_000
DAYS = 7


class Piece(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From one time of the clock to another, like 09:30; `ends` before `begins`: on the next day."""

    kind: Literal["work", "break"] = "work"
    begins: str
    ends: str


class DayPlan(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What an agent is to do on a local day like 2026-11-23; `seen`: what the planner had read, None: anything."""

    agent: str
    day: str
    pieces: list[Piece]
    seen: list[Piece] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDay:
    """One column of the week; `hours`: 23, 24 or 25."""

    day: date
    begins_at: float
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWeek:
    """One row: pieces for each day; `planned_seconds` of work, without breaks."""

    agent: str
    name: str
    days: Sequence[Sequence[Piece]]
    planned_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week from its Monday, in the company's time zone; agents by name."""

    time_zone: str
    days: Sequence[PlannedDay]
    agents: Sequence[AgentWeek]


def week(session: Session, account_id: int, day: str, *, agent: str | None = None) -> Week:
    """The week that holds a day; of all agents, or of one. Raises Refusal for what is no day."""
    zone_name = account(session, account_id).time_zone
    zone, monday = ZoneInfo(zone_name), day_of(day)
    monday -= timedelta(days=monday.weekday())
    days = [monday + timedelta(days=ahead) for ahead in range(DAYS)]
    begins = [instant(one, 0, zone) for one in (*days, monday + timedelta(days=DAYS))]
    rows = _pieces(session, account_id, begins[0], begins[-1], agent)
    return Week(
        time_zone=zone_name,
        days=[
            PlannedDay(day=one, begins_at=first, hours=(last - first) / 3600)
            for one, (first, last) in zip(days, pairwise(begins), strict=True)
        ],
        agents=[
            AgentWeek(
                agent=login,
                name=name,
                days=[
                    [_piece(row, zone) for row in rows[login] if first <= row.from_at < last]
                    for first, last in pairwise(begins)
                ],
                planned_seconds=sum(
                    (row.until_at - row.from_at) * (1 if row.kind == "work" else -1) for row in rows[login]
                ),
            )
            for login, name in _agents(session, account_id)
            if agent in (None, login)
        ],
    )


def keep(session: Session, account_id: int, plans: Sequence[DayPlan], *, by: str, now: float) -> int:
    """Put these plans in the place of what those agents had on those days; how many pieces they have.

    Raises ConfigError with all mistakes, Conflict if somebody planned one of the days meanwhile.
    """
    if len(plans) > MOST_CHANGES:
        raise Refusal("too_many_shifts", f"send at most {MOST_CHANGES} days at once")
    zone = ZoneInfo(account(session, account_id).time_zone)
    known = {login for login, _ in _agents(session, account_id)}
    mistakes: list[Mistake] = []
    made: list[Shift] = []
    gone: list[Shift] = []
    for plan in plans:
        where = f"{plan.agent} {plan.day}"
        if plan.agent not in known:
            mistakes.append(Mistake(where, "there is no such agent", "no_such_agent"))
            continue
        try:
            pieces, there = _take_the_place(session, account_id, plan, zone)
        except Refusal as refusal:
            mistakes.append(Mistake(where, str(refusal), refusal.error_id))
            continue
        made += pieces
        gone += there
    session.add_all(made)
    session.flush()
    if not mistakes:
        mistakes += overlaps(session, account_id, (*made, *gone), zone)
    if mistakes:
        raise ConfigError(mistakes)
    after = {"days": len(plans), "pieces": len(made)}
    audit.note(
        session, account_id=account_id, at=now, by=by, action="shifts.plan", subject="shifts", after=after
    )
    return len(made)


def overlaps(session: Session, account_id: int, changed: Iterable[Shift], zone: ZoneInfo) -> list[Mistake]:
    """Where work of an agent lies upon other work of his, or a break outside of it; in order.

    Looked at is when pieces of theirs `changed`: were made, or taken away, which a break after midnight may outlast.
    """
    spans: dict[str, tuple[float, float]] = {}
    for one in changed:
        first, last = spans.get(one.agent, (one.from_at, one.until_at))
        spans[one.agent] = min(first, one.from_at), max(last, one.until_at)
    found: list[Mistake] = []
    for agent, (first, last) in sorted(spans.items()):
        found += _upon_each_other(
            agent, _pieces(session, account_id, first, last, agent, reaching=True)[agent], zone
        )
    return found


def _upon_each_other(agent: str, rows: Sequence[Shift], zone: ZoneInfo) -> Iterator[Mistake]:
    work = [row for row in rows if row.kind == "work"]
    breaks = [row for row in rows if row.kind == "break"]
    for kind in (work, breaks):
        for one, other in pairwise(kind):
            if other.from_at < one.until_at:
                yield _mistake(agent, other, zone, "shift_overlap", f"lies upon {_hours(one, zone)}")
    for one in breaks:
        if not any(its.from_at <= one.from_at and one.until_at <= its.until_at for its in work):
            yield _mistake(agent, one, zone, "break_outside", "is a break outside of the work")


def _mistake(agent: str, row: Shift, zone: ZoneInfo, error_id: str, what: str) -> Mistake:
    day = local(row.from_at, zone).date().isoformat()
    fields = (("agent", agent), ("day", day), ("hours", _hours(row, zone)))
    return Mistake(f"{agent} {day}", f"{_hours(row, zone)} {what}", error_id, fields)


def _take_the_place(
    session: Session, account_id: int, plan: DayPlan, zone: ZoneInfo
) -> tuple[list[Shift], list[Shift]]:
    """What is made, not in the session yet, and what it took the place of. Raises Refusal, Conflict."""
    day = day_of(plan.day)
    begins, ends = instant(day, 0, zone), instant(day + timedelta(days=1), 0, zone)
    there = _pieces(session, account_id, begins, ends, plan.agent).get(plan.agent, [])
    if plan.seen is not None and [_piece(row, zone) for row in there] != plan.seen:
        raise Conflict(f"somebody changed what {plan.agent} does on {plan.day} meanwhile: look again")
    made = [_shift(account_id, plan.agent, day, piece, zone) for piece in plan.pieces]
    session.execute(delete(Shift).where(Shift.id.in_([row.id for row in there])))
    return made, there


def _shift(account_id: int, agent: str, day: date, piece: Piece, zone: ZoneInfo) -> Shift:
    begins, ends = _minute(piece.begins), _minute(piece.ends)
    if begins == 1440 or begins == ends:
        raise Refusal(
            "wrong_shift_time",
            f"{piece.begins} to {piece.ends} is no span of time: write it like 09:00-18:00",
        )
    from_at = instant(day, begins, zone)
    until_at = instant(day, ends if ends > begins else ends + 1440, zone)
    if until_at <= from_at:
        raise Refusal(
            "wrong_shift_time",
            f"{piece.begins} to {piece.ends} has no length on that day: the clock is changed",
        )
    return Shift(account_id=account_id, agent=agent, kind=piece.kind, from_at=from_at, until_at=until_at)


def _minute(written: str) -> int:
    hours, _, minutes = written.partition(":")
    if hours.isdecimal() and len(hours) <= 2 and minutes.isdecimal() and len(minutes) == 2:
        minute = 60 * int(hours) + int(minutes)
        if int(minutes) < 60 and minute <= 1440:
            return minute
    raise Refusal("wrong_shift_time", f"{written[:20]!r} is no time: write it like 09:30")


def _piece(row: Shift, zone: ZoneInfo) -> Piece:
    begins, ends = (local(at, zone).strftime("%H:%M") for at in (row.from_at, row.until_at))
    return Piece(kind="work" if row.kind == "work" else "break", begins=begins, ends=ends)


def _hours(row: Shift, zone: ZoneInfo) -> str:
    piece = _piece(row, zone)
    return f"{piece.begins}-{piece.ends}"


def _pieces(
    session: Session,
    account_id: int,
    from_at: float,
    until_at: float,
    agent: str | None = None,
    *,
    reaching: bool = False,
) -> dict[str, list[Shift]]:
    """Pieces that begin in a span, or that reach into it, by agent and in order."""
    since = Shift.until_at > from_at if reaching else Shift.from_at >= from_at
    query = select(Shift).where(Shift.account_id == account_id, Shift.from_at < until_at, since)
    if agent is not None:
        query = query.where(Shift.agent == agent)
    found: dict[str, list[Shift]] = defaultdict(list)
    for row in session.scalars(query.order_by(Shift.from_at, Shift.kind.desc(), Shift.id)):
        found[row.agent].append(row)
    return found


def _agents(session: Session, account_id: int) -> list[tuple[str, str]]:
    query = select(User.login, User.name).join(Agent, Agent.user_id == User.id)
    return sorted(
        ((login, name) for login, name in session.execute(query.where(User.account_id == account_id))),
        key=lambda one: (one[1], one[0]),
    )


def at_work(session: Session, account_id: int, queue_key: str, spans: Sequence[Span]) -> list[float]:
    """How many agents of a queue are planned to work in each span, on average; breaks are not worked."""
    if not spans:
        return []
    query = (
        select(User.login)
        .join(Agent, Agent.user_id == User.id)
        .join(AgentQueue, AgentQueue.agent_id == Agent.id)
        .join(Queue, Queue.id == AgentQueue.queue_id)
        .where(Queue.account_id == account_id, Queue.key == queue_key)
    )
    rows = _pieces(session, account_id, spans[0][0], spans[-1][1], reaching=True)
    worked: list[Span] = []
    for agent in session.scalars(query):
        its = {
            kind: [(row.from_at, row.until_at) for row in rows.get(agent, ()) if row.kind == kind]
            for kind in KINDS
        }
        worked += without(merged(its["work"]), merged(its["break"]))
    return [length(within(worked, first, last)) / (last - first) for first, last in spans]
