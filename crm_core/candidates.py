"""Who a number may be: the customers who have it, those worth most first."""

import math

from sqlalchemy import (
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from crm_core.contact_points import Phone
from crm_core.customers import Customer, full_name
from ctiserver.core.customers import Candidate

CANDIDATES_AT_MOST = 20
"""A switchboard, or a number that an import put everywhere, may belong to thousands: nobody chooses among them,
and each would go into the journal, the record and the agent's screen."""


# Built once: SQLAlchemy recognises it and compiles nothing per call.
_CANDIDATES = (
    select(
        Customer.id,
        Customer.name,
        Customer.surname,
        Customer.second_surname,
        Customer.value_class,
        Customer.language,
    )
    .join(Phone, (Phone.customer_id == Customer.id) & (Phone.account_id == Customer.account_id))
    .where(
        Phone.account_id == bindparam("account_id"),
        Phone.e164 == bindparam("e164"),
        or_(Phone.valid_until.is_(None), Phone.valid_until > bindparam("at")),
    )
    .order_by(func.coalesce(Customer.value_class, "Z"), Customer.id)
    .limit(CANDIDATES_AT_MOST)
)


def find_by_number(session: Session, account_id: int, e164: str, *, at: float = math.inf) -> list[Candidate]:
    """The first twenty with this number at that time: highest class first, those without class last, then by id.

    Without `at` a number with an end counts for nothing: it may be somebody else's by now.
    """
    rows = session.execute(_CANDIDATES, {"account_id": account_id, "e164": e164, "at": at})
    return [
        Candidate(
            customer_id=customer_id,
            pii_name=full_name(name, surname, second_surname),
            value_class=value_class,
            language=language,
        )
        for customer_id, name, surname, second_surname, value_class, language in rows
    ]
