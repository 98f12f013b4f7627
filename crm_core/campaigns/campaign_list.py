"""Campaigns in a list: how many leads each has, how many of them wait; and what a new one may be made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core.agents import Agent
from crm_core.campaigns.campaign import Campaign, CampaignLoad
from crm_core.customer_segments import segments
from crm_core.dials import Dial
from crm_core.imports import Import
from crm_core.queues import AgentQueue, Queue, queues_of_account
from crm_core.users import User


@dataclass(frozen=True, slots=True)
class LeadCounts:
    """`leads`: all that were loaded; `waiting`: those who will be called."""

    leads: int = 0
    waiting: int = 0


def lead_counts(session: Session, account_id: int) -> dict[int, LeadCounts]:
    """By the campaign's number; one without leads is left out."""
    waiting = func.count().filter(Dial.state == "planned")
    own = select(Campaign.id).where(Campaign.account_id == account_id)  # so that an index alone can answer
    query = (
        select(Dial.campaign_id, func.count(), waiting)
        .where(Dial.campaign_id.in_(own))
        .group_by(Dial.campaign_id)
    )
    return {int(key or 0): LeadCounts(leads, planned) for key, leads, planned in session.execute(query)}


def loads(session: Session, row: Campaign) -> Sequence[CampaignLoad]:
    """What was loaded into a campaign, the newest first; one without `ended_at` is under way."""
    query = select(CampaignLoad).where(
        CampaignLoad.account_id == row.account_id, CampaignLoad.campaign_id == row.id
    )
    return session.scalars(query.order_by(CampaignLoad.id.desc())).all()


def staffed_queues(session: Session, account_id: int) -> list[tuple[Queue, int]]:
    """Queues that a campaign may have, each with how many agents serve it; an emergency queue is none of them."""
    query = (
        select(AgentQueue.queue_id, func.count())
        .join(Agent, Agent.id == AgentQueue.agent_id)
        .join(User, User.id == Agent.user_id)
        .where(User.account_id == account_id, User.disabled.is_(False))
        .group_by(AgentQueue.queue_id)
    )
    agents = {queue_id: count for queue_id, count in session.execute(query)}
    queues = [one for one in queues_of_account(session, account_id) if not one.emergency]
    return [(one, agents.get(one.id, 0)) for one in queues]


@dataclass(frozen=True, slots=True)
class LeadSource:
    """A segment or an import that may be loaded; `customers`: how many it has now."""

    kind: str
    id: int
    name: str
    customers: int


def lead_sources(session: Session, account_id: int, *, now: float) -> list[LeadSource]:
    """The account's segments by name, then its imports, the newest first."""
    saved = [
        LeadSource("segment", one.id, one.name, segments.count(session, account_id, one.conditions, now=now))
        for one in segments.segments(session, account_id)
    ]
    taken = [
        LeadSource("import", one.id, one.file_name, one.created + one.changed + one.same)
        for one in imported_lists(session, account_id)
    ]
    return saved + taken


def imported_lists(session: Session, account_id: int, *, at_most: int = 50) -> Sequence[Import]:
    """Imports whose customers may be called, the newest first."""
    query = select(Import).where(Import.account_id == account_id, Import.state == "done")
    return session.scalars(query.order_by(Import.made_at.desc(), Import.id.desc()).limit(at_most)).all()
