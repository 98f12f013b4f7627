"""Conditions as a tree of plain data, checked as a whole before any of it becomes SQL.

    {"all": [condition, ...]}    {"any": [condition, ...]}    {"not": condition}
    {"field": "value_class", "operator": "is", "value": "A"}

Only fields of `fields` and the operators of their kind become SQL, values always as bound parameters. A condition on
something that is not known is false, so that whoever is not in a segment is in its opposite.
"""

import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, true

from ctiserver.core.errors import ConfigError, Mistake

DEEPEST = 6
MOST = 50
LONGEST_TEXT = 200
LARGEST_NUMBER = 10**15

Build = Callable[[Any, Any], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Field:
    """`kind`: text, choice, number, days (that have passed), name or tag; `choices` of a choice, () for any word."""

    kind: str
    column: Any
    choices: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    """By language, of an account's own field; the others are named by whoever shows them."""


def folded(name: str) -> str:
    """As names are kept for search: lower case, no accents."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace(".", ""))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _like(column: Any, text: str, *, begins: bool = False) -> ColumnElement[bool]:
    lowered = func.lower(column)
    if begins:
        return lowered.startswith(text.lower(), autoescape=True)
    return lowered.contains(text.lower(), autoescape=True)


_EMPTY: dict[str, Build] = {
    "is_known": lambda column, _: column.is_not(None),
    "is_unknown": lambda column, _: column.is_(None),
}
_EQUAL: dict[str, Build] = {
    "is": lambda column, value: column == value,
    "is_not": lambda column, value: column != value,
}
_ORDERED: dict[str, Build] = {
    "at_least": lambda column, value: column >= value,
    "at_most": lambda column, value: column <= value,
}
OPERATORS: Mapping[str, Mapping[str, Build]] = {
    "text": {
        **_EQUAL,
        "contains": lambda column, value: _like(column, value),
        "begins_with": lambda column, value: _like(column, value, begins=True),
        **_EMPTY,
    },
    "choice": {**_EQUAL, **_EMPTY},
    "number": {"is": _EQUAL["is"], **_ORDERED, **_EMPTY},
    "days": {**_ORDERED, **_EMPTY},
    "name": {
        "contains": lambda column, value: column.contains(folded(value), autoescape=True),
        "begins_with": lambda column, value: column.contains(f" {folded(value)}", autoescape=True),
    },
    "tag": {"has": lambda column, value: column(value), "has_not": lambda column, value: not_(column(value))},
}
"""Kind of field: its operators, each with what it becomes."""
WITHOUT_VALUE = frozenset(_EMPTY)


def compiled(tree: object, fields: Mapping[str, Field]) -> ColumnElement[bool]:
    """The condition as SQL; an empty tree ({}) is everybody. Raises ConfigError with every mistake and its place."""
    mistakes: list[Mistake] = []
    counted = [0]
    found = _node(tree, fields, "conditions", 1, mistakes, counted) if tree != {} else true()
    if counted[0] > MOST:
        mistakes.append(Mistake("conditions", f"use at most {MOST} conditions, not {counted[0]}"))
    if mistakes:
        raise ConfigError(mistakes)
    return found


def _node(
    tree: object,
    fields: Mapping[str, Field],
    path: str,
    depth: int,
    mistakes: list[Mistake],
    counted: list[int],
) -> ColumnElement[bool]:
    if depth > DEEPEST:
        mistakes.append(Mistake(path, f"put groups into one another at most {DEEPEST} times"))
        return false()
    match tree:
        case {"all": list(parts), **rest} if not rest:
            inner = [
                _node(one, fields, f"{path}.all[{n}]", depth + 1, mistakes, counted)
                for n, one in enumerate(parts)
            ]
            return and_(true(), *inner)
        case {"any": list(parts), **rest} if not rest:
            inner = [
                _node(one, fields, f"{path}.any[{n}]", depth + 1, mistakes, counted)
                for n, one in enumerate(parts)
            ]
            return or_(false(), *inner)
        case {"not": part, **rest} if not rest:
            return not_(_node(part, fields, f"{path}.not", depth + 1, mistakes, counted))
        case {"field": str(name), "operator": str(operator), **rest} if not rest.keys() - {"value"}:
            counted[0] += 1
            return _leaf(name, operator, rest.get("value"), fields, path, mistakes)
    mistakes.append(Mistake(path, "write a group (all, any, not) or a field with its operator and value"))
    return false()


def _leaf(
    name: str, operator: str, value: Any, fields: Mapping[str, Field], path: str, mistakes: list[Mistake]
) -> ColumnElement[bool]:
    asked = fields.get(name)
    if asked is None:
        mistakes.append(Mistake(path, f"there is no field {name!r}"))
        return false()
    build = OPERATORS[asked.kind].get(operator)
    if build is None:
        known = ", ".join(OPERATORS[asked.kind])
        mistakes.append(Mistake(path, f"{name} cannot be asked {operator!r}: choose one of {known}"))
        return false()
    if operator in WITHOUT_VALUE:
        return build(asked.column, None)
    if complaint := _complaint(asked, value):
        mistakes.append(Mistake(path, f"{name} {complaint}"))
        return false()
    return func.coalesce(build(asked.column, value), false())


def _complaint(asked: Field, value: Any) -> str | None:
    if asked.kind in ("number", "days"):
        fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        return None if fits and abs(value) <= LARGEST_NUMBER else "needs a number"
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT:
        return f"needs a text of 1 to {LONGEST_TEXT} letters"
    if asked.choices and value not in asked.choices:
        return f"is one of {', '.join(asked.choices)}"
    return None
