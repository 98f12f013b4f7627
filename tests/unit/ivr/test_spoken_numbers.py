import pytest

from ivr.spoken_numbers import LARGEST_NUMBER, recordings_of

# The number files that asterisk-core-sounds-es-wav and -en-wav 1.6.1 ship.
COMMON = {*map(str, range(21)), *map(str, range(30, 100, 10)), "hundred", "thousand"}
SHIPPED = {
    "en": COMMON,
    "es": {*COMMON, *map(str, range(21, 30)), *map(str, range(200, 1000, 100)), "and", "100-and"},
}


@pytest.mark.parametrize(
    ("number", "spanish", "english"),
    [
        (0, "0", "0"),
        (1, "1", "1"),
        (16, "16", "16"),
        (20, "20", "20"),
        (21, "21", "20 1"),
        (29, "29", "20 9"),
        (30, "30", "30"),
        (31, "30 and 1", "30 1"),
        (90, "90", "90"),
        (99, "90 and 9", "90 9"),
        (100, "hundred", "1 hundred"),
        (101, "100-and 1", "1 hundred 1"),
        (116, "100-and 16", "1 hundred 16"),
        (200, "200", "2 hundred"),
        (235, "200 30 and 5", "2 hundred 30 5"),
        (500, "500", "5 hundred"),
        (1000, "thousand", "1 thousand"),
        (1001, "thousand 1", "1 thousand 1"),
        (1100, "thousand hundred", "1 thousand 1 hundred"),
        (2000, "2 thousand", "2 thousand"),
        (2345, "2 thousand 300 40 and 5", "2 thousand 3 hundred 40 5"),
        (9999, "9 thousand 900 90 and 9", "9 thousand 9 hundred 90 9"),
    ],
)
def test_a_number_is_said_as_people_say_it(number: int, spanish: str, english: str) -> None:
    assert recordings_of(number, "es") == tuple(f"digits/{word}" for word in spanish.split())
    assert recordings_of(number, "en") == tuple(f"digits/{word}" for word in english.split())


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_number_needs_only_recordings_that_the_packages_ship(language: str) -> None:
    words = {word for number in range(LARGEST_NUMBER + 1) for word in recordings_of(number, language)}
    assert words <= {f"digits/{word}" for word in SHIPPED[language]}


@pytest.mark.parametrize("number", [-1, 10_000])
def test_a_number_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        recordings_of(number, "es")
