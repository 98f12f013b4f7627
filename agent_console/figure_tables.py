"""The tables of queues and agents as they are taken away: their columns in the reader's language."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from agent_console.pages import words
from agent_console.report_files import Cell, Table
from crm_core.reports.agent_report import AgentReport
from crm_core.reports.queue_figures import QueueFigures
from crm_core.reports.queue_report import QueueReport

QUEUE_COLUMNS = (
    "queued",
    "answered",
    "answered_in_time",
    "abandoned",
    "abandoned_in_time",
    "abandoned_short",
    "called_back",
    "left_message",
    "overflowed",
    "turned_away",
    "moved",
    "cut",
    "waiting",
    "service_level",
    "service_level_answered",
    "service_level_removed",
    "abandon_rate",
    "asa_seconds",
    "wait_median_seconds",
    "wait_p90_seconds",
    "longest_wait_seconds",
    "told",
    "kept",
    "kept_share",
    "handled",
    "aht_seconds",
    "acw_seconds",
    "offers",
    "not_answered",
    "non_response",
    "transferred",
    "transfer_rate",
)
AGENT_COLUMNS = (
    "handled",
    "aht_seconds",
    "acw_seconds",
    "occupancy",
    "on_contacts_seconds",
    "idle_seconds",
    "paused_seconds",
    "logged_in_seconds",
    "planned_seconds",
    "adherence",
    "offers",
    "not_answered",
    "non_response",
    "transferred",
    "transfer_rate",
)
QueuesTable = Literal["intervals", "queues", "classes", "weekdays", "hours", "waits"]
_WAITS = ("over_seconds", "until_seconds", "answered", "abandoned", "share_until")
_NAMED = {"answered": "answered_waits"}
"""Columns whose word is not their own name: "answered" alone is a survey's."""


def queues_table(found: QueueReport, which: QueuesTable, language: str) -> Table:
    """One of the tables; times in seconds, shares from 0 to 1, an interval by its beginning on the clock.

    Weekdays are 1 (Monday) to 7.
    """
    if which == "intervals":
        zone = ZoneInfo(found.time_zone)
        rows = [
            [datetime.fromtimestamp(one.from_at, zone).isoformat(timespec="minutes"), *_cells(one.figures)]
            for one in found.intervals
        ]
        return Table(_heads(("from", *QUEUE_COLUMNS), language), rows)
    if which == "waits":
        return Table(
            _heads(_WAITS, language), [[getattr(one, name) for name in _WAITS] for one in found.waits]
        )
    keyed = {
        "classes": ("value_class", found.classes),
        "weekdays": ("weekday", found.weekdays),
        "hours": ("hour", found.hours),
    }
    if which in keyed:
        head, groups = keyed[which]
        return Table(
            _heads((head, *QUEUE_COLUMNS), language), [[one.key, *_cells(one.figures)] for one in groups]
        )
    rows = [[one.key, one.name, *_cells(one.figures)] for one in found.queues]
    return Table(_heads(("queue", "label", *QUEUE_COLUMNS), language), rows)


def agents_table(found: AgentReport, language: str) -> Table:
    """A row for each agent; none if they are fewer than five."""
    rows: list[Sequence[Cell]] = [
        [one.agent, one.name, *(getattr(one.figures, name) for name in AGENT_COLUMNS)]
        for one in found.agents or ()
    ]
    return Table(_heads(("agent_login", "label", *AGENT_COLUMNS), language), rows)


def named_table(names: Sequence[str], rows: Sequence[Sequence[Cell]], language: str) -> Table:
    """Rows under the reader's words for their columns."""
    return Table(_heads(names, language), rows)


def _cells(figures: QueueFigures) -> list[Cell]:
    return [getattr(figures, name) for name in QUEUE_COLUMNS]


def _heads(names: Sequence[str], language: str) -> list[str]:
    return [words(language)[f"report_column_{_NAMED.get(name, name)}"] for name in names]
