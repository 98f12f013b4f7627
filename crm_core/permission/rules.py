"""May we contact him now? Pure: facts and an instant go in, the first rule that refuses comes out.

The order is that of `Rule`: whose address it is; our own list and the public registers; consent taken back or never
given; hours, then holidays, where he is; caps over all channels; what he owns already; and, for a machine only,
whether somebody has confirmed the row of the law that it would rely on. A person may go on without that and is warned.

Everything that can change by itself changes at instants that can be listed: a day begins, an hour strikes, a window
has passed, an entry ends. So `until` is not estimated: it is the first of them at which no rule refuses any more.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from crm_core.permission import calendars
from crm_core.permission.profile import ANY_COUNTRY, Cap, LegalProfile
from ctiserver.core.permit import Channel, Purpose, Refused, Rule

HORIZON_DAYS = 400
"""How far ahead a refusal looks for its end."""
OWN_LIST = "own"
_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Row:
    """A legal profile row that speaks of the contact, whatever its dates."""

    profile: LegalProfile
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """The address on a list, `own` or a register's name. `until` None: for good."""

    entry_id: int
    on_list: str
    since: float
    until: float | None


@dataclass(frozen=True, slots=True)
class Said:
    """What the customer said about this channel and purpose; `expires_at` None: until he says otherwise."""

    consent_id: int
    given: bool
    at: float
    expires_at: float | None


