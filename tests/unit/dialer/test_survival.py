"""Durations learned while they last: Kaplan and Meier by hand, and how long what lasts will last."""

import numpy as np
import pytest

from dialer.survival import Durations, both_within, within


def test_what_was_cut_off_counts_as_having_lasted_so_long() -> None:
    kept = Durations(10)
    for seconds, ended in ((2.0, True), (3.0, False), (4.0, True), (4.0, True), (6.0, False)):
        kept.add(seconds, ended=ended)
    survival = kept.surviving()
    assert survival[1] == 1.0
    assert survival[2] == pytest.approx(4 / 5)
    assert survival[3] == pytest.approx(4 / 5)
    assert survival[4] == pytest.approx(4 / 5 * 1 / 3)
    naive = np.mean(np.array([2.0, 4.0, 4.0]) > 3.0)
    assert survival[3] > naive, "leaving out what was cut off makes the long look rare"


def test_a_prior_weighs_as_much_as_it_says_and_less_with_each_observation() -> None:
    kept = Durations(100, prior=[50.0] * 7, weight=10.0)
    assert kept.surviving()[49] == 1.0
    for _ in range(90):
        kept.add(10.0)
    assert kept.surviving()[10] == pytest.approx(0.1)


def test_the_chance_to_end_soon_is_that_of_what_has_lasted_so_long() -> None:
    kept = Durations(400)
    for seconds in np.random.default_rng(1).exponential(60.0, 20_000):
        kept.add(float(seconds))
    soon = within(kept.surviving(), 15)
    assert soon[[0, 30, 90]] == pytest.approx([1 - np.exp(-0.25)] * 3, abs=0.02)
    fixed = Durations(40)
    fixed.add(15.000000001)
    assert within(fixed.surviving(), 5)[[0, 9, 10, 14, 30]].tolist() == [0.0, 0.0, 1.0, 1.0, 1.0]


def test_talk_and_the_wrap_up_after_it_end_together_by_the_sum_of_both() -> None:
    talk, wrap_up = Durations(100), Durations(30)
    for seconds in (10.0, 20.0, 30.0, 40.0):
        talk.add(seconds)
    for seconds in (5.0, 15.0):
        wrap_up.add(seconds)
    soon = both_within(talk.surviving(), wrap_up.surviving(), 15)
    # At 0: only 10 + 5. At 10: of 20, 30 and 40 only 20 + 5 by 25. At 25: 30 + 5 by 40. At 30: 40 + 5 by 45.
    assert soon[[0, 10, 25, 30]] == pytest.approx([1 / 4 / 2, 1 / 3 / 2, 1 / 2 / 2, 1 / 2])


def test_of_nothing_known_nothing_ends() -> None:
    assert within(Durations(30).surviving(), 10).tolist() == [0.0] * 31
