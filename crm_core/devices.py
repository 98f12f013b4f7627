"""Devices and meters that stand at a customer's, by their serial number."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.held import Held, as_entry


class Device(Held, Base):
    """`number` is the serial; dated by its installation."""

    __tablename__ = "devices"
    STATES = ("installed", "removed", "broken")

    kind: Mapped[str] = mapped_column(default="device")
    """meter, boiler, modem: the company's own words."""
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id", ondelete="SET NULL"))
    removed_at: Mapped[EpochSeconds | None]


TIMELINE = as_entry("device", Device)
