"""Attempts at a dial: a row for each, there and committed before anything rings.

Whoever claims a dial makes it (`dial_claims`), its call fills it in (`dial_record`); campaigns count them.
"""

from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base, EpochSeconds


class DialAttempt(Base):
    """One attempt: the claim, and what came of it. `id` is the channel's."""

    __tablename__ = "dial_attempts"
    __table_args__ = (
        UniqueConstraint("dial_id", "ordinal"),
        Index(None, "claim"),
        Index(
            "ix_dial_attempts_under_way",
            "owner",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "campaign_id", "answered_at"),
        Index(None, "campaign_id", "ended_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    dial_id: Mapped[int] = mapped_column(ForeignKey("dials.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    """Counts all attempts of the dial, from 1; those that were withdrawn too."""
    claim: Mapped[str]
    """The command that asked for it: asked again, it gets the same attempts."""
    owner: Mapped[str]
    """The daemon that claimed it, `<installation>-<switch>`."""
    permit_id: Mapped[int]
    campaign_id: Mapped[int | None]
    number: Mapped[str] = mapped_column(default="", server_default="")
    """The number that was dialled; "" for attempts of before it was kept."""
    number_place: Mapped[int] = mapped_column(default=0, server_default="0")
    """Which of his numbers that was, from 0."""
    contact: Mapped[str | None]
    """The contact that it became when he answered."""
    agent: Mapped[str | None]
    """The log-in of the agent who spoke with him."""
    claimed_at: Mapped[EpochSeconds]
    ringing_at: Mapped[EpochSeconds | None]
    answered_at: Mapped[EpochSeconds | None]
    connected_at: Mapped[EpochSeconds | None]
    """When an agent was with him."""
    abandoned_at: Mapped[EpochSeconds | None]
    """When it was clear that no agent came in time."""
    abandoned_by_leaving: Mapped[bool] = mapped_column(default=False, server_default=false())
    """No agent came because one had gone or was taken by a caller: counted apart."""
    message_at: Mapped[EpochSeconds | None]
    """When the message for him, or for his machine, began."""
    answered_by: Mapped[str | None]
    """live, machine or unsure, as the detector heard it; None: it did not listen."""
    detector: Mapped[dict[str, Any] | None]
    """What the detector heard: its cause, and seconds until it knew."""
    ended_at: Mapped[EpochSeconds | None]
    result: Mapped[str | None]
    decided_by: Mapped[str | None]
    sip_code: Mapped[int] = mapped_column(default=0)
    q850: Mapped[int] = mapped_column(default=0)
