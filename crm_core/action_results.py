"""What actions of flows came to: an action that is done twice has one effect and one answer.

The calls process asks again for what had no answer when it died. Effect and answer are one transaction, so the second
time finds the answer of the first.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ForeignKey, Index, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.self_service.registry import Asked, Outcome

KEPT_SECONDS = 7 * 86_400.0


class ActionResult(Base):
    """One action that changed something. `id` is the action's own."""

    __tablename__ = "action_results"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    contact_id: Mapped[str]
    customer_id: Mapped[int | None] = mapped_column(
        ForeignKey("customers.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[str]
    outcome: Mapped[str]
    values: Mapped[dict[str, Any]]
    at: Mapped[EpochSeconds]


def once(session: Session, asked: Asked, name: str, work: Callable[[Session], Outcome]) -> Outcome:
    """What the action comes to, or came to when it was done before."""
    known = session.get(ActionResult, asked.action_id)
    if known is not None:
        return Outcome(outcome=known.outcome, values={str(k): str(v) for k, v in known.values.items()})
    came = work(session)
    session.execute(delete(ActionResult).where(ActionResult.at < asked.now - KEPT_SECONDS))
    row = ActionResult(
        id=asked.action_id,
        account_id=asked.account_id,
        contact_id=asked.contact,
        customer_id=asked.customer_id,
        name=name,
        outcome=came.outcome,
        values=dict(came.values),
        at=asked.now,
    )
    session.add(row)
    session.flush()
    return came
