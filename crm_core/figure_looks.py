"""Who looked at the figures of a person: whoever is looked at can read it.

One row for each person and look; a table that shows six agents is six rows. One's own looks are not written down.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds

SHOWN_AT_MOST = 100


class FigureLook(Base):
    """`by` looked at the figures of `agent` for this span of time."""

    __tablename__ = "figure_looks"
    __table_args__ = (Index(None, "account_id", "agent", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    agent: Mapped[str]
    at: Mapped[EpochSeconds]
    by: Mapped[str]
    from_at: Mapped[EpochSeconds]
    until_at: Mapped[EpochSeconds]


def note(
    session: Session,
    account_id: int,
    agents: Iterable[str],
    *,
    by: str,
    at: float,
    from_at: float,
    until_at: float,
) -> None:
    """Write down a look at these people."""
    for agent in agents:
        if agent != by:
            session.add(
                FigureLook(
                    account_id=account_id, agent=agent, at=at, by=by, from_at=from_at, until_at=until_at
                )
            )


def looks_at(session: Session, account_id: int, agent: str) -> Sequence[FigureLook]:
    """The latest looks at this person, newest first."""
    query = select(FigureLook).where(FigureLook.account_id == account_id, FigureLook.agent == agent)
    return session.scalars(
        query.order_by(FigureLook.at.desc(), FigureLook.id.desc()).limit(SHOWN_AT_MOST)
    ).all()
