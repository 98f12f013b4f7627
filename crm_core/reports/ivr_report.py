"""The IVR's report of a period, from the records of the contacts.

Calls that we made and calls that the IVR never answered are not in it. The way ends where the caller is queued: what
comes behind is the queue's. With a transfer to another flow the way goes on; it belongs to the flow that he came to.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.interactions import Interaction, called_us
from crm_core.reports.guess_report import GuessFigures, guess_report
from crm_core.reports.ivr_path import (
    RETURNS_WITHIN_SECONDS,
    Ends,
    IvrFigures,
    Way,
    ends_of,
    ivr_figures,
    way_of,
)
from crm_core.reports.local_days import days_of

_ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrReport:
    """`flows`: those that calls of the period came to; `days`: the ends of each local day; `guesses` of reasons."""

    figures: IvrFigures
    guesses: GuessFigures
    days: Sequence[tuple[date, Ends]]
    flows: Sequence[str]


def ivr_report(
    session: Session, account_id: int, from_at: float, until_at: float, *, now: float, flow: str | None = None
) -> IvrReport:
    """The calls that arrived in the period, of all flows or of one."""
    zone = ZoneInfo(account(session, account_id).time_zone)
    found = list(_ways(session, account_id, from_at, until_at))
    ways = [way for key, way in found if flow is None or key == flow]
    days = list(days_of(from_at, until_at, zone))
    begins = [first for _, first, _ in days]
    of_day: list[list[Way]] = [[] for _ in days]
    for way in ways:
        of_day[bisect_right(begins, way.arrived_at) - 1].append(way)
    flows = sorted({key for key, _ in found if key})
    ends = [(day, ends_of(its, now=now)) for (day, _, _), its in zip(days, of_day, strict=True)]
    return IvrReport(
        figures=ivr_figures(ways, now=now),
        guesses=guess_report(session, account_id, from_at, until_at, flow=flow),
        days=ends,
        flows=flows,
    )


def _ways(
    session: Session, account_id: int, from_at: float, until_at: float
) -> Iterator[tuple[str | None, Way]]:
    contacts = _contacts(session, account_id, from_at, until_at + RETURNS_WITHIN_SECONDS)
    query = (
        select(
            Interaction.flow,
            Interaction.arrived_at,
            Interaction.queued_at,
            Interaction.connected_at,
            Interaction.ended_at,
            Interaction.ended_by,
            cast(Interaction.menu_path, Text).label("menu_path"),
            Interaction.customer_id,
            Interaction.ani,
        )
        .where(
            Interaction.account_id == account_id,
            Interaction.arrived_at >= from_at,
            Interaction.arrived_at < until_at,
            Interaction.answered_by_ivr_at.is_not(None),
            called_us(),
        )
        .order_by(Interaction.arrived_at, Interaction.id)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for row in session.execute(query):
        over_at = row.queued_at or row.connected_at or row.ended_at
        if over_at is not None:
            yield row.flow, _way(row, over_at, contacts)


def _way(row: Any, over_at: float, contacts: dict[str, list[float]]) -> Way:
    steps, end = way_of(row, over_at)
    who = _who(row.customer_id, row.ani)
    return Way(
        arrived_at=row.arrived_at,
        over_at=over_at,
        end=end,
        steps=steps,
        someone=bool(who),
        next_at=_next(contacts[who], row.arrived_at) if who else None,
    )


def _contacts(session: Session, account_id: int, from_at: float, until_at: float) -> dict[str, list[float]]:
    """When each customer, or each number that is nobody's, contacted us, in order."""
    query = (
        select(Interaction.customer_id, Interaction.ani, Interaction.arrived_at)
        .where(
            Interaction.account_id == account_id,
            Interaction.arrived_at >= from_at,
            Interaction.arrived_at < until_at,
            called_us(),
        )
        .order_by(Interaction.arrived_at)
    )
    found: dict[str, list[float]] = defaultdict(list)
    for customer_id, number, at in session.execute(query):
        if who := _who(customer_id, number):
            found[who].append(at)
    return found


def _who(customer_id: int | None, number: str) -> str:
    return number if customer_id is None else f"#{customer_id}"


def _next(times: Sequence[float], at: float) -> float | None:
    place = bisect_right(times, at)
    return times[place] if place < len(times) else None
