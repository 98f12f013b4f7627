"""The computed value of each customer, with what it was made of, and the pictures that management looks at.

`value_minor` is exactly `contract_part_minor + purchase_part_minor - cost_part_minor`. The cost of last year is the
ledger's to the cent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Double, ForeignKeyConstraint, Index, and_, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.customers import Customer
from ctiserver.core.errors import NotFound

CURVE_POINTS = 60


class CustomerValue(Base):
    """What the last computation said of one customer. Money in the smallest unit."""

    __tablename__ = "customer_values"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "value_minor"),
    )

    account_id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True)
    computed_at: Mapped[EpochSeconds]
    model: Mapped[str]
    """contract, purchases, last_year or none: see `estimate`."""
    value_class: Mapped[str]
    """As computed; what is in force stands with the customer."""
    value_minor: Mapped[int] = mapped_column(BigInteger)
    potential_minor: Mapped[int] = mapped_column(BigInteger)
    contract_part_minor: Mapped[int] = mapped_column(BigInteger)
    purchase_part_minor: Mapped[int] = mapped_column(BigInteger)
    cost_part_minor: Mapped[int] = mapped_column(BigInteger)
    cost_last_year_minor: Mapped[int] = mapped_column(BigInteger)
    life_months: Mapped[float] = mapped_column(Double)
    recency: Mapped[int]
    frequency: Mapped[int]
    money: Mapped[int]
    """RFM scores, 1 to 5; 5 is best."""
    counted: Mapped[dict[str, Any]]
    """What the explanation names: margin_minor (per month), months, purchases, days_since, alive, ahead, mean_minor."""


@dataclass(frozen=True, slots=True)
class ClassSummary:
    """One class in force: its customers, their value, what serving them cost in the last year."""

    value_class: str
    customers: int
    value_minor: int
    cost_last_year_minor: int
    potential_minor: int


def value_of(session: Session, account_id: int, customer_id: int) -> CustomerValue:
    """Raises NotFound for a customer who was never valued."""
    if found := session.get(CustomerValue, (account_id, customer_id)):
        return found
    raise NotFound(f"customer {customer_id} was not valued yet")


def by_class(session: Session, account_id: int) -> list[ClassSummary]:
    """One row per class in force, A first; "" for who has none."""
    letter = func.coalesce(Customer.value_class, "")
    query = (
        select(
            letter,
            func.count(),
            func.sum(CustomerValue.value_minor),
            func.sum(CustomerValue.cost_last_year_minor),
            func.sum(CustomerValue.potential_minor),
        )
        .join(Customer, _is_his())
        .where(CustomerValue.account_id == account_id)
        .group_by(letter)
        .order_by(letter)
    )
    return [ClassSummary(row[0], *(int(figure) for figure in row[1:])) for row in session.execute(query)]


def curve(session: Session, account_id: int) -> list[tuple[float, float]]:
    """Pareto's curve in at most 60 steps: (share of the customers, share of the positive value), best first.

    The value that A and B hold is read off it; customers worth nothing or less follow at 1.
    """
    rank = func.row_number().over(order_by=CustomerValue.value_minor.desc())
    held = func.sum(CustomerValue.value_minor).over(
        order_by=(CustomerValue.value_minor.desc(), CustomerValue.customer_id)
    )
    ranked = (
        select(rank.label("rank"), held.label("held"), CustomerValue.value_minor.label("value"))
        .where(CustomerValue.account_id == account_id, CustomerValue.value_minor > 0)
        .subquery()
    )
    positive, total = session.execute(select(func.count(), func.max(ranked.c.held)).select_from(ranked)).one()
    if not positive:
        return []
    everybody = session.scalar(
        select(func.count()).select_from(CustomerValue).where(CustomerValue.account_id == account_id)
    )
    step = max(1, -(-positive // CURVE_POINTS))
    points = session.execute(
        select(ranked.c.rank, ranked.c.held)
        .where((ranked.c.rank % step == 0) | (ranked.c.rank == positive))
        .order_by(ranked.c.rank)
    )
    whole = max(everybody or 0, 1)
    return [(0.0, 0.0), *((place / whole, int(held) / int(total)) for place, held in points), (1.0, 1.0)]


def rfm_grid(session: Session, account_id: int) -> dict[tuple[int, int], tuple[int, int]]:
    """(recency, frequency): how many customers who bought, and their value."""
    query = (
        select(
            CustomerValue.recency, CustomerValue.frequency, func.count(), func.sum(CustomerValue.value_minor)
        )
        .where(CustomerValue.account_id == account_id, CustomerValue.model.in_(("purchases", "last_year")))
        .group_by(CustomerValue.recency, CustomerValue.frequency)
    )
    return {(r, f): (int(count), int(value)) for r, f, count, value in session.execute(query)}


def most_valuable(
    session: Session, account_id: int, *, lowest: bool = False, limit: int = 20
) -> Sequence[tuple[Customer, CustomerValue]]:
    """Customers with their value, the best first; `lowest`: those who are worth least."""
    order = CustomerValue.value_minor if lowest else CustomerValue.value_minor.desc()
    query = (
        select(Customer, CustomerValue)
        .join(CustomerValue, _is_his())
        .where(CustomerValue.account_id == account_id)
        .order_by(order, CustomerValue.customer_id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _is_his() -> Any:
    return and_(Customer.id == CustomerValue.customer_id, Customer.account_id == CustomerValue.account_id)
