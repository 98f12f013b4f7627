"""Half days: which are offered, what they are called, when they begin where the company is."""

from datetime import UTC, date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from crm_core.work_orders.visit_slots import Half, Slot, is_slot, slot_of, slot_of_key, upcoming

SANTIAGO = ZoneInfo("America/Santiago")
TUESDAY = date(2026, 11, 24)


def at(hour: int, minute: int = 0, day: date = TUESDAY) -> float:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SANTIAGO).timestamp()


def keys(now: float, count: int = 3, **more: object) -> list[str]:
    holidays = more.pop("holidays", ())
    return [slot.key for slot in islice(upcoming(now, SANTIAGO, holidays, **more), count)]  # type: ignore[arg-type]


def test_the_nearest_begins_when_its_way_can_still_be_planned() -> None:
    assert keys(at(4, 59)) == ["2026-11-24.morning", "2026-11-24.afternoon", "2026-11-25.morning"]
    assert keys(at(5, 1), 2) == ["2026-11-24.afternoon", "2026-11-25.morning"]
    assert keys(at(10, 1), 1) == ["2026-11-25.morning"]


def test_holidays_and_days_before_the_one_that_he_named_are_passed_over() -> None:
    assert keys(at(12), 1, holidays={date(2026, 11, 25)}) == ["2026-11-26.morning"]
    assert keys(at(12), 1, first_day=date(2026, 12, 5)) == ["2026-12-05.morning"]
    assert keys(at(12), 1, first_day=date(2027, 2, 1)) == []  # further ahead than anybody plans


def test_a_slot_begins_at_nine_on_the_clock_there_also_when_the_clock_was_changed() -> None:
    for day in (date(2026, 9, 5), date(2026, 9, 6), date(2026, 9, 7)):  # summer time begins in between
        begins = Slot(day, Half.MORNING).begins_at(SANTIAGO)
        assert datetime.fromtimestamp(begins, UTC).astimezone(SANTIAGO).hour == 9


def test_a_window_says_its_half_day_and_only_a_slot_says_its_hours() -> None:
    assert slot_of(at(8), SANTIAGO) == Slot(TUESDAY, Half.MORNING)
    assert slot_of(at(13), SANTIAGO) == Slot(TUESDAY, Half.AFTERNOON)
    assert is_slot(at(14), at(18), SANTIAGO)
    assert not is_slot(at(14), at(16), SANTIAGO)
    assert not is_slot(None, at(18), SANTIAGO)


@pytest.mark.parametrize("word", ["", "2026-11-24", "2026-13-01.morning", "2026-11-24.night", "x.morning"])
def test_what_names_no_slot_is_none(word: str) -> None:
    assert slot_of_key(word) is None
    assert slot_of_key("2026-11-24.afternoon") == Slot(TUESDAY, Half.AFTERNOON)
