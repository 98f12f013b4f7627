"""Contacts to be called back: those that nobody took and that ended through no wish of the caller, and those whose
agent wrote down when. Whoever calls back claims the contact first.
"""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from crm_core.interactions import Interaction
from ctiserver.core.errors import Conflict

CallBackResult = Literal["reached", "no_answer", "wrong_number", "not_needed"]


def to_call_back(session: Session, account_id: int, *, now: float, limit: int = 100) -> Sequence[Interaction]:
    """The contacts whose call back is due, best first; claimed ones too.

    Emergencies come first, then what was promised for an hour that has come, then the higher class, then the older.
    """
    wanted_at = Interaction.call_back_at
    query = select(Interaction).where(
        Interaction.account_id == account_id,
        Interaction.to_call_back,
        Interaction.call_back_done_at.is_(None),
        or_(wanted_at.is_(None), wanted_at <= now),
    )
    order = (
        Interaction.emergency.desc(),
        wanted_at.is_(None),
        func.coalesce(Interaction.value_class, "Z"),
        func.coalesce(wanted_at, Interaction.arrived_at),
        Interaction.id,
    )
    return session.scalars(query.order_by(*order).limit(limit)).all()


def claim_call_back(session: Session, account_id: int, contact: str, *, by: str, now: float) -> None:
    """From now on `by` calls back. Raises Conflict when it is claimed, done or not to be called back."""
    claim = (
        update(Interaction)
        .where(
            Interaction.account_id == account_id,
            Interaction.id == contact,
            Interaction.to_call_back,
            Interaction.call_back_claimed_by.is_(None),
        )
        .values(call_back_claimed_by=by, call_back_claimed_at=now)
        .returning(Interaction.id)
    )
    if session.scalar(claim) is None:
        raise Conflict(f"contact {contact} isn't waiting to be called back, or somebody else does it already")


def call_back_done(
    session: Session, account_id: int, contact: str, *, by: str, result: CallBackResult, now: float
) -> None:
    """`by` called back, or needn't. Raises Conflict when it was not he who had claimed it, or it is done."""
    done = (
        update(Interaction)
        .where(
            Interaction.account_id == account_id,
            Interaction.id == contact,
            Interaction.call_back_claimed_by == by,
            Interaction.call_back_done_at.is_(None),
        )
        .values(call_back_done_at=now, call_back_result=result)
        .returning(Interaction.id)
    )
    if session.scalar(done) is None:
        raise Conflict(f"contact {contact} must be claimed by whoever calls back, and is done once")
