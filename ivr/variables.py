"""What a flow knows of its caller, and how prompts speak of it.

A variable is a value that an earlier node collected, or one of those that every call has (`ALWAYS`). A prompt is a key
of the manifest or, in braces, a kind and a variable: `{amount:balance}`. What has no value is left out; prompts in one
text, apart by spaces (`balance-is {amount:balance}`), are one sentence, which is left out whole.
A date is told together with the caller's own day, so that it can be "tomorrow".
"""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ivr.session_state import Session

ALWAYS = (
    *("customer_id", "value_class", "language", "language_known", "level", "number", "contact"),
    "outage",
)
"""Variables of every call.

`language_known`: "yes" for a customer whose language is remembered, else ""; `outage`: "yes" for one who lives where an
outage is announced, else "".
"""

KINDS = ("amount", "date", "digits", "half_day", "number", "name", "place", "time")
NOTHING = ("silence",)
"""What is played where every part of a sentence was left out."""

_PART = re.compile(r"\{([a-z_]+):([a-z][a-z0-9_]*)\}")
_VARIABLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def value_of(session: Session, name: str) -> str:
    """The value of a variable; "" where there is none."""
    if value := session.values.get(name):
        return value
    match name:
        case "customer_id":
            return str(session.customer_id or "")
        case "value_class":
            return session.value_class
        case "language":
            return session.language
        case "language_known":
            return "yes" if session.language_known else ""
        case "level":
            return session.level
        case "number":
            return session.pii_number
        case "contact":
            return session.contact
        case "outage":
            mine = session.customer_id
            return "yes" if any(one.outage and one.customer_id == mine for one in session.candidates) else ""
        case _:
            return ""


def spoken(says: tuple[str, ...], session: Session, at: float) -> tuple[str, ...]:
    """The prompts with values in place of variables, as Play takes them; never empty."""
    parts: list[str] = []
    for say in says:
        sentence = [_spoken(part, session, at) for part in say.split()]
        if all(sentence):
            parts += sentence
    return tuple(parts) or NOTHING


def part_of(say: str) -> tuple[str, str] | None:
    """Kind and variable of a prompt in braces; None for a key of the manifest."""
    found = _PART.fullmatch(say)
    return (found[1], found[2]) if found else None


def filled(template: str, session: Session) -> str:
    """An argument: the value of a variable in braces, else the text itself."""
    name = variable_in(template)
    return template if name is None else value_of(session, name)


def variable_in(template: str) -> str | None:
    """The variable that an argument names; None for a plain text."""
    found = _VARIABLE.fullmatch(template)
    return found[1] if found else None


def today(session: Session, at: float) -> str:
    """The caller's date, "2026-11-23"."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(session.time_zone)).date().isoformat()


def _spoken(say: str, session: Session, at: float) -> str:
    part = part_of(say)
    if part is None:
        return say
    kind, value = part[0], value_of(session, part[1])
    if not value:
        return ""
    return f"{kind}:{value}@{today(session, at)}" if kind == "date" else f"{kind}:{value}"
