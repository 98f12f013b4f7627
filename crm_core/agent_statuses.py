"""What agents were, and since when: one row for each change of status, from which occupancy and adherence are made.

An agent is what his latest row says; before his first row nothing is known of him. Rows are written by the reader of
the journal, once each.
"""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.agents import Agent
from crm_core.base import Base, EpochSeconds
from crm_core.users import User
from ctiserver.core import events as e


class AgentStatus(Base):
    """From `at` on the agent is this. `by`: himself, somebody else, or the center."""

    __tablename__ = "agent_statuses"
    __table_args__ = (Index(None, "account_id", "agent", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    agent: Mapped[str]
    at: Mapped[EpochSeconds]
    status: Mapped[str]
    """logged_out, available or pause."""
    reason: Mapped[str] = mapped_column(default="", server_default="")
    by: Mapped[str] = mapped_column(default="", server_default="")


@dataclass(frozen=True, slots=True)
class StatusSpan:
    """The agent was this from one moment to another."""

    from_at: float
    until_at: float
    status: str
    reason: str


def record(session: Session, event: e.AgentStatusChanged) -> None:
    """Write down a change; of somebody who is no agent of ours any more nothing is kept."""
    owner = select(User.account_id).join(Agent, Agent.user_id == User.id).where(User.login == event.agent)
    account_id = session.scalar(owner)
    if account_id is not None:
        session.add(
            AgentStatus(
                account_id=account_id,
                agent=event.agent,
                at=event.at,
                status=str(event.status),
                reason=event.reason,
                by=event.by,
            )
        )


def spans_of(
    session: Session, account_id: int, from_at: float, until_at: float, *, agent: str | None = None
) -> dict[str, list[StatusSpan]]:
    """What each agent, or one, was in a span of time, in order and without a gap from the first that is known."""
    known = select(AgentStatus).where(AgentStatus.account_id == account_id, AgentStatus.at < until_at)
    if agent is not None:
        known = known.where(AgentStatus.agent == agent)
    latest = (
        select(AgentStatus.agent, func.max(AgentStatus.at).label("at"))
        .where(AgentStatus.account_id == account_id, AgentStatus.at <= from_at)
        .group_by(AgentStatus.agent)
        .subquery()
    )
    query = known.outerjoin(latest, latest.c.agent == AgentStatus.agent).where(
        (latest.c.at.is_(None)) | (AgentStatus.at >= latest.c.at)
    )
    rows: dict[str, list[AgentStatus]] = defaultdict(list)
    for row in session.scalars(query.order_by(AgentStatus.at, AgentStatus.id)):
        rows[row.agent].append(row)
    return {
        who: [
            StatusSpan(max(row.at, from_at), end, row.status, row.reason)
            for row, end in zip(his, [*(one.at for one in his[1:]), until_at], strict=True)
            if end > max(row.at, from_at)
        ]
        for who, his in sorted(rows.items())
    }
