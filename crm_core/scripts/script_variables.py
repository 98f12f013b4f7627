"""What a script's texts may speak of: `{customer.first_name}`, `{lead.plan}`, `{answer.amount}`. Pure.

The customer, the agent and the company are always there. A lead's values are those that the script says its leads
bring; an answer is one that the customer gave on a page before.
"""

import re
from collections.abc import Iterator, Mapping

from crm_core.scripts.script import Script

ALWAYS: Mapping[str, tuple[str, ...]] = {
    "customer": ("name", "first_name", "debt", "due_on"),
    "agent": ("name",),
    "company": ("name",),
}
"""`debt`: what he owes; `due_on`: since which day, or by which, his oldest open invoice is to be paid."""
UNKNOWN = "…"
"""What stands where a value is not known."""

_IN_BRACES = re.compile(r"\{([^{}]*)\}")


def named(text: str) -> Iterator[str]:
    """The names in braces, as they are written, each once."""
    yield from dict.fromkeys(_IN_BRACES.findall(text))


def known(script: Script) -> set[str]:
    """All that its texts may name."""
    always = {f"{of}.{name}" for of, names in ALWAYS.items() for name in names}
    questions = {script.question_of(page) for page in script.page} - {None}
    return always | {f"lead.{name}" for name in script.values} | {f"answer.{name}" for name in questions}


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its values; what is not known, or empty, becomes `UNKNOWN`."""
    return _IN_BRACES.sub(lambda found: values.get(found[1]) or UNKNOWN, text)
