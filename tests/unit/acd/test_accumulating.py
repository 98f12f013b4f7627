import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.accumulating import (
    Profile,
    Terms,
    continued,
    overtaking_window,
    raised,
    score,
    virtual_arrival,
)

SECONDS = st.floats(0, 10_000)
TERMS = st.builds(Terms, head_start_seconds=st.floats(0, 600), slope=st.floats(0.25, 8.0))


def test_a_score_is_the_head_start_and_the_slope_times_the_wait() -> None:
    terms = Terms(head_start_seconds=120.0, slope=4.0)
    virtual = virtual_arrival(1000.0, terms)
    assert virtual == 970.0
    assert score(virtual, terms.slope, now=1000.0) == 120.0, "at the instant of his arrival"
    assert score(virtual, terms.slope, now=1010.0) == 160.0


def test_a_class_that_a_profile_does_not_name_waits_like_anybody() -> None:
    profile = Profile(terms={"A": Terms(head_start_seconds=120.0)}, ceiling_seconds=300.0)
    assert profile.of("A") == Terms(head_start_seconds=120.0)
    assert profile.of("?") == Terms(ceiling_seconds=300.0)


def test_nonsense_is_refused() -> None:
    for slope, head_start in ((0.0, 0.0), (-1.0, 0.0), (1.0, float("inf")), (float("nan"), 0.0)):
        with pytest.raises(ValueError, match="slope"):
            Terms(slope=slope, head_start_seconds=head_start)


def test_windows_are_those_of_equal_slopes_and_of_no_head_starts() -> None:
    early, late = Terms(head_start_seconds=10.0, slope=2.0), Terms(head_start_seconds=90.0, slope=2.0)
    assert overtaking_window(early, late, wait=500.0) == 40.0, "80 of a score that grows by 2"
    assert overtaking_window(Terms(), Terms(slope=4.0), wait=100.0) == 75.0
    assert overtaking_window(Terms(slope=4.0), Terms(), wait=100.0) == -300.0


@settings(deadline=None)
@given(first=TERMS, second=TERMS, arrived=SECONDS, wait=SECONDS, later=st.floats(-500, 500))
def test_a_later_contact_is_ahead_just_within_its_window(
    first: Terms, second: Terms, arrived: float, wait: float, later: float
) -> None:
    now, window = arrived + wait, overtaking_window(first, second, wait)
    mine = score(virtual_arrival(arrived, first), first.slope, now)
    his = score(virtual_arrival(arrived + later, second), second.slope, now)
    if abs(later - window) > 1e-6:
        assert (his > mine) == (later < window)


@settings(deadline=None)
@given(old=TERMS, new=TERMS, arrived=SECONDS, waited=SECONDS, further=SECONDS)
def test_a_raise_is_at_no_later_time_a_loss_and_never_worse_than_the_higher_class_from_the_start(
    old: Terms, new: Terms, arrived: float, waited: float, further: float
) -> None:
    now, then = arrived + waited, arrived + waited + further
    before = virtual_arrival(arrived, old)
    virtual, slope = raised(before, old.slope, new, arrived_at=arrived, now=now)
    after = score(virtual, slope, then)
    assert after >= score(before, old.slope, then) - 1e-6
    assert after >= score(virtual_arrival(arrived, new), new.slope, then) - 1e-6


@settings(deadline=None)
@given(terms=TERMS, slope=st.floats(0.25, 8.0), arrived=SECONDS, waited=SECONDS)
def test_a_new_slope_goes_on_from_the_score_reached(
    terms: Terms, slope: float, arrived: float, waited: float
) -> None:
    now, before = arrived + waited, virtual_arrival(arrived, terms)
    after = continued(before, terms.slope, slope, now)
    assert score(after, slope, now) == pytest.approx(score(before, terms.slope, now), abs=1e-6)
    assert score(after, slope, now + 10) - score(after, slope, now) == pytest.approx(10 * slope, abs=1e-6)
