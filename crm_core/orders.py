"""Orders: what the customer asked for, also during a call."""

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.held import Held, Priced, as_entry


class Order(Held, Priced, Base):
    """Dated by when it was placed; `amount_minor` is the sum of its lines."""

    __tablename__ = "orders"
    STATES = ("placed", "confirmed", "sent", "done", "cancelled")

    lines: Mapped[list[Any]] = mapped_column(default=list)
    """[{"product": key or "", "text", "quantity", "unit_price_minor"}]"""
    promised_at: Mapped[EpochSeconds | None]


TIMELINE = as_entry("order", Order)
