"""Who calls and what he may be calling about: one question to the database, asked while he hears the greeting."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import structs
from sqlalchemy.orm import Session

from crm_core import announcements, guess_odds, outages, plain_sql
from crm_core.candidates import CANDIDATES_AT_MOST
from crm_core.customers import full_name
from crm_core.guess_odds import Odds, Open
from ctiserver.core.customers import Candidate, Matter

NO_ODDS: Odds = {}

_HIS = "account_id = customers.account_id AND customer_id = customers.id"
_QUESTION = f"""
    SELECT customers.id, customers.name, surname, second_surname, value_class, customers.language,
        COALESCE(customers.time_zone, accounts.time_zone) AS zone,
        (SELECT MIN(COALESCE(due_from_at, due_until_at)) FROM work_orders WHERE {_HIS} AND is_open) AS visit_at,
        (SELECT MIN(due_at) FROM invoices WHERE {_HIS} AND status = 'open') AS bill_due_at,
        (SELECT MAX(opened_at) FROM cases WHERE {_HIS} AND is_open) AS case_opened_at,
        (SELECT MAX(dated_at) FROM orders
            WHERE {_HIS} AND status IN ('placed', 'confirmed', 'sent')) AS order_placed_at
    FROM phones
    JOIN customers ON customers.id = phones.customer_id AND customers.account_id = phones.account_id
    JOIN accounts ON accounts.id = customers.account_id
    WHERE phones.account_id = :account_id AND phones.e164 = :number AND phones.valid_until IS NULL
        AND customers.merged_into IS NULL AND customers.erased_at IS NULL
    ORDER BY COALESCE(value_class, 'Z'), customers.id
    LIMIT {CANDIDATES_AT_MOST}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The customers with his number, as `candidates.find_by_number` gives them; and of one who has it alone, what he
    may be calling about, the likeliest first, and the announcements that concern where he lives."""

    candidates: tuple[Candidate, ...]
    matters: tuple[Matter, ...] = ()
    announcements: tuple[int, ...] = ()


def look_up(session: Session, account_id: int, e164: str, *, at: float, odds: Odds = NO_ODDS) -> Caller:
    """Who calls from this number at this moment; one who is known hears of an outage where he lives."""
    rows = plain_sql.rows(session, _QUESTION, {"account_id": account_id, "number": e164})
    candidates = tuple(
        Candidate(
            customer_id=row.id,
            pii_name=full_name(row.name, row.surname, row.second_surname),
            value_class=row.value_class,
            language=row.language,
        )
        for row in rows
    )
    if len(candidates) != 1:
        return Caller(candidates=candidates)
    only = candidates[0].customer_id
    outage = outages.announced_for(session, account_id, only, at) is not None
    told = structs.replace(candidates[0], outage=outage)
    return Caller(
        candidates=(told,),
        matters=_matters(rows[0], odds, at),
        announcements=announcements.where_he_lives(session, account_id, only, at),
    )


def _matters(row: Any, odds: Odds, at: float) -> tuple[Matter, ...]:
    found = Open(
        visit_at=row.visit_at,
        bill_due_at=row.bill_due_at,
        case_opened_at=row.case_opened_at,
        order_placed_at=row.order_placed_at,
    )
    return guess_odds.matters(found, odds, at=at, zone=ZoneInfo(row.zone))
