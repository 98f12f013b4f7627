from typing import Any

from company import queue
from hypothesis import given
from hypothesis import strategies as st

from acd.contact_state import Contact
from acd.priority import begin, better, escalated, goes_on, put_back, raised, score, since

SECONDS = st.floats(0, 10_000)
STEEP = {"slope": {"A": 4.0, "B": 2.0}, "head_start_seconds": {}}


def caller(arrived_at: float, value_class: str = "C", **profile: Any) -> Contact:
    """Who waits in a queue with this profile."""
    one = Contact(
        id="c1",  # type: ignore[arg-type]
        account_id=1,
        leg="leg-c1",  # type: ignore[arg-type]
        queue="service",  # type: ignore[arg-type]
        value_class=value_class,
        language="es",
        pii_number="",
        pii_name="",
        arrived_at=arrived_at,
        virtual_arrival=arrived_at,
        order=1,
    )
    begin(one, queue("service", **profile))
    return one


def test_a_head_start_counts_as_time_already_waited() -> None:
    assert score(caller(100.0, "A"), 130.0) == 150.0
    assert score(caller(100.0, "C"), 130.0) == 30.0
    assert score(caller(100.0, "A", **STEEP), 130.0) == 120.0


@given(a_i=SECONDS, a_j=SECONDS, class_i=st.sampled_from("ABC"), class_j=st.sampled_from("ABC"), wait=SECONDS)
def test_who_is_ahead_stays_ahead_while_both_wait_if_slopes_are_equal(
    a_i: float, a_j: float, class_i: str, class_j: str, wait: float
) -> None:
    i, j = caller(a_i, class_i), caller(a_j, class_j)
    now = max(a_i, a_j)
    if i.virtual_arrival <= j.virtual_arrival:
        assert score(i, now + wait) >= score(j, now + wait)


def test_a_later_caller_overtakes_only_within_the_difference_of_head_starts() -> None:
    assert score(caller(219.9, "A"), 300.0) > score(caller(100.0), 300.0)
    assert not score(caller(220.0, "A"), 300.0) > score(caller(100.0), 300.0)


@given(old=st.sampled_from("ABC"), new=st.sampled_from("ABC"), now=st.floats(0, 500), later=SECONDS)
def test_a_class_that_is_found_out_never_makes_anybody_wait_longer(
    old: str, new: str, now: float, later: float
) -> None:
    for profile in ({}, STEEP, STEEP | {"leave_free": {"C": 2, "B": 1}}):
        as_he_was, one = caller(0.0, old, **profile), caller(0.0, old, **profile)
        its = queue("service", **profile)
        moved = raised(one, its, new, now)
        assert score(one, now + later) >= score(as_he_was, now + later)
        assert one.leaves_free <= as_he_was.leaves_free
        assert moved == better(its, new, old)
        if moved:
            assert score(one, now + later) >= score(caller(0.0, new, **profile), now + later) - 1e-6


def test_a_changed_profile_goes_on_from_the_score_that_he_has() -> None:
    one = caller(100.0, "A")
    flat, steep = queue("service"), queue("service", **STEEP, ceiling_seconds=300.0)
    goes_on(one, flat, flat, 120.0)
    assert (score(one, 120.0), one.slope, one.escalates_at) == (140.0, 1.0, None)
    goes_on(one, flat, steep, 120.0)
    assert (score(one, 120.0), score(one, 121.0), one.escalates_at) == (140.0, 144.0, 400.0)
    assert (escalated(one, 399.9), escalated(one, 400.0)) == (False, True)
    goes_on(one, steep, queue("service", leave_free={"A": 3}), 120.0)
    assert (score(one, 121.0), one.escalates_at, one.leaves_free) == (141.0, None, 3)


def test_a_call_back_that_nobody_answered_is_so_much_later_in_line_and_at_the_ceiling() -> None:
    one = caller(100.0, ceiling_seconds=300.0)
    put_back(one, 120.0)
    assert (score(one, 400.0), one.escalates_at, since(one), one.arrived_at) == (180.0, 520.0, 220.0, 100.0)
