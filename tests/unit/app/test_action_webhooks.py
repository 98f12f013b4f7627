import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from crm_core.self_service.registry import Outcome
from crm_core.webhook_signature import sign
from ctiserver.app.action_webhooks import ActionWebhooks
from ctiserver.core.action_webhook import ActionWebhook
from ctiserver.core.commands import RunAction

SECRET = "whsec_c2VjcmV0"
GOOD = b'{"outcome": "owes", "values": {"balance": 34500, "more": "x", "late": true}}'


class BackOffice:
    """A program on loopback that answers as it is told and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer: Callable[[BaseHTTPRequestHandler], None] = lambda handler: reply(handler, GOOD)
        self.asked: list[tuple[dict[str, str], bytes]] = []
        self.over = threading.Event()
        office = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                office.asked.append((dict(self.headers), self.rfile.read(length)))
                office.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/balance?x=1"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def reply(
    handler: BaseHTTPRequestHandler, body: bytes, kind: str = "application/json", status: int = 200
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def office() -> Iterator[BackOffice]:
    made = BackOffice()
    yield made
    made.close()


def webhooks(url: str, now: Callable[[], float] = lambda: 1000.0) -> ActionWebhooks:
    configured = ActionWebhook(
        name="balance",
        url=url,
        outcomes=("owes", "nothing"),
        required=("customer_id",),
        gives={"balance": "amount", "late": ""},
        secret=SECRET,
    )
    return ActionWebhooks([configured], ["127.0.0.0/8"], now)


def ask(hooks: ActionWebhooks, deadline_seconds: float = 30.0) -> Outcome:
    return hooks.run(
        RunAction(
            action="a1",  # type: ignore[arg-type]
            name="balance",
            arguments={"customer_id": "7"},
            account_id=1,
            contact="c1",  # type: ignore[arg-type]
            deadline_seconds=deadline_seconds,
            customer_id=7,
        )
    )


def test_the_program_is_asked_once_signed_and_its_announced_values_count(office: BackOffice) -> None:
    assert ask(webhooks(office.url)) == Outcome(outcome="owes", values={"balance": "34500", "late": "yes"})
    [(sent, body)] = office.asked
    assert json.loads(body) == {
        "action": "a1",
        "name": "balance",
        "account": 1,
        "contact": "c1",
        "customer": 7,
        "arguments": {"customer_id": "7"},
    }
    assert sent["Idempotency-Key"] == "a1"
    assert sent["webhook-signature"] == sign(SECRET, "a1", "1000", body)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"<html>it works</html>", "text/html", 200),
        (b"<html>it works</html>", "application/json", 200),
        (GOOD, "text/html", 200),
        (GOOD, "application/json", 500),
        (GOOD, "application/json", 302),
        (b'{"outcome": "rich"}', "application/json", 200),
        (b"[1, 2]", "application/json", 200),
        (b'{"outcome": "owes", "values": {"balance": [1]}}', "application/json", 200),
        (b'{"outcome": "owes", "x": "' + b"x" * 20_000 + b'"}', "application/json", 200),
        (b"", "application/json", 200),
    ],
)
def test_what_is_no_answer_is_a_failure(office: BackOffice, body: bytes, kind: str, status: int) -> None:
    office.answer = lambda handler: reply(handler, body, kind, status)
    with pytest.raises(ValueError, match="answered"):
        ask(webhooks(office.url))
    assert len(office.asked) == 1


def test_a_program_that_hangs_or_trickles_is_left_at_the_deadline(office: BackOffice) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not office.over.wait(0.05):
            try:
                handler.wfile.write(b" ")
            except OSError:
                return

    for answer in (lambda _handler: office.over.wait(), trickle):
        office.answer = answer
        with pytest.raises(OSError, match="tim"):
            ask(webhooks(office.url), deadline_seconds=0.3)


def test_a_connection_that_fails_is_tried_once_more(office: BackOffice) -> None:
    def cut_then_answer(handler: BaseHTTPRequestHandler) -> None:
        office.answer = lambda again: reply(again, GOOD)
        handler.connection.shutdown(socket.SHUT_RDWR)

    office.answer = cut_then_answer
    assert ask(webhooks(office.url)).outcome == "owes"
    assert [sent["Idempotency-Key"] for sent, _ in office.asked] == ["a1", "a1"]


def test_after_five_failures_it_is_not_tried_for_a_minute(office: BackOffice) -> None:
    now = [1000.0]
    hooks = webhooks(office.url, lambda: now[0])
    office.answer = lambda handler: reply(handler, b"", status=500)
    for _ in range(5):
        with pytest.raises(ValueError, match="answered 500"):
            ask(hooks)
    office.answer = lambda handler: reply(handler, GOOD)
    with pytest.raises(OSError, match="too often"):
        ask(hooks)
    assert len(office.asked) == 5
    now[0] += 60.0
    assert ask(hooks).outcome == "owes"


def test_a_private_address_must_be_allowed(office: BackOffice) -> None:
    configured = ActionWebhook(name="balance", url=office.url, outcomes=("owes",))
    with pytest.raises(PermissionError):
        ask(ActionWebhooks([configured]))
    assert office.asked == []
