"""The OpenAPI 3.1 document, made from the table of operations."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from agent_console.operations import PREFIX, Operation, Operations
from agent_console.problems import Problem

_VERSION = "1.0"
"""Of the API, not of the program: it rises with what programs must know of."""
_TEMPLATE = "#/components/schemas/{name}"


@cache
def document(operations: Operations) -> dict[str, Any]:
    """The whole document as plain JSON values; made when it is first asked for."""
    kinds = dict.fromkeys([Problem, *_kinds(operations)])
    described, components = msgspec.json.schema_components(kinds, ref_template=_TEMPLATE)
    schemas = dict(zip(kinds, described, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for row in operations.rows:
        paths.setdefault(PREFIX + row.path, {})[row.method.lower()] = _operation(row, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "ctiserver", "version": _VERSION},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "cti_session"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
        "security": [{"session": []}, {"token": []}],
    }


def _kinds(operations: Operations) -> Iterator[Any]:
    for row in operations.rows:
        yield from (kind for kind in (row.body, row.answer) if _is_type(kind))
        if row.query is not None:
            yield from (field.type for field in msgspec.structs.fields(row.query))


def _operation(row: Operation, schemas: Mapping[Any, dict[str, Any]]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": row.id,
        "summary": row.summary,
        "description": f"Permission: {row.permission or 'none, but one must be logged in'}.",
        "parameters": [*_path_parameters(row), *_query_parameters(row, schemas)],
        "responses": {
            "200": {"description": "Done", "content": _content(schemas.get(row.answer))},
            "default": {
                "description": "A problem (RFC 9457)",
                "content": {"application/problem+json": {"schema": schemas[Problem]}},
            },
        },
    }
    if row.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schemas[row.body]}},
        }
    return described


def _path_parameters(row: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in row.parameters
    ]


def _query_parameters(row: Operation, schemas: Mapping[Any, dict[str, Any]]) -> list[dict[str, Any]]:
    if row.query is None:
        return []
    return [
        {
            "name": field.encode_name,
            "in": "query",
            "required": field.required,
            "schema": schemas[field.type],
        }
        for field in msgspec.structs.fields(row.query)
    ]


def _content(schema: dict[str, Any] | None) -> dict[str, Any]:
    """JSON by its schema; what has none is a document of another kind, such as a calendar."""
    return {"application/json": {"schema": schema}} if schema else {"*/*": {}}


def _is_type(kind: Any) -> bool:
    return kind is not None and kind is not type(None)
