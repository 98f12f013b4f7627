"""Where a customer may be, by what is known of him."""

from typing import Any

import pytest

from crm_core.permission.places import Home, Place, place_of
from crm_core.phone_numbers import E164


def place(number: str | None = None, *homes: Home, stated: str | None = None, **account: Any) -> Place:
    return place_of(
        number=E164(number) if number else None,
        homes=homes,
        stated_zone=stated,
        country=account.get("country", "CL"),
        zone=account.get("zone", "America/Santiago"),
    )


def zones(found: Place) -> set[str]:
    return {zone.key for zone in found.zones}


@pytest.mark.parametrize(
    ("number", "country", "region", "zone"),
    [
        ("+56582293066", "CL", ("CL-AP",), {"America/Santiago"}),
        ("+56971884213", "CL", None, {"America/Santiago"}),
        ("+34922123456", "ES", None, {"Atlantic/Canary"}),
        ("+34612345678", "ES", None, {"Atlantic/Canary", "Europe/Madrid"}),
        ("+12125551234", "US", ("US-NY",), {"America/New_York"}),
        ("+14805551234", "US", ("US-AZ",), {"America/Phoenix"}),
        ("+5491123456789", "AR", ("AR-B",), {"America/Argentina/Buenos_Aires"}),
    ],
)
def test_a_number_tells_country_region_and_zones(
    number: str, country: str, region: tuple[str, ...] | None, zone: set[str]
) -> None:
    found = place(number)
    assert (found.countries, found.regions, zones(found)) == ((country,), region, zone)


def test_an_address_narrows_what_a_number_leaves_open() -> None:
    found = place("+34612345678", Home("ES", "ES-CN"))
    assert (found.regions, zones(found)) == (("ES-CN",), {"Atlantic/Canary"})
    assert zones(place("+34612345678", Home("ES", "ES-MD"))) == {"Europe/Madrid"}


def test_an_address_and_a_number_that_contradict_each_other_both_count() -> None:
    found = place("+12125551234", Home("US", "US-CA"))
    assert zones(found) == {"America/New_York", "America/Los_Angeles"}
    abroad = place("+34932123456", Home("CL", "CL-RM"))
    assert abroad.countries == ("CL", "ES")
    assert zones(abroad) == {"America/Santiago", "Europe/Madrid"}


def test_a_region_with_two_zones_has_both_and_two_homes_have_all() -> None:
    assert zones(place(None, Home("CL", "CL-VS"))) == {"America/Santiago", "Pacific/Easter"}
    two = place(None, Home("CL", "CL-RM"), Home("CL", "CL-AP"))
    assert two.regions == ("CL-RM", "CL-AP")
    assert place(None, Home("CL", "CL-RM"), Home("CL", None)).regions is None


def test_what_somebody_wrote_down_settles_the_clock() -> None:
    assert zones(place("+34612345678", stated="Atlantic/Canary")) == {"Atlantic/Canary"}
    assert zones(place("+34932123456", stated="Nowhere/Land")) == {"Europe/Madrid"}


def test_of_whom_nothing_is_known_the_account_speaks() -> None:
    found = place(None, country="PE", zone="America/Lima")
    assert (found.countries, found.regions, zones(found)) == (("PE",), None, {"America/Lima"})


def test_a_number_that_belongs_to_no_area_may_be_anywhere() -> None:
    found = place("+18005551234")
    assert {"America/New_York", "America/Los_Angeles", "Pacific/Honolulu"} <= zones(found)
