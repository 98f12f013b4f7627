"""Who a caller turned out to be: the agent looks him up, or writes him down, and his number is known the next time.

A number that is not yet in the customer's record becomes one of his, with the agent and the contact as its source;
that others have it too does not matter: numbers may be shared.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import accounts, audit, customers, phone_numbers, search
from crm_core.contact_points import keep_phone
from crm_core.customers import Customer
from crm_core.phone_numbers import E164
from crm_core.provenance import Origin, Source

FOUND_AT_MOST = 12


def find(session: Session, account_id: int, text: str) -> Sequence[Customer]:
    """Customers whom a name, a number, a RUT or another key may mean, the likeliest first."""
    ids = [hit.customer.id for hit in search.find(session, account_id, text, limit=FOUND_AT_MOST)]
    meant = session.scalars(select(Customer).where(Customer.account_id == account_id, Customer.id.in_(ids)))
    return sorted(meant, key=lambda one: ids.index(one.id))


def time_zone(session: Session, account_id: int, customer_id: int | None) -> str:
    """The IANA name of the customer's time zone; the account's where he has none, is unknown or was erased."""
    own = None
    if customer_id is not None:
        his = select(Customer.time_zone)
        own = session.scalar(his.where(Customer.account_id == account_id, Customer.id == customer_id))
    return own or accounts.account(session, account_id).time_zone


def attached(
    session: Session,
    account_id: int,
    customer_id: int,
    *,
    contact: str,
    number: str | None,
    by: str,
    now: float,
) -> None:
    """Note that `by` said whose contact this is; `number`, unless None, is kept in the customer's record.

    Raises NotFound.
    """
    owner = customers.customer(session, account_id, customer_id)
    known = _as_e164(session, account_id, number) if number else None
    news = known is not None and all(phone.e164 != known for phone in owner.phones)
    if known is not None and news:
        keep_phone(session, account_id, customer_id, known, origin=_heard(contact, by), now=now)
    audit.note(
        session,
        account_id=account_id,
        at=now,
        by=by,
        action="attach customer",
        subject=f"contact {contact}",
        after={"customer_id": customer_id} | ({"number_kept": known} if news else {}),
    )


def create(
    session: Session, account_id: int, *, contact: str, number: str, by: str, now: float, **fields: Any
) -> Customer:
    """The new customer, with the number he calls from, unless it is withheld.

    Raises Refusal for wrong fields, Conflict for a RUT in use.
    """
    known = _as_e164(session, account_id, number)
    new = customers.add_customer(
        session, account_id, now=now, phones=[known] if known else [], origin=_heard(contact, by), **fields
    )
    audit.note(
        session,
        account_id=account_id,
        at=now,
        by=by,
        action="create customer",
        subject=f"customer {new.id}",
        after=fields | ({"number": known} if known else {}),
    )
    return new


def _as_e164(session: Session, account_id: int, written: str) -> E164 | None:
    return phone_numbers.normalise(written, accounts.account(session, account_id).country)


def _heard(contact: str, by: str) -> Origin:
    """The customer said it to an agent."""
    return Origin(source=Source.CUSTOMER, by=by, contact_id=contact)
