"""The figures of a queue's day, and when that day ends."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ctiserver.core.queue_view import QueueView, local_day

SANTIAGO = "America/Santiago"
MIDDAY = 1_790_000_000.0


def at(text: str, time_zone: str = SANTIAGO) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(time_zone)).timestamp()


def queue(**fields: object) -> QueueView:
    return QueueView(queue="service", time_zone=SANTIAGO, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("moment", "time_zone", "hours"),
    [
        ("2026-11-22T12:00", SANTIAGO, 24),
        ("2026-04-04T12:00", SANTIAGO, 25),  # the clock goes back at midnight
        ("2026-09-06T12:00", SANTIAGO, 23),  # 0:00 is 1:00: the day has no midnight
        ("2026-03-29T12:00", "Europe/Madrid", 23),
        ("2026-10-25T12:00", "Europe/Madrid", 25),
    ],
)
def test_a_day_has_the_hours_of_its_time_zone(moment: str, time_zone: str, hours: int) -> None:
    began, ends = local_day(at(moment, time_zone), time_zone)
    assert (ends - began) / 3600 == hours
    assert local_day(began, time_zone) == local_day(ends - 1, time_zone) == (began, ends)
    assert local_day(ends, time_zone)[0] == ends


def test_a_day_without_midnight_begins_with_the_moment_of_the_change() -> None:
    began, _ = local_day(at("2026-09-06T12:00"), SANTIAGO)
    assert datetime.fromtimestamp(began, UTC) == datetime(2026, 9, 6, 4, tzinfo=UTC)


def test_waits_up_to_the_threshold_are_in_time_whether_answered_or_given_up() -> None:
    row = queue(service_level_seconds=20.0, short_abandon_seconds=5.0)
    for wait_seconds in (0.0, 20.0, 20.1):
        row.answered_after(wait_seconds, MIDDAY)
    for wait_seconds in (5.0, 5.1, 20.0, 300.0, 40.0):
        row.abandoned_after(wait_seconds, MIDDAY)
    assert (row.answered, row.answered_in_time) == (3, 2)
    assert (row.abandoned, row.abandoned_in_time, row.abandoned_short) == (5, 3, 1)
    assert row.longest_wait_seconds == 300.0
    assert row.service_level() == 5 / 8


def test_before_anybodys_wait_ended_there_is_no_service_level() -> None:
    row = queue()
    row.came(MIDDAY)
    assert (row.queued, row.service_level(), row.longest_wait_seconds) == (1, None, None)


def test_the_figures_start_over_at_local_midnight() -> None:
    row = queue()
    for moment in ("2026-11-22T00:00:00", "2026-11-22T23:59:59.9"):
        row.came(at(moment))
        row.answered_after(7.0, at(moment))
        row.abandoned_after(2.0, at(moment))
    assert (row.queued, row.answered, row.abandoned) == (2, 2, 2)
    row.came(at("2026-11-23T00:00:00"))
    assert (row.queued, row.answered, row.abandoned, row.abandoned_short) == (1, 0, 0, 0)
    assert (row.service_level(), row.longest_wait_seconds) == (None, None)


def test_what_happened_before_midnight_and_is_known_after_it_is_not_counted_today() -> None:
    row = queue()
    row.came(at("2026-11-23T00:00:01"))
    row.abandoned_after(9.0, at("2026-11-22T23:59:58"))
    assert (row.queued, row.abandoned) == (1, 0)


def test_a_quiet_night_is_shown_as_zeros_and_changes_nothing() -> None:
    row = queue()
    row.answered_after(7.0, at("2026-11-22T22:00:00"))
    before = (row.answered, row.day_ends_at)
    midnight = at("2026-11-23T00:00:00")
    assert row.as_of(midnight - 0.1) is row
    shown = row.as_of(midnight)
    assert (shown.answered, shown.longest_wait_seconds, shown.day_began_at) == (0, None, midnight)
    assert (row.answered, row.day_ends_at) == before


def test_a_queue_that_moves_to_another_zone_ends_its_day_there() -> None:
    row = queue()
    row.came(at("2026-11-22T12:00:00"))
    row.move_to("America/Mexico_City", at("2026-11-22T13:00:00"))
    assert (row.queued, row.day_ends_at) == (1, at("2026-11-23T00:00:00", "America/Mexico_City"))
