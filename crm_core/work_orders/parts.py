"""Parts: what technicians use up, each with the digits that name it on the telephone. `stock` says where they are."""

from collections.abc import Sequence

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base
from ctiserver.core.errors import ConfigError, Mistake, NotFound

_MOST_DIGITS = 4


class Part(Base):
    """Something that technicians use up. `code`: the digits that name it on the telephone."""

    __tablename__ = "parts"
    __table_args__ = (UniqueConstraint("account_id", "key"), UniqueConstraint("account_id", "code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str]
    name: Mapped[str]
    code: Mapped[str]
    retired: Mapped[bool] = mapped_column(default=False)


def put_part(
    session: Session, account_id: int, key: str, *, name: str, code: str, retired: bool = False
) -> Part:
    """The part as it is from now on. Raises ConfigError with every mistake."""
    mistakes = [] if name.strip() else [Mistake("name", "say what it is called")]
    if not key.strip():
        mistakes.append(Mistake("key", "give it a key"))
    if not (code.isascii() and code.isdecimal() and len(code) <= _MOST_DIGITS):
        mistakes.append(Mistake("code", f"a part's code has 1 to {_MOST_DIGITS} digits", "wrong_code"))
    taken = select(Part.id).where(Part.account_id == account_id, Part.code == code, Part.key != key)
    if session.scalar(taken) is not None:
        mistakes.append(Mistake("code", f"{code} is another part's: choose another one", "taken"))
    if mistakes:
        raise ConfigError(mistakes)
    found = session.scalar(select(Part).where(Part.account_id == account_id, Part.key == key))
    if found is None:
        found = Part(account_id=account_id, key=key)
        session.add(found)
    found.name, found.code, found.retired = name.strip(), code, retired
    session.flush()
    return found


def part(session: Session, account_id: int, key: str, *, lock: bool = False) -> Part:
    """The part. With `lock` a second who moves it waits for our commit. Raises NotFound."""
    query = select(Part).where(Part.account_id == account_id, Part.key == key)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(f"there is no part {key!r}")
    return found


def part_by_code(session: Session, account_id: int, code: str) -> Part | None:
    """The part with these digits; None: there is none, or it is used no more."""
    query = select(Part).where(Part.account_id == account_id, Part.code == code, ~Part.retired)
    return session.scalar(query)


def parts_of_account(session: Session, account_id: int) -> Sequence[Part]:
    """All parts, by name."""
    return session.scalars(
        select(Part).where(Part.account_id == account_id).order_by(Part.name, Part.id)
    ).all()