@dataclass(frozen=True, slots=True)
class Contacted:
    """A contact that was made, or (`expires_at`) one that somebody holds a permit for and has not made yet."""

    at: float
    channel: Channel
    purpose: Purpose
    expires_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known. `zones`: where he may be; every one has to permit. `said` in the order in which he said it.

    `regions` None: somewhere in the country. `owned`: what he has of what is offered, or "".
    """

    channel: Channel
    purpose: Purpose
    automatic: bool
    zones: tuple[ZoneInfo, ...]
    countries: tuple[str, ...]
    regions: tuple[str, ...] | None = None
    rows: tuple[Row, ...] = ()
    entries: tuple[Entry, ...] = ()
    said: tuple[Said, ...] = ()
    contacted: tuple[Contacted, ...] = ()
    is_his: bool = True
    owned: str = ""


Refuses = Callable[[Facts, Sequence[Row], float], str | None]


def decide(facts: Facts, at: float) -> Refused | None:
    """None when permitted; else the first rule that refuses, and when no rule would."""
    refused = refusal(facts, at)
    if refused is None:
        return None
    rule, row = refused
    return Refused(rule=rule, row=row, until=_until(facts, at))


def refusal(facts: Facts, at: float) -> tuple[Rule, str] | None:
    """The first rule that refuses and the row that says so, without looking for its end; None when permitted."""
    return _refusal(facts, at, _ALL)


def warnings(facts: Facts, at: float) -> tuple[Rule, ...]:
    """Rules that would refuse a machine, for a person who goes on by hand."""
    rows = _in_force(facts, at)
    return tuple(rule for rule, refuses in _PROFILE if refuses(facts, rows, at) is not None)


def good_until(facts: Facts, at: float, latest: float) -> float:
    """The first instant after `at` at which a rule refuses, at most `latest`."""
    for instant in _instants(facts, at):
        if instant >= latest:
            break
        if refusal(facts, instant) is not None:
            return instant
    return latest


# When


def _until(facts: Facts, at: float) -> float | None:
    steady = _Steady(facts, at)
    if not steady.ever():
        return None
    for instant in _instants(facts, at):
        if steady.permits(instant) and _refusal(facts, instant, _CHANGING) is None:
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
            self._known[place] = _refusal(self._facts, self._points[place], _STEADY) is None
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
        _rolling_seconds(cap) for row in facts.rows for cap in row.profile.caps if cap.window.endswith("d")
    }
    for contact in facts.contacted:
        yield from _later(at, contact.expires_at, *(contact.at + seconds for seconds in rolling))


def _later(at: float, *instants: float | None) -> Iterator[float]:
    yield from (instant for instant in instants if instant is not None and instant > at)


# Rules


def _refusal(facts: Facts, at: float, rules: Sequence[tuple[Rule, Refuses]]) -> tuple[Rule, str] | None:
    rows = _in_force(facts, at)
    for rule, refuses in rules:
        if (row := refuses(facts, rows, at)) is not None:
            return rule, row
    return None


def _in_force(facts: Facts, at: float) -> list[Row]:
    days = {day for day, _ in _clocks(facts, at)}
    return [row for row in facts.rows if any(row.profile.in_force(day) for day in days)]


def _clocks(facts: Facts, at: float) -> list[tuple[date, int]]:
    """The day and the minute of the day in each zone."""
    clocks = (calendars.local(at, zone) for zone in facts.zones)
    return [(clock.date(), clock.hour * 60 + clock.minute) for clock in clocks]


def _not_his(facts: Facts, _rows: Sequence[Row], _at: float) -> str | None:
    return None if facts.is_his else ""


def _heeds(rows: Sequence[Row]) -> bool:
    return not rows or any(row.profile.heeds_do_not_call for row in rows)


def _on_list(facts: Facts, lists: set[str], at: float) -> str | None:
    for entry in facts.entries:
        if entry.on_list in lists and entry.since <= at and (entry.until is None or at < entry.until):
            return str(entry.entry_id)
    return None


def _do_not_call(facts: Facts, rows: Sequence[Row], at: float) -> str | None:
    return _on_list(facts, {OWN_LIST}, at) if _heeds(rows) else None


def _register(facts: Facts, rows: Sequence[Row], at: float) -> str | None:
    return _on_list(facts, {name for row in rows for name in row.profile.registers}, at)


def _last_said(facts: Facts, at: float) -> Said | None:
    return next((said for said in reversed(facts.said) if said.at <= at), None)


def _consent_revoked(facts: Facts, rows: Sequence[Row], at: float) -> str | None:
    last = _last_said(facts, at)
    return str(last.consent_id) if last and not last.given and _heeds(rows) else None


def _consent_missing(facts: Facts, rows: Sequence[Row], at: float) -> str | None:
    last = _last_said(facts, at)
    if last and last.given and (last.expires_at is None or at < last.expires_at):
        return None
    return next((row.profile.key for row in rows if row.profile.needs_consent), None)


def _hours(facts: Facts, rows: Sequence[Row], at: float) -> str | None:
    for row in rows:
        for day, minute in _clocks(facts, at):
            if not any(begin <= minute < end for begin, end in row.profile.spans(day.weekday())):
                return row.profile.key
    return None


def _holiday(facts: Facts, rows: Sequence[Row], at: float) -> str | None:
    for row in rows:
        if row.profile.on_holidays:
            continue
        for day, _ in _clocks(facts, at):
            if any(
                day in calendars.days_off(country, facts.regions, day.year) for country in facts.countries
            ):
                return row.profile.key
    return None


def _cap(facts: Facts, rows: Sequence[Row], at: float) -> str | None:
    for row in rows:
        for cap in row.profile.caps:
            counted = [one.at for one in facts.contacted if _counts(one, cap, row.profile, facts, at)]
            own = 0 if cap.counts == "other" else 1
            for zone in facts.zones:
                if sum(_within(cap, when, at, zone) for when in counted) + own > cap.at_most:
                    return row.profile.key
    return None


def _counts(one: Contacted, cap: Cap, profile: LegalProfile, facts: Facts, at: float) -> bool:
    if one.at > at or (one.expires_at is not None and one.expires_at <= at):
        return False
    if cap.counts == "all":
        return True
    return profile.speaks_of(one.purpose, one.channel) and (
        cap.counts == "row" or one.channel is not facts.channel
    )


def _within(cap: Cap, when: float, at: float, zone: ZoneInfo) -> bool:
    if cap.window.endswith("d"):
        return at < when + _rolling_seconds(cap)
    return calendars.begin_of(cap.window, at, zone) <= when


def _rolling_seconds(cap: Cap) -> float:
    return int(cap.window.removesuffix("d")) * _DAY_SECONDS


def _owned(facts: Facts, _rows: Sequence[Row], _at: float) -> str | None:
    return facts.owned or None


def _no_profile(facts: Facts, rows: Sequence[Row], _at: float) -> str | None:
    covered = {row.profile.country for row in rows} - {ANY_COUNTRY}
    return next((country for country in facts.countries if country not in covered), None)


def _unconfirmed(_facts: Facts, rows: Sequence[Row], _at: float) -> str | None:
    return next((row.profile.key for row in rows if not row.confirmed), None)


def _of_machines(refuses: Refuses) -> Refuses:
    return lambda facts, rows, at: refuses(facts, rows, at) if facts.automatic else None


_PROFILE: Sequence[tuple[Rule, Refuses]] = (
    (Rule.NO_PROFILE, _no_profile),
    (Rule.UNCONFIRMED, _unconfirmed),
)
_ALL: Sequence[tuple[Rule, Refuses]] = (
    (Rule.ADDRESS, _not_his),
    (Rule.DO_NOT_CALL, _do_not_call),
    (Rule.REGISTER, _register),
    (Rule.CONSENT_REVOKED, _consent_revoked),
    (Rule.CONSENT_MISSING, _consent_missing),
    (Rule.HOURS, _hours),
    (Rule.HOLIDAY, _holiday),
    (Rule.CAP, _cap),
    (Rule.OWNED, _owned),
    *((rule, _of_machines(refuses)) for rule, refuses in _PROFILE),
)
_CHANGING = tuple(row for row in _ALL if row[0] in (Rule.HOURS, Rule.HOLIDAY, Rule.CAP))
_STEADY = tuple(row for row in _ALL if row not in _CHANGING)
