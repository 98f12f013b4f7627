"""Opening hours by the clock on the wall, also on the days when it is set."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ctiserver.core.hours import is_open
from ctiserver.core.tables import Hours

CHILE = ZoneInfo("America/Santiago")
MORNING, AFTERNOON = (9 * 60, 13 * 60), (14 * 60, 18 * 60)
OFFICE = Hours(
    time_zone="America/Santiago",
    week=((MORNING, AFTERNOON),) * 5 + ((), ()),
    days={"2026-09-18": (), "2026-12-24": (MORNING,), "2026-12-26": (AFTERNOON,)},
)
ROUND_THE_CLOCK = Hours(time_zone="America/Santiago", week=(((0, 1440),),) * 7)


def _at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=CHILE).timestamp()


@pytest.mark.parametrize(
    ("when", "open_"),
    [
        ("2026-06-01 08:59:59", False),  # a Monday
        ("2026-06-01 09:00", True),
        ("2026-06-01 12:59:59", True),
        ("2026-06-01 13:00", False),
        ("2026-06-01 17:59", True),
        ("2026-06-01 18:00", False),
        ("2026-06-06 10:00", False),  # a Saturday
        ("2026-09-18 10:00", False),  # a holiday on a Friday
        ("2026-12-24 10:00", True),
        ("2026-12-24 15:00", False),
        ("2026-12-26 15:00", True),  # a Saturday on which one works
    ],
)
def test_a_queue_is_open_in_its_periods_and_not_at_their_end(when: str, open_: bool) -> None:
    assert is_open(OFFICE, _at(when)) is open_


def test_a_queue_without_hours_never_closes() -> None:
    assert is_open(None, 0.0)


def test_the_hours_are_those_of_the_place_whatever_the_machine_says() -> None:
    noon_utc = datetime(2026, 6, 1, 12, 30, tzinfo=UTC).timestamp()  # 08:30 in Santiago, 14:30 in Madrid
    madrid = Hours(time_zone="Europe/Madrid", week=OFFICE.week)
    assert not is_open(OFFICE, noon_utc)
    assert is_open(madrid, noon_utc)


@pytest.mark.parametrize(("day", "hours_long"), [("2026-09-06", 23), ("2026-04-04", 25)])
def test_a_day_on_which_the_clock_is_set_is_open_as_long_as_it_lasts(day: str, hours_long: int) -> None:
    start = datetime.fromisoformat(day).replace(tzinfo=CHILE).astimezone(UTC) - timedelta(hours=2)
    only_that_day = Hours(time_zone="America/Santiago", week=((),) * 7, days={day: ((0, 1440),)})
    minutes = [is_open(only_that_day, (start + timedelta(minutes=m)).timestamp()) for m in range(30 * 60)]
    assert sum(minutes) == hours_long * 60
    assert is_open(ROUND_THE_CLOCK, start.timestamp())


def test_an_evening_period_ends_by_the_wall_on_the_day_of_25_hours() -> None:
    late = Hours(time_zone="America/Santiago", week=((),) * 7, days={"2026-04-04": ((22 * 60, 24 * 60),)})
    first = datetime(2026, 4, 4, 23, 30, fold=0, tzinfo=CHILE).timestamp()
    again = datetime(2026, 4, 4, 23, 30, fold=1, tzinfo=CHILE).timestamp()
    assert again - first == 3600
    assert is_open(late, first)
    assert is_open(late, again)
    assert not is_open(late, again + 1800)
