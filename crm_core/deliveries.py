"""Deliveries: what is on its way to the customer."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.held import Held, as_entry


class Delivery(Held, Base):
    """Dated by when it was sent or planned."""

    __tablename__ = "deliveries"
    STATES = ("planned", "on_the_way", "delivered", "failed", "cancelled")

    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id", ondelete="SET NULL"), index=True)
    carrier: Mapped[str] = mapped_column(default="")
    tracking: Mapped[str] = mapped_column(default="")
    promised_at: Mapped[EpochSeconds | None]
    delivered_at: Mapped[EpochSeconds | None]


TIMELINE = as_entry("delivery", Delivery)
