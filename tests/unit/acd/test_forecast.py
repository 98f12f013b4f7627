import pytest

from acd.forecast import Day, backtest, best_weeks, forecast


def day(weekday: int, *calls: float, ordinary: bool = True) -> Day:
    return Day(
        weekday=weekday,
        calls={480 + 30 * place: count for place, count in enumerate(calls)},
        ordinary=ordinary,
    )


def test_a_weekday_is_forecast_from_its_own_last_weeks() -> None:
    history = [day(0, 90, 10), day(1, 5, 5), day(0, 10, 20), day(1, 7, 7), day(0, 20, 40)]
    told = forecast(history, 0, weeks=2)
    assert told is not None
    assert told.calls == {480: 15.0, 510: 30.0}
    assert told.weeks == 2
    assert forecast(history, 3) is None


def test_the_error_is_that_of_forecasts_made_from_the_days_before_only() -> None:
    error = backtest([day(0, 10, 10), day(0, 14, 8), day(0, 12, 12)], weeks=1)
    assert error is not None
    # 10 for 14, 10 for 8; then 14 for 12, 8 for 12.
    assert error.mean_absolute == pytest.approx((4 + 2 + 2 + 4) / 4)
    assert error.bias == pytest.approx((-4 + 2 + 2 - 4) / 4)
    assert error.share == pytest.approx(12 / (14 + 8 + 12 + 12))
    assert error.intervals == 4
    assert backtest([day(0, 10), day(1, 10)], weeks=1) is None, "nothing to compare with"


def test_a_day_that_was_not_ordinary_is_neither_learned_from_nor_compared() -> None:
    history = [day(0, 10), day(0, 500, ordinary=False), day(0, 10)]
    told = forecast(history, 0, weeks=4)
    assert told is not None
    assert told.calls == {480: 10.0}
    assert told.error is not None
    assert (told.error.mean_absolute, told.error.intervals) == (0.0, 1)


def test_as_many_weeks_are_averaged_as_erred_least() -> None:
    steady = [day(2, 10 + noise) for noise in (2, -2, 1, -1, 2, -2, 1, -1, 2, -2)]
    assert best_weeks(steady) > 1, "noise is averaged away"
    growing = [day(2, 10 * week) for week in range(1, 10)]
    assert best_weeks(growing) == 1, "the last week is nearest to the next"


def test_a_day_that_lacks_an_hour_spoils_no_other() -> None:
    short = Day(weekday=6, calls={510: 30.0})
    told = forecast([day(6, 10, 20), short], 6, weeks=4)
    assert told is not None
    assert told.calls == {480: 10.0, 510: 25.0}
    assert told.error is not None
    assert told.error.intervals == 1
