import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctiserver.core.rut import check_digit, normalise

NUMBERS = st.integers(1, 99_999_999)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("12.345.678-5", "12345678-5"),
        ("123456785", "12345678-5"),
        (" 12345678-5 ", "12345678-5"),
        ("20.985.715-4", "20985715-4"),
        ("78964344-k", "78964344-K"),
        ("1-9", "1-9"),
    ],
)
def test_however_it_is_written_it_is_stored_in_one_form(written: str, stored: str) -> None:
    assert normalise(written) == stored


@pytest.mark.parametrize(
    "written",
    ["12.345.678-4", "", "k", "-", "0-0", "12345678", "1234567890-1", "12.34.5678-5", "x" * 200, "١-٩"],
)
def test_what_is_no_rut_is_none(written: str) -> None:
    assert normalise(written) is None


@given(NUMBERS)
def test_every_number_has_one_check_digit(number: int) -> None:
    right = [digit for digit in "0123456789K" if normalise(f"{number}-{digit}")]
    assert right == [check_digit(number)]


@given(NUMBERS, st.data())
def test_one_wrong_digit_is_always_noticed(number: int, data: st.DataObject) -> None:
    digits = str(number)
    place = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != digits[place]]))
    assert check_digit(int(digits[:place] + other + digits[place + 1 :])) != check_digit(number)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    stored = normalise(text)
    assert stored is None or normalise(stored) == stored
