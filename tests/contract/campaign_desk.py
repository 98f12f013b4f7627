"""What tests of campaigns do, in few words: a company, a campaign, leads, claims, and what came of them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crm_core import dial_claims, dial_record, dials
from crm_core.campaigns.campaign import Campaign
from crm_core.campaigns.leads import new_lead
from crm_core.customers import add_customer
from crm_core.customers_in_bulk import NewCustomer, add_customers
from crm_core.db import Store
from crm_core.dial_attempts import DialAttempt
from crm_core.dials import Dial
from crm_core.permission import legal_profiles
from crm_core.permission.profile import shipped
from crm_core.phone_numbers import E164
from crm_core.provenance import UNKNOWN_ORIGIN
from crm_core.queues import Queue
from ctiserver.core import events as e
from ctiserver.core.ids import AgentKey, ContactId, LegId
from ctiserver.core.leads import Lead

SANTIAGO = ZoneInfo("America/Santiago")
MOBILE, HOME = E164("+56971884213"), E164("+56226381234")


def at(day: int, hour: int, minute: int = 0, month: int = 9) -> float:
    """In 2026, in Santiago: September 14th is a Monday, the 18th and 19th are holidays."""
    return datetime(2026, month, day, hour, minute, tzinfo=SANTIAGO).timestamp()


NOW = at(14, 10)


def _confirm(session: Session) -> None:
    for row in (key for key, one in shipped().items() if one.country in ("CL", "*")):
        legal_profiles.confirm(session, 1, row, expected_version=0, by="admin", name="admin", now=at(1, 10))


class CampaignDesk:
    """One campaign of account 1, which runs; the shipped rows of the law of Chile and the house's are confirmed."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.claims = 0
        store.write(_confirm)
        self.campaign = self.make("gas")

    def make(self, key: str, **changes: Any) -> int:
        def add(session: Session) -> int:
            queue = session.scalar(select(Queue).where(Queue.key == "calls-out"))
            if queue is None:
                queue = Queue(account_id=1, key="calls-out", name="Calls out")
            usual: dict[str, Any] = {"purpose": "service", "mode": "predictive", "state": "running"}
            row = Campaign(
                account_id=1,
                key=key,
                name=key,
                queue=queue,
                state_at=1.0,
                state_by="admin",
                made_at=1.0,
                made_by="admin",
                **usual | changes,
            )
            session.add(row)
            session.flush()
            return row.id

        return self.store.write(add)

    def change(self, **changes: Any) -> None:
        def set_them(session: Session) -> None:
            row = session.get_one(Campaign, self.campaign)
            for name, value in changes.items():
                setattr(row, name, value)

        self.store.write(set_them)

    def customer(self, *numbers: str, **fields: Any) -> int:
        return self.store.write(
            lambda session: (
                add_customer(
                    session, 1, phones=[E164(one) for one in numbers], now=1.0, **{"name": "Ana"} | fields
                ).id
            )
        )

    def lead(
        self, *numbers: str, customer: int = 0, campaign: int = 0, now: float = NOW, **fields: Any
    ) -> int:
        """The id of a new lead: of a new customer with these numbers, unless `customer` is given."""
        chosen = numbers or (MOBILE,)
        owner = customer or self.customer(*chosen)

        def add(session: Session) -> int:
            to = session.get_one(Campaign, campaign or self.campaign)
            row = new_lead(to, owner, chosen, language="es", by="admin", now=now)
            return session.scalars(insert(Dial).returning(Dial.id), [row | fields]).one()

        return self.store.write(add)

    def leads(self, many: int) -> list[int]:
        """The ids of so many new leads of new customers."""
        numbers = [E164(f"+5697188{n:04}") for n in range(many)]

        def add(session: Session) -> list[int]:
            to = session.get_one(Campaign, self.campaign)
            people = [NewCustomer(fields={"name": "Ana"}, phones=(number,)) for number in numbers]
            ids = add_customers(session, 1, people, origin=UNKNOWN_ORIGIN, now=1.0)
            rows = [
                new_lead(to, one, [number], language="es", by="admin", now=NOW)
                for one, number in zip(ids, numbers, strict=True)
            ]
            session.execute(insert(Dial), rows)
            return list(session.scalars(select(Dial.id).where(Dial.campaign_id == to.id).order_by(Dial.id)))

        return self.store.write(add)

    def claim(self, now: float = NOW, *, owner: str = "cti-a", agent: str = "", campaign: int = 0) -> Any:
        self.claims += 1
        return self.store.write(
            dial_claims.claim_next,
            claim=f"c{self.claims}",
            attempt=LegId(f"c{self.claims}-1"),
            owner=owner,
            now=now,
            campaign=campaign or self.campaign,
            agent=AgentKey(agent) if agent else None,
        )

    def taken(self, now: float = NOW, **how: Any) -> Lead:
        found = self.claim(now, **how)
        assert isinstance(found, Lead), found
        return found

    def tell(self, kind: type[e.LeadEvent], lead: Lead, now: float = NOW + 5, **fields: Any) -> Dial:
        event = kind(at=now, account_id=1, dial_id=lead.dial_id, attempt=lead.attempt, **fields)
        self.store.write(dial_record.record, event)
        return self.row(lead.dial_id)

    def failed(self, lead: Lead, result: str, now: float = NOW + 5, retry_at: float | None = None) -> Dial:
        return self.tell(e.LeadFailed, lead, now, result=result, decided_by="carrier", retry_at=retry_at)

    def ended(self, lead: Lead, result: str, now: float = NOW + 90, retry_at: float | None = None) -> Dial:
        return self.tell(e.LeadEnded, lead, now, result=result, decided_by="customer", retry_at=retry_at)

    def reached(self, lead: Lead, now: float = NOW + 5, **fields: Any) -> Dial:
        usual = {
            "contact": ContactId(f"contact-{lead.attempt}"),
            "pii_number": lead.permit.pii_address,
            "customer": lead.customer,
            "language": "es",
            "campaign": lead.campaign,
        }
        return self.tell(e.LeadReached, lead, now, **usual | fields)

    def talked(self, lead: Lead, agent: str = "ann", now: float = NOW + 5) -> Dial:
        """He answered, spoke with the agent for a minute, and it ended."""
        self.reached(lead, now)
        named: dict[str, Any] = {"contact": f"contact-{lead.attempt}", "campaign": lead.campaign}
        self.tell(e.LeadConnected, lead, now + 1, agent=agent, **named)
        return self.ended(lead, "connected", now + 61)

    def row(self, dial_id: int) -> Dial:
        return self.store.read(dials.dial, 1, dial_id)

    def attempt(self, lead: Lead) -> DialAttempt:
        return self.store.read(lambda session: session.get_one(DialAttempt, lead.attempt))
