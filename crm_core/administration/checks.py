"""What may be wrong in a field of a form. Each mistake has an id, for the words of the person's own language."""

import re
from collections.abc import Collection, Iterable, Mapping
from zoneinfo import ZoneInfo, available_timezones

from crm_core.opening_hours import minutes
from ctiserver.core.errors import Mistake

_KEY = re.compile(r"[a-z0-9][a-z0-9_\-]{0,39}")
_CALLER_NUMBER = re.compile(r"\+?[0-9]{2,15}", re.ASCII)
_LONGEST_SECONDS = 24 * 3600.0
LANGUAGES = ("es", "en")
Found = Iterable[Mistake]


def key(field: str, value: str, before: str | None, taken: Collection[str]) -> Found:
    """A key is short and plain, is in use once, and never changes: records and flows name it."""
    if before is not None:
        if value != before:
            yield Mistake(field, f"stays {before!r}: records name it", "fixed")
    elif not _KEY.fullmatch(value):
        yield Mistake(field, "use small letters, digits, - and _ (at most 40)", "wrong_key")
    elif value in taken:
        yield Mistake(field, f"{value!r} is in use: choose another one", "taken")


def caller_number(field: str, value: str) -> Found:
    """A number that calls may show; "": none is named."""
    if value and not _CALLER_NUMBER.fullmatch(value):
        yield Mistake(field, "write it with + and digits alone, such as +56221234567", "wrong_number")


def filled(**fields: str) -> Found:
    """Texts that must say something."""
    for field, value in fields.items():
        if not value.strip():
            yield Mistake(field, "must not be empty", "empty")


def whole(
    field: str, value: int | None, least: int, most: int, *, called: str = "", optional: bool = False
) -> Found:
    """A number from `least` to `most`, both included, which the words of the mistake name; `optional`: or none."""
    if (value is None and optional) or (value is not None and least <= value <= most):
        return
    text = f"give {called or field} a number from {least} to {most}" + (
        ", or leave it empty" if optional else ""
    )
    yield Mistake(field, text, "wrong_level", (("least", str(least)), ("most", str(most))))


def seconds(**fields: float) -> Found:
    """Durations from 0 s to a day."""
    for field, value in fields.items():
        if not 0 <= value <= _LONGEST_SECONDS:
            yield Mistake(field, "give seconds from 0 to 86400", "wrong_seconds")


def known(field: str, value: str | None, choices: Collection[str]) -> Found:
    """A name of something that there is; None: nothing is named."""
    if value is not None and value not in choices:
        yield Mistake(field, f"there is no {value!r}", "unknown")


def levels(field: str, value: Mapping[str, int], choices: Collection[str], highest: int) -> Found:
    """Numbers from 0 to `highest` for names of things that there are."""
    for name, level in value.items():
        yield from known(field, name, choices)
        yield from whole(field, level, 0, highest, called=name)


def time_zone(field: str, value: str | None) -> Found:
    """A zone of the IANA data base, "America/Santiago"; None: the account's."""
    if value is not None and value not in available_timezones():
        yield Mistake(field, f"{value!r} is no time zone: write it as America/Santiago", "wrong_time_zone")
    elif value is not None:
        ZoneInfo(value)


def periods(field: str, where: str, value: Iterable[tuple[str, str]]) -> Found:
    """Parts of one day: each begins before it ends, in order, without overlap."""
    last = 0
    for begin, end in value:
        try:
            first, until = minutes(begin), minutes(end)
        except ValueError:
            yield Mistake(field, f"{where}: write times as 09:00-13:00", "wrong_time")
            return
        if first >= until or first < last:
            yield Mistake(field, f"{where}: {begin}-{end} ends before it begins, or overlaps", "wrong_period")
        last = until
