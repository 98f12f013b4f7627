"""Figures of the IVR: how ways end, containment, nodes, paths."""

import pytest

from crm_core.reports.ivr_path import End, Step, Way, end_of, ends_of, ivr_figures, nearest_rank

DAY = 86400.0


def steps(*kinds: str) -> list[Step]:
    return [Step(f"n-{kind}", kind, 10.0 * place) for place, kind in enumerate(kinds)]


def way(end: End, *nodes: str, someone: bool = True, next_at: float | None = None) -> Way:
    path = [Step(node, "menu", 10.0 * place) for place, node in enumerate(nodes)]
    return Way(arrived_at=0.0, over_at=100.0, end=end, steps=path, someone=someone, next_at=next_at)


@pytest.mark.parametrize(
    ("kinds", "queued", "ended_by", "end"),
    [
        (("say", "menu", "action", "say"), True, "caller", "agent"),
        (("say", "menu"), False, "switch", "cut"),
        (("menu", "action", "say", "callback"), False, "center", "left_word"),
        (("menu", "voicemail"), False, "caller", "left_word"),
        (("menu", "action", "say"), False, "caller", "served"),
        (("menu", "action"), False, "caller", "dropped"),
        (("menu", "say", "hangup"), False, "center", "served"),
        (("menu", "say", "hangup"), False, "caller", "dropped"),
        (("menu", "hangup"), False, "center", "dropped"),
        ((), False, "caller", "dropped"),
    ],
)
def test_a_way_ends_as_it_was_left(kinds: tuple[str, ...], queued: bool, ended_by: str, end: End) -> None:
    assert end_of(steps(*kinds), queued=queued, ended_by=ended_by) == end


def test_contained_is_who_was_served_and_did_not_come_back_within_a_day() -> None:
    ways = [
        way("served"),
        way("served", next_at=100.0 + DAY - 1),
        way("served", next_at=100.0 + DAY),
        way("agent"),
        way("dropped"),
    ]
    ends = ends_of(ways, now=2 * DAY)
    assert (ends.entered, ends.served, ends.judged, ends.returned) == (5, 3, 3, 1)
    assert ends.containment == 2 / 5
    assert ends.ended_in_ivr == 4 / 5  # what others call containment: it counts the one who gave up


def test_nobody_is_called_solved_before_his_day_is_over_or_if_he_cannot_be_known_again() -> None:
    today = [way("served"), way("served", someone=False), way("served", next_at=500.0), way("agent")]
    ends = ends_of(today, now=DAY)
    assert (ends.served, ends.judged, ends.returned, ends.containment) == (3, 0, 0, None)
    over = ends_of(today, now=DAY + 100)
    assert (over.served, over.judged, over.returned, over.containment) == (3, 2, 1, 1 / 3)


def test_of_nobody_there_are_no_shares() -> None:
    ends = ends_of([], now=0.0)
    assert (ends.entered, ends.containment, ends.ended_in_ivr) == (0, None, None)
    assert ends_of([way("served")], now=0.0).containment is None


def test_a_caller_who_circles_is_one_caller_and_drops_out_where_he_was_last() -> None:
    figures = ivr_figures(
        [way("dropped", "main", "bills", "main"), way("agent", "main", "bills")], now=2 * DAY
    )
    main, bills = sorted(figures.nodes, key=lambda one: one.node, reverse=True)
    assert (main.visits, main.callers, main.dropped, main.drop_out) == (3, 2, 1, 0.5)
    assert (bills.visits, bills.callers, bills.dropped) == (2, 2, 0)
    # main: 10, 80 and 10 s; bills: 10 and 90 s, each until the next node or the end.
    assert (main.median_seconds, main.p90_seconds) == (10.0, 80.0)
    assert (bills.median_seconds, bills.p90_seconds) == (50.0, 90.0)


def test_paths_are_counted_without_repeated_steps_the_most_frequent_first() -> None:
    ways = [way("agent", "main", "main", "bills"), way("dropped", "main", "bills"), way("cut", "main")]
    paths = ivr_figures(ways, now=2 * DAY).paths
    assert [(one.nodes, one.callers) for one in paths] == [(("main", "bills"), 2), (("main",), 1)]
    assert paths[0].ends == {"agent": 1, "dropped": 1}


def test_nearest_rank_takes_a_value_that_was_measured() -> None:
    assert nearest_rank([5.0, 1.0, 3.0, 2.0, 4.0], 0.9) == 5.0
    assert nearest_rank([float(n) for n in range(1, 11)], 0.9) == 9.0
