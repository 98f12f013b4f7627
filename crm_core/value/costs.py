"""Cost to serve: a ledger with one row for each thing that was done for a customer and cost something.

Contacts are posted from the interactions once they are over: seconds of talk and of wrap-up, toll-free seconds, those
of the line to whom we called, and the contact itself. Whatever else costs (visits, letters) other programs post through
the API. A row keeps the unit cost of its day; its amount is a whole number of the smallest unit, so any sum over rows
is exact. The same source is posted once however often it is told. Callers whom nobody knew cost too: their rows have no
customer.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, selectinload

from crm_core import customers
from crm_core.base import Base, EpochSeconds
from crm_core.interactions import Interaction
from crm_core.paging import By, Page, page
from crm_core.value.settings import ValueSettings, settings
from ctiserver.core.errors import Refusal

SETTLED_AFTER_SECONDS = 3600.0
"""So long after its end a contact's wrap-up is over, or will never be."""
QUANTITY_AT_MOST = 10**9


class CostEntry(Base):
    """One row of the ledger; rows are added, never changed. A correction is a row of a negative quantity."""

    __tablename__ = "cost_entries"
    __table_args__ = (
        UniqueConstraint("account_id", "kind", "source"),
        Index(None, "account_id", "customer_id", "at"),
        Index("ix_cost_entries_source", "account_id", "source"),
        Index(None, "customer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"))
    """None: nobody known, or erased since."""
    kind: Mapped[str]
    source: Mapped[str]
    """What it was for: "contact ID", or the key that another program gave."""
    quantity: Mapped[int] = mapped_column(BigInteger)
    unit_cost_milli: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[EpochSeconds]


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """Something that cost: `quantity` units of `kind`."""

    kind: str
    source: str
    quantity: int
    at: float
    customer_id: int | None = None


def amount(quantity: int, unit_cost_milli: int) -> int:
    """In the smallest unit, a half rounded up."""
    return (quantity * unit_cost_milli + 500) // 1000


def post(session: Session, account_id: int, charge: Charge) -> CostEntry:
    """The row for it, which may have been there.

    Raises Refusal for a kind without unit cost or a quantity beyond reason, NotFound for an unknown customer.
    """
    unit_costs = settings(session, account_id).unit_costs
    if charge.kind not in unit_costs:
        raise Refusal(
            "unknown_cost_kind",
            f"give {charge.kind!r} a unit cost first, or use one of {', '.join(unit_costs)}",
        )
    if not abs(charge.quantity) <= QUANTITY_AT_MOST:
        raise Refusal("wrong_quantity", f"write a quantity of at most {QUANTITY_AT_MOST}")
    if charge.customer_id is not None:
        customers.customer(session, account_id, charge.customer_id)
    there = session.scalar(
        select(CostEntry).where(
            CostEntry.account_id == account_id,
            CostEntry.kind == charge.kind,
            CostEntry.source == charge.source,
        )
    )
    if there is not None:
        return there
    row = _row(account_id, charge, unit_costs)
    session.add(row)
    session.flush()
    return row


def post_contacts(session: Session, account_id: int, *, now: float, limit: int = 500) -> int:
    """Post contacts that are over and not yet in the ledger, oldest first; how many. 0: all are."""
    rules = settings(session, account_id)
    # The row of the kind "contact" is there for each, whatever it costs: it says that the contact was posted.
    posted = exists().where(
        CostEntry.account_id == account_id,
        CostEntry.kind == "contact",
        CostEntry.source == "contact " + Interaction.id,
    )
    query = (
        select(Interaction)
        .where(
            Interaction.account_id == account_id,
            Interaction.ended_at < now - SETTLED_AFTER_SECONDS,
            ~posted,
        )
        .options(selectinload(Interaction.segments))
        .order_by(Interaction.arrived_at)
        .limit(limit)
    )
    found = session.scalars(query).all()
    for contact in found:
        session.add_all(_row(account_id, charge, rules.unit_costs) for charge in _charges(contact, rules))
    session.flush()
    return len(found)


def follow_customers(session: Session, account_id: int) -> int:
    """Let rows of contacts follow whoever the contact is of now, told only afterwards; how many rows moved."""
    moved = 0
    query = (
        select(CostEntry, Interaction.customer_id)
        .join(Interaction, CostEntry.source == "contact " + Interaction.id)
        .where(
            CostEntry.account_id == account_id,
            Interaction.account_id == account_id,
            Interaction.customer_id.is_not(None),
            func.coalesce(CostEntry.customer_id, 0) != Interaction.customer_id,
        )
    )
    for row, customer_id in session.execute(query):
        row.customer_id = customer_id
        moved += 1
    session.flush()
    return moved


def sums(session: Session, account_id: int, *, since: float = 0.0) -> dict[int | None, int]:
    """What each customer cost since then, in the smallest unit; None: callers whom nobody knew."""
    query = (
        select(CostEntry.customer_id, func.sum(CostEntry.amount_minor))
        .where(CostEntry.account_id == account_id, CostEntry.at >= since)
        .group_by(CostEntry.customer_id)
    )
    return {customer_id: int(total) for customer_id, total in session.execute(query)}


def of_customer(
    session: Session, account_id: int, customer_id: int, *, cursor: str | None = None, limit: int = 50
) -> Page[CostEntry]:
    """A page of his rows, the latest first."""
    query = select(CostEntry).where(CostEntry.account_id == account_id, CostEntry.customer_id == customer_id)
    return page(session, query, [By(CostEntry.at, True), By(CostEntry.id, True)], cursor=cursor, limit=limit)


def _charges(contact: Interaction, rules: ValueSettings) -> Iterator[Charge]:
    ended_at = contact.ended_at or contact.arrived_at
    quantities = {
        "contact": 1,
        "talk_seconds": round(sum(part.talk_seconds or 0.0 for part in contact.segments)),
        "wrap_up_seconds": round(sum(part.wrap_up_seconds or 0.0 for part in contact.segments)),
        "toll_free_seconds": round(ended_at - contact.arrived_at)
        if contact.did in rules.toll_free_numbers
        else 0,
        "line_seconds": round(ended_at - contact.arrived_at) if contact.we_called else 0,
    }
    for kind, quantity in quantities.items():
        if quantity > 0 and (kind == "contact" or kind in rules.unit_costs):
            yield Charge(
                kind=kind,
                source=f"contact {contact.id}",
                quantity=min(quantity, QUANTITY_AT_MOST),
                at=contact.arrived_at,
                customer_id=contact.customer_id,
            )


def _row(account_id: int, charge: Charge, unit_costs: dict[str, int]) -> CostEntry:
    unit_cost_milli = unit_costs.get(charge.kind, 0)
    return CostEntry(
        account_id=account_id,
        customer_id=charge.customer_id,
        kind=charge.kind,
        source=charge.source,
        quantity=charge.quantity,
        unit_cost_milli=unit_cost_milli,
        amount_minor=amount(charge.quantity, unit_cost_milli),
        at=charge.at,
    )
