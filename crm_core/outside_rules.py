"""Which numbers outside an account's people may dial: rows of `ctiserver.core.outside`'s rules."""

from collections.abc import Sequence

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.accounts import Account
from crm_core.base import Base, ConfiguresEngines
from ctiserver.core import outside as plain


class OutsideRule(ConfiguresEngines, Base):
    """Numbers that begin with `prefix`, open or closed to people of these roles; none: to everybody."""

    __tablename__ = "outside_rules"
    __table_args__ = (UniqueConstraint("account_id", "prefix", "roles"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str]
    prefix: Mapped[str]
    roles: Mapped[frozenset[str]]
    allowed: Mapped[bool]
    minor_per_minute: Mapped[int | None]
    """In the currency's smallest unit; None: as usual in the account."""


class SavedNumber(Base):
    """A number that the account's people call: a supplier, the fire brigade's office, a colleague on the road."""

    __tablename__ = "saved_numbers"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str]
    number: Mapped[str]


def rules_of_account(session: Session, account_id: int) -> Sequence[OutsideRule]:
    """The account's rules by prefix, those for everybody first."""
    query = select(OutsideRule).where(OutsideRule.account_id == account_id)
    return session.scalars(query.order_by(OutsideRule.prefix, OutsideRule.roles, OutsideRule.id)).all()


def numbers_of_account(session: Session, account_id: int) -> Sequence[SavedNumber]:
    """The account's saved numbers by name."""
    query = select(SavedNumber).where(SavedNumber.account_id == account_id)
    return session.scalars(query.order_by(SavedNumber.name)).all()


def outside(session: Session) -> plain.Outside:
    """The rules and limits of all accounts, as the engines want them; what the file says is left at its default."""
    rules = session.scalars(select(OutsideRule).order_by(OutsideRule.id))
    accounts = session.scalars(select(Account).order_by(Account.id))
    return plain.Outside(
        rules=tuple(
            plain.OutsideRule(
                account_id=rule.account_id,
                prefix=rule.prefix,
                roles=tuple(sorted(rule.roles)),
                allowed=rule.allowed,
                minor_per_minute=rule.minor_per_minute,
            )
            for rule in rules
        ),
        limits=tuple(
            plain.OutsideLimits(
                account_id=account.id,
                account_per_day_minor=account.outside_per_day_minor,
                person_per_day_minor=account.outside_person_per_day_minor,
                usual_minor_per_minute=account.outside_minor_per_minute,
            )
            for account in accounts
        ),
    )
