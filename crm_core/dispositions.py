"""Dispositions: how a contact may end in the agent's words. They belong to one queue or to all of an
account.
"""

from collections.abc import Sequence

from sqlalchemy import ForeignKey, Index, false, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import Base, ConfiguresEngines
from crm_core.queues import Queue


class Disposition(ConfiguresEngines, Base):
    """A result with its label in both languages; some demand a note."""

    __tablename__ = "dispositions"
    __table_args__ = (
        Index("uq_dispositions_queue", "account_id", "queue_id", "code", unique=True),
        Index(  # NULLs are distinct in a unique index, so the codes for all queues need their own
            "uq_dispositions_account",
            "account_id",
            "code",
            unique=True,
            sqlite_where=text("queue_id IS NULL"),
            postgresql_where=text("queue_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queues.id", ondelete="CASCADE"))
    """None: every queue of the account."""
    code: Mapped[str]
    label_es: Mapped[str]
    label_en: Mapped[str]
    needs_note: Mapped[bool] = mapped_column(default=False)
    retired: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It stays in the records and is offered no more."""
    asks_call_back: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whoever chooses it says when the customer wants to be called back."""
    effect: Mapped[str] = mapped_column(default="", server_default="")
    """What it brings about: one of `crm_core.campaigns.effect_forms.EFFECTS`; "": nothing."""
    effect_flow: Mapped[str | None]
    """What a promise to pay is reminded of with; None: nobody reminds him."""

    queue: Mapped[Queue | None] = relationship()


def dispositions_of(session: Session, served: Queue) -> Sequence[Disposition]:
    """What an agent may choose after a contact of this queue, by code."""
    query = select(Disposition).where(
        Disposition.account_id == served.account_id,
        Disposition.retired.is_(False),
        or_(Disposition.queue_id == served.id, Disposition.queue_id.is_(None)),
    )
    return session.scalars(query.order_by(Disposition.code)).all()


def dispositions_of_account(session: Session, account_id: int) -> Sequence[Disposition]:
    """All that the account's contacts may end as, by code; each names the queue that it is for, if any."""
    query = select(Disposition).where(Disposition.account_id == account_id, Disposition.retired.is_(False))
    return session.scalars(query.order_by(Disposition.code)).all()


def chosen(session: Session, account_id: int, queue_key: str | None, code: str) -> Disposition | None:
    """What this code means after a contact of this queue: the queue's own result before that of all; None: nothing."""
    query = select(Disposition).where(
        Disposition.account_id == account_id, Disposition.code == code, Disposition.retired.is_(False)
    )
    by_queue = {row.queue.key if row.queue else None: row for row in session.scalars(query)}
    return by_queue.get(queue_key) or by_queue.get(None)
