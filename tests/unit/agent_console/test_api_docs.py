"""The page about the API tells of all of it."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from agent_console import api_docs, problems, socket_events
from agent_console.api import OPERATIONS
from agent_console.api_docs import shape
from agent_console.operations import PREFIX


@pytest.fixture
def page(office: Any) -> str:
    text: str = office.app.test_client().get("/api/docs", headers={"Accept-Language": "en"}).text
    return text


def test_every_operation_and_event_is_shown_to_whoever_asks(page: str) -> None:
    for row in OPERATIONS.rows:
        assert f'<details id="{row.id}">' in page
        assert PREFIX + row.path in page
    for event in (*socket_events.OUTGOING, *socket_events.INCOMING):
        assert f'id="event-{event.name}"' in page


def test_every_link_leads_somewhere(page: str) -> None:
    there = set(re.findall(r'id="([^"]+)"', page))
    wanted = set(re.findall(r'href="#([^"]+)"', page))
    assert len(wanted) > 20
    assert wanted - there == set()


def test_every_general_error_is_explained_with_its_status(page: str) -> None:
    tree = ast.parse(Path(problems.__file__).read_text())
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "problem"
    ]
    told = {
        error_id.value: ast.unparse(status)
        for status, error_id, *_ in (call.args for call in calls)
        if isinstance(error_id, ast.Constant)
    }
    assert set(told) == set(api_docs.GENERAL)
    for error_id, status in told.items():
        assert str(api_docs.GENERAL[error_id]) in status
        assert f'id="error-{error_id}"' in page


def test_the_page_speaks_the_readers_language(office: Any, page: str) -> None:
    spanish = office.app.test_client().get("/api/docs?lang=es").text
    assert "<h1>API para programas</h1>" in spanish
    assert "<h1>API for programs</h1>" in page


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "array", "items": {"$ref": "#/components/schemas/Chip"}}, "list of Chip"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "number or null"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "map of integer"),
        ({"enum": ["a", "b"]}, "a | b"),
        ({"const": 1}, "1"),
        ({}, "anything"),
    ],
)
def test_a_schema_is_told_in_a_few_words(schema: dict[str, Any], words: str) -> None:
    assert shape(schema) == words
