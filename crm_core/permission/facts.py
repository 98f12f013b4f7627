"""What the store knows about one contact that somebody wants to make, as facts for the rules."""

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from crm_core import products
from crm_core.accounts import account
from crm_core.contact_points import Address, Email, Phone
from crm_core.customers import Customer, customer
from crm_core.permission import consents, do_not_call, legal_profiles, permits
from crm_core.permission.places import Home, Place, place_of
from crm_core.permission.rules import Entry, Facts, Row, Said
from crm_core.phone_numbers import E164
from ctiserver.core.permit import Channel, Purpose

NUMBERED = frozenset({Channel.PHONE, Channel.SMS, Channel.FAX})
"""Channels whose addresses are telephone numbers."""
_DAY_SECONDS = 86_400.0
Kind = TypeVar("Kind", Address, Email, Phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A contact that somebody wants to make. `product`: the key of what shall be offered; None: nothing.

    `automatic`: a machine chose the moment; false: a person acts by hand, one customer at a time.
    """

    customer_id: int
    address: str
    channel: Channel
    purpose: Purpose
    automatic: bool
    product: str | None = None


def facts(session: Session, account_id: int, asked: Asked, *, now: float, but: int | None = None) -> Facts:
    """All that the rules need; `but`: the permit whose own contact does not count. Raises NotFound."""
    who = customer(session, account_id, asked.customer_id)
    place = _place(session, who, asked, now)
    rows = legal_profiles.rows_for(session, account_id, place.countries, asked.purpose, asked.channel)
    return Facts(
        channel=asked.channel,
        purpose=asked.purpose,
        automatic=asked.automatic,
        zones=place.zones,
        countries=place.countries,
        regions=place.regions,
        rows=rows,
        entries=tuple(
            Entry(row.id, row.on_list, row.since, row.until)
            for row in do_not_call.of_address(session, account_id, asked.address)
        ),
        said=tuple(
            Said(row.id, row.given, row.at, row.expires_at)
            for row in consents.about(
                consents.history(session, account_id, asked.customer_id), asked.channel, asked.purpose
            )
        ),
        contacted=tuple(
            permits.contacted(
                session,
                account_id,
                asked.customer_id,
                asked.address,
                since=now - _look_back_seconds(rows),
                now=now,
                but=but,
            )
        ),
        is_his=_is_his(session, who, asked, now),
        owned=_owned(session, account_id, asked, now),
    )


def _place(session: Session, who: Customer, asked: Asked, now: float) -> Place:
    home = account(session, who.account_id)
    return place_of(
        number=E164(asked.address) if _is_number(asked) else None,
        homes=homes_of(session, who, home.country, now),
        stated_zone=who.time_zone,
        country=home.country,
        zone=home.time_zone,
    )


def _is_number(asked: Asked) -> bool:
    return asked.channel in NUMBERED and asked.address.startswith("+") and asked.address[1:].isdecimal()


def _look_back_seconds(rows: tuple[Row, ...]) -> float:
    """Long enough for a month and for the longest rolling window, and a day more for a permit that was held."""
    rolling = [int(cap.window[:-1]) for row in rows for cap in row.profile.caps if cap.window.endswith("d")]
    return (max([32, *rolling]) + 1) * _DAY_SECONDS


def homes_of(session: Session, who: Customer, country: str, now: float) -> tuple[Home, ...]:
    """Where he has addresses now; `country`: of those that name none."""
    rows = session.execute(_of(Address, who, now).with_only_columns(Address.country, Address.region))
    return tuple(sorted({Home(of or country, region) for of, region in rows}, key=repr))


def _is_his(session: Session, who: Customer, asked: Asked, now: float) -> bool:
    if asked.channel in NUMBERED:
        return session.scalar(_of(Phone, who, now).where(Phone.e164 == asked.address)) is not None
    if asked.channel is Channel.EMAIL:
        return session.scalar(_of(Email, who, now).where(Email.address == asked.address)) is not None
    return True  # nobody can tell whose chat or letter it is before it is answered


def _of(kind: type[Kind], who: Customer, now: float) -> Select[Kind]:
    """His, and not over."""
    return select(kind).where(
        kind.account_id == who.account_id,
        kind.customer_id == who.id,
        or_(kind.valid_until.is_(None), kind.valid_until > now),
    )


def _owned(session: Session, account_id: int, asked: Asked, now: float) -> str:
    if asked.product and products.owns(session, account_id, asked.customer_id, asked.product, at=now):
        return asked.product
    return ""
