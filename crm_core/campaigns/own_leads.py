"""What an agent has to do with campaigns: those that he serves, and the customers whom he promised to call back."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.agents import Agent
from crm_core.campaigns.campaign import Campaign
from crm_core.customer_list import display_names
from crm_core.dials import Dial
from crm_core.queues import AgentQueue
from crm_core.users import User

_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class OwnCallBack:
    """A customer who is to be called at a time, by this agent alone."""

    dial_id: int
    customer_id: int
    customer: str
    number: str
    campaign: str
    at: float


def served(session: Session, account_id: int, login: str) -> Sequence[Campaign]:
    """Campaigns that run, of the queues that the agent serves, by name."""
    queues = (
        select(AgentQueue.queue_id)
        .join(Agent, Agent.id == AgentQueue.agent_id)
        .join(User, User.id == Agent.user_id)
        .where(User.login == login, User.account_id == account_id)
    )
    query = select(Campaign).where(
        Campaign.account_id == account_id, Campaign.state == "running", Campaign.queue_id.in_(queues)
    )
    return session.scalars(query.order_by(Campaign.name, Campaign.id)).all()


def call_backs(session: Session, account_id: int, login: str) -> list[OwnCallBack]:
    """The agent's own, the next one first."""
    query = (
        select(Dial, Campaign.name)
        .join(Campaign, Campaign.id == Dial.campaign_id)
        .where(
            Dial.account_id == account_id,
            Dial.state == "planned",
            Dial.agent == login,
            Dial.asked_for_at.is_not(None),
            Campaign.state.in_(("running", "paused")),
        )
        .order_by(Dial.next_at, Dial.id)
        .limit(_AT_MOST)
    )
    rows = session.execute(query).all()
    names = display_names(session, account_id, [row.customer_id for row, _ in rows])
    return [
        OwnCallBack(
            dial_id=row.id,
            customer_id=row.customer_id,
            customer=names[row.customer_id],
            number=row.number,
            campaign=campaign,
            at=row.next_at,
        )
        for row, campaign in rows
    ]
