"""A consult on a real Asterisk: kill -9 at each of its steps, and numbers outside behind a second one, the carrier.

Tones tell afterwards who hears whom. A kill falls right behind the first request to Asterisk that a step brings about,
and what was sent behind it is lost: the successor does the rest.
"""

import os
import signal
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

import agent_console
from crm_core.queues import Queue, add_queue
from ctiserver.bus import topics
from ctiserver.core.events import ContactConnected, TransferCompleted, TransferFailed
from tests.integration.ari_proxy import AriProxy
from tests.integration.asterisk import DID_ES, PrivateAsterisk
from tests.integration.carrier import FAR, NUMBER, running_carrier, trunk_to
from tests.integration.daemon import RunningCenter, center
from tests.integration.outages import Outages, outages
from tests.integration.sipp import Caller, Phone, until

pytestmark = pytest.mark.integration

CALLER, ANN, BOB, OUTSIDE = 500, 700, 1100, 900
RINGS = 120
"""Seconds: a busy machine may take long to start two successors while a phone rings."""
TONES = (CALLER, ANN, BOB, OUTSIDE)
OUT_OF_REACH = {"486": "busy", "404": "unreachable", "503": "unreachable", "408": "no_answer"}
_PAYMENTS = """\
name = "payments"
start = "menu"
emergency = { key = "9", node = "emergency" }

[node.menu]
type = "menu"
prompts = ["beep"]
keys = { 1 = "pay" }
timeout_seconds = 30
on_failure = "pay"

[node.pay]
type = "queue"
queue = "pagos"

[node.emergency]
type = "queue"
queue = "emergencia"
"""
_WORDS = tomllib.loads((Path(agent_console.__file__).parent / "words/es.toml").read_text())


@pytest.fixture(scope="module")
def carrier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateAsterisk]:
    with running_carrier(tmp_path_factory.mktemp("carrier")) as running:
        yield running


@pytest.fixture(scope="module")
def proxied(
    tmp_path_factory: pytest.TempPathFactory, carrier: PrivateAsterisk
) -> Iterator[tuple[RunningCenter, AriProxy]]:
    folder, more = tmp_path_factory.mktemp("center"), trunk_to(carrier, DID_ES, ring_seconds=5)
    with (
        center(folder, queue={"survey": None, "ring_seconds": RINGS}, more=more, start=False) as c,
        AriProxy(c.asterisk.config.asterisk.http_port) as proxy,
    ):
        text = c.config_file.read_text()
        c.config_file.write_text(text.replace("[asterisk]\n", f'[asterisk]\nari_url = "{proxy.url}"\n', 1))
        c.start()
        yield c, proxy
        c.asterisk.wait_quiet()
        c.stop()


def wait_heard(test: Outages, *heard: tuple[Caller | Phone, set[int]]) -> None:
    """Returns when each hears exactly these tones, all at the same time."""

    def now() -> list[set[int]]:
        return [{tone for tone in TONES if who.audio.hears(tone)} for who, _ in heard]

    wanted = [tones for _, tones in heard]
    until(lambda: now() == wanted, f"{wanted}, not {now()}", 15, test.story)


def killed(test: Outages, proxy: AriProxy, act: Callable[[], object]) -> None:
    """Does something; the calls process dies behind its first request to Asterisk that follows, and is replaced."""
    epoch, pid = test.journal.epoch, test.center.calls_pid
    killed_at: list[float] = []

    def kill() -> None:
        os.kill(pid, signal.SIGKILL)
        killed_at.append(time.time())

    proxy.after(1, "", kill, last=True)
    act()
    until(lambda: killed_at, "a request to Asterisk", 15, test.story)
    test.wait_recovered(epoch, killed_at[0])


def asks(test: Outages, request: str, agent: str = "ann", **fields: Any) -> None:
    answer = test.ask(request, agent=agent, **fields)
    assert "error_id" not in answer, answer


