"""Draws the table of agents' activities for docs/routing.md.

PYTHONPATH=.:tests/unit/acd python -m agent_diagram
"""

from acd.agent_state import TABLE

BEGIN, END = "<!-- agents' activities: begin -->", "<!-- agents' activities: end -->"


def agent_diagram() -> str:
    """What stands between the marks."""
    steps = [f"    {old} --> {new}: {event}" for old, row in TABLE.items() for event, new in row.items()]
    return "\n".join([BEGIN, "```mermaid", "stateDiagram-v2", "    [*] --> idle", *steps, "```", END])


if __name__ == "__main__":
    print(agent_diagram())
