import pytest

from crm_core.survey_figures import by_group, figures


def test_csat_is_the_share_of_fours_and_fives_and_the_mean() -> None:
    share, mean = figures("csat", [5, 4, 4, 3, 1, 5, 5, 4, 2, 5])
    assert (share.name, share.n, share.value, share.few) == ("csat", 10, 0.7, False)
    assert share.low == pytest.approx(0.3968, abs=1e-4)
    assert share.high == pytest.approx(0.8922, abs=1e-4)
    assert (mean.name, mean.value) == ("csat_mean", 3.8)


def test_nps_is_promoters_minus_detractors_in_points() -> None:
    [nps] = figures("nps", [10, 9, 8, 7, 6, 0, 10, 10])
    assert (nps.value, nps.few) == (25.0, True)
    assert -100 <= nps.low < 25 < nps.high <= 100


@pytest.mark.parametrize("measure", ["grade", "ces"])
def test_grades_and_ease_are_means_that_stay_on_their_scale(measure: str) -> None:
    [one] = figures(measure, [7, 7, 6, 7])
    assert (one.name, one.value, one.high) == (measure, 6.75, 7)
    assert 5 < one.low < 6.75


def test_solved_is_the_share_of_yes() -> None:
    [one] = figures("solved", [1, 1, 0, 1])
    assert (one.value, one.n) == (0.75, 4)


def test_what_is_not_added_up_has_no_figure() -> None:
    assert figures("", [1, 2]) == []
    assert figures("csat", []) == []


def test_groups_are_added_up_each_by_itself_and_nobodys_answers_nowhere() -> None:
    grouped = by_group([("b", "solved", 1), ("a", "solved", 0), (None, "solved", 1), ("b", "grade", 7)])
    assert [(group, [one.name for one in found]) for group, found in grouped.items()] == [
        ("a", ["solved"]),
        ("b", ["grade", "solved"]),
    ]
