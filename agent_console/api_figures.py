"""Figures of queues and agents: by interval, queue and value class, the contacts behind each, tables to take away.

A figure about a person is that person's first: an agent reads his own up to now, others those of the days before, and
each of their looks is written down for him to read. The shapes of the answers are the reports' own.
"""

from typing import Any

import msgspec

from agent_console.figure_tables import QueuesTable, agents_table, queues_table
from agent_console.listing import Listing, listing
from agent_console.operations import Call, Operations
from agent_console.report_files import Format, table_file
from agent_console.roles import Permission
from crm_core import figure_looks
from crm_core.reports import agent_report, queue_report
from crm_core.reports.agent_report import AgentReport, OwnReport
from crm_core.reports.queue_report import Behind, ContactOfFigure, QueueReport
from crm_core.reports.time_spans import Step

READ = Permission.READ_INTERACTIONS


class FiguresSpan(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A span of time in UTC epoch seconds, `until_at` excluded."""

    from_at: float
    until_at: float


class QueuesSpan(FiguresSpan, kw_only=True, forbid_unknown_fields=True):
    """`step`: minutes or whole local days and weeks; `queue`, `value_class` None: all."""

    step: Step = "day"
    queue: str | None = None
    value_class: str | None = None


class QueuesExport(QueuesSpan, kw_only=True, forbid_unknown_fields=True):
    """Which table, and as what."""

    table: QueuesTable
    format: Format = "csv"


class BehindSpan(FiguresSpan, kw_only=True, forbid_unknown_fields=True):
    """Which figure's contacts."""

    figure: Behind
    queue: str | None = None
    value_class: str | None = None
    cursor: str | None = None
    limit: int = 50


class AgentsExport(FiguresSpan, kw_only=True, forbid_unknown_fields=True):
    """As what."""

    format: Format = "csv"


class MyDays(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Two local days like 2026-11-23, both in it; neither: the last seven."""

    from_day: str | None = None
    until_day: str | None = None
    step: Step = "day"


class Look(msgspec.Struct, kw_only=True):
    """Somebody looked at my figures of a span of time."""

    at: float
    by: str
    from_at: float
    until_at: float


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add(
        "GET",
        "/reports/queues",
        READ,
        "Figures of queues, also by interval, class, weekday and hour",
    )
    def queue_figures(call: Call, query: QueuesSpan) -> QueueReport:
        return _queues(call, query)

    @add("GET", "/reports/queues/contacts", READ, "The contacts behind a figure, the latest first")
    def queue_contacts(call: Call, query: BehindSpan) -> Listing[ContactOfFigure]:
        found = call.services.store.read(
            queue_report.contacts_behind, call.principal.account_id, **msgspec.structs.asdict(query)
        )
        return listing(found, lambda one: one)

    @add("GET", "/reports/queues/export", READ, "Figures of queues as CSV or XLSX")
    def export_queues(call: Call, query: QueuesExport) -> Any:
        table = queues_table(_queues(call, query), query.table, call.principal.language)
        return table_file(table, f"queues-{query.table}", query.format)

    @add(
        "GET",
        "/reports/agents",
        READ,
        "Agents beside each other, from five on; each can read that you looked",
    )
    def agent_figures(call: Call, query: FiguresSpan) -> AgentReport:
        return _agents(call, query)

    @add(
        "GET", "/reports/agents/export", READ, "Agents' figures as CSV or XLSX; each can read that you looked"
    )
    def export_agents(call: Call, query: AgentsExport) -> Any:
        table = agents_table(_agents(call, query), call.principal.language)
        return table_file(table, "agents", query.format)

    @add("GET", "/me/figures", Permission.OWN_DESK, "My figures, up to now")
    def my_figures(call: Call, query: MyDays) -> OwnReport:
        return own_figures(call, query)

    @add("GET", "/me/figures/looks", Permission.OWN_DESK, "Who looked at my figures, the latest first")
    def my_figure_looks(call: Call) -> list[Look]:
        who = call.principal
        found = call.services.store.read(figure_looks.looks_at, who.account_id, who.login)
        return [msgspec.convert(one, Look, from_attributes=True) for one in found]


def _queues(call: Call, query: QueuesSpan) -> QueueReport:
    return call.services.store.read(
        queue_report.queue_report,
        call.principal.account_id,
        query.from_at,
        query.until_at,
        step=query.step,
        queue=query.queue,
        value_class=query.value_class,
    )


def _agents(call: Call, query: FiguresSpan) -> AgentReport:
    return call.write(agent_report.agent_report, query.from_at, query.until_at)


def own_figures(call: Call, query: MyDays) -> OwnReport:
    """The figures of whoever asks, up to now."""
    who = call.principal
    return call.services.store.read(
        agent_report.own_report,
        who.account_id,
        who.login,
        query.from_day,
        query.until_day,
        step=query.step,
        now=call.services.now(),
    )
