"""Calls to resolve and first contact resolution."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.episodes import DAY_SECONDS, Touch, by_class, episodes, resolution

TOM, JOHN, BETTY = 1, 2, 3
LATER = 100 * DAY_SECONDS


def touch(customer: int, day: float, reason: str = "invoice", **more: object) -> Touch:
    return Touch(customer_id=customer, reason=reason, at=day * DAY_SECONDS, **more)  # type: ignore[arg-type]


def test_tom_called_once_john_twice_and_betty_once() -> None:
    found = episodes([touch(TOM, 1), touch(JOHN, 1), touch(JOHN, 3), touch(BETTY, 2)])
    counted = resolution(found, now=LATER)
    assert counted.first_contact_resolution == pytest.approx(2 / 3)
    assert counted.calls_to_resolve == pytest.approx(4 / 3)
    assert (counted.closed, counted.censored, counted.calls_to_resolve_p90) == (3, 0, 2)
    assert counted.window_days == 7


def test_an_episode_belongs_to_the_class_that_it_began_with() -> None:
    touches = [
        touch(TOM, 1, value_class="A"),
        touch(JOHN, 1, value_class="C"),
        touch(JOHN, 3, value_class="B"),
        touch(BETTY, 2, value_class="A"),
    ]
    found = by_class(episodes(touches), now=LATER)
    assert {name: (one.closed, one.calls_to_resolve) for name, one in found.items()} == {
        "A": (2, 1.0),
        "C": (1, 2.0),
    }


@pytest.mark.parametrize(("gap_days", "count"), [(7.0, 1), (7.0001, 2)])
def test_a_contact_after_the_window_begins_another_episode(gap_days: float, count: int) -> None:
    assert len(episodes([touch(TOM, 1), touch(TOM, 1 + gap_days)])) == count


def test_the_window_counts_from_the_contact_before_and_not_from_the_first() -> None:
    (one,) = episodes([touch(TOM, day) for day in (1, 7, 13, 19)])
    assert (one.contacts, one.began_at, one.last_at) == (4, 1 * DAY_SECONDS, 19 * DAY_SECONDS)


def test_another_reason_and_another_customer_are_other_episodes() -> None:
    assert len(episodes([touch(TOM, 1), touch(TOM, 1, "repair"), touch(JOHN, 1)])) == 3


def test_a_reopened_case_goes_on_with_its_episode_however_long_it_rested() -> None:
    (one,) = episodes([touch(TOM, 1, case_id=5), touch(TOM, 40, case_id=5), touch(TOM, 41)])
    assert one.contacts == 3


def test_an_episode_whose_window_is_still_open_counts_nowhere() -> None:
    found = episodes([touch(TOM, 1), touch(JOHN, 10)])
    counted = resolution(found, now=12 * DAY_SECONDS)
    assert (counted.closed, counted.censored, counted.first_contact_resolution) == (1, 1, 1.0)
    assert resolution(found, now=17 * DAY_SECONDS).closed == 1
    assert resolution(found, now=17 * DAY_SECONDS + 1).closed == 2


def test_one_contact_that_solved_nothing_is_no_first_contact_resolution() -> None:
    counted = resolution(episodes([touch(TOM, 1, unresolved=True), touch(JOHN, 1)]), now=LATER)
    assert (counted.first_contact_resolution, counted.calls_to_resolve) == (0.5, 1.0)


def test_nothing_closed_has_no_figures() -> None:
    counted = resolution([], now=LATER)
    assert counted.first_contact_resolution is None
    assert counted.calls_to_resolve is None


TOUCHES = st.builds(touch, st.integers(1, 3), st.integers(0, 60), st.sampled_from(["invoice", "repair"]))


@given(st.lists(TOUCHES, max_size=30), st.randoms())
def test_every_contact_is_in_one_episode_whatever_the_order(touches: list[Touch], chance: object) -> None:
    found = episodes(touches)
    assert sum(one.contacts for one in found) == len(touches)
    shuffled = list(touches)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert episodes(shuffled) == found
