import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.talk_shares import Shares, shares

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
