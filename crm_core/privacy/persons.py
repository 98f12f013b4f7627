"""Who a person is in the records: his own record, those that were merged into it, and the addresses that are his alone.

A number that a family or an office shares is not only his: it stays with the others.
"""

from collections.abc import Iterator

import phonenumbers
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.contact_points import Email, Phone
from crm_core.customers import Customer, customer
from crm_core.privacy.ownership import Person


def person_of(session: Session, account_id: int, customer_id: int) -> Person:
    """The person behind a customer's record. Raises NotFound, also for one who was erased."""
    own = customer(session, account_id, customer_id)
    ids = (own.id, *_merged_into(session, account_id, own.id))
    numbers = _his_alone(session, account_id, ids, Phone, "e164")
    emails = _his_alone(session, account_id, ids, Email, "address")
    written = sorted({way for number in numbers for way in ways_to_write(number)})
    return Person(account_id=account_id, ids=ids, addresses=(*numbers, *emails), written=tuple(written))


def ways_to_write(number: str) -> Iterator[str]:
    """How trunks write a number in E.164: with and without +, with 00, and as it is dialled in its country."""
    parsed = phonenumbers.parse(number)
    national = str(phonenumbers.national_significant_number(parsed))
    yield from (number, number[1:], f"00{number[1:]}", national, f"0{national}")


def _merged_into(session: Session, account_id: int, kept_id: int) -> list[int]:
    found: list[int] = []
    newest = [kept_id]
    while newest:
        query = select(Customer.id).where(Customer.account_id == account_id, Customer.merged_into.in_(newest))
        newest = list(session.scalars(query.order_by(Customer.id), execution_options={"with_merged": True}))
        found += newest
    return found


def _his_alone(
    session: Session, account_id: int, ids: tuple[int, ...], kind: type[Phone] | type[Email], key: str
) -> list[str]:
    column = getattr(kind, key)
    own = select(column).where(kind.account_id == account_id, kind.customer_id.in_(ids))
    others = select(column).where(
        kind.account_id == account_id, kind.customer_id.not_in(ids), column.in_(own.scalar_subquery())
    )
    return sorted(set(session.scalars(own)) - set(session.scalars(others)))
