"""Which lead of a campaign is called next.

An agent who asks gets the customers whom he promised to call back himself; nobody else gets those while he works here.
Then come those who
asked for an hour that has come, then those who were tried before, the longest due first, then fresh ones in the order
in which they were loaded. A campaign that does not run has none, nor has one that has not begun or is over. While its
pre-test is under way, only those of the sample are called.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select, text
from sqlalchemy.orm import Session, lazyload

from crm_core import permission
from crm_core.base import NEVER_AT
from crm_core.campaigns.campaign import Campaign
from crm_core.dials import Dial
from crm_core.users import User
from ctiserver.core.ids import AgentKey
from ctiserver.core.permit import Purpose

PREVIEW_SECONDS = 900.0
"""So long the permit of a lead is good that an agent looks at before he dials."""
PLANNED = text("state = 'planned'")
"""With the word in the statement: else SQLite cannot know that the index of planned ones will do."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a campaign says of all its leads, at the moment of the claim."""

    purpose: Purpose
    product: str | None
    attempts_at_most: int
    not_after: float
    valid_seconds: float
    agent: AgentKey | None = None
    """Who asks, and dials himself."""


def open_campaign(session: Session, campaign_id: int, now: float) -> Campaign | None:
    """The campaign, if it calls now; its hours are the engine's affair."""
    found = session.get(Campaign, campaign_id, options=[lazyload("*")])
    if found is None or found.state != "running":
        return None
    begun = found.starts_at is None or found.starts_at <= now
    return found if begun and now < _ends_at(found) else None


def terms(found: Campaign, agent: AgentKey | None) -> Terms:
    """Of its leads; `agent`: who looks at them before he dials, None: nobody does."""
    return Terms(
        purpose=Purpose(found.purpose),
        product=found.product,
        attempts_at_most=found.attempts_at_most,
        not_after=_ends_at(found),
        valid_seconds=PREVIEW_SECONDS if agent else permission.VALID_SECONDS,
        agent=agent,
    )


def next_due(session: Session, found: Campaign, agent: AgentKey | None, now: float) -> Dial | None:
    """The lead whose turn it is, locked; one that another transaction has in hand is left out. None: nobody is due."""
    due = select(Dial).where(PLANNED, Dial.campaign_id == found.id, Dial.next_at <= now)
    if is_pre_testing(found):
        due = due.where(Dial.in_sample)
    for tier in _tiers(agent):
        query = due.where(*tier).order_by(Dial.next_at, Dial.id).limit(1)
        if (row := session.scalar(query.with_for_update(skip_locked=True))) is not None:
            return row
    return None


def anyones() -> ColumnElement[bool]:
    """Leads that are no agent's own, or of one who works here no more."""
    return or_(Dial.agent.is_(None), Dial.agent.in_(select(User.login).where(User.disabled)))


def is_second_lead(session: Session, row: Dial) -> bool:
    """Two records that were two leads of one campaign have turned out to be one person: the first lead is his."""
    first = select(Dial.id).where(
        Dial.account_id == row.account_id,
        Dial.customer_id == row.customer_id,
        Dial.campaign_id == row.campaign_id,
        Dial.id < row.id,
    )
    return session.scalar(first.limit(1)) is not None


def is_pre_testing(found: Campaign) -> bool:
    """Whether only those of its sample are called."""
    return found.pre_test_at is not None and found.pre_test_ended_at is None


def _tiers(agent: AgentKey | None) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """One after the other, each by an index of its own. Personal leads have all been asked for."""
    asked_for = Dial.asked_for_at.is_not(None)
    if agent is not None:
        yield asked_for, Dial.agent == agent
    yield asked_for, anyones()
    yield text("attempts > 0"), Dial.asked_for_at.is_(None)  # type: ignore[misc]
    yield (Dial.asked_for_at.is_(None),)


def _ends_at(found: Campaign) -> float:
    return NEVER_AT if found.ends_at is None else found.ends_at
