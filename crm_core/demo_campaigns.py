"""The demo company's campaign: a renewal for forty customers, which dials nobody by itself.

It stands paused: who wants to see it run sets it going, and even then an agent asks for each customer and clicks.
Loading again adds nothing.
"""

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crm_core.base import DEFAULT_ACCOUNT_ID
from crm_core.campaigns import sources
from crm_core.campaigns.campaign import Campaign
from crm_core.campaigns.leads import new_lead
from crm_core.customers import Customer
from crm_core.dials import Dial
from crm_core.queues import Queue
from crm_core.scripts import script_versions

KEY = "renovacion"
LEADS = 40
_BY = "demo"
_PLAN = "Plan Hogar"
"""What the script says of the contract."""


def load(session: Session, *, now: float) -> int:
    """How many leads were missing."""
    there = select(Campaign.id).where(Campaign.account_id == DEFAULT_ACCOUNT_ID, Campaign.key == KEY)
    queue = session.scalar(
        select(Queue).where(Queue.account_id == DEFAULT_ACCOUNT_ID, Queue.key == "servicio")
    )
    if session.scalar(there) is not None or queue is None:
        return 0
    scripts = script_versions.names_in_force(session, DEFAULT_ACCOUNT_ID)
    row = Campaign(
        account_id=DEFAULT_ACCOUNT_ID,
        key=KEY,
        name="Renovación del contrato de mantención",
        purpose="renewal",
        mode="preview",
        queue=queue,
        script=KEY if KEY in scripts else None,
        state="paused",
        state_at=now,
        state_by=_BY,
        made_at=now,
        made_by=_BY,
    )
    session.add(row)
    session.flush()
    people = session.scalars(
        select(Customer).where(Customer.account_id == DEFAULT_ACCOUNT_ID).order_by(Customer.id).limit(LEADS)
    ).all()
    numbers = sources.numbers(session, DEFAULT_ACCOUNT_ID, [one.id for one in people], now=now)
    leads = [
        new_lead(row, one.id, numbers[one.id], language=one.language or "es", by=_BY, now=now)
        | {"values": {"plan": _PLAN}}
        for one in people
        if one.id in numbers
    ]
    session.execute(insert(Dial), leads)
    return len(leads)
