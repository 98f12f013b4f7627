"""Contact reasons: what a customer came for, apart from how the contact ended.

They are a tree of one account, in the order that people chose. What the caller pressed or said in the menu guesses
his reason: a reason lists the values that lead to it, as `name=value` (`reason=balance`, `topic=invoices`). What he
told last decides, for he went from the general to the special.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import ForeignKey, UniqueConstraint, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import Base, ConfiguresEngines
from ctiserver.core.errors import Refusal


class ContactReason(ConfiguresEngines, Base):
    """One reason. A retired one stays in the records and is offered no more."""

    __tablename__ = "contact_reasons"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("contact_reasons.id"))
    """The wider reason that it belongs to; None: it stands at the top."""
    label_es: Mapped[str]
    label_en: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    """Lower ones are offered first; equal ones by key."""
    guessed_by: Mapped[list[Any]] = mapped_column(default=list)
    """What a caller told the flow, ["reason=balance"]; []: it is never guessed."""
    retired: Mapped[bool] = mapped_column(default=False, server_default=false())

    parent: Mapped["ContactReason | None"] = relationship(remote_side=[id])


class Guessable(Protocol):
    """What `guess` needs of a reason."""

    @property
    def key(self) -> str: ...
    @property
    def guessed_by(self) -> Iterable[str]: ...


def reasons_of_account(
    session: Session, account_id: int, *, with_retired: bool = False
) -> Sequence[ContactReason]:
    """The account's reasons in the order in which they are offered."""
    query = select(ContactReason).where(ContactReason.account_id == account_id)
    if not with_retired:
        query = query.where(ContactReason.retired.is_(False))
    return session.scalars(query.order_by(ContactReason.position, ContactReason.key)).all()


def check_reason(session: Session, account_id: int, key: str | None) -> None:
    """Raises Refusal for a key that is none of the account's reasons; None, and a retired one, are right."""
    if key is None:
        return
    query = select(ContactReason.id).where(ContactReason.account_id == account_id, ContactReason.key == key)
    if session.scalar(query) is None:
        raise Refusal("wrong_reason", f"there is no contact reason {key!r}: choose one of the list")


def guess(reasons: Iterable[Guessable], told: Mapping[str, str]) -> str | None:
    """The key of the reason that the caller's way through the menu suggests; None: nothing is known.

    `told`: what was collected from him, name to value, in the order in which he told it.
    """
    meant = {value: reason.key for reason in reversed(list(reasons)) for value in reason.guessed_by}
    way = [f"{name}={value}" for name, value in told.items()]
    return next((meant[value] for value in reversed(way) if value in meant), None)
