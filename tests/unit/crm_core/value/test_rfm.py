"""RFM quintiles."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crm_core.value import rfm


def test_a_hundred_different_customers_fall_into_five_equal_parts() -> None:
    assert np.bincount(rfm.quintiles(np.arange(100.0))).tolist() == [0, 20, 20, 20, 20, 20]


def test_equal_figures_are_in_the_middle() -> None:
    assert rfm.quintiles(np.zeros(7)).tolist() == [3] * 7
    assert rfm.quintiles(np.array([5.0])).tolist() == [3]
    assert rfm.quintiles(np.zeros(0)).tolist() == []


def test_the_three_scores_stand_in_rows() -> None:
    found = rfm.scores(np.array([1.0, 9.0]), np.array([5.0, 2.0]), np.array([1.0, 1.0]))
    assert found.tolist() == [[2, 4], [4, 2], [3, 3]]


@given(st.lists(st.floats(-1e15, 1e15), max_size=40))
def test_more_never_scores_less_and_equals_score_the_same(figures: list[float]) -> None:
    found = rfm.quintiles(np.array(figures)).tolist()
    assert all(1 <= score <= 5 for score in found)
    for one, score in zip(figures, found, strict=True):
        assert all(score >= other for figure, other in zip(figures, found, strict=True) if figure < one)
        assert all(score == other for figure, other in zip(figures, found, strict=True) if figure == one)
