"""The life of a customer relationship: from prospect to customer, lost and perhaps won back, each with its date.

prospect -> qualified -> customer -> at_risk -> lost -> won_back
"""

from collections.abc import Sequence

from sqlalchemy import ForeignKeyConstraint, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.timeline_entry import entry
from ctiserver.core.errors import Refusal

NEXT: dict[str, tuple[str, ...]] = {
    "prospect": ("qualified", "customer", "lost"),
    "qualified": ("prospect", "customer", "lost"),
    "customer": ("at_risk", "lost"),
    "at_risk": ("customer", "lost"),
    "lost": ("won_back", "prospect"),
    "won_back": ("at_risk", "lost"),
}
"""Each stage and those that may follow it."""


class LifecycleStage(Base):
    """From `at` on the customer was in this stage."""

    __tablename__ = "lifecycle_stages"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "customer_id", "at"),
        Index("ix_lifecycle_stages_stage", "account_id", "stage", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int]
    stage: Mapped[str]
    at: Mapped[EpochSeconds]
    by: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")


def check_stage(stage: str) -> None:
    """Raises Refusal when there is no such stage."""
    if stage not in NEXT:
        raise Refusal("wrong_stage", f"there is no stage {stage!r}: choose one of {', '.join(NEXT)}")


def check_step(before: str, after: str) -> None:
    """Raises Refusal when `after` is no stage or cannot follow `before`."""
    check_stage(after)
    if after not in NEXT[before]:
        raise Refusal("wrong_stage", f"after {before} comes one of {', '.join(NEXT[before])}, not {after}")


def stages_of(session: Session, account_id: int, customer_id: int) -> Sequence[LifecycleStage]:
    """The customer's stages, the latest first."""
    query = select(LifecycleStage).where(
        LifecycleStage.account_id == account_id, LifecycleStage.customer_id == customer_id
    )
    return session.scalars(query.order_by(LifecycleStage.at.desc(), LifecycleStage.id.desc())).all()


TIMELINE = entry(
    "stage",
    LifecycleStage,
    LifecycleStage.at,
    title=LifecycleStage.stage,
    detail=LifecycleStage.reason,
    by=LifecycleStage.by,
)
