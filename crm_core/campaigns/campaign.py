"""A campaign as a row: what is offered, by whom, how it dials, and whether it runs.

Its leads are dials (`crm_core.dials`) that bear its number: claimed, permitted, counted and retried like every other.
What the engines need of it they get with the configuration, so a change is in force at once.

    draft -> running <-> paused -> stopped
      |         |                     ^
      +---------+---------------------+
                +-> finished: nobody is left to be called
"""

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import Base, ConfiguresEngines, EpochSeconds, Seconds
from crm_core.opening_hours import OpeningHours
from crm_core.queues import Queue
from ctiserver.core.errors import NotFound

NEXT: dict[str, tuple[str, ...]] = {
    "draft": ("running", "stopped"),
    "running": ("paused", "stopped", "finished"),
    "paused": ("running", "stopped"),
    "stopped": (),
    "finished": ("running",),
}
"""Each state and those that may follow it; new leads let a finished campaign run again."""


class Campaign(ConfiguresEngines, Base):
    """One campaign of one account. Its key is unique in the account."""

    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        UniqueConstraint("account_id", "id"),
        Index(None, "queue_id"),
        Index(None, "hours_id"),
        CheckConstraint("mode IN ('manual', 'preview', 'progressive', 'predictive')", "mode"),
        CheckConstraint("state IN ('draft', 'running', 'paused', 'stopped', 'finished')", "state"),
        CheckConstraint("weight > 0", "weight"),
        CheckConstraint("abandon_limit >= 0 AND abandon_limit < 1", "abandon_limit"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str]
    name: Mapped[str]
    purpose: Mapped[str]
    """One of `ctiserver.core.permit.Purpose`."""
    product: Mapped[str | None]
    """The key of what is offered: whoever owns it is never called; None: nothing is sold."""
    mode: Mapped[str]
    queue_id: Mapped[int] = mapped_column(ForeignKey("queues.id"))
    """The agents who serve this queue speak with those who answer."""
    script: Mapped[str | None]
    """What the agent reads, by its name."""
    hours_id: Mapped[int | None] = mapped_column(ForeignKey("opening_hours.id"))
    """When it dials; None: whenever the law lets it."""
    starts_at: Mapped[EpochSeconds | None]
    ends_at: Mapped[EpochSeconds | None]
    weight: Mapped[float] = mapped_column(Double, default=1.0)
    """Its share of the agents whom it has in common with others."""
    caller_number: Mapped[str] = mapped_column(default="")
    """What those called see; "": the installation's."""
    lines_at_once: Mapped[int | None]
    lines_per_second: Mapped[int | None]
    ring_seconds: Mapped[Seconds] = mapped_column(default=25.0)
    attempts_at_most: Mapped[int] = mapped_column(default=3)
    pause_seconds: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The first pause before another attempt, by result, where it is not the usual one."""

    abandon_limit: Mapped[float] = mapped_column(Double, default=0.03)
    """At most this share of those who answer may find nobody."""
    window_days: Mapped[int] = mapped_column(default=30)
    tolerance_seconds: Mapped[Seconds] = mapped_column(default=2.0)
    message_flow: Mapped[str] = mapped_column(default="campaign-message")
    """What he hears for whom no agent came in time: who called, and how not to be called again."""
    preview_seconds: Mapped[Seconds | None]
    """After so long a previewed lead is dialled by itself; None: only by a click."""
    detect_machines: Mapped[bool] = mapped_column(default=False)
    machine_flow: Mapped[str | None]
    """What an answering machine is left; None: nothing."""

    state: Mapped[str] = mapped_column(default="draft")
    state_at: Mapped[EpochSeconds]
    state_by: Mapped[str]
    made_at: Mapped[EpochSeconds]
    made_by: Mapped[str]
    pre_test_at: Mapped[EpochSeconds | None]
    """Since when a sample of its leads is called before all others (`pre_testing`); None: it has had no pre-test."""
    pre_test_seed: Mapped[int | None]
    """With which that sample was drawn."""
    pre_test_list: Mapped[int | None]
    """Of how many leads."""
    pre_test_ended_at: Mapped[EpochSeconds | None]
    """None while it is under way."""
    version: Mapped[int] = mapped_column()

    queue: Mapped[Queue] = relationship(lazy="joined", innerjoin=True)
    hours: Mapped[OpeningHours | None] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}


class CampaignLoad(Base):
    """One loading of leads: a segment or an import, as of one moment, and what became of each customer in it."""

    __tablename__ = "campaign_loads"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "campaign_id"], ["campaigns.account_id", "campaigns.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "campaign_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    campaign_id: Mapped[int]
    source_kind: Mapped[str]
    """segment or import."""
    source_id: Mapped[int]
    loaded_at: Mapped[EpochSeconds]
    by: Mapped[str]
    added: Mapped[int]
    """How many became leads."""
    there: Mapped[int]
    """How many were leads already."""
    refused: Mapped[dict[str, Any]]
    """How many were left out, by rule: `no_number`, or a rule of `Rule` for which waiting does not help."""
    last_customer_id: Mapped[int] = mapped_column(default=0)
    """Up to whom it has been taken."""
    ended_at: Mapped[EpochSeconds | None]
    """None: the jobs process is still at it."""
    error: Mapped[str] = mapped_column(default="")
    """Why it could not be gone on with, "error-id: sentence"."""


def campaign(session: Session, account_id: int, key: str) -> Campaign:
    """Raises NotFound, also for another account's."""
    found = session.scalar(select(Campaign).where(Campaign.account_id == account_id, Campaign.key == key))
    if found is None:
        raise NotFound(f"account {account_id} has no campaign {key!r}")
    return found
