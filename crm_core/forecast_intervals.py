"""How many calls are expected: a row for each queue and interval, imported or taken over from a forecast."""

from sqlalchemy import Double, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base, EpochSeconds, Seconds


class ForecastInterval(Base):
    """`calls` that come in `seconds` from `begins_at` on, each keeping an agent for `handle_seconds`."""

    __tablename__ = "forecast_intervals"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    queue: Mapped[str] = mapped_column(primary_key=True)
    begins_at: Mapped[EpochSeconds] = mapped_column(primary_key=True)
    seconds: Mapped[Seconds]
    calls: Mapped[float] = mapped_column(Double)
    handle_seconds: Mapped[Seconds]
