"""A decision of routing as it is kept: its values in a row, without the names of the fields, half the size.

    [at, agent, queue, rule, idle_agents, {reason: how many}, [[queue, contact, class, score, ...], ...]]

Each offer leaves one, with up to ten heads; it is read when somebody asks why, and only then its values have names and
become words. What was written with names is read as before, and so is a record that is not whole.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Dialect, TypeDecorator

from crm_core.base import PORTABLE_JSON
from ctiserver.core.events import DecisionMade, Head

_FIELDS = ("at", "agent", "queue", "rule", "idle_agents", "excluded")
_HEAD = {field.name: None if field.required else field.default for field in msgspec.structs.fields(Head)}
_NEEDED = {field.name for field in msgspec.structs.fields(Head) if field.required}


def named(event: DecisionMade) -> dict[str, Any]:
    """A decision with the names of its fields; whom it was about is known by whose record it is."""
    heads = [{name: getattr(head, name) for name in _HEAD} for head in event.heads]
    return {name: getattr(event, name) for name in _FIELDS} | {"heads": heads}


class DecisionRows(TypeDecorator[list[Any]]):
    """A column of decisions: with names for who reads it, without them in the database."""

    impl = PORTABLE_JSON
    cache_ok = True

    def process_bind_param(self, value: Sequence[Mapping[str, Any]] | None, dialect: Dialect) -> Any:
        """As rows; one that has not all of its fields as it is."""
        return None if value is None else [_row(one) for one in value]

    def process_result_value(self, value: Sequence[Any] | None, dialect: Dialect) -> list[Any] | None:
        """With names."""
        return None if value is None else [_named(one) for one in value]


def _row(decision: Mapping[str, Any]) -> Any:
    whole = decision.keys() >= {*_FIELDS, "heads"}
    if not whole or any(not head.keys() >= _NEEDED for head in decision["heads"]):
        return decision
    heads = [[head.get(name, default) for name, default in _HEAD.items()] for head in decision["heads"]]
    return [*(decision[name] for name in _FIELDS), heads]


def _named(row: Any) -> Any:
    if isinstance(row, Mapping):
        return row
    *values, heads = row
    return dict(zip(_FIELDS, values, strict=True)) | {
        "heads": [dict(zip(_HEAD, head, strict=False)) for head in heads]
    }
