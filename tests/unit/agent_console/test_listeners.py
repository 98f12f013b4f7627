"""The plain door beside HTTPS, and what the application is told of the scheme."""

import asyncio
from typing import Any

import pytest

from agent_console.listeners import plain_door, said_to_be_https


def ask(
    application: Any,
    path: str = "/desk",
    *,
    method: str = "GET",
    host: str = "center.example:8080",
    **more: Any,
) -> list[Any]:
    """What an ASGI application sends."""
    sent: list[Any] = []
    headers = [(b"host", host.encode()), (b"x-forwarded-proto", b"http"), (b"x-forwarded-for", b"1.1.1.1")]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers} | more

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {}

    asyncio.run(application(scope, receive, send))
    return sent


async def shows_itself(scope: Any, _receive: Any, send: Any) -> None:
    await send(scope)


DOOR = plain_door(shows_itself, 8443)


def test_a_page_asked_for_in_plain_is_sent_to_https() -> None:
    start, _ = ask(DOOR, query_string=b"a=1")
    assert start["status"] == 308
    assert dict(start["headers"])[b"location"] == b"https://center.example:8443/desk?a=1"
    usual, _ = ask(plain_door(shows_itself, 443), host="[2001:db8::1]:80")
    assert dict(usual["headers"])[b"location"] == b"https://[2001:db8::1]/desk"


@pytest.mark.parametrize("more", [{"method": "POST"}, {"host": "a/b@c"}])
def test_what_would_change_something_and_odd_hosts_are_refused(more: dict[str, str]) -> None:
    start, body = ask(DOOR, **more)
    assert start["status"] == 403
    assert b"https_only" in body["body"]


@pytest.mark.parametrize("path", ["/install-ca", "/ca.crt", "/healthz", "/readyz", "/static/css/console.css"])
def test_the_way_to_trust_us_needs_no_trust(path: str) -> None:
    assert ask(DOOR, path)[0]["path"] == path


def test_a_websocket_in_plain_is_closed() -> None:
    assert ask(DOOR, type="websocket") == [{"type": "websocket.close"}]


def test_the_application_is_told_of_https_and_of_nothing_that_a_client_claims() -> None:
    [scope] = ask(said_to_be_https(shows_itself))
    assert [pair for pair in scope["headers"] if pair[0].startswith(b"x-forwarded")] == [
        (b"x-forwarded-proto", b"https")
    ]
