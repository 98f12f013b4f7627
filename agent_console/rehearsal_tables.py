"""The tables of a rehearsal as they are taken away: their columns in the reader's language."""

from collections.abc import Sequence
from typing import Literal

from agent_console.pages import words
from agent_console.report_files import Cell, Table
from ctiserver.core.rehearsals import Rehearsal, Way, Went

_SIDE = ("calls", "answered", "abandoned", "service_level", "asa_seconds", "longest_wait_seconds")
_COLUMNS = {
    "figures": ("value_class", "run", *_SIDE),
    "ends": ("end", "queue", "before", "after"),
    "contacts": (
        "contact",
        "value_class",
        *("queue_before", "wait_before", "agent_before"),
        *("queue_after", "wait_after", "agent_after"),
        "asked_anew",
    ),
}


def rehearsal_table(found: Rehearsal, which: Literal["figures", "ends", "contacts"], language: str) -> Table:
    """One of the three; seconds, and shares from 0 to 1."""
    texts = words(language)
    rows: list[Sequence[Cell]] = []
    if which == "figures":
        for run in ("recorded", "before", "after"):
            for name, side in getattr(found, run).items():
                figures = [getattr(side, figure) for figure in _SIDE]
                rows.append([name, texts[f"rehearsal_{run}"], *figures])
    elif which == "ends":
        for one in found.flows.ends if found.flows else ():
            rows.append([texts[f"rehearsal_end_{one.end}"], one.queue, one.before, one.after])
    else:
        for it in found.differences:
            anew = int(it.way_after is not None and it.way_after.asked_anew)
            before, after = _went(it.before, it.way_before, texts), _went(it.after, it.way_after, texts)
            rows.append([it.contact, it.value_class, *before, *after, anew])
    return Table([texts[f"rehearsal_column_{name}"] for name in _COLUMNS[which]], rows)


def _went(went: Went | None, way: Way | None, texts: dict[str, str]) -> list[Cell]:
    """Queue, wait and agent; of who was in no queue how his way ended."""
    if went is None:
        return [texts[f"rehearsal_end_{way.end}"] if way is not None else "", None, ""]
    by = went.agent or texts["rehearsal_waits" if went.waits else "rehearsal_gave_up"]
    return [went.queue, went.wait_seconds, by]
