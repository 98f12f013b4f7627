"""Where the demo company's customers live, and the offices that they may visit.

Streets exist, numbers are drawn by chance. Loading again gives an address to whoever has none, and offices only to a
company without any.
"""

import random
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.administration.office_form import OfficeForm, Offices
from crm_core.base import DEFAULT_ACCOUNT_ID
from crm_core.contact_points import Address, keep_address
from crm_core.customers import Customer
from crm_core.offices import offices_of_account
from crm_core.opening_hours import OpeningHours, hours_of_account
from crm_core.provenance import Origin, Source

_REGION = "CL-RM"
_STREETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Providencia", ("Los Leones", "Avenida Pedro de Valdivia", "Suecia")),
    ("Ñuñoa", ("Avenida Irarrázaval", "Dublé Almeyda", "Simón Bolívar")),
    ("Maipú", ("Avenida Pajaritos", "Rinconada", "Primera Transversal")),
    ("La Florida", ("Vicuña Mackenna", "Rojas Magallanes", "Walker Martínez")),
)
"""Comuna and streets in it."""
_HOURS = "oficinas"
_OFFICES = tuple(
    OfficeForm(
        key=key,
        name=name,
        street=street,
        city=city,
        region=_REGION,
        hours=_HOURS,
        latitude=north,
        longitude=east,
    )
    for key, name, street, city, north, east in (
        ("providencia", "Oficina Providencia", "Avenida Providencia 2133", "Providencia", -33.4225, -70.6110),
        ("maipu", "Oficina Maipú", "Avenida Pajaritos 1790", "Maipú", -33.5060, -70.7570),
        ("florida", "Oficina La Florida", "Vicuña Mackenna 7210", "La Florida", -33.5190, -70.5990),
    )
)
_WEEK = {
    **{day: [["09:00", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "sat": [["09:00", "13:00"]],
}
_SEED = 20_242


def load(session: Session, *, now: float) -> None:
    """Adds what is missing to account 1."""
    if not offices_of_account(session, DEFAULT_ACCOUNT_ID):
        _open_offices(session)
    origin, places = Origin(source=Source.SYSTEM, by="demo"), _places()
    at_home = set(
        session.scalars(select(Address.customer_id).where(Address.account_id == DEFAULT_ACCOUNT_ID))
    )
    everybody = select(Customer.id).where(Customer.account_id == DEFAULT_ACCOUNT_ID).order_by(Customer.id)
    for customer_id, (street, city) in zip(session.scalars(everybody).all(), places, strict=False):
        if customer_id not in at_home:
            keep_address(
                session,
                DEFAULT_ACCOUNT_ID,
                customer_id,
                origin=origin,
                now=now,
                street=street,
                city=city,
                region=_REGION,
                country="CL",
            )


def _open_offices(session: Session) -> None:
    if _HOURS not in {one.key for one in hours_of_account(session, DEFAULT_ACCOUNT_ID)}:
        session.add(
            OpeningHours(
                account_id=DEFAULT_ACCOUNT_ID, key=_HOURS, name="Oficinas", week=_WEEK, holidays_of="CL"
            )
        )
        session.flush()
    for form in _OFFICES:
        Offices().make(session, DEFAULT_ACCOUNT_ID, form)
    session.flush()


def _places() -> Iterator[tuple[str, str]]:
    """Street with number, comuna; without end."""
    chance = random.Random(_SEED)
    while True:
        city, streets = chance.choice(_STREETS)
        yield f"{chance.choice(streets)} {chance.randint(100, 4900)}", city
