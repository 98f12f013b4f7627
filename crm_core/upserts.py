"""Customers as another program tells them, by the key that they have there: telling the same twice changes nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import customers, facts
from crm_core.base import check_version
from crm_core.contact_points import Email, Phone, email_of, keep_email, keep_phone, points_of
from crm_core.custom_fields import checked_values
from crm_core.customer_fields import KNOWN_BY_FACTS, checked, flat
from crm_core.customers import Customer
from crm_core.phone_numbers import E164
from crm_core.provenance import Origin


def add(
    session: Session,
    account_id: int,
    *,
    phones: Sequence[E164],
    emails: Sequence[str],
    origin: Origin,
    now: float,
    **fields: Any,
) -> Customer:
    """The new customer with his numbers and e-mail addresses. Raises Refusal, Conflict."""
    new = customers.add_customer(session, account_id, now=now, phones=phones, origin=origin, **fields)
    for written in emails:
        keep_email(session, account_id, new.id, written, origin=origin, now=now)
    return new


def tell(
    session: Session,
    account_id: int,
    external_id: str,
    *,
    phones: Sequence[E164],
    emails: Sequence[str],
    origin: Origin,
    now: float,
    expected_version: int | None = None,
    **fields: Any,
) -> tuple[Customer, bool]:
    """The customer with this key, made or brought in step, and whether anything was new.

    Numbers and addresses are added to those that he has. Raises Refusal, Conflict, StaleVersion.
    """
    query = select(Customer).where(Customer.account_id == account_id, Customer.external_id == external_id)
    found = session.scalar(query)
    if found is None:
        told = fields | {"external_id": external_id}
        return add(session, account_id, phones=phones, emails=emails, origin=origin, now=now, **told), True
    check_version(found.version, expected_version)
    said = _news(session, found, fields, origin)
    if said:
        customers.change_customer(
            session, account_id, found.id, expected_version=None, now=now, origin=origin, **said
        )
    known = {one.e164 for one in points_of(session, Phone, account_id, found.id)}
    new_phones = [number for number in phones if number not in known]
    for number in new_phones:
        keep_phone(session, account_id, found.id, number, origin=origin, now=now)
    addresses = {one.address for one in points_of(session, Email, account_id, found.id)}
    new_emails = [written for written in emails if email_of(written) not in addresses]
    for written in new_emails:
        keep_email(session, account_id, found.id, written, origin=origin, now=now)
    return found, bool(said or new_phones or new_emails)


def _news(session: Session, owner: Customer, fields: Mapping[str, Any], origin: Origin) -> dict[str, Any]:
    """Those of the fields of which this source tells something else than it has told before."""
    written = checked(fields)
    if "custom" in written:
        written["custom"] = checked_values(session, owner.account_id, written["custom"])
    new = facts.unsaid(session, owner.account_id, owner.id, flat(written), origin.source)
    names = {field.partition(".")[0] for field in new}
    return {
        field: value
        for field, value in written.items()
        if (field in names if field in KNOWN_BY_FACTS else getattr(owner, field) != value)
    }
