"""How many calls to expect: the mean of the same weekday and interval in the last weeks, with its error shown.

The simplest forecast that knows a week's shape (the seasonal mean; Hyndman and Athanasopoulos, "Forecasting: Principles
and Practice", 3rd ed., 5.2 and 5.10). Its error is found by pretending: each day of the history is forecast from the
days before it only, and compared with what came. How many weeks to average is chosen by that error. Days that were not
ordinary (a holiday, an outage) are left out of both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WEEKS_TRIED = (1, 2, 3, 4, 6, 8, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day's calls by interval. `weekday`: 0 is Monday; `calls`: by the interval's first local minute (0 to 1439).

    A day of 23 hours lacks some intervals; in one of 25 the hour that comes twice is given as the mean of the two.
    """

    weekday: int
    calls: Mapping[int, float]
    ordinary: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastError:
    """How far the forecast was off in the past. `mean_absolute` and `bias` in calls an interval, `share` of all calls.

    A positive bias: more was forecast than came. `intervals`: how many were compared.
    """

    mean_absolute: float
    bias: float
    share: float
    intervals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Calls by interval of one weekday, from how many weeks, and the error so far; None: nothing to compare with."""

    calls: Mapping[int, float]
    weeks: int
    error: ForecastError | None


def forecast(history: Sequence[Day], weekday: int, *, weeks: int | None = None) -> Forecast | None:
    """The next such weekday after `history` (oldest first); None: it holds no ordinary day of that weekday.

    `weeks` None: as many as erred least.
    """
    if weeks is None:
        weeks = best_weeks(history)
    days = [day for day in history if day.ordinary and day.weekday == weekday][-weeks:]
    if not days:
        return None
    return Forecast(calls=_mean(days), weeks=weeks, error=backtest(history, weeks))


def best_weeks(history: Sequence[Day]) -> int:
    """Of `WEEKS_TRIED` the one that erred least (mean absolute error); the fewer weeks where two are equal."""
    errors: list[tuple[float, int]] = []
    for weeks in WEEKS_TRIED:
        error = backtest(history, weeks)
        errors.append((error.mean_absolute if error else 0.0, weeks))
    return min(errors)[1]


def backtest(history: Sequence[Day], weeks: int) -> ForecastError | None:
    """Each ordinary day forecast from those before it; None: no weekday comes twice.

    The first of each weekday has nothing before it and is not compared, whatever `weeks` is: so errors of different
    weeks are of the same intervals.
    """
    before: dict[int, list[Day]] = {}
    off: list[float] = []
    came = 0.0
    for day in history:
        if not day.ordinary:
            continue
        earlier = before.setdefault(day.weekday, [])
        if earlier:
            told = _mean(earlier[-weeks:])
            off += [told[minute] - calls for minute, calls in day.calls.items() if minute in told]
            came += sum(calls for minute, calls in day.calls.items() if minute in told)
        earlier.append(day)
    if not off:
        return None
    absolute = sum(map(abs, off))
    return ForecastError(
        mean_absolute=absolute / len(off),
        bias=sum(off) / len(off),
        share=absolute / came if came else 0.0,
        intervals=len(off),
    )


def _mean(days: Sequence[Day]) -> dict[int, float]:
    """By interval, over the days that have it."""
    by_minute: dict[int, list[float]] = {}
    for day in days:
        for minute, calls in day.calls.items():
            by_minute.setdefault(minute, []).append(calls)
    return {minute: sum(calls) / len(calls) for minute, calls in sorted(by_minute.items())}
