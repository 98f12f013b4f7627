"""May we contact him now? Pure: facts and an instant go in, the first rule that refuses comes out.

The order is that of `Rule`: whose address it is; our own list and the public registers; consent taken back or never
given; hours, then holidays, where he is; caps over all channels; what he owns already; and, for a machine only,
whether somebody has confirmed the row of the law that it would rely on. A person may go on without that and is warned.

From when on no rule refuses any more, `decision` says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from crm_core.permission import calendars
from crm_core.permission.profile import ANY_COUNTRY, Cap, LegalProfile
from ctiserver.core.permit import Channel, Purpose, Rule

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


def first_refusal(facts: Facts, at: float, rules: Sequence[tuple[Rule, Refuses]]) -> tuple[Rule, str] | None:
    """The first of these rules that refuses at that instant and the row that says so; None: all permit."""
    rows = in_force(facts, at)
    for rule, refuses in rules:
        if (row := refuses(facts, rows, at)) is not None:
            return rule, row
    return None


def in_force(facts: Facts, at: float) -> list[Row]:
    """The rows of the law that hold at that instant."""
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
        return at < when + rolling_seconds(cap)
    return calendars.begin_of(cap.window, at, zone) <= when


def rolling_seconds(cap: Cap) -> float:
    """The window of a cap that is so many days, wherever it begins."""
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


OF_THE_PROFILE: Sequence[tuple[Rule, Refuses]] = (
    (Rule.NO_PROFILE, _no_profile),
    (Rule.UNCONFIRMED, _unconfirmed),
)
ALL: Sequence[tuple[Rule, Refuses]] = (
    (Rule.ADDRESS, _not_his),
    (Rule.DO_NOT_CALL, _do_not_call),
    (Rule.REGISTER, _register),
    (Rule.CONSENT_REVOKED, _consent_revoked),
    (Rule.CONSENT_MISSING, _consent_missing),
    (Rule.HOURS, _hours),
    (Rule.HOLIDAY, _holiday),
    (Rule.CAP, _cap),
    (Rule.OWNED, _owned),
    *((rule, _of_machines(refuses)) for rule, refuses in OF_THE_PROFILE),
)
CHANGING = tuple(row for row in ALL if row[0] in (Rule.HOURS, Rule.HOLIDAY, Rule.CAP))
"""Those that change by the hour, the day or a window."""
STEADY = tuple(row for row in ALL if row not in CHANGING)
"""Those that change by dates of their own only."""
