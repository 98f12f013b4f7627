"""The line format: what is written is what is read, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctiserver.core.errors import Bug
from ctiserver.journal.line import Derived, Entry, Gap, decode, encode

BODIES = st.binary(max_size=60).filter(lambda body: b"\n" not in body)
TIMES = st.floats(min_value=0, max_value=4e9)
COUNTS = st.integers(min_value=1, max_value=10**9)
LINES = st.one_of(
    st.builds(Entry, COUNTS, COUNTS, TIMES, BODIES),
    st.builds(Derived, COUNTS, COUNTS, COUNTS, TIMES, BODIES),
    st.builds(Gap, COUNTS, COUNTS, TIMES, COUNTS, st.none() | COUNTS),
)


@given(LINES)
def test_a_line_is_read_as_it_was_written(line: Entry | Derived | Gap) -> None:
    assert decode(encode(line)) == line


@given(LINES, st.data())
def test_a_line_with_a_flipped_byte_is_no_line(line: Entry | Derived | Gap, data: st.DataObject) -> None:
    raw = bytearray(encode(line)[:-1])
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    assert decode(bytes(raw)) is None


def test_the_format_is_the_documented_one() -> None:
    assert encode(Entry(1042, 7, 1763800000.25, b"{}")) == b"e433af5f 1042 7 1763800000.25 {}\n"
    assert encode(Derived(1042, 3, 7, 1.5, b"{}")).split(b" ", 1)[1] == b"1042.3 7 1.5 {}\n"
    gap = encode(Gap(1043, 7, 1.5, 1042, 9)).split(b" ", 1)[1]
    assert gap == b'1043! 7 1.5 {"first_lost_seq": 1042, "lost_lines": 9}\n'


def test_a_body_of_two_lines_is_our_mistake() -> None:
    with pytest.raises(Bug, match="line end"):
        encode(Entry(1, 1, 0.0, b"{\n}"))
