"""Who may dial what outside, and at whose cost."""

from typing import Any

import pytest

from ctiserver.core.errors import Refusal
from ctiserver.core.outside import (
    Outside,
    OutsideLimits,
    OutsideRule,
    Route,
    Spent,
    kind_of,
    normalised,
    route,
)

OUTSIDE = Outside(
    country="CL",
    trunks=("first", "second"),
    caller_number="+56221230000",
    emergency=("131", "132", "133"),
    rules=(
        OutsideRule(account_id=1, prefix="+5697", allowed=False),
        OutsideRule(account_id=1, prefix="+5697", roles=("supervisor",), minor_per_minute=70),
        OutsideRule(account_id=1, prefix="+1", roles=("supervisor",), minor_per_minute=200),
        OutsideRule(account_id=1, prefix="+1900", allowed=False),
        OutsideRule(account_id=1, prefix="103"),
        OutsideRule(account_id=2, prefix="+", minor_per_minute=1),
    ),
    limits=(OutsideLimits(account_id=1, account_per_day_minor=1000, person_per_day_minor=300),),
)


def asked(written: str, *roles: str, **changes: Any) -> Route:
    details: dict[str, Any] = {"account_id": 1, "roles": roles or ("agent",), "spent": Spent()} | changes
    return route(OUTSIDE, written, **details)


def refused(written: str, *roles: str, **changes: Any) -> str:
    with pytest.raises(Refusal) as caught:
        asked(written, *roles, **changes)
    return caught.value.error_id


@pytest.mark.parametrize(
    "written",
    ["981234567", "9 8123 4567", "+56 9 8123-4567", "56981234567", "(9) 8123.4567", "+56981234567"],
)
def test_a_number_is_one_however_it_is_written(written: str) -> None:
    assert normalised(OUTSIDE, written) == "+56981234567"


@pytest.mark.parametrize(
    "written", ["", "12345678901234567890", "call me", "1", "+", "8123456", "9812345678x"]
)
def test_what_is_no_whole_number_is_refused_with_how_to_mend_it(written: str) -> None:
    with pytest.raises(Refusal, match="write it whole") as caught:
        normalised(OUTSIDE, written)
    assert caught.value.error_id == "not_a_number"


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("131", "emergency"),
        ("103", "service"),
        ("+56981234567", "national"),
        ("+56221234567", "national"),
        ("+566003600033", "premium"),
        ("+5491123456789", "international"),
        ("+19005550123", "premium"),
    ],
)
def test_each_number_is_of_one_kind(number: str, kind: str) -> None:
    assert kind_of(OUTSIDE, number) == kind


def test_the_way_to_a_number_names_trunks_in_order_who_calls_and_what_it_costs() -> None:
    way = asked("981234567", caller_number="+56229990000")
    assert way == Route(
        pii_number="+56981234567",
        kind="national",
        trunks=("first", "second"),
        caller_number="+56229990000",
        minor_per_minute=40,
    )
    assert asked("221234567").caller_number == "+56221230000"


@pytest.mark.parametrize("written", ["+5491123456789", "6003600033", "1404", "+19005550123"])
def test_dear_numbers_are_closed_where_no_rule_opens_them(written: str) -> None:
    assert refused(written) == "outside_closed"


def test_the_longest_prefix_decides_and_a_rule_of_the_role_before_one_for_all() -> None:
    assert refused("+56971234567") == "outside_closed"
    assert asked("+56971234567", "agent", "supervisor").minor_per_minute == 70
    assert refused("+12125550123") == "outside_closed"
    assert asked("+12125550123", "supervisor").minor_per_minute == 200
    assert refused("+19005550123", "supervisor") == "outside_closed"
    assert asked("103").kind == "service"
    assert asked("+5491123456789", account_id=2).minor_per_minute == 1


def test_who_has_spent_what_he_may_dials_no_more_today() -> None:
    assert asked("981234567", spent=Spent(account_minor=999, person_minor=299))
    assert refused("981234567", spent=Spent(account_minor=1000)) == "outside_cap_account"
    assert refused("981234567", spent=Spent(account_minor=500, person_minor=300)) == "outside_cap_person"


def test_an_emergency_goes_through_whatever_was_spent_and_costs_nothing() -> None:
    way = asked("133", spent=Spent(account_minor=10**9, person_minor=10**9))
    assert (way.kind, way.minor_per_minute) == ("emergency", 0)


def test_without_a_trunk_nothing_is_dialled() -> None:
    with pytest.raises(Refusal, match="set up a trunk"):
        route(Outside(), "981234567", account_id=1, roles=(), spent=Spent())


def test_nobody_but_this_module_makes_a_way_out() -> None:
    from tests.unit.core.test_permit_constructor import ROOT, calls, files

    makers = {str(file.relative_to(ROOT)) for file in files() if "Route" in calls(file)}
    assert makers == {"ctiserver/core/outside.py"}
