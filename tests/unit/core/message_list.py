"""Writes docs/messages.md from the docstrings.

PYTHONPATH=. python tests/unit/core/message_list.py > docs/messages.md
"""

import inspect
from types import ModuleType

from ctiserver.core import commands, events, inputs, requests
from ctiserver.core.message import Message

_HEAD = """\
# Messages

What the engines take and give; one line of meaning each. `ctiserver/core` defines them, `wire.py` writes them as
JSON with `type` as the class name. Times are UTC epoch seconds; fields named `pii_*` can be masked in logs.
This list is written from the docstrings, and a test holds the two together.
"""
_FAMILIES: tuple[tuple[str, str, ModuleType], ...] = (
    ("Requests", "A person or program asks; answered once by RequestAnswered. Journaled.", requests),
    ("Inputs", "What happened in the world. Journaled.", inputs),
    ("Events", "What is now so; derived from an entry, and derived again by replay.", events),
    ("Commands", "What the world shall do; the outcome comes back as an input.", commands),
)


def message_list() -> str:
    """The whole document."""
    return "\n".join([_HEAD, *(_section(*family) for family in _FAMILIES)])


def _section(title: str, meaning: str, module: ModuleType) -> str:
    rows = [_row(kind) for kind in concrete(module)]
    return "\n".join(
        [f"## {title}", meaning, "", "| message | fields | meaning |", "|---|---|---|", *rows, ""]
    )


def concrete(module: ModuleType) -> list[type[Message]]:
    """The messages that a module or package defines, in its order, without those that only have others below them."""
    found = [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, Message)
        and kind.__module__.startswith(module.__name__)
    ]
    return [kind for kind in found if not kind.__subclasses__()]


def _row(kind: type[Message]) -> str:
    fields = ", ".join(name for name in kind.__struct_fields__ if name not in ("at", "resync"))
    meaning = " ".join((inspect.getdoc(kind) or "").split())
    return f"| {kind.__name__} | {fields} | {meaning.replace('|', '/')} |"


if __name__ == "__main__":
    print(message_list(), end="")
