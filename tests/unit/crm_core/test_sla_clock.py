"""The clock of a promise, to the minute: nights, weekends, holidays, days of 23 and 25 hours, pauses."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.sla_clock import Calendar, Clock, always, open_seconds, reached_at
from ctiserver.core.errors import Refusal

SANTIAGO, MADRID = ZoneInfo("America/Santiago"), ZoneInfo("Europe/Madrid")
HOUR = 3600.0
NINE_TO_SIX = [[(540, 1080)]] * 5 + [[], []]
OFFICE = Calendar(SANTIAGO, NINE_TO_SIX, closed={date(2026, 9, 18), date(2026, 5, 1)})


def at(text: str, zone: ZoneInfo = SANTIAGO) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


@pytest.mark.parametrize(
    ("opened", "hours", "due"),
    [
        ("2026-07-06T09:00", 8, "2026-07-06T17:00"),
        (
            "2026-07-06T09:00",
            9,
            "2026-07-06T18:00",
        ),  # the last minute belongs to the day, not to the next one
        ("2026-07-06T17:59", 1, "2026-07-07T09:59"),
        ("2026-07-06T18:00", 1, "2026-07-07T10:00"),
        ("2026-07-06T08:59", 1, "2026-07-06T10:00"),
        ("2026-07-10T17:30", 1, "2026-07-13T09:30"),  # over a weekend
        ("2026-07-11T12:00", 1, "2026-07-13T10:00"),  # opened on a Saturday
        ("2026-09-17T17:00", 2, "2026-09-21T10:00"),  # a holiday before a weekend
        ("2026-04-02T17:00", 2, "2026-04-03T10:00"),
        ("2026-04-03T17:00", 2, "2026-04-06T10:00"),  # the clocks change on that Saturday night
    ],
)
def test_a_promise_is_due_after_so_many_open_hours(opened: str, hours: float, due: str) -> None:
    assert reached_at(OFFICE, at(opened), hours * HOUR) == at(due)


@pytest.mark.parametrize(
    ("zone", "day", "next_day", "hours"),
    [
        (SANTIAGO, "2026-09-06", "2026-09-07", 23),  # 00:00 to 01:00 does not exist
        (SANTIAGO, "2026-04-04", "2026-04-05", 25),  # 23:00 to 24:00 occurs twice
        (MADRID, "2026-03-29", "2026-03-30", 23),
        (MADRID, "2026-10-25", "2026-10-26", 25),
        (SANTIAGO, "2026-07-06", "2026-07-07", 24),
    ],
)
def test_a_day_around_the_clock_has_as_many_hours_as_it_has(
    zone: ZoneInfo, day: str, next_day: str, hours: int
) -> None:
    calendar = always(zone)
    begins, ends = at(f"{day}T00:00", zone), at(f"{next_day}T00:00", zone)
    assert open_seconds(calendar, begins, ends) == hours * HOUR
    assert reached_at(calendar, begins, hours * HOUR) == ends
    assert reached_at(calendar, begins, hours * HOUR + 60) == ends + 60


def test_a_span_takes_in_both_turns_of_an_hour_that_occurs_twice() -> None:
    late = Calendar(SANTIAGO, [[(1380, 1410)]] * 7)  # 23:00 to 23:30
    begins, ends = at("2026-04-04T12:00"), at("2026-04-05T12:00")
    assert open_seconds(late, begins, ends) == 1.5 * HOUR


def test_a_span_in_an_hour_that_does_not_exist_comes_an_hour_later() -> None:
    early = Calendar(MADRID, [[(130, 160)]] * 7)  # 02:10 to 02:40
    (begins, ends) = next(early.spans(at("2026-03-29T00:00", MADRID)))
    assert (begins, ends) == (at("2026-03-29T03:10", MADRID), at("2026-03-29T03:40", MADRID))


def test_a_clock_that_stood_while_the_customer_was_asked_is_due_so_much_later() -> None:
    clock = Clock(allowed_seconds=8 * HOUR).started(at("2026-07-06T09:00"))
    assert clock.due_at(OFFICE) == at("2026-07-06T17:00")
    clock = clock.stopped(OFFICE, at("2026-07-06T12:00"))
    assert clock.due_at(OFFICE) is None
    clock = clock.started(at("2026-07-07T20:00"))
    assert clock.used_seconds == 3 * HOUR
    assert clock.due_at(OFFICE) == at("2026-07-08T14:00")


def test_a_pause_at_night_costs_nothing() -> None:
    clock = Clock(allowed_seconds=10 * HOUR).started(at("2026-07-06T09:00"))
    paused = clock.stopped(OFFICE, at("2026-07-06T19:00")).started(at("2026-07-07T08:59"))
    assert paused.due_at(OFFICE) == clock.due_at(OFFICE) == at("2026-07-07T10:00")


def test_a_clock_runs_on_when_started_twice_and_a_stopped_one_uses_nothing() -> None:
    clock = Clock(allowed_seconds=HOUR).started(at("2026-07-06T09:00"))
    assert clock.started(at("2026-07-06T15:00")) == clock
    stopped = clock.stopped(OFFICE, at("2026-07-06T09:30"))
    assert stopped.used(OFFICE, at("2026-07-09T09:30")) == 0.5 * HOUR


def test_what_was_late_already_is_due_when_the_clock_starts_again() -> None:
    clock = Clock(allowed_seconds=HOUR, used_seconds=2 * HOUR).started(at("2026-07-06T10:00"))
    assert clock.due_at(OFFICE) == at("2026-07-06T10:00")


def test_a_share_of_more_than_the_whole_tells_how_late_is_too_late() -> None:
    clock = Clock(allowed_seconds=8 * HOUR).started(at("2026-07-06T09:00"))
    assert clock.due_at(OFFICE, share=1.5) == at("2026-07-07T12:00")


def test_hours_that_never_open_are_refused() -> None:
    with pytest.raises(Refusal, match="never open"):
        reached_at(Calendar(SANTIAGO, [[]] * 7), at("2026-07-06T09:00"), HOUR)


MOMENTS = st.integers(int(at("2026-01-01T00:00")), int(at("2026-12-31T00:00"))).map(float)


@given(MOMENTS, st.integers(1, 40 * 3600))
def test_what_is_due_has_used_exactly_what_was_allowed(opened: float, allowed: int) -> None:
    due = reached_at(OFFICE, opened, float(allowed))
    assert open_seconds(OFFICE, opened, due) == allowed
    assert open_seconds(OFFICE, opened, due - 60) < allowed


@given(MOMENTS, st.lists(st.integers(60, 200_000), min_size=1, max_size=4))
def test_pausing_never_makes_a_promise_earlier(opened: float, steps: list[int]) -> None:
    clock = Clock(allowed_seconds=6 * HOUR).started(opened)
    before, now = clock.due_at(OFFICE), opened
    for step in steps:
        now += step
        clock = clock.stopped(OFFICE, now) if clock.since is not None else clock.started(now)
    due = clock.started(now).due_at(OFFICE)
    assert before is not None
    assert due is not None
    assert due >= min(before, now)
