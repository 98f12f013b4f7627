"""An open page asks for the password: to uncover itself, or in place of a log-in that has ended."""

from typing import Any

import pytest

from agent_console.auth import CSRF_HEADER
from crm_core.web_sessions import LONGEST_SECONDS
from tests.unit.agent_console.conftest import PASSWORD

AGAIN = "/log-in/again"
AGENT = {"login": "agent", "password": PASSWORD}


def test_a_covered_page_goes_on_with_the_log_in_that_it_has(office: Any) -> None:
    browser = office.browser("agent")
    secret = browser.get_cookie("cti_session").value
    answer = browser.post(AGAIN, json=AGENT)
    assert answer.json == {"csrf": office.auth.of_cookie(secret).csrf}
    assert browser.get_cookie("cti_session").value == secret


def test_a_log_in_that_ended_is_followed_by_another_one(office: Any) -> None:
    browser = office.browser("agent")
    office.now += LONGEST_SECONDS + 1
    assert browser.get("/api/v1/me").status_code == 401
    answer = browser.post(AGAIN, json=AGENT)
    assert {"HttpOnly", "SameSite=Strict"} <= set(answer.headers["Set-Cookie"].split("; "))
    browser.environ_base[f"HTTP_{CSRF_HEADER.upper().replace('-', '_')}"] = answer.json["csrf"]
    assert browser.put("/api/v1/agents/agent/status", json={"status": "available"}).status_code == 200


def test_the_socket_of_the_page_is_told_of_the_log_in_that_follows(office: Any) -> None:
    browser = office.browser("agent")
    browser.post(AGAIN, json=AGENT | {"socket": "first"})
    assert office.renewed == []  # it is the same log-in
    office.now += LONGEST_SECONDS + 1
    browser.post(AGAIN, json=AGENT | {"socket": "first"})
    assert office.renewed == [("first", browser.get_cookie("cti_session").value)]


@pytest.mark.parametrize("ended", [False, True])
def test_guessing_the_password_of_an_open_page_is_slowed_down_too(office: Any, ended: bool) -> None:
    browser = office.app.test_client() if ended else office.browser("agent")
    for _ in range(5):
        answer = browser.post(AGAIN, json=AGENT | {"password": "wrong"})
        assert (answer.status_code, answer.json["error_id"]) == (401, "wrong_log_in")
    assert browser.post(AGAIN, json=AGENT).json["error_id"] == "too_many_tries"


def test_what_is_no_question_is_told_so(office: Any) -> None:
    answer = office.browser("agent").post(AGAIN, json={"login": 7})
    assert (answer.status_code, answer.json["error_id"]) == (400, "bad_request")


def test_pages_know_when_to_cover_themselves(office: Any) -> None:
    assert '"idle_lock_minutes": 15.0' in office.browser("agent").get("/desk").text
