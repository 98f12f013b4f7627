"""Draws the states of cases into docs/cases.md, between its two marks.

PYTHONPATH=. python tests/unit/crm_core/case_diagrams.py
"""

from pathlib import Path

from crm_core.case_flow import TABLES, Kind, State

_DOCUMENT = Path(__file__).parents[3] / "docs" / "cases.md"
_BEGIN, _END = "<!-- drawn -->\n", "<!-- end -->\n"


def diagram(kind: Kind) -> str:
    """A Mermaid state diagram; an event that changes nothing is left out."""
    lines = [f"### {kind}", "", "```mermaid", "stateDiagram-v2", f"    [*] --> {State.NEW}"]
    for state, row in TABLES[kind].items():
        by_target: dict[State, list[str]] = {}
        for event, to in row.items():
            if to is not state:
                by_target.setdefault(to, []).append(event)
        lines += [f"    {state} --> {to}: {', '.join(events)}" for to, events in by_target.items()]
    return "\n".join([*lines, f"    {State.CLOSED} --> [*]", "```", ""])


def main() -> None:
    """Write the document anew."""
    before, _, rest = _DOCUMENT.read_text().partition(_BEGIN)
    after = rest.partition(_END)[2]
    drawn = "\n".join(diagram(kind) for kind in Kind)
    _DOCUMENT.write_text(f"{before}{_BEGIN}\n{drawn}\n{_END}{after}")


if __name__ == "__main__":
    main()
