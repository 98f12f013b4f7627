"""Days and hours where the customer is. Pure: an instant in UTC epoch seconds goes in, local time comes out.

A day begins at its first instant, which is not always midnight: in Chile summer time begins at 24:00, so that the
day's first instant reads 01:00. Between the instants of `openings` nothing about days and hours changes, which is
what lets a refusal tell exactly when it ends.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from ctiserver.core.errors import Refusal

_YEARS = range(1900, 2200)
"""Any others are slips of the pen, and some of them are beyond what a calendar can count."""


def local(at: float, zone: ZoneInfo) -> datetime:
    """The wall clock there."""
    return datetime.fromtimestamp(at, zone)


def instant(on: date, minute: int, zone: ZoneInfo, fold: int = 0) -> float:
    """When the wall clock there reads that minute of the day; `fold` 1: the second time."""
    days, rest = divmod(minute, 1440)
    naive = datetime.combine(on + timedelta(days=days), datetime.min.time()) + timedelta(minutes=rest)
    return naive.replace(tzinfo=zone, fold=fold).timestamp()


def day_of(written: str) -> date:
    """The day that is written as ISO 8601. Raises Refusal for what is no day, or none of our time."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        day = date.min
    if day.year not in _YEARS:
        raise Refusal("wrong_day", f"{written[:20]!r} is no day: write it like 2026-11-23")
    return day


def begin_of(window: str, at: float, zone: ZoneInfo) -> float:
    """The first instant of the calendar's day, week or month that holds `at`."""
    return instant(_first_day(window, local(at, zone).date()), 0, zone)


def end_of(window: str, at: float, zone: ZoneInfo) -> float:
    """The first instant after that day, week or month."""
    first = _first_day(window, local(at, zone).date())
    days = {"day": 1, "week": 7, "month": 32}[window]
    return instant(_first_day(window, first + timedelta(days=days)), 0, zone)


def _first_day(window: str, day: date) -> date:
    if window == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if window == "month" else day


def openings(zone: ZoneInfo, minutes: Iterable[int], at: float, days: int) -> Iterator[float]:
    """Instants within so many days at which a day begins, the clock reads one of `minutes`, or it jumps."""
    first = local(at, zone).date()
    wanted = sorted({0, *minutes})
    for day in (first + timedelta(days=ahead) for ahead in range(days)):
        for minute in wanted:
            yield from (instant(day, minute, zone, fold) for fold in (0, 1))
        if (jump := _jump(day, zone)) is not None:
            yield jump


@lru_cache(maxsize=10_000)
def _jump(day: date, zone: ZoneInfo) -> float | None:
    """The instant on that day at which the clock is put forward or back."""
    low, high = instant(day, 0, zone) - 7200, instant(day, 1440, zone) + 7200
    offset = local(low, zone).utcoffset()
    if local(high, zone).utcoffset() == offset:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if local(middle, zone).utcoffset() == offset else (low, middle)
    return high


@lru_cache(maxsize=2000)
def days_off(country: str, regions: tuple[str, ...] | None, year: int) -> frozenset[date]:
    """Public holidays of a country and of all `regions` together; None: of any of its regions, to be on the safe side.

    Regions are ISO 3166-2 codes ("CL-RM"). Countries that the calendar does not know have none.
    """
    known = holidays.list_supported_countries()
    if country not in known:
        return frozenset()
    official = {code for code in known[country] if code.isupper() or code.isdigit()}
    asked = official if regions is None else {code.removeprefix(f"{country}-") for code in regions} & official
    found = set(holidays.country_holidays(country, years=year))
    for region in asked:
        found.update(holidays.country_holidays(country, subdiv=region, years=year))
    return frozenset(found)
