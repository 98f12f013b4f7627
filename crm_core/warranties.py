"""Warranties: what is mended for nothing, and until when."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.held import Held, as_entry


class Warranty(Held, Base):
    """Dated by its beginning."""

    __tablename__ = "warranties"
    STATES = ("valid", "void")

    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id", ondelete="SET NULL"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    ends_at: Mapped[EpochSeconds | None]
    """None: for life."""
    terms: Mapped[str] = mapped_column(default="")


TIMELINE = as_entry("warranty", Warranty)
