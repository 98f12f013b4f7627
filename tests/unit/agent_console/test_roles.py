"""Who may do what: every route, socket event and request has a rule, and every role is held to it."""

import re
from typing import Any

import pytest

from agent_console import requests, sockets
from agent_console.api import OPERATIONS
from agent_console.operations import PREFIX, Operation
from agent_console.pages import PAGES, PAGES_OF_ONE
from agent_console.principal import Forbidden, Principal
from agent_console.roles import ROLES, Permission, permissions_of
from crm_core import users
from ctiserver.core.errors import Refusal
from ctiserver.core.live_rows import AgentView
from ctiserver.core.live_view import LiveView
from ctiserver.core.queue_view import QueueView
from ctiserver.core.wire import request_types

PEOPLE = LiveView(
    agents={
        key: AgentView(agent=key, account_id=account)  # type: ignore[arg-type, misc]
        for key, account in (("me", 1), ("somebody", 1), ("theirs", 2))
    },
    queues={"theirs": QueueView(queue="theirs", account_id=2)},  # type: ignore[arg-type, dict-item]
)
OPEN = {
    "home",
    "log_in",
    "log_in_again",
    "log_out",
    "healthz",
    "readyz",
    "static",
    "openapi",
    "api_docs",
    "install_ca",
    "ca",
}
"""Routes that need no permission: what they tell is no secret, or they look for themselves."""


def _call(browser: Any, row: Operation) -> Any:
    path = PREFIX + row.path
    for name in row.parameters:
        path = path.replace(f"{{{name}}}", "agent")
    return browser.open(path, method=row.method, data=b"{}")


def test_every_role_of_the_store_has_its_permissions() -> None:
    assert set(ROLES) == users.ROLES
    assert permissions_of({"no such role"}) == frozenset()


def test_every_route_has_a_rule(office: Any) -> None:
    known = {f"api.{row.id}" for row in OPERATIONS.rows} | set(PAGES) | set(PAGES_OF_ONE) | OPEN
    assert {rule.endpoint for rule in office.app.url_map.iter_rules()} == known


@pytest.mark.parametrize("role", ROLES)
def test_every_operation_is_refused_to_a_role_without_its_permission(office: Any, role: str) -> None:
    browser = office.browser(role)
    for row in OPERATIONS.rows:
        answer = _call(browser, row)
        allowed = row.permission is None or row.permission in ROLES[role]
        assert allowed or answer.status_code == 403, (row.id, role)
        if row.permission is not None and allowed:
            assert answer.status_code != 403, (row.id, role)


def _all_pages() -> list[tuple[str, Permission]]:
    of_one = [(re.sub("<[^>]+>", "1", path), permission) for path, permission, _ in PAGES_OF_ONE.values()]
    return [*PAGES.values(), *of_one]


def test_nobody_does_anything_without_a_log_in(office: Any) -> None:
    browser = office.browser()
    for row in OPERATIONS.rows:
        assert _call(browser, row).status_code == 401, row.id
    for path, _ in _all_pages():
        assert browser.get(path).headers["Location"].startswith("/log-in")


def test_no_answer_to_another_company_holds_anything_of_ours(office: Any) -> None:
    browser = office.browser("other")
    people = ("Rosa", "+56922220001", "+56900000001", '"agent":"agent"', '"login":"supervisor"')
    ours = (*people, '"key":"sales"', '"queue":"sales"', '"sales":{')
    read = [row for row in OPERATIONS.rows if row.method == "GET"]
    assert len(read) > 10
    for row in read:
        for named in ("agent", "mine", "sales", "1"):
            path = PREFIX + row.path
            for name in row.parameters:
                path = path.replace(f"{{{name}}}", named)
            answer = browser.get(path).text
            assert not [word for word in ours if word in answer and named not in word], (path, answer)
    for path, _ in PAGES.values():
        assert not [word for word in ours if word in browser.get(path).text], path


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_refused_to_a_role_without_its_permission(office: Any, role: str) -> None:
    browser = office.browser(role)
    for path, permission in _all_pages():
        assert browser.get(path).status_code == (200 if permission in ROLES[role] else 403)


def test_every_request_that_a_screen_may_make_is_one_of_the_engines() -> None:
    assert set(requests.RULES) <= set(request_types())


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", requests.RULES)
def test_a_request_needs_its_permission_for_oneself_and_for_others(office: Any, role: str, kind: str) -> None:
    own, others = requests.RULES[kind]
    who = Principal(
        user_id=1, login="me", name="Me", account_id=1, language="es", roles=frozenset({role}), agent="me"
    )
    for agent, need in (("me", own), ("somebody", others)):
        office.engines.asked.clear()
        if need is not None and need in ROLES[role]:
            requests.ask(office.engines, PEOPLE, who, {"type": kind, "agent": agent})
            assert office.engines.asked == [(kind, "me", {"agent": agent})]
        else:
            with pytest.raises(Forbidden):
                requests.ask(office.engines, PEOPLE, who, {"type": kind, "agent": agent})
            assert office.engines.asked == []


@pytest.mark.parametrize(
    ("request_", "error_id"),
    [
        ({"type": "SetStatus", "agent": "theirs", "status": "pause"}, "unknown_agent"),
        ({"type": "TransferToAgent", "agent": "me", "to": "theirs"}, "unknown_agent"),
        ({"type": "TransferBlind", "agent": "me", "queue": "theirs"}, "unknown_queue"),
        ({"type": "TransferBlind", "agent": "me", "queue": ["theirs"]}, "unknown_queue"),
    ],
)
def test_what_belongs_to_another_account_is_not_there_for_a_request(
    office: Any, request_: dict[str, Any], error_id: str
) -> None:
    roles = frozenset({"agent", "supervisor"})
    who = Principal(user_id=1, login="me", name="Me", account_id=1, language="es", roles=roles, agent="me")
    with pytest.raises(Refusal) as refused:
        requests.ask(office.engines, PEOPLE, who, request_)
    assert refused.value.error_id == error_id
    assert office.engines.asked == []


def test_every_socket_event_has_a_rule() -> None:
    assert set(sockets.RULES) == {"connect", "disconnect", "request", "phone_ready", "phone_gone"}
    assert sockets.RULES["phone_ready"] is sockets.RULES["phone_gone"] is Permission.OWN_PHONE


def test_nobody_words_himself_who_a_customer_is(office: Any) -> None:
    who = Principal(
        user_id=1, login="me", name="Me", account_id=1, language="es", roles=frozenset({"agent"}), agent="me"
    )
    for kind in requests.THROUGH_REST:
        with pytest.raises(Refusal, match="REST"):
            requests.ask_worded(office.engines, PEOPLE, who, {"type": kind, "agent": "me"})
    assert office.engines.asked == []
    requests.ask_worded(office.engines, PEOPLE, who, {"type": "Hold", "agent": "me"})
    assert office.engines.asked == [("Hold", "me", {"agent": "me"})]
