"""What has become of a campaign's calls, the last ones first; and how many leads stand how."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core.campaigns.campaign import Campaign
from crm_core.customer_list import display_names
from crm_core.dial_attempts import DialAttempt
from crm_core.dials import Dial


@dataclass(frozen=True, slots=True)
class LastCall:
    """One attempt that is over. `agent` None: nobody spoke with him; `talked_seconds` None: likewise."""

    dial_id: int
    customer_id: int
    customer: str
    number: str
    ordinal: int
    ended_at: float
    result: str
    decided_by: str | None
    agent: str | None
    talked_seconds: float | None


def last_calls(session: Session, row: Campaign, *, at_most: int = 20) -> Sequence[LastCall]:
    """Those that ended last; what was never dialled is left out."""
    query = (
        select(DialAttempt, Dial.customer_id)
        .join(Dial, Dial.id == DialAttempt.dial_id)
        .where(
            DialAttempt.campaign_id == row.id,
            DialAttempt.ended_at.is_not(None),
            DialAttempt.result != "withdrawn",
        )
        .order_by(DialAttempt.ended_at.desc())
        .limit(at_most)
    )
    found = session.execute(query).all()
    names = display_names(session, row.account_id, [customer for _, customer in found])
    return [_told(attempt, customer, names[customer]) for attempt, customer in found]


def lead_states(session: Session, row: Campaign) -> dict[str, int]:
    """How many leads are in each state of a dial."""
    query = select(Dial.state, func.count()).where(Dial.campaign_id == row.id).group_by(Dial.state)
    return {state: count for state, count in session.execute(query)}


def _told(attempt: DialAttempt, customer_id: int, name: str) -> LastCall:
    ended = attempt.ended_at or attempt.claimed_at
    return LastCall(
        dial_id=attempt.dial_id,
        customer_id=customer_id,
        customer=name,
        number=attempt.number,
        ordinal=attempt.ordinal,
        ended_at=ended,
        result=attempt.result or "unknown",
        decided_by=attempt.decided_by,
        agent=attempt.agent,
        talked_seconds=None if attempt.connected_at is None else ended - attempt.connected_at,
    )
