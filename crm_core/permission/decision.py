"""May we contact him now, and if not, when? Pure: facts and an instant go in, the first rule that refuses comes out.

A refusal comes with its end.

Everything that can change by itself changes at instants that can be listed: a day begins, an hour strikes, a window
has passed, an entry ends. So `until` is not estimated: it is the first of them at which no rule refuses any more.
"""

from bisect import bisect_right
from collections.abc import Iterator

from crm_core.permission import calendars
from crm_core.permission.rules import (
    ALL,
    CHANGING,
    OF_THE_PROFILE,
    STEADY,
    Facts,
    first_refusal,
    in_force,
    rolling_seconds,
)
from ctiserver.core.permit import Refused, Rule

HORIZON_DAYS = 400
"""How far ahead a refusal looks for its end."""
_DAY_SECONDS = 86_400.0


def decide(facts: Facts, at: float) -> Refused | None:
    """None when permitted; else the first rule that refuses, and when no rule would.

    Where waiting does not help, the rule is one that lasts: who owns the product is not refused for the hour.
    """
    refused = refusal(facts, at)
    if refused is None:
        return None
    until = _until(facts, at)
    lasting = first_refusal(facts, at, STEADY) if until is None else None
    rule, row = lasting or refused
    return Refused(rule=rule, row=row, until=until)


def refusal(facts: Facts, at: float) -> tuple[Rule, str] | None:
    """The first rule that refuses and the row that says so, without looking for its end; None when permitted."""
    return first_refusal(facts, at, ALL)


def warnings(facts: Facts, at: float) -> tuple[Rule, ...]:
    """Rules that would refuse a machine, for a person who goes on by hand."""
    rows = in_force(facts, at)
    return tuple(rule for rule, refuses in OF_THE_PROFILE if refuses(facts, rows, at) is not None)


def good_until(facts: Facts, at: float, latest: float) -> float:
    """The first instant after `at` at which a rule refuses, at most `latest`."""
    for instant in _instants(facts, at):
        if instant >= latest:
            break
        if refusal(facts, instant) is not None:
            return instant
    return latest


def _until(facts: Facts, at: float) -> float | None:
    steady = _Steady(facts, at)
    if not steady.ever():
        return None
    for instant in _instants(facts, at):
        if steady.permits(instant) and first_refusal(facts, instant, CHANGING) is None:
            return instant
    return None


class _Steady:
    """The rules that change by dates of their own only; looked at once between two of those dates."""

    def __init__(self, facts: Facts, at: float) -> None:
        self._facts = facts
        self._points = [at, *sorted(_dates(facts, at))]
        self._known: dict[int, bool] = {}

    def permits(self, instant: float) -> bool:
        place = bisect_right(self._points, instant) - 1
        if place not in self._known:
            self._known[place] = first_refusal(self._facts, self._points[place], STEADY) is None
        return self._known[place]

    def ever(self) -> bool:
        return any(self.permits(point) for point in self._points)


def _instants(facts: Facts, at: float) -> Iterator[float]:
    """Every instant after `at` at which an answer can change, in order."""
    once = sorted({*_dates(facts, at), *_ends_of_caps(facts, at)})
    minutes = {
        minute for row in facts.rows for day in range(7) for span in row.profile.spans(day) for minute in span
    }
    for day in range(HORIZON_DAYS):
        begin = at + day * _DAY_SECONDS
        end = begin + _DAY_SECONDS
        daily = {
            instant for zone in facts.zones for instant in calendars.openings(zone, minutes, begin, days=3)
        }
        yield from sorted(instant for instant in daily | set(once) if begin < instant <= end and instant > at)


def _dates(facts: Facts, at: float) -> Iterator[float]:
    for entry in facts.entries:
        yield from _later(at, entry.since, entry.until)
    for said in facts.said:
        yield from _later(at, said.at, said.expires_at)
    for row in facts.rows:
        for zone in facts.zones:
            yield from _later(at, calendars.instant(row.profile.valid_from, 0, zone))
            if row.profile.valid_until is not None:
                yield from _later(at, calendars.instant(row.profile.valid_until, 1440, zone))


def _ends_of_caps(facts: Facts, at: float) -> Iterator[float]:
    rolling = {
        rolling_seconds(cap) for row in facts.rows for cap in row.profile.caps if cap.window.endswith("d")
    }
    for contact in facts.contacted:
        yield from _later(at, contact.expires_at, *(contact.at + seconds for seconds in rolling))


def _later(at: float, *instants: float | None) -> Iterator[float]:
    yield from (instant for instant in instants if instant is not None and instant > at)
