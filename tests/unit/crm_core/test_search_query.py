import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.search_query import LONGEST_TEXT, WORDS_AT_MOST, read


@pytest.mark.parametrize(
    "text", ["+56 9 7188 4213", "971884213", "Ana 9 7188 4213", "call 56971884213 please"]
)
def test_a_number_is_read_however_it_is_written_and_whatever_stands_beside(text: str) -> None:
    assert "+56971884213" in read(text, "CL").numbers


@pytest.mark.parametrize("text", ["12.345.678-5", "123456785", "rut 12.345.678-5", "12345678-5 ana"])
def test_a_rut_is_read_however_it_is_written(text: str) -> None:
    assert "12345678-5" in read(text, "CL").ruts


def test_names_are_words_and_nothing_else() -> None:
    query = read("  Ana MUÑOZ  O'Higgins ", "CL")
    assert query.words == ("ana", "munoz", "o", "higgins")
    assert not query.has_keys


def test_a_code_is_tried_in_capitals_too() -> None:
    assert {"ov-77", "OV-77"} <= read("ov-77", "CL").codes


def test_digits_alone_may_be_the_beginning_of_a_number() -> None:
    assert read("97188", "CL").number_beginnings == ("+97188", "+5697188")
    assert read("971", "CL").number_beginnings == ()


@given(st.text(max_size=400))
def test_anything_can_be_typed(text: str) -> None:
    query = read(text, "CL")
    assert len(query.words) <= WORDS_AT_MOST
    assert all(len(code) <= 2 * LONGEST_TEXT for code in query.codes)
