"""Loading: the customers of a source become leads of a campaign, part after part, each in a transaction of its own.

Whoever asks for it gets a row at once; the jobs process does the work, so that a hundred thousand leads keep nobody
waiting and nothing locked, and goes on where it was after a crash. Who is a lead already stays as he is. Left out and
counted is only whom no waiting would help: without a number, on our own list with all of them, owner of what is
offered, or with his consent taken back. All rules are asked again before each call; here is only spared what would
never be.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import and_, insert, select, text
from sqlalchemy.orm import Session

from crm_core import audit
from crm_core.accounts import account
from crm_core.campaigns import sources
from crm_core.campaigns.campaign import Campaign, CampaignLoad, campaign
from crm_core.campaigns.leads import new_lead
from crm_core.campaigns.sources import Source, these
from crm_core.contact_points import Phone
from crm_core.customers import Customer
from crm_core.dials import Dial
from crm_core.permission.consents import ANY, Consent
from crm_core.permission.do_not_call import DoNotCall
from crm_core.permission.rules import OWN_LIST
from crm_core.products import OwnedProduct, Product
from ctiserver.core.errors import Refusal
from ctiserver.core.permit import Channel, Purpose, Rule

PART = 2000
NO_NUMBER = "no_number"
_DIALS: Any = Dial.__table__


def begin(
    session: Session, account_id: int, key: str, source: Source, *, by: str, now: float
) -> CampaignLoad:
    """Ask for it; the jobs process does it. Raises NotFound, ConfigError, Refusal."""
    to = campaign(session, account_id, key)
    if to.state == "stopped":
        raise Refusal("campaign_stopped", "a stopped campaign calls nobody any more: make a new one")
    sources.customers(session, account_id, source, now=now)
    row = CampaignLoad(
        account_id=account_id,
        campaign_id=to.id,
        source_kind=source.kind,
        source_id=source.id,
        loaded_at=now,
        by=by,
        added=0,
        there=0,
        refused={},
        last_customer_id=0,
        error="",
    )
    session.add(row)
    after = {"source": source.kind, "id": source.id}
    audit.note(
        session, account_id=account_id, at=now, by=by, action="load", subject=f"campaign {key}", after=after
    )
    session.flush()
    return row


def load(session: Session, account_id: int, key: str, source: Source, *, by: str, now: float) -> CampaignLoad:
    """A small source at once, in one transaction. Raises as `begin`."""
    row = begin(session, account_id, key, source, by=by, now=now)
    while take_part(session, row.id, now=now):
        pass
    return row


def waiting(session: Session) -> CampaignLoad | None:
    """The oldest load of any account that is not over."""
    query = select(CampaignLoad).where(CampaignLoad.ended_at.is_(None)).order_by(CampaignLoad.id)
    return session.scalars(query.limit(1)).first()


def fail(session: Session, load_id: int, why: Refusal, *, now: float) -> None:
    """It cannot be gone on with."""
    row = session.get_one(CampaignLoad, load_id)
    row.ended_at, row.error = now, f"{why.error_id}: {why}"[:500]
    session.flush()


def take_part(session: Session, load_id: int, *, now: float) -> bool:
    """Takes the next customers; whether there may be more. Raises as `begin`."""
    row = session.get_one(CampaignLoad, load_id)
    to = session.get_one(Campaign, row.campaign_id)
    source = Source(kind=row.source_kind, id=row.source_id)  # type: ignore[arg-type]
    query = (
        sources.customers(session, row.account_id, source, now=row.loaded_at)
        .with_only_columns(Customer.id, Customer.language)
        .where(Customer.id > row.last_customer_id)
        .order_by(Customer.id)
        .limit(PART)
    )
    people = {customer_id: language for customer_id, language in session.execute(query)}
    there = _leads(session, to, people)
    fresh = [one for one in people if one not in there]
    numbers, refused = _callable(session, to, fresh, now)
    home = account(session, row.account_id).language
    leads = [
        new_lead(to, one, numbers[one], language=people[one] or home, by=row.by, now=row.loaded_at)
        for one in fresh
        if one in numbers
    ]
    if leads:
        session.execute(insert(_DIALS), leads)
    row.added, row.there = row.added + len(leads), row.there + len(there)
    row.refused = dict(Counter(row.refused) + refused)
    row.last_customer_id = max(people, default=row.last_customer_id)
    if len(people) < PART:
        row.ended_at = now
    session.flush()
    if row.ended_at is not None:
        _count_anew(session)
    return len(people) == PART


def _count_anew(session: Session) -> None:
    """Else PostgreSQL takes the table for as small as before until its own round, and each claim sorts the list."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE dials"))


