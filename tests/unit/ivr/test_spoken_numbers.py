import pytest

from ivr.spoken_numbers import LARGEST_NUMBER, digits_of, recordings_of

# The number files that asterisk-core-sounds-es-wav and -en-wav 1.6.1 ship.
COMMON = {*map(str, range(21)), *map(str, range(30, 100, 10)), "hundred", "thousand", "million"}
SHIPPED = {
    "en": COMMON,
    "es": {
        *COMMON,
        *map(str, range(21, 30)),
        *map(str, range(200, 1000, 100)),
        *("and", "100-and", "20-and", "1M", "1F", "millions"),
    },
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
        (21_000, "20-and 1M thousand", "20 1 thousand"),
        (31_031, "30 and 1M thousand 30 and 1", "30 1 thousand 30 1"),
        (100_000, "hundred thousand", "1 hundred thousand"),
        (101_101, "100-and 1M thousand 100-and 1", "1 hundred 1 thousand 1 hundred 1"),
        (1_000_000, "1M million", "1 million"),
        (1_000_001, "1M million 1", "1 million 1"),
        (21_000_000, "20-and 1M millions", "20 1 million"),
        (
            200_021_121,
            "200 millions 20-and 1M thousand 100-and 21",
            "2 hundred million 20 1 thousand 1 hundred 20 1",
        ),
    ],
)
def test_a_number_is_said_as_people_say_it(number: int, spanish: str, english: str) -> None:
    assert recordings_of(number, "es") == tuple(f"digits/{word}" for word in spanish.split())
    assert recordings_of(number, "en") == tuple(f"digits/{word}" for word in english.split())


@pytest.mark.parametrize(
    ("number", "masculine", "feminine"),
    [
        (1, "1M", "1F"),
        (11, "11", "11"),
        (21, "20-and 1M", "20-and 1F"),
        (31, "30 and 1M", "30 and 1F"),
        (100, "hundred", "hundred"),
        (101, "100-and 1M", "100-and 1F"),
        (121, "100-and 20-and 1M", "100-and 20-and 1F"),
        (1001, "thousand 1M", "thousand 1F"),
        (21_001, "20-and 1M thousand 1M", "20-and 1M thousand 1F"),
        (1_000_000, "1M million", "1M million"),
    ],
)
def test_a_spanish_one_agrees_with_what_is_counted(number: int, masculine: str, feminine: str) -> None:
    for counting, words in (("masculine", masculine), ("feminine", feminine)):
        said = recordings_of(number, "es", counting)  # type: ignore[arg-type]
        assert said == tuple(f"digits/{word}" for word in words.split())


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_number_needs_only_recordings_that_the_packages_ship(language: str) -> None:
    numbers = [*range(10_000), *range(10_000, LARGEST_NUMBER, 98_765), LARGEST_NUMBER]
    words = {word for number in numbers for word in recordings_of(number, language, "masculine")}
    assert words <= {f"digits/{word}" for word in SHIPPED[language]}


@pytest.mark.parametrize("number", [-1, LARGEST_NUMBER + 1])
def test_a_number_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        recordings_of(number, "es")


def test_digits_and_letters_are_spelt_and_other_signs_left_out() -> None:
    assert digits_of("12.345-K") == (*(f"digits/{n}" for n in "12345"), "letters/k")
    assert digits_of("ñ-") == ()
