"""When an event of Asterisk happened."""

import pytest

from ctiserver.asterisk.event_time import happened_at

HAPPENED_AT = 1_767_225_600.25
EVENT = {"type": "StasisEnd", "timestamp": "2026-01-01T00:00:00.250+0000"}


@pytest.mark.parametrize("now", [HAPPENED_AT - 0.5, HAPPENED_AT + 0.001, HAPPENED_AT + 1.9])
def test_an_event_heard_at_once_bears_our_own_time(now: float) -> None:
    assert happened_at(EVENT, now) == now


def test_an_event_that_waited_for_us_bears_the_time_of_asterisk() -> None:
    assert happened_at(EVENT, HAPPENED_AT + 86.0) == HAPPENED_AT


@pytest.mark.parametrize("event", [{}, {"timestamp": None}, {"timestamp": "yesterday"}])
def test_without_a_time_of_its_own_it_is_now(event: dict[str, object]) -> None:
    assert happened_at(event, 5.0) == 5.0


@pytest.mark.parametrize("ahead", [-3600.0, 3600.0])
def test_a_machine_whose_clock_was_set_changes_nothing(ahead: float) -> None:
    ours = HAPPENED_AT - ahead
    assert happened_at(EVENT, ours + 0.001, ahead) == ours + 0.001
    assert happened_at(EVENT, ours + 86.0, ahead) == ours
