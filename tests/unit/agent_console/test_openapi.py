"""The OpenAPI document is complete and refers to nothing that is not there."""

from typing import Any

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from agent_console import openapi
from agent_console.api import OPERATIONS
from agent_console.operations import PREFIX


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for inner in value.values() for found in _references(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in _references(inner)]
    return []


def test_every_operation_is_described_once() -> None:
    paths = openapi.document(OPERATIONS)["paths"]
    described = {(path, method) for path, methods in paths.items() for method in methods}
    assert described == {(PREFIX + row.path, row.method.lower()) for row in OPERATIONS.rows}
    ids = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert len(set(ids)) == len(ids)


def test_every_reference_leads_to_a_schema() -> None:
    document = openapi.document(OPERATIONS)
    names = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(_references(document)) <= names


def test_every_parameter_of_a_path_is_described() -> None:
    for path, methods in openapi.document(OPERATIONS)["paths"].items():
        for operation in methods.values():
            in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert in_path == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_the_document_is_served_to_whoever_asks(office: Any) -> None:
    assert office.app.test_client().get("/api/v1/openapi.json").json["openapi"] == "3.1.0"


def test_the_document_is_openapi(office: Any) -> None:
    validate(office.app.test_client().get("/api/v1/openapi.json").json)


_READ = [row for row in OPERATIONS.rows if row.method == "GET"]


def test_real_answers_are_as_the_document_says(office: Any) -> None:
    document = openapi.document(OPERATIONS)
    seen = set()
    for role in ("agent", "supervisor", "administrator"):
        browser = office.browser(role)
        for row in _READ:
            path = PREFIX + row.path
            for name in row.parameters:
                path = path.replace(f"{{{name}}}", {"agent": "agent"}.get(name, "1"))
            answer = browser.get(path)
            described = document["paths"][PREFIX + row.path]["get"]["responses"]
            fine = answer.status_code == 200
            content = described["200" if fine else "default"]["content"]
            if "*/*" in content:
                continue
            assert answer.content_type in content, (path, answer.text)
            schema = content[answer.content_type]["schema"] | {"components": document["components"]}
            Draft202012Validator(schema).validate(answer.json)
            seen |= {row.id} if fine else set()
    assert seen >= {"me", "my_desk", "live", "queues", "dispositions"}
