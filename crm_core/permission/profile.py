"""What a legal profile row says: one dated rule of one country, with the source that it was taken from.

A row speaks of some purposes and some channels. All rows that match a contact hold together, so the strictest of
them decides; a company's own stricter hours are simply one more row, for country `*`. A row is not law: it is what
somebody read in the law on the day `checked_on`, and it counts as unconfirmed until an administrator has put his name
to it.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from ctiserver.core.errors import ConfigError, Mistake
from ctiserver.core.message import Frozen
from ctiserver.core.permit import Channel, Purpose

ANY_COUNTRY = "*"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Minutes = tuple[int, int]
"""From the first minute of the day to before the second."""

_SHIPPED = Path(__file__).with_name("profiles.toml")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))")
_WINDOW = re.compile(r"day|week|month|[1-9]\d?d")


class Cap(Frozen):
    """At most so many contacts within a window, the one asked for included where it counts.

    `window`: `day`, `week` (from Monday) and `month` of the calendar where the customer is, or `7d`: the last seven
    times 24 hours. `counts`: `row` what the row speaks of, `all` every contact whatever its purpose and channel,
    `other` what the row speaks of on another channel than the one asked for.
    """

    at_most: int
    window: str
    counts: Literal["row", "all", "other"] = "row"


class LegalProfile(Frozen):
    """One row. `hours` maps days ("mon-fri", "sat") to "08:00-20:00"; a day that is absent is closed, {}: any time.

    `checked_on` is the day on which somebody read it in the source; None: nobody has, it was written from memory.
    `registers` are the public lists that forbid; `heeds_do_not_call` false: it may be done though the customer asked
    not to be contacted or took his consent back (an emergency). `valid_until` is the last day; None: still in force.
    """

    key: str
    country: str
    purposes: tuple[Purpose, ...]
    channels: tuple[Channel, ...]
    source: str
    valid_from: date
    checked_on: date | None = None
    valid_until: date | None = None
    hours: dict[str, str] = {}
    on_holidays: bool = True
    needs_consent: bool = False
    heeds_do_not_call: bool = True
    registers: tuple[str, ...] = ()
    caps: tuple[Cap, ...] = ()
    note: str = ""

    def speaks_of(self, purpose: Purpose, channel: Channel) -> bool:
        """Whether such a contact is this row's business."""
        return purpose in self.purposes and channel in self.channels

    def in_force(self, on: date) -> bool:
        """Whether it holds on that day."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)

    def spans(self, weekday: int) -> tuple[Minutes, ...]:
        """When one may contact on that day (0 is Monday)."""
        return _week(tuple(self.hours.items()))[weekday] if self.hours else ((0, 1440),)


class _File(Frozen):
    profile: list[dict[str, Any]]


@lru_cache
def shipped() -> dict[str, LegalProfile]:
    """The rows that this release comes with, by key. A row with several countries is one row for each."""
    rows = msgspec.toml.decode(_SHIPPED.read_bytes(), type=_File).profile
    read = [checked(each) for row in rows for each in _by_country(row)]
    return {row.key: row for row in read}


def checked(row: dict[str, Any]) -> LegalProfile:
    """The row, read. Raises ConfigError with all its mistakes."""
    try:
        read = msgspec.convert(row, LegalProfile, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError([Mistake(str(row.get("key", "")), str(error))]) from None
    if mistakes := [Mistake(where, what) for where, what in _mistakes(read)]:
        raise ConfigError(mistakes)
    return read


def _by_country(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for country in row["country"].split():
        yield row | {"country": country, "key": row["key"].replace("xx", country.lower(), 1)}


def _mistakes(row: LegalProfile) -> Iterator[tuple[str, str]]:
    if not re.fullmatch(r"[a-z0-9_*-]{1,60}", row.key):
        yield "key", "use small letters, digits and -"
    if not re.fullmatch(r"[A-Z]{2}|\*", row.country):
        yield "country", 'write the two letters of ISO 3166, such as "CL", or "*" for all'
    if not row.purposes or not row.channels:
        yield "purposes", "name at least one purpose and one channel"
    if not row.source.strip():
        yield "source", "name the law, or whose rule it is"
    if row.valid_until is not None and row.valid_until < row.valid_from:
        yield "valid_until", "it ends before it begins"
    for days, spans in row.hours.items():
        if not _days(days) or not all(_span(span) for span in spans.split()):
            yield f"hours.{days}", 'write days such as "mon-fri" or "sat" and hours such as "08:00-20:00"'
    for cap in row.caps:
        if not _WINDOW.fullmatch(cap.window) or cap.at_most < 0:
            yield "caps", "a window is day, week, month or days such as 7d, the number 0 or more"


@lru_cache(maxsize=1000)
def _week(hours: tuple[tuple[str, str], ...]) -> tuple[tuple[Minutes, ...], ...]:
    week: list[list[Minutes]] = [[] for _ in DAYS]
    for days, spans in hours:
        for day in _days(days):
            week[day] += [minutes for span in spans.split() if (minutes := _span(span))]
    return tuple(tuple(sorted(day)) for day in week)


def _days(written: str) -> range:
    first, _, last = written.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        return range(0)
    return range(DAYS.index(first), DAYS.index(last or first) + 1)


def _span(written: str) -> Minutes | None:
    found = _SPAN.fullmatch(written)
    if found is None:
        return None
    hour, minute, to_hour, to_minute, midnight, _ = found.groups()
    begin = int(hour) * 60 + int(minute)
    end = 1440 if midnight else int(to_hour) * 60 + int(to_minute)
    return (begin, end) if begin < end else None
