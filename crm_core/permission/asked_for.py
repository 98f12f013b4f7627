"""When somebody may be called who has just asked for it himself.

He asked, so neither lists, consents nor caps forbid it, whoever's the number is; the hours and holidays of the law,
where the number and its owner are, hold all the same: the telephone wakes others too.
"""

from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.customers import Customer
from crm_core.permission import decision, legal_profiles
from crm_core.permission.facts import homes_of
from crm_core.permission.places import place_of
from crm_core.permission.rules import Facts, Said
from crm_core.phone_numbers import E164
from ctiserver.core.permit import Channel, Purpose

_DAY_SECONDS = 86_400.0


def window(
    session: Session, account_id: int, number: E164, customer_id: int | None, *, at: float
) -> tuple[float, float] | None:
    """From when, `at` or later, until when he may be called, epoch seconds, a day at most; None: at no time."""
    home = account(session, account_id)
    who = session.get(Customer, customer_id) if customer_id is not None else None
    if who is not None and who.account_id != account_id:
        who = None
    place = place_of(
        number=number,
        homes=homes_of(session, who, home.country, at) if who else (),
        stated_zone=who.time_zone if who else None,
        country=home.country,
        zone=home.time_zone,
    )
    facts = Facts(
        channel=Channel.PHONE,
        purpose=Purpose.SERVICE,
        automatic=False,
        zones=place.zones,
        countries=place.countries,
        regions=place.regions,
        rows=legal_profiles.rows_for(session, account_id, place.countries, Purpose.SERVICE, Channel.PHONE),
        said=(Said(0, True, at, None),),
    )
    refused = decision.decide(facts, at)
    if refused is not None and refused.until is None:
        return None
    begins = at if refused is None or refused.until is None else refused.until
    return begins, decision.good_until(facts, begins, begins + _DAY_SECONDS)
