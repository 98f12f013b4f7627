"""Each rule a minute on each side, and `until` exactly: refused before it, permitted at it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.permission.decision import decide, good_until, refusal, warnings
from crm_core.permission.profile import LegalProfile, checked, shipped
from crm_core.permission.rules import (
    OWN_LIST,
    Contacted,
    Entry,
    Facts,
    Row,
    Said,
)
from ctiserver.core.permit import Channel, Purpose, Refused, Rule

SANTIAGO, EASTER = ZoneInfo("America/Santiago"), ZoneInfo("Pacific/Easter")
NEW_YORK, LOS_ANGELES = ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")
MADRID, CANARY = ZoneInfo("Europe/Madrid"), ZoneInfo("Atlantic/Canary")
MINUTE = 60.0
MON_14 = (2026, 9, 14)


def at(*clock: int, zone: ZoneInfo = SANTIAGO, fold: int = 0) -> float:
    return datetime(*clock, tzinfo=zone, fold=fold).timestamp()  # type: ignore[arg-type,misc]


def row(confirmed: bool = True, **changes: Any) -> Row:
    written = {
        "key": "row",
        "country": "CL",
        "purposes": ["sales"],
        "channels": ["phone", "email"],
        "source": "a law",
        "checked_on": "2026-01-01",
        "valid_from": "2020-01-01",
    } | changes
    return Row(checked(written), confirmed)


def facts(*rows: Row, **changes: Any) -> Facts:
    known: dict[str, Any] = {
        "channel": Channel.PHONE,
        "purpose": Purpose.SALES,
        "automatic": True,
        "zones": (SANTIAGO,),
        "countries": ("CL",),
        "regions": ("CL-RM",),
        "rows": rows or (row(),),
    }
    return Facts(**known | changes)


def first(known: Facts, now: float) -> Rule:
    answer = refusal(known, now)
    assert answer is not None
    return answer[0]


def refused(known: Facts, now: float) -> Refused:
    answer = decide(known, now)
    assert answer is not None
    return answer


def ends_at(known: Facts, now: float, rule: Rule, until: float) -> None:
    """Refused by that rule until exactly then: still a minute before, no longer at it."""
    assert (refused(known, now).rule, refused(known, now).until) == (rule, until)
    before = refused(known, until - MINUTE)
    assert before.until == until
    assert decide(known, until) is None


def begins_at(known: Facts, begin: float, rule: Rule) -> None:
    """Permitted a minute before, refused at it."""
    assert decide(known, begin - MINUTE) is None
    assert refused(known, begin).rule is rule


HOURS = {"mon-fri": "09:00-20:00", "sat": "10:00-14:00"}


def test_hours_open_and_close_to_the_minute() -> None:
    known = facts(row(hours=HOURS))
    ends_at(known, at(*MON_14, 3, 0), Rule.HOURS, at(*MON_14, 9))
    begins_at(known, at(*MON_14, 20), Rule.HOURS)
    ends_at(known, at(2026, 9, 12, 14), Rule.HOURS, at(*MON_14, 9))  # Saturday to Monday


def test_of_several_rows_the_strictest_counts() -> None:
    known = facts(
        row(hours=HOURS), row(key="house", country="*", hours={"mon-sun": "08:00-13:00 15:00-18:00"})
    )
    begins_at(known, at(*MON_14, 13), Rule.HOURS)
    assert refused(known, at(*MON_14, 13)).row == "house"
    ends_at(known, at(*MON_14, 13), Rule.HOURS, at(*MON_14, 15))
    ends_at(known, at(2026, 9, 12, 13), Rule.HOURS, at(*MON_14, 9))


def test_of_several_zones_every_one_has_to_permit() -> None:
    known = facts(row(hours=HOURS), zones=(NEW_YORK, LOS_ANGELES))
    ends_at(known, at(*MON_14, 9, zone=NEW_YORK), Rule.HOURS, at(*MON_14, 9, zone=LOS_ANGELES))
    begins_at(known, at(*MON_14, 20, zone=NEW_YORK), Rule.HOURS)
    ends_at(
        facts(row(hours=HOURS), zones=(MADRID, CANARY)),
        at(*MON_14, 9, zone=MADRID),
        Rule.HOURS,
        at(*MON_14, 9, zone=CANARY),
    )


def test_the_day_on_which_summer_time_begins_at_midnight_is_counted_right() -> None:
    """Chile, 6 September 2026: after 23:59 comes 01:00."""
    known = facts(row(hours={"sun": "00:00-09:00"}))
    begins = at(2026, 9, 6, 1)
    ends_at(known, at(2026, 9, 5, 12), Rule.HOURS, begins)
    begins_at(known, at(2026, 9, 6, 9), Rule.HOURS)
    assert at(2026, 9, 6, 9) - begins == 8 * 3600


def test_an_opening_that_the_clock_jumps_over_is_the_jump() -> None:
    """New York, 8 March 2026: after 01:59 comes 03:00."""
    known = facts(row(hours={"sun": "02:30-04:00"}), zones=(NEW_YORK,))
    ends_at(known, at(2026, 3, 8, 1, zone=NEW_YORK), Rule.HOURS, at(2026, 3, 8, 3, zone=NEW_YORK))


def test_an_hour_that_comes_twice_is_permitted_twice() -> None:
    """New York, 1 November 2026: 01:00 to 01:59 comes twice."""
    known = facts(row(hours={"sun": "01:00-01:30"}), zones=(NEW_YORK,))
    ends_at(
        known, at(2026, 11, 1, 1, 30, zone=NEW_YORK), Rule.HOURS, at(2026, 11, 1, 1, zone=NEW_YORK, fold=1)
    )
    begins_at(known, at(2026, 11, 1, 1, 30, zone=NEW_YORK, fold=1), Rule.HOURS)


def test_holidays_begin_and_end_at_midnight_where_he_is() -> None:
    known = facts(row(on_holidays=False, hours={"mon-sun": "00:00-24:00"}))
    begins_at(known, at(2026, 9, 18), Rule.HOLIDAY)
    ends_at(known, at(2026, 9, 18), Rule.HOLIDAY, at(2026, 9, 20))
    assert refused(replace(known, zones=(SANTIAGO, EASTER)), at(2026, 9, 20)).until == at(
        2026, 9, 20, zone=EASTER
    )


@pytest.mark.parametrize(
    ("country", "region", "other", "day"),
    [
        ("CL", "CL-AP", "CL-RM", (2027, 6, 7)),
        ("ES", "ES-CT", "ES-MD", (2026, 9, 11)),
        ("US", "US-TX", "US-NY", (2026, 3, 2)),
    ],
)
def test_a_regional_holiday_holds_there_and_where_the_region_is_unknown(
    country: str, region: str, other: str, day: tuple[int, int, int]
) -> None:
    known = facts(row(country=country, on_holidays=False), countries=(country,), regions=(region,))
    noon = at(*day, 12)
    assert refused(known, noon).rule is Rule.HOLIDAY
    assert decide(replace(known, regions=(other,)), noon) is None
    assert refused(replace(known, regions=None), noon).rule is Rule.HOLIDAY


SAID = Contacted(at(*MON_14, 10), Channel.PHONE, Purpose.SALES)


@pytest.mark.parametrize(
    ("window", "end"),
    [
        ("day", at(2026, 9, 15)),
        ("week", at(2026, 9, 21)),
        ("month", at(2026, 10, 1)),
        ("7d", at(2026, 9, 21, 10)),
    ],
)
def test_a_cap_ends_with_its_window(window: str, end: float) -> None:
    known = facts(row(caps=[{"at_most": 1, "window": window}]), contacted=(SAID,))
    ends_at(known, SAID.at, Rule.CAP, end)
    two = row(caps=[{"at_most": 2, "window": window}])
    assert decide(replace(known, rows=(two,)), SAID.at) is None


def test_a_day_of_a_cap_is_the_calendars_also_when_the_clock_changes() -> None:
    cap = row(caps=[{"at_most": 1, "window": "day"}])
    late = Contacted(at(2026, 9, 5, 23, 59), Channel.PHONE, Purpose.SALES)
    ends_at(facts(cap, contacted=(late,)), late.at, Rule.CAP, at(2026, 9, 6, 1))
    assert at(2026, 9, 6, 1) - late.at == MINUTE


def test_caps_count_the_row_everything_or_other_channels() -> None:
    mail = Contacted(SAID.at, Channel.EMAIL, Purpose.SALES)
    service = Contacted(SAID.at, Channel.SMS, Purpose.SERVICE)

    def answer(counts: str, contact: Contacted, at_most: int = 1) -> Rule | None:
        cap = {"at_most": at_most, "window": "week", "counts": counts}
        found = decide(facts(row(caps=[cap]), contacted=(contact,)), SAID.at + 3600)
        return found and found.rule

    assert [answer("row", one) for one in (SAID, mail, service)] == [Rule.CAP, Rule.CAP, None]
    assert [answer("all", one) for one in (SAID, mail, service)] == [Rule.CAP] * 3
    assert [answer("other", one, 0) for one in (SAID, mail, service)] == [None, Rule.CAP, None]


def test_a_permit_that_is_held_counts_until_it_expires() -> None:
    held = replace(SAID, expires_at=SAID.at + 300)
    known = facts(row(caps=[{"at_most": 1, "window": "week"}]), contacted=(held,))
    ends_at(known, SAID.at, Rule.CAP, SAID.at + 300)


def test_lists_and_consents_begin_and_end_to_the_second() -> None:
    now = at(*MON_14, 12)
    entry = Entry(5, OWN_LIST, now, now + 3600)
    begins_at(facts(entries=(entry,)), now, Rule.DO_NOT_CALL)
    ends_at(facts(entries=(entry,)), now, Rule.DO_NOT_CALL, now + 3600)
    assert refused(facts(entries=(replace(entry, until=None),)), now).until is None
    needs = row(needs_consent=True)
    given = Said(1, True, now, now + 3600)
    begins_at(facts(needs, said=(given,)), now + 3600, Rule.CONSENT_MISSING)
    assert refused(facts(needs, said=(given,)), now - MINUTE) == Refused(
        rule=Rule.CONSENT_MISSING, until=now, row="row"
    )
    taken_back = Said(2, False, now + 60, None)
    begins_at(facts(said=(given, taken_back)), now + 60, Rule.CONSENT_REVOKED)
    assert refused(facts(said=(given, taken_back)), now + 60) == Refused(rule=Rule.CONSENT_REVOKED, row="2")


def test_a_row_holds_from_its_first_day_to_its_last() -> None:
    dated = row(valid_from="2026-09-15", valid_until="2026-09-16", needs_consent=True)
    known = facts(row(), dated)
    begins_at(known, at(2026, 9, 15), Rule.CONSENT_MISSING)
    ends_at(known, at(2026, 9, 15), Rule.CONSENT_MISSING, at(2026, 9, 17))


def test_registers_forbid_only_where_a_row_names_them() -> None:
    now = at(*MON_14, 12)
    entry = Entry(5, "REPEP", now - 1, None)
    assert decide(facts(entries=(entry,)), now) is None
    assert refused(facts(row(registers=["REPEP"]), entries=(entry,)), now).rule is Rule.REGISTER


def test_an_emergency_heeds_neither_the_list_nor_a_consent_taken_back() -> None:
    now = at(*MON_14, 3)
    emergency = row(purposes=["emergency"], heeds_do_not_call=False)
    known = facts(
        emergency,
        purpose=Purpose.EMERGENCY,
        entries=(Entry(5, OWN_LIST, 0.0, None),),
        said=(Said(1, False, 0.0, None),),
    )
    assert decide(known, now) is None
    assert refused(replace(known, rows=(row(purposes=["emergency"]),)), now).rule is Rule.DO_NOT_CALL


def test_the_first_rule_in_the_order_is_the_one_that_is_told() -> None:
    now = at(*MON_14, 3)
    everything = facts(
        row(
            confirmed=False,
            hours=HOURS,
            needs_consent=True,
            registers=["REPEP"],
            caps=[{"at_most": 0, "window": "day"}],
        ),
        is_his=False,
        owned="boiler",
        entries=(Entry(1, OWN_LIST, 0.0, None), Entry(2, "REPEP", 0.0, None)),
        said=(Said(1, False, 0.0, None),),
    )
    mended: list[dict[str, Any]] = [
        {"is_his": True},
        {"entries": everything.entries[1:]},
        {"entries": ()},
        {"said": ()},
        {"said": (Said(1, True, 0.0, None),)},
    ]
    told = []
    for change in mended:
        told.append(first(everything, now))
        everything = replace(everything, **change)
    told.append(first(everything, now))
    told.append(first(everything, at(*MON_14, 12)))
    everything = replace(everything, rows=(row(confirmed=False),))
    told.append(first(everything, now))
    told.append(first(replace(everything, owned=""), now))
    told.append(first(replace(everything, owned="", rows=(row(country="*"),)), now))
    assert told == [
        Rule.ADDRESS,
        Rule.DO_NOT_CALL,
        Rule.REGISTER,
        Rule.CONSENT_REVOKED,
        Rule.CONSENT_MISSING,
        Rule.HOURS,
        Rule.CAP,
        Rule.OWNED,
        Rule.UNCONFIRMED,
        Rule.NO_PROFILE,
    ]


def test_where_waiting_does_not_help_the_rule_that_lasts_is_told_and_not_the_hour() -> None:
    night = at(*MON_14, 3)
    owner = facts(row(hours=HOURS), owned="boiler")
    assert refused(owner, night) == Refused(rule=Rule.OWNED, row="boiler")
    assert refused(replace(owner, owned=""), night).rule is Rule.HOURS


def test_a_person_goes_on_by_hand_where_a_machine_may_not_and_is_warned() -> None:
    now = at(*MON_14, 12)
    by_hand = facts(row(confirmed=False, country="*"), automatic=False)
    assert decide(by_hand, now) is None
    assert warnings(by_hand, now) == (Rule.NO_PROFILE, Rule.UNCONFIRMED)
    assert (
        refused(replace(by_hand, rows=(row(confirmed=False, hours=HOURS),)), at(*MON_14, 3)).rule
        is Rule.HOURS
    )


def test_a_permit_is_good_until_the_hours_end() -> None:
    known = facts(row(hours=HOURS))
    now = at(*MON_14, 19, 58)
    assert good_until(known, now, now + 60) == now + 60
    assert good_until(known, now, now + 600) == at(*MON_14, 20)


def test_a_row_that_never_opens_has_no_end() -> None:
    known = facts(row(caps=[{"at_most": 0, "window": "day"}]))
    assert refused(known, at(*MON_14, 12)) == Refused(rule=Rule.CAP, row="row")


# What the release says, as published

PUBLISHED = [
    ("co-contact", Channel.PHONE, Purpose.COLLECTIONS, "America/Bogota", (2026, 9, 12, 15), Rule.HOURS),
    ("co-contact", Channel.PHONE, Purpose.COLLECTIONS, "America/Bogota", (2026, 9, 14, 19), Rule.HOURS),
    ("co-contact", Channel.PHONE, Purpose.COLLECTIONS, "America/Bogota", (2026, 10, 12), Rule.HOURS),
    ("us-sales", Channel.PHONE, Purpose.SALES, "America/New_York", (2026, 9, 13, 21), Rule.HOURS),
    ("es-sales", Channel.PHONE, Purpose.SALES, "Europe/Madrid", (2026, 9, 11, 21), Rule.HOURS),
    ("pe-collections", Channel.PHONE, Purpose.COLLECTIONS, "America/Lima", (2026, 9, 14, 20), Rule.HOURS),
    (
        "cl-collections-phone",
        Channel.PHONE,
        Purpose.COLLECTIONS,
        "America/Santiago",
        (2026, 9, 12, 20),
        Rule.HOURS,
    ),
    (
        "mx-collections",
        Channel.PHONE,
        Purpose.COLLECTIONS,
        "America/Mexico_City",
        (2026, 9, 11, 22),
        Rule.HOURS,
    ),
]


@pytest.mark.parametrize(("key", "channel", "purpose", "zone", "closes", "rule"), PUBLISHED)
def test_shipped_rows_close_as_their_source_says(
    key: str, channel: Channel, purpose: Purpose, zone: str, closes: tuple[int, ...], rule: Rule
) -> None:
    profile: LegalProfile = shipped()[key]
    known = facts(
        Row(profile, True),
        channel=channel,
        purpose=purpose,
        zones=(ZoneInfo(zone),),
        countries=(profile.country,),
        regions=(),
        said=(Said(1, True, 0.0, None),),
    )
    closing = at(*closes, zone=ZoneInfo(zone))
    if (
        len(closes) == 3
    ):  # a holiday: closed from its first minute, and by the day rather than the hour at noon
        assert refused(known, closing + 12 * 3600).rule is Rule.HOLIDAY
    else:
        begins_at(known, closing, rule)


# Whatever happened

_TIMES = st.floats(0, 40 * 86_400.0).map(lambda seconds: at(*MON_14) + round(seconds))
_CHANNELS = st.sampled_from([Channel.PHONE, Channel.EMAIL])
_CAPS = st.fixed_dictionaries(
    {
        "at_most": st.integers(0, 2),
        "window": st.sampled_from(["day", "week", "month", "3d"]),
        "counts": st.sampled_from(["row", "all", "other"]),
    }
)
_ROWS = st.builds(
    row,
    confirmed=st.booleans(),
    hours=st.sampled_from([{}, HOURS, {"mon-sun": "08:15-21:45"}, {"tue": "00:00-24:00"}]),
    on_holidays=st.booleans(),
    needs_consent=st.booleans(),
    caps=st.lists(_CAPS, max_size=2),
    valid_until=st.sampled_from([None, "2026-10-01"]),
)
_FACTS = st.builds(
    facts,
    _ROWS,
    _ROWS,
    automatic=st.booleans(),
    zones=st.sampled_from([(SANTIAGO,), (SANTIAGO, EASTER), (NEW_YORK, LOS_ANGELES), (MADRID, CANARY)]),
    regions=st.sampled_from([None, ("CL-RM",)]),
    entries=st.lists(
        st.builds(
            lambda since, long: Entry(1, OWN_LIST, since, since + long), _TIMES, st.integers(1, 900_000)
        ),
        max_size=1,
    ).map(tuple),
    said=st.lists(st.builds(Said, st.just(1), st.booleans(), _TIMES, st.none()), max_size=3).map(
        lambda said: tuple(sorted(said, key=lambda one: one.at))
    ),
    contacted=st.lists(st.builds(Contacted, _TIMES, _CHANNELS, st.just(Purpose.SALES)), max_size=4).map(
        tuple
    ),
)


@settings(max_examples=100, deadline=None)
@given(_FACTS, _TIMES)
def test_until_is_the_first_moment_at_which_it_is_permitted(known: Facts, now: float) -> None:
    answer = decide(known, now)
    if answer is None:
        end = good_until(known, now, now + 7200)
        assert refusal(known, end - 1) is None
        assert end == now + 7200 or refusal(known, end) is not None
    elif answer.until is None:
        for ahead in range(0, 60 * 24, 7):
            assert refusal(known, now + ahead * 3600.0) is not None
    else:
        assert answer.until > now
        assert refusal(known, answer.until) is None
        assert refusal(known, answer.until - 1) is not None
        steps = 40
        for step in range(steps):  # anywhere before, too
            assert refusal(known, now + (answer.until - now) * step / steps) is not None


def test_days_of_the_tests_are_what_they_are_taken_for() -> None:
    assert date(*MON_14).weekday() == 0
    assert at(2026, 9, 6, 1) - at(2026, 9, 5, 23, 59) == timedelta(minutes=1).total_seconds()
