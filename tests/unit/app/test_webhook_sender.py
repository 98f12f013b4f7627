"""Messages to webhooks over real HTTP on loopback: signed, not redirected, never behind the firewall unasked."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crm_core import schema, webhook_queue, webhooks
from crm_core.db import Store
from crm_core.webhook_queue import LEASE_SECONDS, Message
from crm_core.webhook_signature import sign
from ctiserver.app.webhook_sender import WebhookSender, deliver

LOOPBACK = ("127.0.0.0/8",)


class Receiver:
    """Another program, which answers with `status` and keeps what it got."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                owner.got.append((self.path, headers, body))
                self.send_response(owner.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?a=1"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "crm.sqlite"
    schema.upgrade(f"sqlite:///{file}")
    return file


class Office:
    """A store with one webhook, and a clock moved by hand."""

    def __init__(self, store: Store, url: str) -> None:
        self.store, self.now = store, 1000.0
        self.sender = WebhookSender(store, lambda: self.now, LOOPBACK)
        self.hook = store.write(
            webhooks.add_webhook, 1, name="ERP", url=url, kinds=["test"], by="ann", now=0.0
        )

    def tell(self) -> None:
        self.store.write(webhooks.tell_test, 1, self.hook.id, self.now)

    def states(self) -> list[str]:
        return [webhook_queue.state_of(row) for row in self.messages()]

    def messages(self) -> list[Any]:
        return list(self.store.read(webhook_queue.messages, 1, self.hook.id).rows)


@pytest.fixture
def office(empty: Path, tmp_path: Path, receiver: Receiver) -> Iterator[Office]:
    file = tmp_path / "crm.sqlite"
    file.write_bytes(empty.read_bytes())
    with Store(f"sqlite:///{file}") as store:
        yield Office(store, receiver.url)


def message(url: str) -> Message:
    return Message(
        item_id="1.2.3.w1",
        message_id="1.2.3",
        webhook_id=1,
        url=url,
        secret="whsec_AAAA",
        body={"id": "1.2.3"},
    )


def test_a_message_is_signed_over_its_id_time_and_body(office: Office, receiver: Receiver) -> None:
    office.tell()
    assert office.sender.turn() == 1
    [(path, headers, body)] = receiver.got
    told = msgspec.json.decode(body)
    assert (path, headers["content-type"]) == ("/hook?a=1", "application/json")
    assert (told["type"], told["account"], told["id"]) == ("test", 1, headers["webhook-id"])
    signed = sign(office.hook.secret, headers["webhook-id"], headers["webhook-timestamp"], body)
    assert (headers["webhook-signature"], headers["webhook-timestamp"]) == (signed, "1000")
    assert office.states() == ["done"]
    assert office.sender.turn() == 0


@pytest.mark.parametrize("status", [500, 404, 302])
def test_what_is_not_accepted_is_tried_again_later_with_the_same_id(
    office: Office, receiver: Receiver, status: int
) -> None:
    receiver.status = status
    office.tell()
    office.sender.turn()
    assert office.sender.turn() == 0  # not at once
    office.now += 1.0
    receiver.status = 204
    assert office.sender.turn() == 1
    assert [path for path, _, _ in receiver.got] == ["/hook?a=1"] * 2
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 1
    assert (office.states(), office.messages()[0].attempts) == (["done"], 2)


def test_a_receiver_that_is_down_is_left_alone_for_a_while_and_then_probed_once(
    office: Office, receiver: Receiver
) -> None:
    receiver.status = 503
    for _ in range(7):
        office.tell()
    assert office.sender.turn() == 7  # taken together before the first had failed
    tried = len(receiver.got)
    office.now += 30.0
    assert office.sender.turn() == 0
    assert len(receiver.got) == tried
    receiver.status = 200
    office.now += 3600.0
    assert office.sender.turn() == 1
    office.now += LEASE_SECONDS
    assert office.sender.turn() == 6
    assert set(office.states()) == {"done"}


def test_a_message_that_is_never_accepted_is_dead_until_somebody_sends_it_again(
    office: Office, receiver: Receiver
) -> None:
    receiver.status = 500
    office.tell()
    for _ in range(webhook_queue.TRIES_AT_MOST):
        office.sender.turn()
        office.now += 2 * 3600.0
    assert office.states() == ["dead"]
    assert len(receiver.got) == webhook_queue.TRIES_AT_MOST
    office.now += 1e6
    assert office.sender.turn() == 0
    receiver.status = 200
    office.store.write(webhook_queue.send_again, 1, office.hook.id, office.messages()[0].id, office.now)
    assert office.sender.turn() == 1
    assert office.states() == ["done"]


def test_a_sender_that_died_leaves_its_messages_to_the_next_one(office: Office, receiver: Receiver) -> None:
    office.tell()
    assert len(office.store.write(webhook_queue.take, office.now)) == 1
    assert office.sender.turn() == 0
    office.now += LEASE_SECONDS
    assert office.sender.turn() == 1
    assert len(receiver.got) == 1


def test_a_webhook_that_was_switched_off_gets_nothing_more(office: Office, receiver: Receiver) -> None:
    office.tell()
    office.store.write(
        webhooks.change_webhook,
        1,
        office.hook.id,
        name="ERP",
        url=receiver.url,
        kinds=["test"],
        active=False,
        expected_version=None,
    )
    assert office.sender.turn() == 0
    assert (office.states(), receiver.got) == (["dead"], [])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433"])
def test_no_name_of_this_machine_is_reached_without_leave(receiver: Receiver, host: str) -> None:
    port = receiver.server.server_port
    outcome = deliver(message(f"http://{host}:{port}/"), 0.0, ())
    assert "private network" in outcome.error
    assert receiver.got == []


def test_what_does_not_answer_or_is_no_name_fails_in_a_sentence(receiver: Receiver) -> None:
    receiver.close()
    refused = deliver(message(receiver.url), 0.0, LOOPBACK)
    assert (refused.status, refused.error.partition(":")[0]) == (None, "ConnectionRefusedError")
    assert deliver(message("http://no-such-host.invalid/"), 0.0, LOOPBACK).error
    plain = deliver(message(receiver.url.replace("http:", "https:")), 0.0, LOOPBACK)
    assert plain.status is None


def test_the_thread_sends_by_itself_and_stops_when_told(office: Office, receiver: Receiver) -> None:
    office.tell()
    office.sender.start()
    for _ in range(200):
        if office.states() == ["done"]:
            break
        threading.Event().wait(0.05)
    office.sender.stop()
    assert len(receiver.got) == 1
