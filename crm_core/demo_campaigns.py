"""The demo company's campaigns: a renewal that dials ahead of its agents, and a collection that they click through.

Both stand paused: whoever wants to see one run sets it going. Loading again adds nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crm_core.base import DEFAULT_ACCOUNT_ID
from crm_core.campaigns import sources
from crm_core.campaigns.campaign import Campaign
from crm_core.campaigns.leads import new_lead
from crm_core.customers import Customer
from crm_core.dials import Dial
from crm_core.permission import legal_profiles
from crm_core.permission.profile import ANY_COUNTRY
from crm_core.queues import Queue
from crm_core.scripts import script_versions

_BY = "demo"
_QUEUE = "ventas"
_LAW = ("CL", ANY_COUNTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One campaign: its customers are those from place `first` on, `values` what its script says of each."""

    key: str
    name: str
    purpose: str
    mode: str
    first: int
    leads: int
    values: Mapping[str, str]


RENEWAL = _Kind(
    key="renovacion",
    name="Renovación del contrato de mantención",
    purpose="renewal",
    mode="predictive",
    first=0,
    leads=120,
    values={"plan": "Plan Hogar"},
)
COLLECTION = _Kind(
    key="cobranza",
    name="Cobranza de boletas atrasadas",
    purpose="collections",
    mode="preview",
    first=120,
    leads=40,
    values={"debt": "$ 23.400", "due_on": "5 de octubre"},
)
CAMPAIGNS = (RENEWAL, COLLECTION)


def load(session: Session, *, now: float) -> int:
    """How many leads were missing."""
    served = select(Queue).where(Queue.account_id == DEFAULT_ACCOUNT_ID, Queue.key == _QUEUE)
    queue = session.scalar(served)
    if queue is None:
        return 0
    there = set(session.scalars(select(Campaign.key).where(Campaign.account_id == DEFAULT_ACCOUNT_ID)))
    missing = [kind for kind in CAMPAIGNS if kind.key not in there]
    return sum(_add(session, kind, queue, now) for kind in missing)


def _add(session: Session, kind: _Kind, queue: Queue, now: float) -> int:
    scripts = script_versions.names_in_force(session, DEFAULT_ACCOUNT_ID)
    row = Campaign(
        account_id=DEFAULT_ACCOUNT_ID,
        key=kind.key,
        name=kind.name,
        purpose=kind.purpose,
        mode=kind.mode,
        queue=queue,
        script=kind.key if kind.key in scripts else None,
        state="paused",
        state_at=now,
        state_by=_BY,
        made_at=now,
        made_by=_BY,
    )
    session.add(row)
    session.flush()
    every = select(Customer).where(Customer.account_id == DEFAULT_ACCOUNT_ID).order_by(Customer.id)
    people = session.scalars(every.offset(kind.first).limit(kind.leads)).all()
    numbers = sources.numbers(session, DEFAULT_ACCOUNT_ID, [one.id for one in people], now=now)
    leads = [
        new_lead(row, one.id, numbers[one.id], language=one.language or "es", by=_BY, now=now)
        | {"values": dict(kind.values)}
        for one in people
        if one.id in numbers
    ]
    session.execute(insert(Dial), leads)
    return len(leads)


def confirm_the_law(session: Session, *, now: float) -> None:
    """The law of the demo's country counts as read: all whom a demo can call are simulated."""
    for row in legal_profiles.profiles(session, DEFAULT_ACCOUNT_ID):
        if row.confirmed_at is None and row.profile.country in _LAW:
            legal_profiles.confirm(
                session,
                DEFAULT_ACCOUNT_ID,
                row.profile.key,
                expected_version=None,
                by=_BY,
                name="Gas del Valle (demo)",
                now=now,
            )
