"""Offices that customers may visit, and which of them is nearest to an address.

Nearest is the office in the same comuna (or city); where there is none, the one at the smallest great-circle distance,
as far as both places have coordinates; else one in the same region. Among several in the comuna the distance decides,
else their key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Protocol

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import Base, Degrees
from crm_core.opening_hours import OpeningHours
from crm_core.plain_text import plain

MEAN_EARTH_RADIUS_KM = 6371.0088
"""IUGG mean radius R1 (Moritz, "Geodetic Reference System 1980", Journal of Geodesy 74, 2000)."""


class Office(Base):
    """One office of one account."""

    __tablename__ = "offices"
    __table_args__ = (UniqueConstraint("account_id", "key"), Index(None, "hours_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str]
    name: Mapped[str]
    street: Mapped[str]
    """Street and number."""
    city: Mapped[str]
    """City or comuna."""
    region: Mapped[str | None]
    """ISO 3166-2 ("CL-RM"); None: unknown."""
    latitude: Mapped[Degrees | None]
    longitude: Mapped[Degrees | None]
    hours_id: Mapped[int | None] = mapped_column(ForeignKey("opening_hours.id"))
    """When it is open; None: nobody has said."""

    hours: Mapped[OpeningHours | None] = relationship()


class Place(Protocol):
    """What an address and an office have in common."""

    @property
    def city(self) -> str: ...
    @property
    def region(self) -> str | None: ...
    @property
    def latitude(self) -> float | None: ...
    @property
    def longitude(self) -> float | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """The nearest office. `kilometres` None: the distance is unknown."""

    office: Office
    kilometres: float | None


def offices_of_account(session: Session, account_id: int) -> Sequence[Office]:
    """The account's offices, by key."""
    return session.scalars(select(Office).where(Office.account_id == account_id).order_by(Office.key)).all()


def nearest(place: Place, offices: Sequence[Office]) -> Near | None:
    """The office that the module's policy gives; None: none is in his comuna, at a known distance or in his region."""
    measured = [Near(office=one, kilometres=kilometres_between(place, one)) for one in offices]
    city = plain(place.city)
    in_city = [one for one in measured if city and plain(one.office.city) == city]
    at_distance = [one for one in measured if one.kilometres is not None]
    in_region = [one for one in measured if place.region and one.office.region == place.region]
    for choice in (in_city, at_distance, in_region):
        if choice:
            return min(choice, key=_order)
    return None


def kilometres_between(one: Place, other: Place) -> float | None:
    """Great-circle distance of two places; None where one has no coordinates.

    The haversine formula (Sinnott, "Virtues of the Haversine", Sky & Telescope 68, 1984), which stays exact for places
    that are close to each other.
    """
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    north, further_north = radians(one.latitude), radians(other.latitude)
    half_up = (further_north - north) / 2
    half_across = radians(other.longitude - one.longitude) / 2
    haversine = sin(half_up) ** 2 + cos(north) * cos(further_north) * sin(half_across) ** 2
    return 2 * MEAN_EARTH_RADIUS_KM * asin(min(1.0, sqrt(haversine)))


def _order(near: Near) -> tuple[float, str]:
    return (near.kilometres if near.kilometres is not None else float("inf"), near.office.key)
