from hypothesis import given
from hypothesis import strategies as st

from ctiserver.core.ids import base32, entry_name, ordinal


def test_numbers_are_written_in_crockfords_alphabet() -> None:
    assert [base32(number) for number in (0, 9, 10, 31, 32, 1023, 1024)] == [
        "0",
        "9",
        "a",
        "z",
        "10",
        "zz",
        "100",
    ]


@given(st.integers(0, 2**63))
def test_each_number_has_its_own_name(number: int) -> None:
    digits = "0123456789abcdefghjkmnpqrstvwxyz"
    value = 0
    for character in base32(number):
        value = value * 32 + digits.index(character)
    assert value == number


def test_an_entry_is_named_by_installation_switch_epoch_and_number() -> None:
    assert entry_name("gas-1", epoch=3, seq=33) == "gas-1-3-11"


def test_no_ordinal_is_the_beginning_of_another() -> None:
    assert [ordinal(number) for number in (1, 9, 10, 99, 100)] == ["1", "9", "a10", "a99", "b100"]
    told = [ordinal(number) for number in range(1, 1200)]
    assert not [one for one in told for other in told if one != other and other.startswith(one)]