def test_a_kill_at_any_step_of_a_consult_leaves_everybody_with_whom_he_should_hear(
    proxied: tuple[RunningCenter, AriProxy],
) -> None:
    c, proxy = proxied
    with (
        outages(c) as test,
        c.phone("ann", tone_hertz=ANN) as ann,
        c.phone("bob", ring_seconds=None, tone_hertz=BOB) as bob,
        c.call(number="+56977790003", keys=[(0.3, "0")], tone_hertz=CALLER) as caller,
    ):
        asks(test, "SetStatus", status="available")
        c.wait_stage("talking")
        asks(test, "SetStatus", "bob", status="available")

        killed(test, proxy, lambda: asks(test, "StartConsult", to="bob"))  # asked
        bob.wait_ringing()
        wait_heard(test, (caller, set()), (ann, set()))
        test.kill()  # ringing
        killed(test, proxy, bob.answer)  # answered
        wait_heard(test, (caller, set()), (ann, {BOB}), (bob, {ANN}))
        killed(test, proxy, lambda: asks(test, "ReturnFromConsult"))  # returned
        wait_heard(test, (caller, {ANN}), (ann, {CALLER}))
        bob.wait_ended()
        assert len(bob.told("invited")) == 1

        asks(test, "StartConsult", to="bob")
        bob.wait_ringing(count=2)
        bob.answer()
        wait_heard(test, (ann, {BOB}))
        killed(test, proxy, lambda: asks(test, "MergeParties"))  # merged
        wait_heard(test, (caller, {ANN, BOB}), (ann, {CALLER, BOB}), (bob, {CALLER, ANN}))
        killed(test, proxy, lambda: asks(test, "HangUp"))  # after
        wait_heard(test, (caller, {BOB}), (bob, {CALLER}))
        ann.wait_ended()
        c.dispose("ann")

        asks(test, "StartConsult", "bob", to="ann")
        wait_heard(test, (bob, {ANN}), (ann, {BOB}), (caller, set()))
        killed(test, proxy, lambda: asks(test, "CompleteTransfer", "bob"))  # connecting
        wait_heard(test, (caller, {ANN}), (ann, {CALLER}))
        bob.wait_ended(count=2)
        c.dispose("bob")
        caller.hang_up()
        ann.wait_ended(count=2)
        c.dispose("ann")
        [record] = test.records()
    assert [(it.agent, it.began, it.transfer) for it in record.segments] == [
        ("ann", "queue", "conference"),
        ("bob", "conference", "attended"),
        ("ann", "attended", None),
    ]
    assert [(it.agent, it.outcome) for it in record.third_parties] == [
        ("bob", "returned"),
        ("bob", "merged"),
        ("ann", "completed"),
    ]


