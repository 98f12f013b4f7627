"""Who changed what, and when: one row for each change that a person or program makes to the configuration."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds, clean_json


class AuditRow(Base):
    """One change. `before` and `after` hold the fields that differ; {} where there was, or is, nothing."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "account_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[EpochSeconds]
    by: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


def note(
    session: Session,
    *,
    account_id: int,
    at: float,
    by: str,
    action: str,
    subject: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write down a change, in the transaction that makes it."""
    session.add(
        AuditRow(
            account_id=account_id,
            at=at,
            by=by,
            action=action,
            subject=subject,
            before=clean_json(before or {}),
            after=clean_json(after or {}),
        )
    )


def newest(
    session: Session,
    account_id: int,
    limit: int = 100,
    *,
    by: str = "",
    subject: str = "",
    before_id: int | None = None,
) -> Sequence[AuditRow]:
    """The latest changes of an account, newest first.

    `by`, `subject`: of one person, of one thing only; `before_id`: those older than that row.
    """
    rows = select(AuditRow).where(AuditRow.account_id == account_id)
    if by:
        rows = rows.where(AuditRow.by == by)
    if subject:
        rows = rows.where(AuditRow.subject == subject)
    if before_id is not None:
        rows = rows.where(AuditRow.id < before_id)
    return session.scalars(rows.order_by(AuditRow.id.desc()).limit(limit)).all()
