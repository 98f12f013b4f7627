import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.talk_shares import Shares, outside, shares, together

spells = st.lists(st.tuples(st.floats(0, 120), st.floats(0, 120)).map(lambda it: (min(it), max(it))))


def test_shares_are_of_the_whole_and_overtalk_counts_for_both() -> None:
    found = shares([(0, 30), (50, 60)], [(25, 50)], 100)
    assert found == Shares(caller=0.4, agent=0.25, both=0.05, silence=0.4)


def test_what_overlaps_or_lies_outside_counts_once_or_not_at_all() -> None:
    assert shares([(0, 5), (3, 8), (9, 20), (7, 7)], [], 10) == Shares(
        caller=0.9, agent=0, both=0, silence=0.1
    )


def test_a_talk_without_length_has_no_shares() -> None:
    with pytest.raises(ValueError, match="length"):
        shares([], [], 0)


@given(spells, spells, st.floats(1, 100))
def test_all_parts_make_the_whole(
    one: list[tuple[float, float]], other: list[tuple[float, float]], seconds: float
) -> None:
    it = shares(one, other, seconds)
    assert it.caller + it.agent - it.both + it.silence == pytest.approx(1)
    assert 0 <= it.both <= min(it.caller, it.agent) + 1e-9


def test_what_is_said_while_they_are_apart_is_cut_out_and_its_time_does_not_count() -> None:
    apart = [(10.0, 20.0), (18.0, 30.0), (90.0, 200.0)]
    assert outside([(5.0, 12.0), (12.0, 19.0), (15.0, 35.0), (95.0, 99.0)], apart) == [
        (5.0, 10.0),
        (30.0, 35.0),
    ]
    assert outside([(5.0, 35.0)], apart) == [(5.0, 10.0), (30.0, 35.0)]
    assert together(apart, 100.0) == 70.0
    assert together([], 100.0) == 100.0
    assert shares([(5, 12)], [], 100, of_seconds=70).caller == 0.1


@given(spells, spells, st.floats(1, 100))
def test_of_the_talk_too_all_parts_make_the_whole(
    one: list[tuple[float, float]], apart: list[tuple[float, float]], seconds: float
) -> None:
    talked = together(apart, seconds)
    assert 0 <= talked <= seconds
    if talked > 0.01:
        it = shares(outside(one, apart), [], seconds, of_seconds=talked)
        assert it.caller + it.silence == pytest.approx(1)
