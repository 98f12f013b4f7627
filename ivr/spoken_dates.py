"""Dates and times as sequences of the recordings that say them, as people say them on the telephone.

Spanish: "lunes veintitrés de noviembre", and the first of a month is "primero". English: "Monday, November twenty
third". Today and tomorrow are said before the date; the year only where it is another one than the caller's. Times
with minutes are English only: Spanish hours are rendered ("a las nueve"), and minutes follow them.
"""

from datetime import date, timedelta

from ivr.spoken_numbers import recordings_of


def recordings_of_date(day: date, today: date, language: str) -> tuple[str, ...]:
    """Names of the recordings that say a day to somebody whose own is `today`, in order."""
    near = {today: ("digits/today",), today + timedelta(days=1): ("digits/tomorrow",)}.get(day, ())
    weekday = f"digits/day-{day.isoweekday() % 7}"
    month = f"digits/mon-{day.month - 1}"
    if language == "es":
        number = ("digits/h-1",) if day.day == 1 else recordings_of(day.day, "es")
        said = (weekday, *number, "digits/es-de", month)
        year = ("digits/es-de", *recordings_of(day.year, "es"))
    else:
        said = (weekday, month, *_ordinal(day.day))
        year = recordings_of(day.year, "en")
    return (*near, *said, *(year if day.year != today.year else ()))


def _ordinal(number: int) -> tuple[str, ...]:
    """English: "first" to "twentieth", "thirtieth", and "twenty" "third"."""
    if number <= 20 or number % 10 == 0:
        return (f"digits/h-{number}",)
    return (f"digits/{number - number % 10}", f"digits/h-{number % 10}")


def recordings_of_time(hour: int, minute: int, language: str) -> tuple[str, ...]:
    """What follows the rendered hour in Spanish ("treinta"); the whole in English: "at nine thirty AM"."""
    if language == "es":
        return recordings_of(minute, "es")
    half = "digits/a-m" if hour < 12 else "digits/p-m"
    return ("digits/at", *recordings_of(hour % 12 or 12, "en"), *recordings_of(minute, "en"), half)
