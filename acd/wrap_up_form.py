"""What an agent fills in after the contacts of a queue, as the company asks for it, before his wrap-up ends.

Each field is a row of the configuration, for one queue or for all of an account. What must be filled in is checked when
the agent says how the contact ended: nothing is taken then while an answer is missing or is not of its field's kind, so
that no record is half filled and nothing that was typed is lost. An answer is kept as it was written.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from math import isfinite

from ctiserver.core.errors import Refusal
from ctiserver.core.tables import WrapUpField

LONGEST = 2_000
"""Characters of one answer."""


def fields_of(fields: Sequence[WrapUpField], account_id: int, queue: str) -> list[WrapUpField]:
    """The fields that are asked for after a contact of this queue, in their order."""
    return [it for it in fields if it.account_id == account_id and it.queue in (None, queue)]


def check(fields: Sequence[WrapUpField], answers: Mapping[str, str]) -> dict[str, str]:
    """The answers that say something, by field. Raises Refusal that names the fields."""
    given = {key: value.strip() for key, value in answers.items() if value.strip()}
    known = {it.key: it for it in fields}
    if unknown := [key for key in given if key not in known]:
        raise Refusal("unknown_wrap_up_field", f"nothing called {', '.join(unknown)} is asked for here")
    if missing := [it.key for it in fields if it.required and it.key not in given]:
        raise Refusal("form_missing", f"fill in first, then say how it ended: {', '.join(missing)}")
    for key, value in given.items():
        if not _reads(known[key], value):
            raise Refusal("wrong_wrap_up_answer", f"{key}: {value!r} is not {_WANTED[known[key].type]}")
    return given


def _reads(field: WrapUpField, value: str) -> bool:
    try:
        return len(value) <= LONGEST and _READ[field.type](field, value)
    except ValueError:
        return False


def _number(_field: WrapUpField, value: str) -> bool:
    return isfinite(float(value))


def _date(_field: WrapUpField, value: str) -> bool:
    return date.fromisoformat(value).isoformat() == value


_READ: dict[str, Callable[[WrapUpField, str], bool]] = {
    "text": lambda _field, _value: True,
    "number": _number,
    "date": _date,
    "choice": lambda field, value: value in field.choices,
}
_WANTED = {
    "text": f"a text of at most {LONGEST} letters",
    "number": "a number such as 12.5",
    "date": "a date such as 2026-11-24",
    "choice": "one of its choices",
}
