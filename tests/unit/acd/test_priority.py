from hypothesis import given
from hypothesis import strategies as st

from acd.priority import score, upgraded, virtual_arrival

SECONDS = st.floats(0, 10_000)


def test_a_head_start_counts_as_time_already_waited() -> None:
    assert score(virtual_arrival(100.0, 120.0), now=130.0) == 150.0


def test_without_head_starts_the_order_is_that_of_arrival() -> None:
    assert virtual_arrival(100.0, 0.0) < virtual_arrival(101.0, 0.0)


@given(a_i=SECONDS, h_i=SECONDS, a_j=SECONDS, h_j=SECONDS, wait=SECONDS)
def test_who_is_ahead_stays_ahead_while_both_wait(
    a_i: float, h_i: float, a_j: float, h_j: float, wait: float
) -> None:
    v_i, v_j = virtual_arrival(a_i, h_i), virtual_arrival(a_j, h_j)
    now = max(a_i, a_j)
    if v_i <= v_j:
        assert score(v_i, now + wait) >= score(v_j, now + wait)


def test_a_later_caller_overtakes_only_within_the_difference_of_head_starts() -> None:
    first = virtual_arrival(100.0, 0.0)
    assert virtual_arrival(219.9, 120.0) < first
    assert not virtual_arrival(220.0, 120.0) < first


@given(arrived=SECONDS, old=SECONDS, new=SECONDS)
def test_an_upgrade_never_makes_anybody_wait_longer(arrived: float, old: float, new: float) -> None:
    virtual = virtual_arrival(arrived, old)
    assert upgraded(virtual, arrived, new) == virtual_arrival(arrived, max(old, new))
