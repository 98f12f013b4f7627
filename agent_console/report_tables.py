"""The tables of the reports, as they are taken away: their columns in the reader's language."""

from collections.abc import Sequence
from typing import Literal

from agent_console.pages import words
from agent_console.report_files import Cell, Table
from crm_core.reports.ivr_path import Ends
from crm_core.reports.ivr_report import IvrReport
from crm_core.reports.needs_heard import Needs
from crm_core.work_orders.order_report import Figures, Report

_ENDS = ("entered", "agent", "left_word", "served", "dropped", "cut", "judged", "returned")
_SHARES = ("containment", "ended_in_ivr")
_NODE = (
    "node",
    "label",
    "callers",
    "visits",
    "dropped",
    "drop_out",
    "median_seconds",
    "p90_seconds",
    "utterances",
    "taken",
    "asked_back",
    "recognised",
)
_COUNTS = (
    "closed",
    "done",
    "late",
    "repeated",
    "answered",
    "not_solved",
    "grades",
    "grade_mean",
    "grade_low",
    "grade_high",
)
_ORDERS = (*_COUNTS, "to_arrive_seconds", "on_site_seconds")


def ivr_table(found: IvrReport, which: Literal["days", "nodes", "paths"], language: str) -> Table:
    """One of the three tables of the IVR's report; times in seconds, shares from 0 to 1."""
    figures = found.figures
    if which == "days":
        rows = [[day.isoformat(), *_ends(ends)] for day, ends in found.days]
        return Table(_heads(("day", *_ENDS, *_SHARES), language), rows)
    if which == "paths":
        ends = ("agent", "left_word", "served", "dropped", "cut")
        rows = [
            [" > ".join(one.nodes), one.callers, *(one.ends.get(end, 0) for end in ends)]  # type: ignore[call-overload]
            for one in figures.paths
        ]
        return Table(_heads(("path", "callers", *ends), language), rows)
    nodes: list[Sequence[Cell]] = [
        [
            one.node,
            one.label.get(language, ""),
            one.callers,
            one.visits,
            one.dropped,
            one.drop_out,
            one.median_seconds,
            one.p90_seconds,
            one.utterances,
            one.taken,
            one.asked_back,
            one.recognised,
        ]
        for one in figures.nodes
    ]
    return Table(_heads(_NODE, language), nodes)


def needs_table(found: Needs, language: str) -> Table:
    """A row for each need and area; contacts that told nothing stand last."""
    rows: list[Sequence[Cell]] = [
        [one.need, one.labels.get(language, ""), area, contacts, one.contacts, one.share, one.before]
        for one in found.needs
        for area, contacts in one.areas.items()
    ]
    if found.untold:
        rows.append(["", words(language)["report_untold"], "", found.untold, found.untold, None, None])
    names = ("need", "label", "area", "contacts", "contacts_all", "share", "before")
    return Table(_heads(names, language), rows)


def orders_table(found: Report, language: str) -> Table:
    """All, then a row for each kind, closing and (if they are enough) technician."""
    rows: list[Sequence[Cell]] = [["", words(language)["report_all"], *_orders(found.all)]]
    groups = (("kind", found.by_kind), ("closing", found.by_closing), ("technician", found.by_technician))
    for name, group in groups:
        head = words(language)[f"report_column_{name}"]
        rows += [[head, row.name or row.key, *_orders(row.figures)] for row in group or ()]
    return Table(_heads(("by", "label", *_ORDERS), language), rows)


def _heads(names: Sequence[str], language: str) -> list[str]:
    return [words(language)[f"report_column_{name}"] for name in names]


def _ends(ends: Ends) -> list[Cell]:
    return [getattr(ends, name) for name in (*_ENDS, *_SHARES)]


def _orders(figures: Figures) -> list[Cell]:
    return [getattr(figures, name) for name in _ORDERS]
