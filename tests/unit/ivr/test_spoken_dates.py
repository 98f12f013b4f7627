from datetime import date

import pytest

from ivr.spoken_dates import recordings_of_date, recordings_of_time

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("day", "spanish", "english"),
    [
        ((2026, 11, 22), "today day-0 22 es-de mon-10", "today day-0 mon-10 20 h-2"),
        ((2026, 11, 23), "tomorrow day-1 23 es-de mon-10", "tomorrow day-1 mon-10 20 h-3"),
        ((2026, 12, 1), "day-2 h-1 es-de mon-11", "day-2 mon-11 h-1"),
        ((2026, 11, 30), "day-1 30 es-de mon-10", "day-1 mon-10 h-30"),
        ((2026, 12, 31), "day-4 30 and 1 es-de mon-11", "day-4 mon-11 30 h-1"),
        ((2027, 1, 12), "day-2 12 es-de mon-0 es-de 2 thousand 27", "day-2 mon-0 h-12 2 thousand 20 7"),
        ((2026, 11, 21), "day-6 21 es-de mon-10", "day-6 mon-10 20 h-1"),
    ],
)
def test_a_date_is_said_as_people_say_it(day: tuple[int, int, int], spanish: str, english: str) -> None:
    for language, words in (("es", spanish), ("en", english)):
        said = recordings_of_date(date(*day), TODAY, language)
        assert said == tuple(f"digits/{word}" for word in words.split())


@pytest.mark.parametrize(
    ("hour", "minute", "english"),
    [(9, 30, "at 9 30 a-m"), (0, 15, "at 12 15 a-m"), (12, 45, "at 12 40 5 p-m"), (21, 5, "at 9 5 p-m")],
)
def test_a_time_with_minutes_is_said_whole_in_english(hour: int, minute: int, english: str) -> None:
    said = tuple(f"digits/{word}" for word in english.split())
    assert recordings_of_time(hour, minute, "en") == said
    assert recordings_of_time(hour, 30, "es") == ("digits/30",)
