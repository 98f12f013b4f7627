"""Days of a report: as long as the company's clock makes them."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from crm_core.reports.local_days import MOST_DAYS, days_of, period
from ctiserver.core.errors import Refusal

SANTIAGO = ZoneInfo("America/Santiago")
NOON = 1_780_000_000.0  # 2026-05-28 in Santiago


def test_the_default_is_seven_days_up_to_today() -> None:
    found = period(None, None, now=NOON, zone=SANTIAGO)
    assert (found.from_day, found.until_day) == (date(2026, 5, 22), date(2026, 5, 28))
    assert found.from_at < NOON < found.until_at
    assert found.until_at - found.from_at == 7 * 86400


def test_the_days_on_which_the_clock_is_changed_have_25_and_23_hours() -> None:
    hours = {
        day: period(day, day, now=NOON, zone=SANTIAGO).until_at
        - period(day, day, now=NOON, zone=SANTIAGO).from_at
        for day in ("2026-04-04", "2026-09-06", "2026-09-07")
    }
    assert hours == {"2026-04-04": 25 * 3600, "2026-09-06": 23 * 3600, "2026-09-07": 24 * 3600}


def test_days_follow_each_other_without_gap_over_a_change_of_the_clock() -> None:
    found = period("2026-09-04", "2026-09-08", now=NOON, zone=SANTIAGO)
    days = list(days_of(found.from_at, found.until_at, SANTIAGO))
    assert [day.day for day, _, _ in days] == [4, 5, 6, 7, 8]
    assert [begins for _, begins, _ in days[1:]] == [ends for _, _, ends in days[:-1]]
    assert (days[0][1], days[-1][2]) == (found.from_at, found.until_at)


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        ("2026-13-01", None, "wrong_day"),
        ("2026-05-03", "2026-05-02", "period_backwards"),
        ("2026-01-01", "2026-05-28", "period_too_long"),
    ],
)
def test_a_period_that_is_none_is_refused(first: str, last: str | None, error: str) -> None:
    with pytest.raises(Refusal) as refused:
        period(first, last, now=NOON, zone=SANTIAGO)
    assert refused.value.error_id == error
    assert MOST_DAYS == 92
