"""Accounts: the client companies that are served. An installation of one company has account 1 alone."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import DEFAULT_ACCOUNT_ID, Base, ConfiguresEngines
from ctiserver.core.errors import NotFound


class Account(ConfiguresEngines, Base):
    """One client company; its customers, queues and contacts are never seen by another."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    country: Mapped[str]
    language: Mapped[str]
    time_zone: Mapped[str]
    outside_per_day_minor: Mapped[int] = mapped_column(default=50_000, server_default="50000")
    """What its people's calls outside may cost a day, in the currency's smallest unit."""
    outside_person_per_day_minor: Mapped[int] = mapped_column(default=10_000, server_default="10000")
    outside_minor_per_minute: Mapped[int] = mapped_column(default=40, server_default="40")
    """What a minute costs where no rule says otherwise."""


def account_ids(session: Session) -> Sequence[int]:
    """All accounts, by id."""
    return session.scalars(select(Account.id).order_by(Account.id)).all()


def account(session: Session, account_id: int = DEFAULT_ACCOUNT_ID) -> Account:
    """The account. Raises NotFound."""
    if found := session.get(Account, account_id):
        return found
    raise NotFound(f"there is no account {account_id}")
