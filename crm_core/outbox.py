"""The outbox: mail and HTTP that must leave exactly because something was recorded.

A row is written in the transaction of its cause, with the id of the event (`epoch.seq.n`), so a cause
that is read twice makes one row; a sender takes what is due, and marks it done or tries again later. What was
tried too often is dead: it stays for people to see, who may have it sent again.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Index, select, text, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import DEFAULT_ACCOUNT_ID, Base, EpochSeconds, clean_json

LONGEST_PAUSE_SECONDS = 3600.0


class OutboxItem(Base):
    """One thing to send. Sent when `done_at` is set."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "due_at",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        Index(None, "account_id", "kind", "target"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    body: Mapped[dict[str, Any]]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[EpochSeconds]
    done_at: Mapped[EpochSeconds | None]
    last_error: Mapped[str | None]
    account_id: Mapped[int] = mapped_column(default=DEFAULT_ACCOUNT_ID)
    target: Mapped[str | None]
    """Whom it is for, in the words of its kind: a webhook's number; None: the body says it."""
    dead_at: Mapped[EpochSeconds | None]
    """When it was given up; None: it is sent, or waits."""


def post(
    session: Session,
    item_id: str,
    kind: str,
    body: dict[str, Any],
    *,
    due_at: float,
    account_id: int = DEFAULT_ACCOUNT_ID,
    target: str | None = None,
) -> None:
    """Puts one thing in; an id that is there already changes nothing."""
    if session.get(OutboxItem, item_id) is None:
        where = {"account_id": account_id, "target": target}
        session.add(OutboxItem(id=item_id, kind=kind, body=clean_json(body), due_at=due_at, **where))
        session.flush()


def due(session: Session, now: float, limit: int = 100, *, kind: str | None = None) -> Sequence[OutboxItem]:
    """What waits to be sent, the longest due first; `kind` None: of every kind.

    In a writing unit: two senders never get the same.
    """
    query = (
        select(OutboxItem)
        .where(OutboxItem.done_at.is_(None), OutboxItem.dead_at.is_(None), OutboxItem.due_at <= now)
        .where(OutboxItem.kind == kind if kind is not None else true())
        .order_by(OutboxItem.due_at, OutboxItem.id)
        .limit(limit)
    )
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def sent(item: OutboxItem, now: float) -> None:
    """Marks it as done."""
    item.attempts += 1
    item.done_at = now
    item.last_error = None


def failed(item: OutboxItem, now: float, error: str) -> None:
    """Has it tried again after 1, 2, 4 ... seconds, at most an hour."""
    item.due_at = now + min(2.0 ** min(item.attempts, 12), LONGEST_PAUSE_SECONDS)
    item.attempts += 1
    item.last_error = error
