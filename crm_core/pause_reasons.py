"""Pause reasons: why an agent who is at work takes no contacts. They are the choices of his status menu."""

from collections.abc import Sequence

from sqlalchemy import ForeignKey, UniqueConstraint, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, ConfiguresEngines


class PauseReason(ConfiguresEngines, Base):
    """One reason of one account. A retired one stays in the records and is offered no more."""

    __tablename__ = "pause_reasons"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str]
    label_es: Mapped[str]
    label_en: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    """Lower ones are offered first; equal ones by key."""
    retired: Mapped[bool] = mapped_column(default=False, server_default=false())


def pause_reasons_of_account(
    session: Session, account_id: int, *, with_retired: bool = False
) -> Sequence[PauseReason]:
    """The account's pause reasons in the order in which they are offered."""
    query = select(PauseReason).where(PauseReason.account_id == account_id)
    if not with_retired:
        query = query.where(PauseReason.retired.is_(False))
    return session.scalars(query.order_by(PauseReason.position, PauseReason.key)).all()