def test_a_number_outside_is_consulted_taken_in_and_passed_on_to_or_gives_the_caller_back_with_its_reason(
    proxied: tuple[RunningCenter, AriProxy], carrier: PrivateAsterisk
) -> None:
    c, _proxy = proxied
    with (
        outages(c) as test,
        c.phone("ann", tone_hertz=ANN) as ann,
        carrier.phone(port=carrier.fallback_port, tone_hertz=OUTSIDE) as far,
        c.asterisk.phone(port=c.asterisk.emergency_port, reject_code=503, ring_seconds=0),  # the next carrier
        c.call(number="+56977790004", keys=[(0.3, "0")], tone_hertz=CALLER) as caller,
    ):
        asks(test, "SetStatus", status="available")
        c.wait_stage("talking")
        for ending, reason in OUT_OF_REACH.items():
            asks(test, "StartConsult", pii_number=NUMBER.format(ending=ending))
            until(lambda: c.view()["agents"]["ann"]["consult_failed"], ending, 20, test.story)
            assert c.view()["agents"]["ann"]["consult_failed"]["reason"] == reason
            assert _WORDS[f"not_taken_{reason}"]
            wait_heard(test, (caller, {ANN}), (ann, {CALLER}))

        asks(test, "StartConsult", pii_number=FAR)
        wait_heard(test, (caller, set()), (ann, {OUTSIDE}), (far, {ANN}))
        asks(test, "ReturnFromConsult")
        far.wait_ended()
        wait_heard(test, (caller, {ANN}), (ann, {CALLER}))
        asks(test, "StartConsult", pii_number=FAR)
        wait_heard(test, (ann, {OUTSIDE}), (far, {ANN}))
        asks(test, "MergeParties")
        wait_heard(test, (caller, {ANN, OUTSIDE}), (ann, {CALLER, OUTSIDE}), (far, {CALLER, ANN}))
        far.hang_up()
        wait_heard(test, (caller, {ANN}), (ann, {CALLER}))

        for count, (ending, reason) in enumerate(OUT_OF_REACH.items(), start=1):
            asks(test, "TransferOutside", pii_number=NUMBER.format(ending=ending))
            until(lambda n=count: len(test.journal.events(TransferFailed)) == n, ending, 20, test.story)
            assert test.journal.events(TransferFailed)[-1].reason == reason
            c.dispose("ann")  # and the caller is hers again, first of his queue
            until(
                lambda n=count: len(test.journal.events(ContactConnected)) > n,
                "the talk again",
                20,
                test.story,
            )
            wait_heard(test, (caller, {ANN}), (ann, {CALLER}))
        asks(test, "TransferOutside", pii_number=FAR)
        wait_heard(test, (caller, {OUTSIDE}), (far, {CALLER}))
        assert len(test.journal.events(TransferCompleted)) == 1
        c.dispose("ann")
        caller.hang_up()
        far.wait_ended(count=3)
        [record] = test.records()
    asked = [(it.outcome, it.reason) for it in record.third_parties]
    assert asked[:4] == [("failed", reason) for reason in OUT_OF_REACH.values()]
    assert len(record.segments) == 5


def test_a_caller_passed_on_to_a_menu_walks_it_across_a_kill_and_is_back_where_it_leads_nowhere(
    proxied: tuple[RunningCenter, AriProxy],
) -> None:
    """The menu's queue is taken away while he stands before it."""
    c, _proxy = proxied
    flow = c.folder / "flows" / "payments.toml"
    flow.write_text(_PAYMENTS)
    c.store.write(lambda session: add_queue(session, 1, "pagos", "Pagos", skills={}) and None)
    c.probe.ask(topics.RELOAD, seconds=30)
    with (
        outages(c) as test,
        c.phone("ann", tone_hertz=ANN) as ann,
        c.call(number="+56977790005", keys=[(0.3, "0")], tone_hertz=CALLER) as caller,
    ):
        asks(test, "SetStatus", status="available")
        wait_heard(test, (caller, {ANN}), (ann, {CALLER}))
        c.wait_stage("talking")  # they hear each other before the center has been told
        asks(test, "TransferToFlow", flow="main")
        ann.wait_ended()
        test.kill()
        caller.press("0")  # the operator: the queue of the menu is hers
        c.wait_stage("queued")
        c.dispose("ann")
        wait_heard(test, (caller, {ANN}), (ann, {CALLER}))
        c.wait_stage("talking")

        asks(test, "TransferToFlow", flow="payments")
        c.dispose("ann")
        flow.write_text(_PAYMENTS.replace("pagos", "servicio"))
        c.store.write(lambda session: session.execute(delete(Queue).where(Queue.key == "pagos")) and None)
        c.probe.ask(topics.RELOAD, seconds=30)
        caller.press("1")
        until(lambda: test.journal.events(TransferFailed), "the caller back", 20, test.story)
        wait_heard(test, (caller, {ANN}), (ann, {CALLER}))
        c.wait_stage("talking")
        asks(test, "TransferToFlow", flow="payments")
        caller.hang_up()
        c.dispose("ann")
        [record] = test.records()
    [failed] = test.journal.events(TransferFailed)
    assert (failed.flow, failed.reason, failed.returned_to) == ("payments", "no_queue", "agent")
    assert [(it.began, it.transferred_to, it.transfer_failed) for it in record.segments] == [
        ("queue", "main", None),
        ("blind", "payments", "no_queue"),
        ("returned", "payments", None),
    ]
