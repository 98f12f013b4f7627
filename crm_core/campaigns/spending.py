"""What a campaign's calls cost: the agents' talk and wrap-up and the seconds of the lines, at the account's unit costs.

The same seconds go into the ledger of `value.costs` an hour after each contact; here they are counted as they are now.
A line costs from the answer on; what only rings costs nothing.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from crm_core.dial_attempts import DialAttempt
from crm_core.interactions import Segment
from crm_core.value.settings import settings
from ctiserver.core.message import Frozen

_THOUSANDTHS = 1000.0


class Spent(Frozen):
    """Seconds, and what they cost in the currency's smallest unit."""

    talk_seconds: float = 0.0
    wrap_up_seconds: float = 0.0
    line_seconds: float = 0.0
    cost_minor: float = 0.0


def spent_by(session: Session, account_id: int, condition: ColumnElement[bool], key: Any) -> dict[Any, Spent]:
    """By `key`, an expression over attempts, what the attempts of which `condition` holds have cost; none: left out."""
    seconds: dict[Any, list[float]] = {}
    for place, query in enumerate((_talk(condition, key), _wrap_up(condition, key), _line(condition, key))):
        for one, total in session.execute(query):
            seconds.setdefault(one, [0.0, 0.0, 0.0])[place] = float(total)
    unit_costs = settings(session, account_id).unit_costs
    return {one: _spent(of, unit_costs) for one, of in seconds.items()}


def _spent(seconds: list[float], unit_costs: Mapping[str, int]) -> Spent:
    kinds = ("talk_seconds", "wrap_up_seconds", "line_seconds")
    cost = sum(unit_costs.get(kind, 0) * many for kind, many in zip(kinds, seconds, strict=True))
    return Spent(
        talk_seconds=seconds[0],
        wrap_up_seconds=seconds[1],
        line_seconds=seconds[2],
        cost_minor=cost / _THOUSANDTHS,
    )


def _talk(condition: ColumnElement[bool], key: Any) -> Select[Any]:
    return (
        select(key, func.sum(Segment.ended_at - Segment.answered_at))
        .join(Segment, Segment.interaction_id == DialAttempt.contact)
        .where(condition, Segment.ended_at.is_not(None))
        .group_by(key)
    )


def _wrap_up(condition: ColumnElement[bool], key: Any) -> Select[Any]:
    return (
        select(key, func.sum(Segment.wrap_up_ended_at - Segment.wrap_up_started_at))
        .join(Segment, Segment.interaction_id == DialAttempt.contact)
        .where(condition, Segment.wrap_up_ended_at.is_not(None), Segment.wrap_up_started_at.is_not(None))
        .group_by(key)
    )


def _line(condition: ColumnElement[bool], key: Any) -> Select[Any]:
    return (
        select(key, func.sum(DialAttempt.ended_at - DialAttempt.answered_at))
        .where(condition, DialAttempt.ended_at.is_not(None), DialAttempt.answered_at.is_not(None))
        .group_by(key)
    )
