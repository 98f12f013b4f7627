"""Technicians: users who carry out work orders, each with the code that he types on the telephone.

The code is unique in the account and no secret; his PIN is (`caller_secrets`). The number of his telephone may be
known: then a call from it says who he is. Areas and skills help the dispatcher to choose; they forbid nothing.
"""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.accounts import account
from crm_core.base import Base
from crm_core.caller_secrets import PIN_KEYS, set_pin
from crm_core.caller_secrets import unlock as unlock_secret
from crm_core.phone_numbers import normalise
from crm_core.users import User
from ctiserver.core.errors import ConfigError, Mistake, NotFound, Refusal

ROLE = "technician"
FEWEST_DIGITS, MOST_DIGITS = 2, 6


class Technician(Base):
    """One technician of one account."""

    __tablename__ = "technicians"
    __table_args__ = (UniqueConstraint("account_id", "code"), Index(None, "account_id", "phone_e164"))

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    code: Mapped[str]
    """What he types on the telephone: 2 to 6 digits."""
    phone_e164: Mapped[str | None]
    """A call from here is his; None: no number is known."""
    areas: Mapped[list[Any]] = mapped_column(default=list)
    """Comunas or districts where he works, by name; []: anywhere."""
    skills: Mapped[list[Any]] = mapped_column(default=list)
    """Kinds of orders that he can do; []: any."""

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


def put_technician(
    session: Session,
    account_id: int,
    login: str,
    *,
    code: str,
    phone: str = "",
    areas: Sequence[str] = (),
    skills: Sequence[str] = (),
) -> Technician:
    """The technician as he is from now on. `phone`: as people write it, "": none is known.

    Raises ConfigError with every mistake, NotFound for no user of this account, Refusal for one without the role.
    """
    owner = session.scalar(select(User).where(User.account_id == account_id, User.login == login))
    if owner is None:
        raise NotFound(f"there is no user {login}")
    if ROLE not in owner.roles:
        raise Refusal("no_technician", f"{owner.name} has not the role {ROLE}: give it to him first")
    number = normalise(phone, account(session, account_id).country) if phone.strip() else None
    if mistakes := _mistakes(session, account_id, owner, code, phone, number):
        raise ConfigError(mistakes)
    found = session.get(Technician, owner.id)
    if found is None:
        found = Technician(user=owner, account_id=account_id)
        session.add(found)
    found.code, found.phone_e164 = code, number
    found.areas, found.skills = [one.strip() for one in areas if one.strip()], list(skills)
    session.flush()
    return found


def technician(session: Session, account_id: int, login: str) -> Technician:
    """The technician with that login, who may still log in. Raises Refusal."""
    query = select(Technician).join(User).where(Technician.account_id == account_id, User.login == login)
    found = session.scalar(query)
    if found is None or found.user.disabled:
        raise Refusal("unknown_technician", f"{login!r} is no technician of this company")
    return found


def new_pin(session: Session, account_id: int, login: str, *, now: float) -> str:
    """A new PIN for the telephone, drawn by chance; only its hash is kept. Raises Refusal for no technician."""
    owner = technician(session, account_id, login)
    while True:
        pin = f"{secrets.randbelow(10**PIN_KEYS):0{PIN_KEYS}}"
        try:
            set_pin(session, account_id, "technician", str(owner.user_id), pin, now=now)
        except Refusal:  # too easy to guess: another one
            continue
        return pin


def choose_pin(session: Session, account_id: int, login: str, pin: str, *, now: float) -> Technician:
    """The technician, who proves himself with this PIN from now on; a lock ends. Raises Refusal for one too easy."""
    owner = technician(session, account_id, login)
    set_pin(session, account_id, "technician", str(owner.user_id), pin, now=now)
    return owner


def unlock(session: Session, account_id: int, login: str) -> Technician:
    """The technician, who may try his PIN again at once. Raises Refusal for no technician."""
    owner = technician(session, account_id, login)
    unlock_secret(session, account_id, "technician", str(owner.user_id))
    return owner


def without_code(session: Session, account_id: int) -> Sequence[User]:
    """Users with the role of a technician who have no code yet, by name: they can be given no orders."""
    query = (
        select(User)
        .outerjoin(Technician, Technician.user_id == User.id)
        .where(User.account_id == account_id, ~User.disabled, Technician.user_id.is_(None))
        .order_by(User.name, User.id)
    )
    return [one for one in session.scalars(query) if ROLE in one.roles]


def technicians_of_account(session: Session, account_id: int) -> Sequence[Technician]:
    """Those who may be given orders, by name."""
    query = select(Technician).join(User).where(Technician.account_id == account_id, ~User.disabled)
    return session.scalars(query.order_by(User.name, User.id)).all()


def by_code(session: Session, account_id: int, code: str) -> Technician | None:
    """Whose code this is; None: nobody's, or of somebody who no longer works here."""
    return _active(session, account_id, Technician.code == code)


def by_number(session: Session, account_id: int, e164: str) -> Technician | None:
    """Whose telephone this is; None: nobody's, or that of several."""
    return _active(session, account_id, Technician.phone_e164 == e164)


def _active(session: Session, account_id: int, which: Any) -> Technician | None:
    query = select(Technician).join(User).where(Technician.account_id == account_id, ~User.disabled, which)
    found = session.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None


def _mistakes(
    session: Session, account_id: int, owner: User, code: str, phone: str, number: str | None
) -> list[Mistake]:
    mistakes = []
    if not (code.isascii() and code.isdecimal() and FEWEST_DIGITS <= len(code) <= MOST_DIGITS):
        mistakes.append(Mistake("code", f"a code has {FEWEST_DIGITS} to {MOST_DIGITS} digits", "wrong_code"))
    taken = select(Technician.user_id).where(Technician.account_id == account_id, Technician.code == code)
    if session.scalar(taken.where(Technician.user_id != owner.id)) is not None:
        mistakes.append(Mistake("code", f"{code} is another technician's: choose another one", "taken"))
    if phone.strip() and number is None:
        mistakes.append(Mistake("phone", "write the number as +56 9 1234 5678", "wrong_number"))
    return mistakes
