"""Relationships between customers: who works where, who is whose family, who pays for whom.

A relationship is kept once, in one direction, and read from both ends: each kind has a word for either.
"""

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.provenance import Sourced

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
