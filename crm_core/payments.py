"""Payments: what the customer paid, and what he promised to pay (`payment_promises`)."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base
from crm_core.held import Held, Priced, as_entry


class Payment(Held, Priced, Base):
    """Dated by when the money came, or was promised for; a refund is negative. `invoice_id` None: on account."""

    __tablename__ = "payments"
    STATES = ("received", "pending", "returned", "promised", "withdrawn")

    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id", ondelete="SET NULL"), index=True)
    method: Mapped[str] = mapped_column(default="")


TIMELINE = as_entry("payment", Payment)
