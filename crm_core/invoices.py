"""Invoices: what the customer was asked to pay. What is left of it is computed from the payments, never stored."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.held import Held, Priced


class Invoice(Held, Priced, Base):
    """Dated by its issue; `amount_minor` is what it asks for, taxes included. A credit note is negative."""

    __tablename__ = "invoices"
    STATES = ("open", "paid", "cancelled")

    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id", ondelete="SET NULL"))
    due_at: Mapped[EpochSeconds | None]
