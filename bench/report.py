"""What every benchmark ends with: a table for people and JSON for programs, in bench/results/.

Figures of one run are medians over its repetitions; the file says what they were measured on.
"""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least `share` (0..1) of them don't exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, -int(-share * len(ranked) // 1) - 1)]


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows with the same keys as a Markdown table; floats get three significant digits."""
    columns = list(rows[0])
    cells = [columns, *([_cell(row[column]) for column in columns] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    lines = [
        "| " + " | ".join(cell.rjust(w) for cell, w in zip(line, widths, strict=True)) + " |"
        for line in cells
    ]
    rule = "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def write(name: str, title: str, rows: Sequence[Mapping[str, Any]], notes: Sequence[str] = ()) -> str:
    """Writes results/NAME.json and results/NAME.md; returns the text of the latter."""
    RESULTS.mkdir(exist_ok=True)
    machine = _machine()
    text = "\n".join(
        [
            f"# {title}",
            "",
            table(rows),
            "",
            *(f"- {note}" for note in notes),
            f"- measured on {_sentence(machine)}",
            "",
        ]
    )
    document = {"title": title, "rows": list(rows), "notes": list(notes), "machine": machine}
    (RESULTS / f"{name}.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
    (RESULTS / f"{name}.md").write_text(text, "utf-8")
    return text


def _cell(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) and abs(value) < 1000 else _whole(value)


def _whole(value: Any) -> str:
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "date": datetime.now(UTC).date().isoformat(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "unknown")


def _sentence(machine: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in machine.items())
