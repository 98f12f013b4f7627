"""How many dials are answered: counted by when they began, so that answers do not come first."""

import pytest

from dialer.answer_rate import AnswerRate


def _rate() -> AnswerRate:
    return AnswerRate(30.0, believed=0.5, weight=1e-6)


def test_a_dial_counts_once_its_time_is_over_however_early_it_was_answered() -> None:
    rate = _rate()
    for number in range(100):  # one a second; every fourth is answered at once, the others ring to the end
        rate.dialled(str(number), float(number))
        if number % 4 == 0:
            rate.ended(str(number), number + 1.0, answered=True)
    in_order_of_completion = 25 / (25 + 55)  # of those dialled up to second 69 the failures are known by now
    assert rate.learn(100.0)
    assert rate.probability == pytest.approx(0.25, abs=0.01)
    assert in_order_of_completion > 0.3
    assert not rate.learn(100.5)


def test_who_is_not_heard_of_in_time_did_not_answer() -> None:
    rate = _rate()
    rate.dialled("a", 0.0)
    rate.dialled("b", 0.0)
    rate.ended("b", 12.0, answered=True)
    rate.ended("nobody", 12.0, answered=True)
    rate.learn(30.0)
    assert rate.probability == pytest.approx(0.5, abs=0.001)


def test_delays_of_answers_and_of_failures_are_told_apart_and_what_was_long_ago_is_forgotten() -> None:
    rate = _rate()
    for number, (answered, seconds) in enumerate(
        [(True, 5.0), (True, 10.0), (False, 2.0), (False, 30.0)] * 50
    ):
        rate.dialled(str(number), 0.0)
        rate.ended(str(number), seconds, answered=answered)
    rate.learn(30.0)
    assert rate.answered_within()[[4, 5, 9, 10]] == pytest.approx([0.0, 0.5, 0.5, 1.0], abs=0.01)
    assert rate.failed_within()[[1, 2, 29, 30]] == pytest.approx([0.0, 0.5, 0.5, 1.0], abs=0.01)
    for number in range(10_000):
        rate.dialled(f"later {number}", 40.0)
    rate.learn(80.0)
    assert rate.probability < 0.01
