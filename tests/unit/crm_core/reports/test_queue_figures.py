"""The figures of queues against a slow oracle that follows the definitions word by word."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm_core.reports.queue_figures import Offered, QueueFigures, Talk, Visit, queue_figures, wait_bands

RESULTS = ("answered", "abandoned", "callback", "moved", "cut", None)


def visit(**fields: Any) -> Visit:
    told: dict[str, Any] = {"contact": "c", "queue": "q", "value_class": "A", "entered_at": 100.0}
    told |= {"within_seconds": 20.0, "short_seconds": 5.0}
    return Visit(**(told | fields))


def test_the_same_day_is_three_service_levels() -> None:
    day = [visit(left_at=110.0, result="answered")] * 5 + [visit(left_at=130.0, result="answered")] * 1
    day += [visit(left_at=103.0, result="abandoned")] * 1 + [visit(left_at=140.0, result="abandoned")] * 1
    day += [visit(left_at=105.0, result="callback"), visit(left_at=None, result=None)]
    found = queue_figures(day, [], [])
    assert (found.service_level, found.service_level_answered, found.service_level_removed) == (
        6 / 8,
        5 / 6,
        7 / 10,
    )
    assert (found.abandon_rate, found.abandoned_short, found.waiting) == (2 / 10, 1, 1)
    assert (found.asa_seconds, found.longest_wait_seconds) == ((5 * 10 + 30) / 6, 40.0)


def test_of_nothing_there_is_no_share() -> None:
    found = queue_figures([], [], [])
    assert found.queued == 0
    assert found.service_level is None
    assert found.aht_seconds is None
    assert found.longest_wait_seconds is None


def test_each_wait_lies_in_one_band_its_end_included_and_the_shares_grow_to_the_whole() -> None:
    waits = [
        (0.0, "answered"),
        (10.0, "answered"),
        (10.5, "abandoned"),
        (600.0, "answered"),
        (601.0, "abandoned"),
    ]
    found = wait_bands([visit(left_at=100.0 + wait, result=result) for wait, result in waits])
    assert [(one.over_seconds, one.until_seconds) for one in (found[0], found[-1])] == [
        (0.0, 10.0),
        (600.0, None),
    ]
    assert [(one.answered, one.abandoned) for one in found] == [(2, 0), (0, 1), *[(0, 0)] * 4, (1, 0), (0, 1)]
    assert [one.share_until for one in found] == [0.4, *[0.6] * 5, 0.8, 1.0]
    assert {one.share_until for one in wait_bands([visit(left_at=None, result=None)])} == {None}


visits = st.builds(
    lambda contact, wait, result, queue: visit(
        contact=f"c{contact}",
        queue=queue,
        left_at=None if result is None else 100.0 + wait,
        result=result,
        within_seconds={"q": 20.0, "r": 30.0}[queue],
    ),
    st.integers(0, 9),
    st.integers(0, 50),
    st.sampled_from(RESULTS),
    st.sampled_from("qr"),
)
talks = st.builds(
    lambda contact, talked, after, over, passed, queue: Talk(
        contact=f"c{contact}",
        queue=queue,
        value_class="A",
        agent="ann",
        answered_at=100.0,
        over_at=100.0 + talked + after if over else None,
        talk_seconds=talked,
        after_seconds=after,
        transferred=passed,
    ),
    st.integers(0, 9),
    st.integers(0, 500),
    st.integers(0, 90),
    st.booleans(),
    st.booleans(),
    st.sampled_from("qr"),
)
offers = st.builds(
    lambda result: Offered(
        contact="c", queue="q", value_class="A", agent="ann", made_at=100.0, result=result
    ),
    st.sampled_from(["answered", "expired", "refused", "withdrawn"]),
)


@given(st.lists(visits), st.lists(talks), st.lists(offers))
def test_figures_are_those_of_the_slow_oracle(
    day: list[Visit], worked: list[Talk], made: list[Offered]
) -> None:
    found = queue_figures(day, worked, made)
    _compare_visits(found, day)
    seconds = contacts = after = 0.0
    passed_on = 0
    kinds = sorted({(one.contact, one.queue) for one in worked})
    for contact, queue in kinds:
        its = [one for one in worked if one.contact == contact and one.queue == queue]
        passed_on += any(one.transferred for one in its)
        if all(one.over_at is not None for one in its):
            contacts += 1
            seconds += sum(one.talk_seconds + one.after_seconds for one in its)
            after += sum(one.after_seconds for one in its)
    assert found.aht_seconds == (seconds / contacts if contacts else None)
    assert found.acw_seconds == (after / contacts if contacts else None)
    assert (found.handled, found.transferred) == (len(kinds), passed_on)
    rang = [one for one in made if one.result != "withdrawn"]
    missed = [one for one in rang if one.result != "answered"]
    assert found.non_response == (len(missed) / len(rang) if rang else None)


def _compare_visits(found: QueueFigures, day: list[Visit]) -> None:
    kept = both = answered = answered_kept = removed = 0
    longest = None
    for one in day:
        wait = None if one.left_at is None else one.left_at - one.entered_at
        in_time = wait is not None and wait <= one.within_seconds
        if one.result in ("answered", "abandoned"):
            both += 1
            kept += in_time
        if one.result == "answered":
            answered += 1
            answered_kept += in_time
        if one.result in ("answered", "abandoned", "callback"):
            removed += in_time
        if wait is not None and (longest is None or wait > longest):
            longest = wait
    assert found.service_level == (kept / both if both else None)
    assert found.service_level_answered == (answered_kept / answered if answered else None)
    assert found.service_level_removed == (removed / len(day) if day else None)
    assert found.longest_wait_seconds == longest
    ended = found.answered + found.abandoned + found.called_back + found.moved + found.cut
    assert found.queued == ended + found.waiting
