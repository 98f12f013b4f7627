"""The tables of a campaign's results, as they are taken away: their columns in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Literal

from agent_console.pages import words
from agent_console.report_files import Cell, Table
from crm_core.campaigns import figures
from crm_core.campaigns.figures import Results

TableName = Literal["results", "dispositions", "by_number", "by_hour", "by_weekday", "by_agent", "refused"]
_CELL = ("attempts", "answered", "contacts", "conversions")
_AGENT = ("contacts", "conversions", "talk_seconds", "wrap_up_seconds", "cost_minor")


def table_of(found: Results, which: TableName, dispositions: Mapping[str, str], language: str) -> Table:
    """One of the tables; seconds, and money in the currency's smallest unit."""
    texts = words(language)

    def counted(kind: str, counts: Mapping[str, int], named: Mapping[str, str]) -> Table:
        rows: list[Sequence[Cell]] = [[named.get(key, key), count] for key, count in counts.items()]
        return Table(_heads(texts, (kind, "count")), rows)

    if which == "results":
        return counted("result", found.results, _named(texts, "dial_result_", found.results))
    if which == "dispositions":
        return counted("disposition", found.dispositions, dispositions)
    if which == "refused":
        refused = found.penetration.refused
        return counted("rule", refused, _named(texts, "campaign_left_out_", refused))
    if which == "by_agent":
        agents = [[one.agent, *(getattr(one, name) for name in _AGENT)] for one in found.by_agent]
        return Table(_heads(texts, ("agent", *_AGENT)), agents)
    cells: tuple[figures.Cell, ...] = getattr(found, which)
    days = {str(day): texts[f"campaign_weekday_{day}"] for day in range(7)} if which == "by_weekday" else {}
    rows = [[days.get(one.key, one.key), *(getattr(one, name) for name in _CELL)] for one in cells]
    return Table(_heads(texts, (which, *_CELL)), rows)


def _named(texts: Mapping[str, str], family: str, keys: Mapping[str, int]) -> dict[str, str]:
    return {key: texts.get(family + key, key) for key in keys}


def _heads(texts: Mapping[str, str], names: Sequence[str]) -> list[str]:
    return [texts[f"campaign_column_{name}"] for name in names]
