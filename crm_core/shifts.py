"""When agents are to work, and when they have a break: what adherence is measured against."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base, EpochSeconds, one_of

KINDS = ("work", "break")


class Shift(Base):
    """One piece of an agent's plan; a break lies inside a piece of work and is not worked."""

    __tablename__ = "shifts"
    __table_args__ = (Index(None, "account_id", "from_at"), one_of("kind", KINDS))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    agent: Mapped[str]
    kind: Mapped[str]
    from_at: Mapped[EpochSeconds]
    until_at: Mapped[EpochSeconds]
