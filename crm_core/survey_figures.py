"""What answers add up to: CSAT, NPS, CES, school grade and "solved", each with n and an interval of 95 %. Pure.

| measure | figure |
|---|---|
| csat | share of 4 and 5 on 1-5, and the mean |
| nps | share of 9 and 10 minus share of 0 to 6, in points of -100 to 100 |
| ces | mean of "made it easy", 1-7 |
| grade | mean on the Chilean school scale, 1.0-7.0 |
| solved | share of yes |

NPS as F. Reichheld, "The One Number You Need to Grow", Harvard Business Review, December 2003; its interval is that of
the mean of the scores -1, 0 and 1. Fewer than `FEW` answers are shown, and marked as few.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm_core.intervals import mean, share
from ctiserver.core.surveys import SCALES

FEW = 10
"""Below so many answers a figure says little."""
FEWEST_PEOPLE = 5
"""People are compared only in groups of so many or more: in a smaller one each would be pointed at."""
_POSITIVE_FROM = 4
_PROMOTER_FROM, _DETRACTOR_TO = 9, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure. `name`: csat, csat_mean, nps, ces, grade, solved; shares are from 0 to 1."""

    name: str
    n: int
    value: float
    low: float
    high: float

    @property
    def few(self) -> bool:
        """Too few answers to say much."""
        return self.n < FEW


def figures(measure: str, values: Sequence[int]) -> list[Figure]:
    """The figures of the answers to what measures this, none without answers or for what is not added up."""
    if not values or measure not in SCALES:
        return []
    n = len(values)
    lowest, highest = SCALES[measure]
    if measure == "nps":
        scores = [(value >= _PROMOTER_FROM) - (value <= _DETRACTOR_TO) for value in values]
        return [_figure("nps", n, *(100 * part for part in mean(scores, -1, 1)))]
    if measure == "solved":
        return [_figure("solved", n, *share(sum(values), n))]
    found = [_figure(measure, n, *mean(values, lowest, highest))]
    if measure == "csat":
        positive = sum(value >= _POSITIVE_FROM for value in values)
        found = [
            _figure("csat", n, *share(positive, n)),
            _figure("csat_mean", n, *mean(values, lowest, highest)),
        ]
    return found


def by_group(rows: Iterable[tuple[str | None, str, int]]) -> dict[str, list[Figure]]:
    """Figures for each group, by name; rows are (group, measure, value), those without a group count nowhere."""
    values: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for group, measure, value in rows:
        if group is not None:
            values[group][measure].append(value)
    return {
        group: [
            figure for measure in sorted(values[group]) for figure in figures(measure, values[group][measure])
        ]
        for group in sorted(values)
    }


def _figure(name: str, n: int, value: float, low: float, high: float) -> Figure:
    return Figure(name=name, n=n, value=value, low=low, high=high)
