"""The OpenAPI 3.1 document, made from the table of operations."""

from typing import Any

import msgspec

from agent_console.operations import PREFIX, Operation, Operations
from agent_console.problems import Problem

_VERSION = "1.0"
"""Of the API, not of the program: it rises with what programs must know of."""
_TEMPLATE = "#/components/schemas/{name}"


def document(operations: Operations) -> dict[str, Any]:
    """The whole document as plain JSON values."""
    types = [kind for row in operations.rows for kind in (row.body, row.answer) if _is_type(kind)]
    _, components = msgspec.json.schema_components([*types, Problem], ref_template=_TEMPLATE)
    paths: dict[str, dict[str, Any]] = {}
    for row in operations.rows:
        paths.setdefault(PREFIX + row.path, {})[row.method.lower()] = _operation(row)
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


def _operation(row: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": row.id,
        "summary": row.summary,
        "description": f"Permission: {row.permission or 'none, but one must be logged in'}.",
        "parameters": [*_path_parameters(row), *_query_parameters(row)],
        "responses": {
            "200": {"description": "Done", "content": _content(row.answer)},
            "default": {
                "description": "A problem (RFC 9457)",
                "content": {"application/problem+json": {"schema": _schema(Problem)}},
            },
        },
    }
    if row.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _schema(row.body)}},
        }
    return described


def _path_parameters(row: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in row.parameters
    ]


def _query_parameters(row: Operation) -> list[dict[str, Any]]:
    if row.query is None:
        return []
    return [
        {
            "name": field.encode_name,
            "in": "query",
            "required": field.required,
            "schema": _schema(field.type),
        }
        for field in msgspec.structs.fields(row.query)
    ]


def _content(answer: Any) -> dict[str, Any]:
    """JSON by its schema; what has none is a document of another kind, such as a calendar."""
    schema = _schema(answer)
    return {"application/json": {"schema": schema}} if schema else {"*/*": {}}


def _schema(kind: Any) -> dict[str, Any]:
    if not _is_type(kind):
        return {}
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_TEMPLATE)
    return schema


def _is_type(kind: Any) -> bool:
    return kind is not None and kind is not type(None)
