"""Payables: what the company owes to a supplier, who asks for it by telephone."""

from sqlalchemy.orm import Mapped

from crm_core.base import Base, EpochSeconds
from crm_core.held import Held, Priced, as_entry


class Payable(Held, Priced, Base):
    """The supplier's invoice, dated by its issue."""

    __tablename__ = "payables"
    STATES = ("received", "approved", "scheduled", "paid", "disputed")

    due_at: Mapped[EpochSeconds | None]
    paid_at: Mapped[EpochSeconds | None]
    """When it was paid, or will be."""


TIMELINE = as_entry("payable", Payable)
