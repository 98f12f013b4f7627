"""Draws the states of work orders into docs/work-orders.md, between its two marks.

PYTHONPATH=. python tests/unit/crm_core/work_orders/order_diagram.py
"""

from pathlib import Path

from crm_core.work_orders.order_flow import TABLE, State

DOCUMENT = Path(__file__).parents[4] / "docs" / "work-orders.md"
_BEGIN, _END = "<!-- drawn -->\n", "<!-- end -->\n"


def diagram() -> str:
    """A Mermaid state diagram; an event that changes nothing is left out."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {State.CREATED}"]
    for state, row in TABLE.items():
        by_target: dict[State, list[str]] = {}
        for event, to in row.items():
            if to is not state:
                by_target.setdefault(to, []).append(event)
        lines += [f"    {state} --> {to}: {', '.join(events)}" for to, events in by_target.items()]
    return "\n".join([*lines, f"    {State.VERIFIED} --> [*]", "```", ""])


def main() -> None:
    """Write the document anew."""
    before, _, rest = DOCUMENT.read_text().partition(_BEGIN)
    after = rest.partition(_END)[2]
    DOCUMENT.write_text(f"{before}{_BEGIN}\n{diagram()}\n{_END}{after}")


if __name__ == "__main__":
    main()
