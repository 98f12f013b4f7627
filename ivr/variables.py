"""What a flow knows of its caller, and how prompts speak of it.

A variable is a value that an earlier node collected, or one of those that every call has (`ALWAYS`). A prompt is a key
of the manifest or, in braces, a kind and a variable: `{amount:balance}`. What has no value is left out; prompts in one
text, apart by spaces (`balance-is {amount:balance}`), are one sentence, which is left out whole.
A date is told together with the caller's own day, so that it can be "tomorrow".
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ctiserver.core.customers import Candidate
from ivr.session_state import Session

KINDS = ("amount", "date", "digits", "half_day", "number", "name", "place", "time")
NOTHING = ("silence",)
"""What is played where every part of a sentence was left out."""

_PART = re.compile(r"\{([a-z_]+):([a-z][a-z0-9_]*)\}")
_VARIABLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def value_of(session: Session, name: str) -> str:
    """The value of a variable; "" where there is none."""
    if value := session.values.get(name):
        return value
    read = _OF_EVERY_CALL.get(name)
    return read(session) if read else ""


def _him(session: Session) -> list[Candidate]:
    return [one for one in session.candidates if one.customer_id == session.customer_id]


_OF_EVERY_CALL: Mapping[str, Callable[[Session], str]] = {
    "customer_id": lambda session: str(session.customer_id or ""),
    "customer_name": lambda session: next((one.pii_name for one in _him(session)), ""),
    "value_class": lambda session: session.value_class,
    "language": lambda session: session.language,
    "language_known": lambda session: "yes" if session.language_known else "",
    "level": lambda session: session.level,
    "number": lambda session: session.pii_number,
    "contact": lambda session: session.contact,
    "outage": lambda session: "yes" if any(one.outage for one in _him(session)) else "",
}
ALWAYS = tuple(_OF_EVERY_CALL)
"""Variables of every call.

`customer_name`: of whoever he is known to be, as he is written to; `language_known`: "yes" for a customer whose
language is remembered, else ""; `outage`: "yes" for one who lives where an outage is announced, else "".
"""


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
