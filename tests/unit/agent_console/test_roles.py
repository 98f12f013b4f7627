"""Who may do what: every route, socket event and request has a rule, and every role is held to it."""

from typing import Any

import pytest

from agent_console import requests, sockets
from agent_console.api import OPERATIONS
from agent_console.operations import PREFIX, Operation
from agent_console.pages import PAGES
from agent_console.principal import Forbidden, Principal
from agent_console.roles import ROLES, Permission, permissions_of
from crm_core import users
from ctiserver.core.wire import request_types

OPEN = {"home", "log_in", "log_out", "healthz", "readyz", "static", "openapi", "install_ca", "ca"}
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
    known = {f"api.{row.id}" for row in OPERATIONS.rows} | set(PAGES) | OPEN
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


def test_nobody_does_anything_without_a_log_in(office: Any) -> None:
    browser = office.browser()
    for row in OPERATIONS.rows:
        assert _call(browser, row).status_code == 401, row.id
    for path, _ in PAGES.values():
        assert browser.get(path).headers["Location"].startswith("/log-in")


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_refused_to_a_role_without_its_permission(office: Any, role: str) -> None:
    browser = office.browser(role)
    for path, permission in PAGES.values():
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
            requests.ask(office.engines, who, {"type": kind, "agent": agent})
            assert office.engines.asked == [(kind, "me", {"agent": agent})]
        else:
            with pytest.raises(Forbidden):
                requests.ask(office.engines, who, {"type": kind, "agent": agent})
            assert office.engines.asked == []


def test_every_socket_event_has_a_rule() -> None:
    assert set(sockets.RULES) == {"connect", "disconnect", "request", "phone_ready", "phone_gone"}
    assert sockets.RULES["phone_ready"] is sockets.RULES["phone_gone"] is Permission.OWN_DESK
