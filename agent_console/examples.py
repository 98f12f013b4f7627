"""Examples of JSON documents, made from their schema: one of each kind of value, no more."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
_REFERENCE = "/schemas/"
_BY_TYPE: dict[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "null": None}
_BY_FORMAT = {"date": "2026-09-14"}


def example(schema: Schema, components: Mapping[str, Schema]) -> Any:
    """A value that fits the schema; what refers to itself ends with an empty one."""
    return _value(schema, components, ())


def named(schema: Schema) -> str | None:
    """The name behind a reference; None for a schema of its own."""
    reference = schema.get("$ref")
    return str(reference).rpartition(_REFERENCE)[2] if reference else None


def _value(schema: Schema, components: Mapping[str, Schema], within: tuple[str, ...]) -> Any:
    if name := named(schema):
        return {} if name in within else _value(components[name], components, (*within, name))
    for fixed in ("default", "const"):
        if schema.get(fixed) is not None:
            return schema[fixed]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return _value(_told_most(schema["anyOf"]), components, within)
    match schema.get("type"):
        case "object":
            return _object(schema, components, within)
        case "array":
            return _array(schema, components, within)
        case kind:
            return _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE.get(str(kind)))


def _told_most(choices: list[Schema]) -> Schema:
    return next((one for one in choices if one.get("type") != "null"), choices[0])


def _array(schema: Schema, components: Mapping[str, Schema], within: tuple[str, ...]) -> list[Any]:
    places = schema.get("prefixItems")
    if places is None:
        items = schema.get("items")
        places = [items] * max(1, schema.get("minItems", 1)) if items else []
    return [_value(one, components, within) for one in places]


def _object(schema: Schema, components: Mapping[str, Schema], within: tuple[str, ...]) -> dict[str, Any]:
    known = schema.get("properties", {})
    found = {key: _value(one, components, within) for key, one in known.items()}
    more = schema.get("additionalProperties")
    return found or ({"key": _value(more, components, within)} if isinstance(more, Mapping) else {})
