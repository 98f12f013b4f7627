"""The report of queues: figures of a period by interval, queue and value class, and the contacts behind each figure.

Intervals are those of the queue's clock where one queue is looked at, else of the company's.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from crm_core.accounts import account
from crm_core.interactions import Interaction
from crm_core.paging import PAGE_AT_MOST, Page, decode, encode
from crm_core.permission.calendars import local
from crm_core.queues import Queue
from crm_core.reports import raw_rows
from crm_core.reports.queue_figures import (
    Offered,
    QueueFigures,
    Talk,
    Visit,
    WaitBand,
    queue_figures,
    wait_bands,
)
from crm_core.reports.time_spans import Step, intervals_of

Rows = tuple[list[Visit], list[Talk], list[Offered]]
Behind = Literal[
    "queued",
    "answered",
    "answered_in_time",
    "abandoned",
    "abandoned_short",
    "called_back",
    "left_message",
    "overflowed",
    "turned_away",
    "moved",
    "cut",
    "waiting",
    "handled",
    "not_answered",
    "transferred",
]
"""Figures that count contacts, and so lead to them."""
_RESULTS = {"called_back": "callback", "left_message": "message", "waiting": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueGroup:
    """The figures of one queue, value class, weekday or hour. `name`: what people call it, "" for a word of ours."""

    key: str
    name: str
    figures: QueueFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueInterval:
    """The figures of one interval, `until_at` excluded."""

    from_at: float
    until_at: float
    figures: QueueFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueReport:
    """All of it. `names`: every queue of the account by key, also those without a contact.

    `weekdays`: of those that had contacts, "1" Monday to "7" Sunday; `hours`: "00" to "23"; both on the clock of
    `time_zone`. `waits`: their distribution.
    """

    total: QueueFigures
    intervals: Sequence[QueueInterval]
    queues: Sequence[QueueGroup]
    classes: Sequence[QueueGroup]
    weekdays: Sequence[QueueGroup]
    hours: Sequence[QueueGroup]
    waits: Sequence[WaitBand]
    names: dict[str, str]
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactOfFigure:
    """One contact behind a figure. `at`: when it was queued, answered or offered, as the figure counts it."""

    contact: str
    at: float
    queue: str
    value_class: str
    wait_seconds: float | None
    agent: str | None
    customer_id: int | None
    customer: str | None
    number: str
    outcome: str | None


def queue_report(
    session: Session,
    account_id: int,
    from_at: float,
    until_at: float,
    *,
    step: Step = "day",
    queue: str | None = None,
    value_class: str | None = None,
) -> QueueReport:
    """The figures of the period, of all queues and classes or of one. Raises Refusal for too many intervals."""
    found = {row.key: row for row in session.scalars(select(Queue).where(Queue.account_id == account_id))}
    named = found.get(queue or "")
    zone = (named.time_zone if named else None) or account(session, account_id).time_zone
    clock = ZoneInfo(zone)
    spans = intervals_of(from_at, until_at, step, clock)
    rows = _rows(session, account_id, from_at, until_at, queue=queue, value_class=value_class)
    begins = [begin for begin, _ in spans]
    by_place = _grouped(rows, lambda one: bisect_right(begins, _at(one)) - 1)
    names = {key: row.name for key, row in sorted(found.items())}
    return QueueReport(
        total=queue_figures(*rows),
        intervals=[
            QueueInterval(
                from_at=begin, until_at=end, figures=queue_figures(*by_place.get(place, ([], [], [])))
            )
            for place, (begin, end) in enumerate(spans)
        ],
        queues=_groups(_grouped(rows, lambda one: one.queue), names),
        classes=_groups(_grouped(rows, lambda one: one.value_class), {}),
        weekdays=_groups(_grouped(rows, lambda one: str(local(_at(one), clock).isoweekday())), {}),
        hours=_groups(_grouped(rows, lambda one: f"{local(_at(one), clock).hour:02}"), {}),
        waits=wait_bands(rows[0]),
        names=names,
        time_zone=zone,
    )


def contacts_behind(
    session: Session,
    account_id: int,
    from_at: float,
    until_at: float,
    *,
    figure: Behind,
    queue: str | None = None,
    value_class: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[ContactOfFigure]:
    """A page of the contacts that a figure counts, the latest first."""
    rows = _rows(session, account_id, from_at, until_at, queue=queue, value_class=value_class)
    found = sorted(_counted(rows, figure), key=_latest_first)
    if cursor is not None:
        at, contact, in_queue = decode(cursor, [float, str, str])
        found = [one for one in found if _latest_first(one) > (-at, contact, in_queue)]
    shown = found[: min(max(limit, 1), PAGE_AT_MOST)]
    wanted = [one.contact for one in shown]
    query = select(Interaction).where(Interaction.account_id == account_id, Interaction.id.in_(wanted))
    kept = {row.id: row for row in session.scalars(query.options(joinedload(Interaction.customer)))}
    last = shown[-1] if len(shown) < len(found) else None
    return Page(
        [_behind(one, kept[one.contact]) for one in shown],
        encode([_at(last), last.contact, last.queue]) if last else None,
    )


def _rows(
    session: Session,
    account_id: int,
    from_at: float,
    until_at: float,
    *,
    queue: str | None,
    value_class: str | None,
) -> Rows:
    def wanted(one: Visit | Talk | Offered) -> bool:
        return (queue is None or one.queue == queue) and (
            value_class is None or one.value_class == value_class
        )

    span = (session, account_id, from_at, until_at)
    return (
        [one for one in raw_rows.visits(*span) if wanted(one)],
        [one for one in raw_rows.talks(*span) if wanted(one)],
        [one for one in raw_rows.offers(*span) if wanted(one)],
    )


def _at(one: Visit | Talk | Offered) -> float:
    match one:
        case Visit():
            return one.entered_at
        case Talk():
            return one.answered_at
        case Offered():
            return one.made_at


def _grouped(rows: Rows, key: Callable[[Any], Any]) -> dict[Any, Rows]:
    found: dict[Any, Rows] = defaultdict(lambda: ([], [], []))
    visits, talks, offers = rows
    for visit in visits:
        found[key(visit)][0].append(visit)
    for talk in talks:
        found[key(talk)][1].append(talk)
    for offer in offers:
        found[key(offer)][2].append(offer)
    return found


def _groups(found: dict[Any, Rows], names: dict[str, str]) -> list[QueueGroup]:
    return [
        QueueGroup(key=key, name=names.get(key, ""), figures=queue_figures(*rows))
        for key, rows in sorted(found.items())
    ]


def _counted(rows: Rows, figure: str) -> Iterable[Visit | Talk | Offered]:
    """Each contact once in each queue where it counts as handled or transferred; else each visit or offer."""
    visits, talks, offers = rows
    match figure:
        case "queued":
            return visits
        case "handled":
            return {(one.contact, one.queue): one for one in talks}.values()
        case "transferred":
            return {(one.contact, one.queue): one for one in talks if one.transferred}.values()
        case "not_answered":
            return [one for one in offers if one.result in ("expired", "refused")]
        case "answered_in_time" | "abandoned_short":
            result, _, _ = figure.partition("_")
            return [one for one in visits if one.result == result and _soon(one, figure)]
    return [one for one in visits if one.result == _RESULTS.get(figure, figure)]


def _soon(one: Visit, figure: str) -> bool:
    limit = one.short_seconds if figure == "abandoned_short" else one.within_seconds
    return one.left_at is not None and one.left_at - one.entered_at <= limit


def _latest_first(one: Visit | Talk | Offered) -> tuple[float, str, str]:
    return (-_at(one), one.contact, one.queue)


def _behind(one: Visit | Talk | Offered, row: Interaction) -> ContactOfFigure:
    wait = one.left_at - one.entered_at if isinstance(one, Visit) and one.left_at is not None else None
    return ContactOfFigure(
        contact=one.contact,
        at=_at(one),
        queue=one.queue,
        value_class=one.value_class,
        wait_seconds=wait,
        agent=None if isinstance(one, Visit) else one.agent,
        customer_id=row.customer_id,
        customer=row.customer.display_name if row.customer else None,
        number=row.ani,
        outcome=row.outcome,
    )
