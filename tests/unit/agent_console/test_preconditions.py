"""Two people who save at once: the ETag of what was read decides."""

from typing import Any

import msgspec
import pytest
from flask import Flask

from agent_console.operations import Call, Operations
from agent_console.preconditions import expected_version
from crm_core.base import check_version


class Thing(msgspec.Struct):
    version: int


@pytest.fixture
def browser() -> Any:
    operations, app = Operations(), Flask("things")

    @operations.add("GET", "/thing", None, "See it")
    def see(call: Call) -> Thing:
        return Thing(version=3)

    @operations.add("PUT", "/thing", None, "Change it")
    def change(call: Call) -> Thing:
        check_version(3, expected_version())
        return Thing(version=4)

    nothing: Any = None
    operations.mount(app, nothing, lambda: nothing)
    return app.test_client()


def test_an_answer_with_a_version_bears_it_as_its_tag(browser: Any) -> None:
    assert browser.get("/api/v1/thing").headers["ETag"] == '"3"'


def test_whoever_has_that_version_gets_no_body_again(browser: Any) -> None:
    answer = browser.get("/api/v1/thing", headers={"If-None-Match": '"3"'})
    assert (answer.status_code, answer.data) == (304, b"")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-Match": '"3"'}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": '"2"'}, 412),
        ({"If-Match": '"nonsense"'}, 412),
        ({}, 428),
    ],
)
def test_a_change_is_made_of_the_latest_version_only(
    browser: Any, headers: dict[str, str], status: int
) -> None:
    answer = browser.put("/api/v1/thing", headers=headers)
    assert answer.status_code == status
    if status == 412:
        assert (answer.json["error_id"], answer.headers["ETag"]) == ("stale_version", '"3"')