def _leads(session: Session, to: Campaign, ids: Collection[int]) -> set[int]:
    query = select(Dial.customer_id).where(
        Dial.account_id == to.account_id, Dial.customer_id.in_(these(ids)), Dial.campaign_id == to.id
    )
    return set(session.scalars(query))


def _callable(
    session: Session, to: Campaign, ids: Sequence[int], now: float
) -> tuple[dict[int, list[str]], Counter[str]]:
    """The numbers at which each may be called some day, and how many may not, by reason."""
    numbers = sources.numbers(session, to.account_id, ids, now=now)
    refused = Counter({NO_NUMBER: len(ids) - len(numbers)})
    if Purpose(to.purpose) is not Purpose.EMERGENCY:
        listed = _listed(session, to.account_id, ids, now)
        numbers = {one: [number for number in his if number not in listed] for one, his in numbers.items()}
        refused[Rule.DO_NOT_CALL.value] = _drop(numbers, {one for one, his in numbers.items() if not his})
        refused[Rule.CONSENT_REVOKED.value] = _drop(numbers, _said_no(session, to, ids, now))
    if to.product:
        refused[Rule.OWNED.value] = _drop(numbers, _owners(session, to.account_id, to.product, ids, now))
    return numbers, +refused


def _drop(numbers: dict[int, list[str]], those: set[int]) -> int:
    """How many of them were there."""
    gone = those & numbers.keys()
    for one in gone:
        del numbers[one]
    return len(gone)


def _listed(session: Session, account_id: int, ids: Sequence[int], now: float) -> set[str]:
    """Those of their numbers that stand on our own list for good."""
    query = (
        select(DoNotCall.address)
        .join(Phone, and_(Phone.account_id == DoNotCall.account_id, Phone.e164 == DoNotCall.address))
        .where(
            Phone.account_id == account_id,
            Phone.customer_id.in_(these(ids)),
            DoNotCall.on_list == OWN_LIST,
            DoNotCall.since <= now,
            DoNotCall.until.is_(None),
        )
    )
    return set(session.scalars(query))


def _said_no(session: Session, to: Campaign, ids: Sequence[int], now: float) -> set[int]:
    """Those whose last word about calls for this purpose is no."""
    query = (
        select(Consent.customer_id, Consent.given)
        .where(
            Consent.account_id == to.account_id,
            Consent.customer_id.in_(these(ids)),
            Consent.channel.in_((Channel.PHONE, ANY)),
            Consent.purpose.in_((to.purpose, ANY)),
            Consent.at <= now,
        )
        .order_by(Consent.at, Consent.id)
    )
    last = {customer_id: given for customer_id, given in session.execute(query)}
    return {customer_id for customer_id, given in last.items() if not given}


def _owners(session: Session, account_id: int, product: str, ids: Sequence[int], now: float) -> set[int]:
    query = (
        select(OwnedProduct.customer_id)
        .join(Product)
        .where(
            OwnedProduct.account_id == account_id,
            OwnedProduct.customer_id.in_(these(ids)),
            OwnedProduct.status == "owned",
            OwnedProduct.until.is_(None) | (OwnedProduct.until > now),
            Product.key == product,
            Product.account_id == account_id,
        )
    )
    return set(session.scalars(query))
