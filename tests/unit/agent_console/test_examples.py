"""Examples fit the schemas that they are made from."""

import msgspec
import pytest

from agent_console import socket_events
from agent_console.api import OPERATIONS
from agent_console.examples import example
from agent_console.openapi import document

DOCUMENT = document(OPERATIONS)
BODIES = {row.id: row.body for row in OPERATIONS.rows if row.body is not None}


@pytest.mark.parametrize("operation", BODIES)
def test_the_example_of_a_body_is_one_that_the_operation_takes(operation: str) -> None:
    (schema,), components = msgspec.json.schema_components(
        [BODIES[operation]], ref_template="#/components/schemas/{name}"
    )
    msgspec.convert(example(schema, components), BODIES[operation])


@pytest.mark.parametrize(
    "event", [*socket_events.OUTGOING, *socket_events.INCOMING], ids=lambda one: one.name
)
def test_the_example_of_an_event_is_one(event: socket_events.SocketEvent) -> None:
    components = socket_events.schemas("#/components/schemas/{name}")
    given = example({"$ref": f"#/components/schemas/{event.payload.__name__}"}, components)
    msgspec.convert(given, event.payload)


def test_what_refers_to_itself_ends() -> None:
    tree = {"type": "object", "properties": {"below": {"$ref": "#/components/schemas/Tree"}}}
    assert example({"$ref": "#/components/schemas/Tree"}, {"Tree": tree}) == {"below": {}}
