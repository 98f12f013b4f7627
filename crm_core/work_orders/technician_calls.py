"""How far a technician's call has come, so that one that was cut off goes on where it was.

One row per technician: the order that he is closing, the code and the parts that he has said so far, and the key under
which it will be closed. A call within `RESUMED_SECONDS` of the last word takes the row over, with its key: whatever
was done already is not done again. A later one begins anew.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.work_orders.stock import Used

RESUMED_SECONDS = 600.0


class TechnicianCall(Base):
    """What one technician has said in his last call."""

    __tablename__ = "technician_calls"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str]
    """The contact in which he began; it keys the closing."""
    order_id: Mapped[int | None]
    code: Mapped[str | None]
    """The closing code that he chose; None: not yet."""
    used: Mapped[list[Any]] = mapped_column(default=list)
    """[[part's key, quantity]]"""
    at: Mapped[EpochSeconds]
    """His last word."""


def begin_or_resume(
    session: Session, account_id: int, user_id: int, contact_id: str, now: float
) -> tuple[TechnicianCall, bool]:
    """His row for this call, and whether it goes on with an order of a call that was cut off."""
    found = session.get(TechnicianCall, user_id, with_for_update=True)
    if found is None:
        found = TechnicianCall(user_id=user_id, account_id=account_id)
        session.add(found)
    elif found.key == contact_id or (found.order_id is not None and now - found.at <= RESUMED_SECONDS):
        resumed = found.key != contact_id
        found.at = now
        return found, resumed
    found.key, found.order_id, found.code, found.used, found.at = contact_id, None, None, [], now
    session.flush()
    return found, False


def told(found: TechnicianCall) -> Sequence[Used]:
    """The parts that he has said so far."""
    return [Used(part, quantity) for part, quantity in found.used]
