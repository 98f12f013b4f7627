"""Relationships between customers: who works where, who is whose family, who pays for whom.

A relationship is kept once, in one direction, and read from both ends: each kind has a word for either.
"""

from dataclasses import dataclass

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import facts
from crm_core.base import Base, EpochSeconds
from crm_core.customers import Customer, customer
from crm_core.provenance import Origin, Sourced
from ctiserver.core.errors import NotFound, Refusal

INVERSE = {
    "works_at": "employs",
    "family": "family",
    "parent_of": "child_of",
    "pays_for": "paid_by",
    "branch_of": "has_branch",
    "represents": "represented_by",
}
"""The kinds, and what each is called from the other end."""


class Relationship(Sourced, Base):
    """`customer_id` `kind` `other_id`: Ana works_at Gas del Valle. `until` None: still so."""

    __tablename__ = "relationships"
    __table_args__ = (
        *(
            ForeignKeyConstraint(
                ["account_id", one], ["customers.account_id", "customers.id"], ondelete="CASCADE"
            )
            for one in ("customer_id", "other_id")
        ),
        UniqueConstraint("account_id", "customer_id", "kind", "other_id"),
        Index(None, "account_id", "other_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int]
    other_id: Mapped[int]
    kind: Mapped[str]
    role: Mapped[str] = mapped_column(default="")
    """What he is there: buyer, treasurer, daughter."""
    since: Mapped[EpochSeconds | None]
    until: Mapped[EpochSeconds | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """A relationship as seen from one of its ends: `kind` is the word for it from there."""

    relationship_id: int
    kind: str
    customer_id: int
    name: str
    role: str
    since: float | None
    until: float | None
    source: str


def relate(
    session: Session,
    account_id: int,
    customer_id: int,
    kind: str,
    other_id: int,
    *,
    origin: Origin,
    now: float,
    role: str = "",
    since: float | None = None,
) -> Relationship:
    """The relationship, new or taken up again; told from either end. Raises NotFound, Refusal."""
    if kind not in _FORWARD:
        raise Refusal(
            "wrong_relationship", f"choose one of {', '.join(sorted(_FORWARD))} instead of {kind!r}"
        )
    for number in (customer_id, other_id):
        customer(session, account_id, number)
    if customer_id == other_id:
        raise Refusal("same_customer", "choose somebody else: nobody is related to himself")
    one, other = (customer_id, other_id) if kind in INVERSE else (other_id, customer_id)
    if INVERSE.get(kind) == kind:
        one, other = sorted((one, other))
    query = select(Relationship).where(
        Relationship.account_id == account_id,
        Relationship.customer_id == one,
        Relationship.kind == _FORWARD[kind],
        Relationship.other_id == other,
    )
    found = session.scalar(query)
    if found is None:
        found = Relationship(account_id=account_id, customer_id=one, other_id=other, kind=_FORWARD[kind])
        session.add(found)
    found.role, found.since, found.until = role, since, None
    found.source, found.by, found.contact_id, found.known_at = (
        origin.source,
        origin.by,
        origin.contact_id,
        now,
    )
    session.flush()
    facts.learn_one_of_many(
        session, account_id, customer_id, "relationship", f"{kind} {other_id}", origin=origin, now=now
    )
    return found


def end_relationship(
    session: Session, account_id: int, customer_id: int, relationship_id: int, *, now: float
) -> None:
    """It is no longer so. Raises NotFound."""
    found = session.scalar(
        select(Relationship).where(
            Relationship.account_id == account_id,
            Relationship.id == relationship_id,
            or_(Relationship.customer_id == customer_id, Relationship.other_id == customer_id),
        )
    )
    if found is None:
        raise NotFound(f"customer {customer_id} has no relationship {relationship_id}")
    found.until = now
    session.flush()


def relatives(session: Session, account_id: int, customer_id: int) -> list[Relative]:
    """Whom he is related to, present ones first, then by name."""
    ends = (
        (Relationship.customer_id, Relationship.other_id, dict(zip(INVERSE, INVERSE, strict=True))),
        (Relationship.other_id, Relationship.customer_id, INVERSE),
    )
    found = [
        Relative(
            relationship_id=row.id,
            kind=words[row.kind],
            customer_id=other.id,
            name=other.display_name,
            role=row.role,
            since=row.since,
            until=row.until,
            source=row.source,
        )
        for own, others, words in ends
        for row, other in session.execute(
            select(Relationship, Customer)
            .join(Customer, (Customer.account_id == Relationship.account_id) & (Customer.id == others))
            .where(Relationship.account_id == account_id, own == customer_id)
        )
    ]
    return sorted(found, key=lambda one: (one.until is not None, one.name, one.relationship_id))


_FORWARD = {**{kind: kind for kind in INVERSE}, **{other: kind for kind, other in INVERSE.items()}}
"""Each word, from either end, and the kind that is kept."""
