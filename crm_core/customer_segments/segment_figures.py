"""What the customers of each saved segment are worth, and what serving them cost: value beside cost to serve.

The figures are those of the last computation, added up over whoever is in the segment right now. A customer may be in
several segments, so their sums are not the account's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy.orm import Session

from crm_core.customer_segments.segments import CustomerSegment, in_segment
from crm_core.customers import Customer
from crm_core.value.customer_values import CustomerValue


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFigures:
    """One segment; money in the smallest unit of the account's currency."""

    segment_id: int
    name: str
    customers: int
    value_minor: int
    cost_last_year_minor: int
    potential_minor: int


def figures(
    session: Session, account_id: int, segments: Sequence[CustomerSegment], *, now: float
) -> list[SegmentFigures]:
    """The figures of each, in their order. Raises ConfigError for conditions that no longer hold together."""
    return [_of(session, account_id, one, now) for one in segments]


def _of(session: Session, account_id: int, one: CustomerSegment, now: float) -> SegmentFigures:
    money = (CustomerValue.value_minor, CustomerValue.cost_last_year_minor, CustomerValue.potential_minor)
    query = in_segment(session, account_id, one.conditions, now=now).with_only_columns(
        func.count(Customer.id), *(func.coalesce(func.sum(column), 0) for column in money)
    )
    customers, value, cost, potential = list(session.execute(query).one())
    return SegmentFigures(
        segment_id=one.id,
        name=one.name,
        customers=customers,
        value_minor=int(value),
        cost_last_year_minor=int(cost),
        potential_minor=int(potential),
    )
