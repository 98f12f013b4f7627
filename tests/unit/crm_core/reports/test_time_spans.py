"""Intervals on days on which the clock is changed, and time cut out of time."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from crm_core.permission.calendars import instant
from crm_core.reports.time_spans import intervals_of, length, merged, without
from ctiserver.core.errors import Refusal

SANTIAGO = ZoneInfo("America/Santiago")


@pytest.mark.parametrize(("day", "hours"), [((2026, 9, 6), 23), ((2026, 4, 4), 25), ((2026, 7, 1), 24)])
def test_a_day_has_as_many_intervals_as_it_has_hours(day: tuple[int, int, int], hours: int) -> None:
    first = date(*day)
    begin = instant(first, 0, SANTIAGO)
    end = begin + hours * 3600
    found = intervals_of(begin, end, "60", SANTIAGO)
    assert len(found) == hours
    assert found[0][0] == begin
    assert found[-1][1] == end
    assert len(intervals_of(begin, end, "15", SANTIAGO)) == 4 * hours
    assert intervals_of(begin, end, "day", SANTIAGO) == [(begin, end)]


def test_weeks_begin_on_monday_and_are_cut_at_the_ends_of_the_period() -> None:
    begin, end = instant(date(2026, 9, 2), 0, SANTIAGO), instant(date(2026, 9, 9), 0, SANTIAGO)
    monday = instant(date(2026, 9, 7), 0, SANTIAGO)
    assert intervals_of(begin, end, "week", SANTIAGO) == [(begin, monday), (monday, end)]


def test_too_many_intervals_are_refused_in_words() -> None:
    with pytest.raises(Refusal, match="longer intervals"):
        intervals_of(0.0, 92 * 86400.0, "15", SANTIAGO)


def test_time_is_cut_out_of_time() -> None:
    assert merged([(5.0, 9.0), (1.0, 3.0), (2.0, 5.0)]) == [(1.0, 9.0)]
    assert without([(0.0, 10.0)], [(2.0, 3.0), (5.0, 12.0)]) == [(0.0, 2.0), (3.0, 5.0)]
    assert length([(0.0, 2.0), (3.0, 5.0)]) == 4.0
