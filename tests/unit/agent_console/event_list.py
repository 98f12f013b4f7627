"""Writes docs/events.md from the table of Socket.IO events.

PYTHONPATH=. python tests/unit/agent_console/event_list.py > docs/events.md
"""

from typing import Any

from agent_console.api_docs import shape
from agent_console.socket_events import INCOMING, OUTGOING, SocketEvent, schemas

_HEAD = """\
# Events over Socket.IO

What pages and programs hear, and what they may say. A program connects with `{"token": ...}` as auth, a page with its
cookie; each hears what his permissions allow. Times are UTC epoch seconds. `/api/docs` shows the same.
This file is written from `agent_console/socket_events.py`, and a test holds the two together.
"""


def event_list() -> str:
    """The whole document."""
    said = _table("What the server says", OUTGOING)
    asked = _table("What one may say", INCOMING)
    components = schemas("#/components/schemas/{name}")
    kinds = [_schema(name, schema) for name, schema in sorted(components.items())]
    return "\n".join([_HEAD, said, asked, "## Types\n", *kinds]).rstrip() + "\n"


def _table(title: str, events: tuple[SocketEvent, ...]) -> str:
    rows = [
        f"| `{one.name}` | {one.payload.__name__}{f' → {one.answer.__name__}' if one.answer else ''} | "
        f"{one.permission or 'none'} | {one.meaning} |"
        for one in events
    ]
    return "\n".join(
        [f"## {title}\n", "| event | holds | permission | meaning |", "|---|---|---|---|", *rows, ""]
    )


def _schema(name: str, schema: dict[str, Any]) -> str:
    meaning = " ".join(str(schema.get("description", "")).split())
    needed = schema.get("required", [])
    rows = [
        f"| {field} | {shape(one).replace('|', '/')} | {'yes' if field in needed else ''} |"
        for field, one in schema.get("properties", {}).items()
    ]
    table = ["| field | type | always there |", "|---|---|---|", *rows] if rows else []
    return "\n".join([f"### {name}\n", meaning, "", *table, ""])


if __name__ == "__main__":
    print(event_list(), end="")
