"""Tables of figures that are taken away: resolution, inversions by cause, agents needed, and an agent's own days."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from agent_console.api_figures import MyDays, own_figures
from agent_console.api_resolution import Span
from agent_console.api_staffing import StaffingOf, staffing_of
from agent_console.api_why import LedgerSpan
from agent_console.figure_tables import AGENT_COLUMNS, named_table
from agent_console.operations import Call, Operations
from agent_console.pages import words
from agent_console.report_files import Format, table_file
from agent_console.roles import Permission
from crm_core import resolution
from crm_core.reports import inversion_report

READ = Permission.READ_INTERACTIONS
_RESOLUTION = ("closed", "calls_to_resolve", "calls_to_resolve_p90", "first_contact_resolution")
_STAFFING = ("calls", "handle_seconds", "agents", "agents_patient", "planned")
_CAUSES = ("starts", "pairs", "customers", "seconds")


class ResolutionExport(Span, kw_only=True, forbid_unknown_fields=True):
    """As what."""

    format: Format = "csv"


class InversionsExport(LedgerSpan, kw_only=True, forbid_unknown_fields=True):
    """As what."""

    format: Format = "csv"


class StaffingExport(StaffingOf, kw_only=True, forbid_unknown_fields=True):
    """As what."""

    format: Format = "csv"


class MyExport(MyDays, kw_only=True, forbid_unknown_fields=True):
    """As what."""

    format: Format = "csv"


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/reports/resolution/export", READ, "Calls to resolve by class as CSV or XLSX")
    def export_resolution(call: Call, query: ResolutionExport) -> Any:
        found = call.services.store.read(
            resolution.resolution_by_class,
            call.principal.account_id,
            from_at=query.from_at,
            until_at=query.until_at,
            window_days=query.window_days,
            now=call.services.now(),
        )
        rows = [[name, *(getattr(one, figure) for figure in _RESOLUTION)] for name, one in found.items()]
        heads = ("value_class", "episodes", "calls_to_resolve", "p90", "fcr")
        return table_file(named_table(heads, rows, call.principal.language), "resolution", query.format)

    @add("GET", "/reports/inversions/export", READ, "Inversions by cause as CSV or XLSX")
    def export_inversions(call: Call, query: InversionsExport) -> Any:
        found = call.services.store.read(
            inversion_report.inversion_report,
            call.principal.account_id,
            query.from_at,
            query.until_at,
            queue=query.queue,
        )
        texts = words(call.principal.language)
        rows = [
            [texts.get(f"cause_{one.cause}", one.cause), *(asdict(one)[name] for name in _CAUSES)]
            for one in found.causes
        ]
        table = named_table(("cause", *_CAUSES), rows, call.principal.language)
        return table_file(table, "inversions", query.format)

    @add("GET", "/reports/staffing/export", READ, "Agents that a day needs as CSV or XLSX")
    def export_staffing(call: Call, query: StaffingExport) -> Any:
        asked = {name: value for name, value in msgspec.structs.asdict(query).items() if name != "format"}
        found = staffing_of(call, StaffingOf(**asked))
        rows = [
            [_clock(one.from_at, found.time_zone), *(getattr(one, name) for name in _STAFFING)]
            for one in found.needed
        ]
        heads = (
            "from",
            "staffing_calls",
            "aht_seconds",
            "staffing_agents",
            "staffing_patient",
            "staffing_planned",
        )
        return table_file(named_table(heads, rows, call.principal.language), "staffing", query.format)

    @add("GET", "/me/figures/export", Permission.OWN_DESK, "My figures by interval as CSV or XLSX")
    def export_my_figures(call: Call, query: MyExport) -> Any:
        found = own_figures(call, query)
        rows = [
            [_clock(one.from_at, found.time_zone), *(getattr(one.figures, name) for name in AGENT_COLUMNS)]
            for one in found.intervals
        ]
        table = named_table(("from", *AGENT_COLUMNS), rows, call.principal.language)
        return table_file(table, "my-figures", query.format)


def _clock(at: float, zone: str) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).isoformat(timespec="minutes")
