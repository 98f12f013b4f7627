"""Contracts: what the customer pays for again and again, and what serving it costs per period."""

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.held import Held, Priced, as_entry


class Contract(Held, Priced, Base):
    """Dated by its beginning; `amount_minor` is the price of one period of `period_months`."""

    __tablename__ = "contracts"
    STATES = ("active", "suspended", "ended")

    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    period_months: Mapped[int] = mapped_column(default=1)
    cost_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    """Of one period, before the cost of serving the customer."""
    ends_at: Mapped[EpochSeconds | None]
    """When it ends or ended; None: it goes on until somebody ends it."""
    end_reason: Mapped[str] = mapped_column(default="")


TIMELINE = as_entry("contract", Contract)
