"""Where parts are: a ledger of movements, never a quantity that somebody overwrites.

What a place has of a part is the sum of its movements; a count writes the difference to what was believed. What a
technician used he used, also when his van had none according to the ledger: the sum goes below zero, for a
dispatcher to see and count. A movement bears a key, so that what is told twice is booked once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.work_orders.parts import Part, part
from crm_core.work_orders.technicians import technician
from ctiserver.core.errors import Refusal

Why = Literal["received", "counted", "moved", "used", "given_back"]
WHYS = ("received", "counted", "moved", "used", "given_back")
STORE = "store"
"""The key of the place that every account has."""
MOST_AT_ONCE = 1000


class StockMovement(Base):
    """So many of a part came to a place (above zero) or left it. Rows are added, never changed."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "order_id"], ["work_orders.account_id", "work_orders.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("account_id", "key"),
        CheckConstraint("why IN ('received', 'counted', 'moved', 'used', 'given_back')", "why"),
        CheckConstraint("quantity <> 0", "quantity"),
        Index(None, "account_id", "place", "part_id"),
        Index(None, "account_id", "order_id"),
        Index(None, "part_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    part_id: Mapped[int] = mapped_column(ForeignKey("parts.id"))
    place: Mapped[str]
    """`STORE`, or the login of the technician whose van it is."""
    quantity: Mapped[int]
    why: Mapped[str]
    order_id: Mapped[int | None]
    """The order that it was used for."""
    key: Mapped[str]
    at: Mapped[EpochSeconds]
    by: Mapped[str]


@dataclass(frozen=True, slots=True)
class Used:
    """So many of a part were used. `part`: its key."""

    part: str
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What a place has of a part, by the ledger; below zero it has to be counted."""

    place: str
    part: str
    name: str
    quantity: int


def move(
    session: Session,
    account_id: int,
    part_key: str,
    quantity: int,
    *,
    place: str,
    why: Why,
    key: str,
    by: str,
    now: float,
    order_id: int | None = None,
) -> StockMovement | None:
    """The movement; the same one when its key was booked before. None: nothing moves (a quantity of 0).

    Raises Refusal for a quantity that nobody means, NotFound for an unknown part.
    """
    if why not in WHYS:
        raise Refusal("wrong_movement", f"why something moves is one of {', '.join(WHYS)}")
    if abs(quantity) > MOST_AT_ONCE:
        raise Refusal("wrong_quantity", f"at most {MOST_AT_ONCE} at once: write it in several movements")
    moved = part(session, account_id, part_key, lock=True)
    booked = session.scalar(
        select(StockMovement).where(StockMovement.account_id == account_id, StockMovement.key == key)
    )
    if booked is not None or quantity == 0:
        return booked
    new = StockMovement(
        account_id=account_id,
        part_id=moved.id,
        place=place,
        quantity=quantity,
        why=why,
        order_id=order_id,
        key=key,
        at=now,
        by=by,
    )
    session.add(new)
    session.flush()
    return new


def receive(
    session: Session,
    account_id: int,
    part_key: str,
    quantity: int,
    *,
    place: str,
    key: str,
    by: str,
    now: float,
    why: Literal["received", "given_back"] = "received",
) -> None:
    """So many came to a place, or came back to it. Raises Refusal, NotFound."""
    if quantity <= 0:
        raise Refusal("wrong_quantity", "say how many: a number above 0")
    move(session, account_id, part_key, quantity, place=place, why=why, key=key, by=by, now=now)


def check_place(session: Session, account_id: int, place: str) -> None:
    """Raises Refusal for what is neither the store nor a technician's van."""
    if place != STORE:
        technician(session, account_id, place)


def hand_over(
    session: Session,
    account_id: int,
    part_key: str,
    quantity: int,
    *,
    source: str,
    target: str,
    key: str,
    by: str,
    now: float,
) -> None:
    """So many go from one place to another, such as from the store into a van. Raises Refusal, NotFound."""
    if quantity <= 0:
        raise Refusal("wrong_quantity", "say how many: a number above 0")
    for place, sign, end in ((source, -1, "from"), (target, 1, "to")):
        move(
            session,
            account_id,
            part_key,
            sign * quantity,
            place=place,
            why="moved",
            key=f"{key}.{end}",
            by=by,
            now=now,
        )


def count(
    session: Session, account_id: int, part_key: str, found: int, *, place: str, key: str, by: str, now: float
) -> StockMovement | None:
    """Somebody counted: the difference is booked. None: the ledger was right. Raises Refusal, NotFound."""
    if found < 0:
        raise Refusal("wrong_quantity", "nobody finds less than nothing: write 0 or more")
    part(session, account_id, part_key, lock=True)
    believed = level(session, account_id, part_key, place)
    return move(
        session,
        account_id,
        part_key,
        found - believed,
        place=place,
        why="counted",
        key=key,
        by=by,
        now=now,
    )


def level(session: Session, account_id: int, part_key: str, place: str) -> int:
    """How many a place has of a part, by the ledger."""
    query = (
        select(func.coalesce(func.sum(StockMovement.quantity), 0))
        .join(Part, Part.id == StockMovement.part_id)
        .where(StockMovement.account_id == account_id, StockMovement.place == place, Part.key == part_key)
    )
    return int(session.scalar(query) or 0)


def levels(session: Session, account_id: int, place: str | None = None) -> list[Level]:
    """What every place has, or one; what is all gone is told too. By place and name."""
    query = (
        select(StockMovement.place, Part.key, Part.name, func.sum(StockMovement.quantity))
        .join(Part, Part.id == StockMovement.part_id)
        .where(StockMovement.account_id == account_id)
        .group_by(StockMovement.place, Part.key, Part.name)
        .order_by(StockMovement.place, Part.name)
    )
    if place is not None:
        query = query.where(StockMovement.place == place)
    return [
        Level(place=where, part=key, name=name, quantity=int(quantity))
        for where, key, name, quantity in session.execute(query)
    ]


def used_for(session: Session, account_id: int, order_id: int) -> list[Used]:
    """What an order used up so far, given back ones deducted, by the name of the part."""
    query = (
        select(Part.key, func.sum(StockMovement.quantity))
        .join(Part, Part.id == StockMovement.part_id)
        .where(StockMovement.account_id == account_id, StockMovement.order_id == order_id)
        .group_by(Part.key, Part.name)
        .order_by(Part.name)
    )
    return [Used(key, -int(quantity)) for key, quantity in session.execute(query) if quantity]


def use(
    session: Session,
    account_id: int,
    order_id: int,
    used: Sequence[Used],
    *,
    place: str,
    key: str,
    by: str,
    now: float,
) -> None:
    """The parts leave the place for the order; told twice under one key they leave once. Raises Refusal, NotFound."""
    if any(one.quantity <= 0 for one in used):
        raise Refusal("wrong_quantity", "say how many were used: a number above 0")
    for name in sorted({one.part for one in used}):  # in one order, so that two never wait for each other
        move(
            session,
            account_id,
            name,
            -sum(one.quantity for one in used if one.part == name),
            place=place,
            why="used",
            key=f"order.{order_id}.{key}.{name}",
            by=by,
            now=now,
            order_id=order_id,
        )
