"""Reports of calls: the IVR's paths and containment, and what callers asked for, as figures and as tables to take away.

A period is asked for in local days once (`/reports/period`); everything else takes its two instants.
"""

from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from agent_console.listing import Listing, listing
from agent_console.operations import Call, Operations
from agent_console.report_files import Format, Table, table_file
from agent_console.report_tables import ivr_table, needs_table
from agent_console.roles import Permission
from crm_core.accounts import account
from crm_core.reports import local_days
from crm_core.reports.ivr_report import IvrReport, ivr_report
from crm_core.reports.needs_heard import Needs, contacts_about, needs_heard

READ = Permission.READ_INTERACTIONS


class Days(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Two local days like 2026-11-23, both in it; neither: the last seven."""

    from_day: str | None = None
    until_day: str | None = None


class ReportPeriod(msgspec.Struct, kw_only=True):
    """Whole local days; in UTC epoch seconds `until_at` is excluded."""

    from_day: str
    until_day: str
    from_at: float
    until_at: float
    time_zone: str


class IvrSpan(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A span of time in UTC epoch seconds, `until_at` excluded. `flow` None: all flows."""

    from_at: float
    until_at: float
    flow: str | None = None


class IvrExport(IvrSpan, kw_only=True, forbid_unknown_fields=True):
    """Which table, and as what."""

    table: Literal["days", "nodes", "paths"]
    format: Format = "csv"


class IvrEnds(msgspec.Struct, kw_only=True):
    """How ways ended, see `crm_core.reports.ivr_path`; shares are None of nobody."""

    entered: int
    agent: int
    left_word: int
    served: int
    dropped: int
    cut: int
    judged: int
    returned: int
    containment: float | None
    ended_in_ivr: float | None


class IvrDay(msgspec.Struct, kw_only=True):
    """One local day."""

    day: str
    ends: IvrEnds


class IvrNode(msgspec.Struct, kw_only=True):
    """One node; times in seconds."""

    node: str
    kind: str
    label: dict[str, str]
    visits: int
    callers: int
    dropped: int
    drop_out: float
    median_seconds: float
    p90_seconds: float
    utterances: int
    taken: int
    asked_back: int
    recognised: float | None


class IvrPath(msgspec.Struct, kw_only=True):
    """One way through the nodes. `ends`: how many of its callers ended how."""

    nodes: list[str]
    callers: int
    ends: dict[str, int]


class IvrGuesses(msgspec.Struct, kw_only=True):
    """Guessed reasons, see `crm_core.reports.guess_report`; None: too few to say."""

    offered: int
    taken: int
    hit_rate: float | None
    hit_low: float | None
    hit_high: float | None
    held_out: int
    by_himself: int
    not_worth: int
    asked_seconds: float | None
    held_out_seconds: float | None
    saved_seconds: float | None
    saved_low: float | None
    saved_high: float | None


class IvrFigures(msgspec.Struct, kw_only=True):
    """The whole report."""

    ends: IvrEnds
    days: list[IvrDay]
    nodes: list[IvrNode]
    paths: list[IvrPath]
    guesses: IvrGuesses
    flows: list[str]


class NeedsSpan(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A span of time in UTC epoch seconds, `until_at` excluded."""

    from_at: float
    until_at: float


class NeedsExport(NeedsSpan, kw_only=True, forbid_unknown_fields=True):
    """As what."""

    format: Format = "csv"


class ContactsSpan(NeedsSpan, kw_only=True, forbid_unknown_fields=True):
    """`need` "": those that told nothing; `area` "": unknown, None: all."""

    need: str
    area: str | None = None
    cursor: str | None = None
    limit: int = 50


class NeedFigures(msgspec.Struct, kw_only=True):
    """How often one thing was asked for; `labels` {}: `need` is the flow's own word."""

    need: str
    labels: dict[str, str]
    contacts: int
    customers: int
    share: float
    before: int
    areas: dict[str, int]


class NeedsFigures(msgspec.Struct, kw_only=True):
    """What callers asked for, the most frequent first."""

    contacts: int
    untold: int
    needs: list[NeedFigures]
    areas: dict[str, int]


class ContactBehind(msgspec.Struct, kw_only=True):
    """One contact behind a number."""

    contact: str
    at: float
    customer_id: int | None
    customer: str | None
    number: str
    area: str | None
    queue: str | None
    outcome: str | None


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/reports/period", Permission.READ_REPORTS, "The instants of some local days")
    def report_period(call: Call, query: Days) -> ReportPeriod:
        services = call.services
        zone = services.store.read(account, call.principal.account_id).time_zone
        found = local_days.period(query.from_day, query.until_day, now=services.now(), zone=ZoneInfo(zone))
        return ReportPeriod(
            from_day=found.from_day.isoformat(),
            until_day=found.until_day.isoformat(),
            from_at=found.from_at,
            until_at=found.until_at,
            time_zone=zone,
        )

    @add("GET", "/reports/ivr", READ, "Where callers go in the IVR, drop-out and time per node, containment")
    def ivr_figures(call: Call, query: IvrSpan) -> IvrFigures:
        found = _ivr(call, query)
        return IvrFigures(
            ends=_as(found.figures.ends, IvrEnds),
            days=[IvrDay(day=day.isoformat(), ends=_as(ends, IvrEnds)) for day, ends in found.days],
            nodes=_as(found.figures.nodes, list[IvrNode]),
            paths=_as(found.figures.paths, list[IvrPath]),
            guesses=_as(found.guesses, IvrGuesses),
            flows=list(found.flows),
        )

    @add("GET", "/reports/ivr/export", READ, "One table of the IVR's report as CSV or XLSX")
    def export_ivr(call: Call, query: IvrExport) -> Any:
        table: Table = ivr_table(_ivr(call, query), query.table, call.principal.language)
        return table_file(table, f"ivr-{query.table}", query.format)

    @add("GET", "/reports/needs", READ, "What callers asked for, by area")
    def needs_figures(call: Call, query: NeedsSpan) -> NeedsFigures:
        return msgspec.convert(_needs(call, query), NeedsFigures, from_attributes=True)

    @add("GET", "/reports/needs/contacts", READ, "The contacts behind a number, the latest first")
    def needs_contacts(call: Call, query: ContactsSpan) -> Listing[ContactBehind]:
        found = call.services.store.read(
            contacts_about, call.principal.account_id, **msgspec.structs.asdict(query)
        )
        return listing(found, lambda one: msgspec.convert(one, ContactBehind, from_attributes=True))

    @add("GET", "/reports/needs/export", READ, "What callers asked for, as CSV or XLSX")
    def export_needs(call: Call, query: NeedsExport) -> Any:
        return table_file(needs_table(_needs(call, query), call.principal.language), "needs", query.format)


def _ivr(call: Call, query: IvrSpan) -> IvrReport:
    return call.services.store.read(
        ivr_report,
        call.principal.account_id,
        query.from_at,
        query.until_at,
        now=call.services.now(),
        flow=query.flow,
    )


def _needs(call: Call, query: NeedsSpan) -> Needs:
    return call.services.store.read(needs_heard, call.principal.account_id, query.from_at, query.until_at)


def _as(found: Any, kind: Any) -> Any:
    return msgspec.convert(found, kind, from_attributes=True)
