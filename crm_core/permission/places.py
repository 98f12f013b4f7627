"""Where a customer may be: countries, regions, time zones. Pure; several possible answers are all kept.

His own time zone, if somebody wrote it down, settles the clock. Else his address and his number speak: where they
agree on some zones those are taken, where they contradict each other all of them. A number alone may mean several
zones (a mobile of Spain: Madrid or the Canaries), and then each of them has to permit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import holidays
import msgspec
import phonenumbers
from phonenumbers import timezone

from crm_core.phone_numbers import E164

_ZONES = Path(__file__).with_name("places.toml")


@dataclass(frozen=True, slots=True)
class Place:
    """At least one country and one zone. `regions` None: unknown where in the country."""

    countries: tuple[str, ...]
    regions: tuple[str, ...] | None
    zones: tuple[ZoneInfo, ...]


@dataclass(frozen=True, slots=True)
class Home:
    """An address as far as it matters here: ISO 3166 country, ISO 3166-2 region or None."""

    country: str
    region: str | None


def place_of(
    *,
    number: E164 | None,
    homes: Sequence[Home],
    stated_zone: str | None,
    country: str,
    zone: str,
) -> Place:
    """`country` and `zone` are the account's, for customers of whom nothing is known."""
    of_number = _country_of(number) if number else None
    countries = _unique([*(home.country for home in homes), *([of_number] if of_number else [])])
    return Place(
        countries=countries or (country,),
        regions=_regions(number, homes),
        zones=tuple(map(ZoneInfo, _zone_names(number, homes, stated_zone, countries) or (zone,))),
    )


def _zone_names(
    number: E164 | None, homes: Sequence[Home], stated: str | None, countries: Sequence[str]
) -> tuple[str, ...]:
    if stated and stated in available_timezones():
        return (stated,)
    by_number = set(_zones_of_number(number)) if number else set()
    by_home = {name for home in homes for name in _zones_of_home(home)}
    both = by_number & by_home or by_number | by_home
    return tuple(sorted(both)) or _unique(name for country in countries for name in _all_zones(country))


def _regions(number: E164 | None, homes: Sequence[Home]) -> tuple[str, ...] | None:
    if homes and all(home.region for home in homes):
        return _unique(home.region for home in homes if home.region)
    region = _region_of(number) if number and not homes else None
    return None if region is None else (region,)


def _zones_of_home(home: Home) -> Sequence[str]:
    if home.region is None:
        return _all_zones(home.country)
    table = _tables().get(home.country, {})
    return table.get(home.region) or table.get("rest", ())


def _all_zones(country: str) -> tuple[str, ...]:
    return _unique(name for names in _tables().get(country, {}).values() for name in names)


@lru_cache
def _tables() -> dict[str, dict[str, tuple[str, ...]]]:
    return msgspec.toml.decode(_ZONES.read_bytes(), type=dict[str, dict[str, tuple[str, ...]]])


@lru_cache(maxsize=10_000)
def _zones_of_number(number: E164) -> tuple[str, ...]:
    found = timezone.time_zones_for_number(phonenumbers.parse(number))
    return tuple(_MODERN.get(name, name) for name in found if name in _known_zones() and "/" in name)


@lru_cache
def _known_zones() -> frozenset[str]:
    """Read once: each time it would walk through the folders of the time zones."""
    return frozenset(available_timezones())


_MODERN = {"America/Buenos_Aires": "America/Argentina/Buenos_Aires"}
"""Names of before, so that both ways of finding a zone agree."""


def _country_of(number: E164) -> str | None:
    return phonenumbers.region_code_for_number(phonenumbers.parse(number))


@lru_cache(maxsize=10_000)
def _region_of(number: E164) -> str | None:
    """The region that a fixed number's area belongs to, if its name is one that the calendar of holidays knows."""
    from phonenumbers import (
        geocoder,
    )  # its tables take half a second: not for every process that knows permits

    parsed = phonenumbers.parse(number)
    country = phonenumbers.region_code_for_number(parsed)
    if country is None or country not in holidays.list_supported_countries():
        return None
    known = holidays.country_holidays(country)
    names = {name.casefold(): code for name, code in known.subdivisions_aliases.items()}
    told = geocoder.description_for_number(parsed, "es" if country != "US" else "en")
    for part in reversed(told.split(", ")):
        code = part if part in known.subdivisions else names.get(part.casefold())
        if code is not None:
            return f"{country}-{code}"
    return None


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
