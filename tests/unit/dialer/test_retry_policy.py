import pytest

from ctiserver.core.leads import TRIED_AGAIN
from dialer.retry_policy import PAUSE_SECONDS, retry_at


def again(result: object, **how: object) -> float | None:
    usual = {"ordinal": 1, "attempts_at_most": 4, "now": 1000.0, "not_after": 1e6}
    return retry_at(result, **usual | how)  # type: ignore[arg-type]


def test_the_pause_doubles_with_every_attempt() -> None:
    assert [again("busy", ordinal=n) for n in (1, 2, 3, 4)] == [1600.0, 2200.0, 3400.0, None]


@pytest.mark.parametrize(
    "result", ["completed", "partial", "declined", "hung_up", "rejected", "invalid_number", "disconnected"]
)
def test_who_was_reached_or_does_not_want_us_is_left_in_peace(result: str) -> None:
    assert again(result) is None


def test_nobody_is_tried_again_when_his_time_is_over() -> None:
    assert again("busy", not_after=1600.0) is None
    assert again("busy", not_after=1600.1) == 1600.0


def test_other_pauses_may_be_given() -> None:
    assert again("no_answer", pause_seconds={"no_answer": 5.0}) == 1005.0
    assert again("busy", pause_seconds={"no_answer": 5.0}) is None


def test_the_configuration_may_name_what_is_tried_again() -> None:
    assert set(PAUSE_SECONDS) == TRIED_AGAIN
