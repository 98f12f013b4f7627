"""`/api/docs`: the API for people, made from the same tables as the OpenAPI document, so that it cannot be out of date.

It needs no log-in: it tells what there is, and nothing of anybody.
"""

import inspect
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from flask import Flask, g, render_template, request

from agent_console import openapi, socket_events
from agent_console.examples import Schema, example, named
from agent_console.operations import PREFIX, Operation, Operations
from agent_console.pages import LANGUAGES, browser_language, words
from agent_console.services import Services

GENERAL: dict[str, int] = {
    "bad_request": 400,
    "not_logged_in": 401,
    "forbidden": 403,
    "not_found": 404,
    "no_such_operation": 404,
    "conflict": 409,
    "stale_version": 412,
    "too_large": 413,
    "mistakes": 422,
    "precondition_required": 428,
    "fault": 500,
    "store_unavailable": 503,
    "no_answer": 504,
}
"""Errors that any operation may answer, with their status; all others are refusals: 409, or 404 for `unknown_...`."""
_WORDS = "problem_"


@dataclass(frozen=True, slots=True)
class Shown:
    """One operation as the page shows it; `body` and `answer` are schemas, "" when there is none."""

    row: Operation
    address: str
    parameters: list[dict[str, Any]]
    body: Schema
    answer: Schema
    command: str


class ApiDocs:
    """Made once, of the OpenAPI document, when the page is first asked for."""

    def __init__(self, services: Services, operations: Operations) -> None:
        self._installation = services.config.installation.name
        self._operations = operations

    @cached_property
    def _document(self) -> Mapping[str, Any]:
        return openapi.document(self._operations)

    @cached_property
    def _components(self) -> dict[str, Schema]:
        events = socket_events.schemas("#/components/schemas/{name}")
        return dict(self._document["components"]["schemas"]) | events

    @cached_property
    def _groups(self) -> list[tuple[str, list[Shown]]]:
        by_family = groupby(self._operations.rows, key=lambda row: row.handler.__module__)
        return [(_title(module), [self._shown(row) for row in rows]) for module, rows in by_family]

    def mount(self, app: Flask) -> None:
        """Add the page."""
        app.add_url_rule("/api/docs", "api_docs", self.page)

    def page(self) -> str:
        """The whole page, in the browser's language."""
        asked = request.args.get("lang", browser_language())
        language = asked if asked in LANGUAGES else LANGUAGES[0]
        texts = words(language)
        return render_template(
            "api_docs.html",
            t=lambda key: texts[key],
            language=language,
            nonce=g.nonce,
            installation=self._installation,
            who=None,
            groups=self._groups,
            errors=_errors(texts),
            outgoing=socket_events.OUTGOING,
            incoming=socket_events.INCOMING,
            schemas=sorted(self._components.items()),
            shape=shape,
            sample=self._sample,
        )

    def _shown(self, row: Operation) -> Shown:
        described = self._document["paths"][PREFIX + row.path][row.method.lower()]
        body = described.get("requestBody", {}).get("content", {}).get("application/json", {})
        answer = described["responses"]["200"]["content"].get("application/json", {})
        return Shown(
            row=row,
            address=PREFIX + row.path,
            parameters=described["parameters"],
            body=body.get("schema", {}),
            answer=answer.get("schema", {}),
            command=self._command(row, body.get("schema", {})),
        )

    def _command(self, row: Operation, body: Schema) -> str:
        data = f" \\\n  --data '{self._sample(body)}'" if body else ""
        method = "" if row.method == "GET" else f" -X {row.method}"
        return f'curl{method} -H "Authorization: Bearer $TOKEN" $CONSOLE{PREFIX}{row.path}{data}'

    def _sample(self, schema: Schema) -> str:
        return json.dumps(example(schema, self._components), indent=2, ensure_ascii=False)


def shape(schema: Schema) -> str:
    """A schema in a few words: `list of Chip`, `number or null`, `AgentView`."""
    if name := named(schema):
        return name
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(shape(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    match schema.get("type"):
        case "array":
            return f"list of {shape(schema['items'])}" if schema.get("items") else "list"
        case "object" if isinstance(schema.get("additionalProperties"), Mapping):
            return f"map of {shape(schema['additionalProperties'])}"
        case kind:
            return str(kind or "anything")


def _errors(texts: Mapping[str, str]) -> list[tuple[str, int, str]]:
    """Id, status and what people are told, general ones first; "" where only `detail` says it."""
    own = [key.removeprefix(_WORDS) for key in texts if key.startswith(_WORDS)]
    specific = [one for one in own if one not in GENERAL and one not in ("other", "offline")]
    refused = {one: 404 if one.startswith("unknown_") else 409 for one in specific}
    return [(one, status, texts.get(_WORDS + one, "")) for one, status in (GENERAL | refused).items()]


def _title(module: str) -> str:
    """The first sentence of a family's docstring."""
    return (inspect.getdoc(sys.modules[module]) or module).partition("\n")[0].rstrip(".")
