"""Names of people, streets and comunas that callers hear: what is to be spoken, and the sound that was made of it.

Whoever saves a customer, an address, an order or an office says what callers may hear of it; the jobs process has it
spoken soon after, never during a call. A sound that belongs to a customer goes with him. Sounds are bounded: what was
asked for longest ago gives way, and is spoken anew when its record is saved again. What cannot be spoken is tried a few
times.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKeyConstraint, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.accounts import Account
from crm_core.base import Base

if TYPE_CHECKING:
    from crm_core.contact_points import Address

TRIES = 3
LONGEST_TEXT = 80
"""Letters of a name that is worth speaking."""
_INSIDE = re.compile(
    r",|\b(?:depto|dpto|departamento|of|oficina|casa|piso|torre|block|local)\b", re.IGNORECASE
)
"""What follows the house's number: the way inside."""


class SpokenName(Base):
    """One text of one customer, or of nobody. `sound` None: not made yet, or it gave way to others."""

    __tablename__ = "spoken_names"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "customer_id"),
        Index(None, "account_id", "text"),
        Index(None, "sound"),
        Index(None, "wanted", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int | None]
    text: Mapped[str]
    wanted: Mapped[bool] = mapped_column(default=True)
    """Whether it is still to be spoken."""
    failures: Mapped[int] = mapped_column(default=0)
    sound: Mapped[str | None]
    """"LANGUAGE/NAME" in the folder of names, without extension."""
    size_bytes: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text that is to be spoken in the language of its account."""

    id: int
    text: str
    language: str


def spoken_place(address: str) -> str:
    """Street and house of an address, without the way inside; "": there is none."""
    return _INSIDE.split(address, maxsplit=1)[0].strip(" .")


def want_name(
    session: Session,
    account_id: int,
    text: str,
    customer_id: int | None = None,
    *,
    longest: int = LONGEST_TEXT,
) -> None:
    """Callers may hear this text, of this customer's or of nobody's; asked again it changes nothing.

    What has more than `longest` letters is not spoken.
    """
    words = " ".join(text.split())
    if not words or len(words) > longest:
        return
    known = session.scalar(
        select(SpokenName).where(
            SpokenName.account_id == account_id,
            SpokenName.customer_id.is_(None)
            if customer_id is None
            else SpokenName.customer_id == customer_id,
            SpokenName.text == words,
        )
    )
    if known is None:
        session.add(SpokenName(account_id=account_id, customer_id=customer_id, text=words))
    elif known.sound is None:
        known.wanted, known.failures = True, 0


def want_address(session: Session, address: "Address") -> None:
    """Callers may hear his street with its number, and the comuna, which is nobody's alone."""
    want_name(session, address.account_id, spoken_place(address.street), address.customer_id)
    want_name(session, address.account_id, address.city)


def to_speak(session: Session, limit: int) -> Sequence[Wanted]:
    """What is to be spoken next, of all accounts, in the order in which it was asked for."""
    query = (
        select(SpokenName.id, SpokenName.text, Account.language)
        .join(Account, Account.id == SpokenName.account_id)
        .where(SpokenName.wanted)
        .order_by(SpokenName.id)
    )
    return [Wanted(*row) for row in session.execute(query.limit(limit))]


def spoken(session: Session, name_id: int, sound: str, size_bytes: int) -> bool:
    """Note the sound; False: the name is gone meanwhile, and its sound has to go too."""
    row = session.get(SpokenName, name_id)
    if row is None:
        return False
    row.wanted, row.sound, row.size_bytes = False, sound, size_bytes
    return True


def not_spoken(session: Session, ids: Sequence[int]) -> None:
    """These could not be spoken: they are tried again, but not for ever."""
    for row in session.scalars(select(SpokenName).where(SpokenName.id.in_(ids))):
        row.failures += 1
        row.wanted = row.failures < TRIES


def give_way(session: Session, most_bytes: int, limit: int = 200) -> list[str]:
    """The sounds that have to go so that all together keep within the bound, the oldest first."""
    total = session.scalar(select(func.coalesce(func.sum(SpokenName.size_bytes), 0))) or 0
    gone: list[str] = []
    oldest = select(SpokenName).where(SpokenName.sound.is_not(None)).order_by(SpokenName.id).limit(limit)
    for row in session.scalars(oldest) if total > most_bytes else ():
        if total <= most_bytes:
            break
        total -= row.size_bytes
        gone += [row.sound] if row.sound else []
        row.sound, row.size_bytes = None, 0
    session.flush()
    return [sound for sound in dict.fromkeys(gone) if not in_use(session, sound)]


def in_use(session: Session, sound: str) -> bool:
    """Whether some name is still said with this sound."""
    return session.scalar(select(SpokenName.id).where(SpokenName.sound == sound).limit(1)) is not None


def counted(session: Session) -> tuple[int, int]:
    """How many names wait to be spoken, and how many have their sound; of all accounts."""
    waiting = select(func.count()).select_from(SpokenName).where(SpokenName.wanted)
    made = select(func.count()).select_from(SpokenName).where(SpokenName.sound.is_not(None))
    return session.scalar(waiting) or 0, session.scalar(made) or 0


def sounds_of(session: Session, account_id: int, customer_ids: Sequence[int]) -> list[str]:
    """The sounds that are these customers' alone, by name."""
    own = SpokenName.customer_id.in_(customer_ids) & (SpokenName.account_id == account_id)
    his = {sound for sound in session.scalars(select(SpokenName.sound).where(own)) if sound}
    others = select(SpokenName.sound).where(SpokenName.sound.in_(his), ~func.coalesce(own, False))
    return sorted(his - {sound for sound in session.scalars(others) if sound})
