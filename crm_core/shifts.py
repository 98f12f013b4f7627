"""When agents are to work, and when they have a break: what adherence is measured against."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

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


def shifts_of(
    session: Session, account_id: int, from_at: float, until_at: float, *, agent: str | None = None
) -> dict[str, Sequence[Shift]]:
    """The pieces that reach into a span, by agent."""
    query = select(Shift).where(
        Shift.account_id == account_id, Shift.from_at < until_at, Shift.until_at > from_at
    )
    if agent is not None:
        query = query.where(Shift.agent == agent)
    found: dict[str, list[Shift]] = defaultdict(list)
    for row in session.scalars(query.order_by(Shift.from_at, Shift.id)):
        found[row.agent].append(row)
    return dict(found)
