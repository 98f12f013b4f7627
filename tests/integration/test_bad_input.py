"""Callers who send what nobody should: their own call goes on as well as it can, and everybody else's unharmed."""

import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

import psycopg
import pytest

from crm_core.interactions import Interaction
from ctiserver.core.inputs import DigitPressed, LookUpFailed
from ctiserver.core.live_view import LONGEST_PATH
from tests.contract.postgres import running_postgres
from tests.integration.asterisk import DID_ES
from tests.integration.daemon import ORDINARY, VALUABLE, RunningCenter, center
from tests.integration.journal_probe import JournalProbe
from tests.integration.sipp import until
from tests.integration.test_bad_sip import invitation, malformed_messages

pytestmark = pytest.mark.integration

CALLER_TONE, AGENT_TONE = 500, 700
FLOOD_CALLS, FLOOD_CALLS_PER_SECOND = 250, 50
LOOK_EVERY = 5  # calls of the flood
ALMOST_GOOD = "+56900009999"
"""The number of the malformed messages, of which Asterisk understands one or another."""
_ordinals = count(1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    """One center for the tests that leave it as they found it."""
    with center(tmp_path_factory.mktemp("bad")) as started:
        yield started


@pytest.fixture
def c(running: RunningCenter) -> Iterator[RunningCenter]:
    """The center with everybody at home, before and after."""
    yield running
    running.asterisk.wait_quiet()
    until(lambda: not running.view()["contacts"], "the end of all contacts", 10, running.log)
    running.send_home()


@pytest.mark.parametrize(
    ("from_header", "number"),
    [
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', ""),
        ("<sip:127.0.0.1>", ""),
        (f"<sip:{'9' * 200}@127.0.0.1>", "9" * 64),
        (f'"{"x" * 200}" <sip:+56911110004@127.0.0.1>', "+56911110004"),
        ('"Robert\\"); DROP TABLE" <sip:%00%0d%0a;x=y@127.0.0.1>', None),
        ('"${SHELL(id)}" <sip:$%7BSHELL(id)%7D@127.0.0.1>', "${SHELL(id)}"),
        ('"ñandú ☎" <sip:+56911110007@127.0.0.1>', "+56911110007"),
        ("<sip:%C3%B1and%C3%BA@127.0.0.1>", "ñandú"),
        ("<sip:%ff%fe@127.0.0.1>", None),
    ],
    ids=[
        *("anonymous", "no user", "200 digits", "200 letters", "control characters", "dialplan code"),
        *("non-ASCII name", "non-ASCII number", "not UTF-8"),
    ],
)
def test_whatever_the_caller_id_the_caller_is_served_and_recorded(
    c: RunningCenter, from_header: str, number: str | None
) -> None:
    before = {row.id for row in c.interactions()}
    with c.phone("ann") as ann, c.call(from_header=from_header, keys=[(0.2, "0")]) as caller:
        c.set_status("ann", "available")
        [talking] = c.wait_stage("talking")
        c.talk_a_while()
        caller.hang_up()
        ann.wait_ended()
        c.wait_activity("ann", "wrapping_up")
        c.dispose("ann")
    c.wait_records(len(before) + 1)
    [record] = [row for row in c.interactions() if row.id not in before]
    assert record.id == talking["contact"]
    assert number is None or record.ani == number
    assert record.ani.isprintable()
    assert (record.outcome, record.ended_where) == ("answered", "talk")


def test_floods_of_keys_in_menu_queue_talk_and_survey_disturb_nothing(c: RunningCenter) -> None:
    """Asterisk hands on ten keys a second in a bridge: what is left of one flood comes with the next."""
    number = f"+569444{next(_ordinals):05}"
    probe = JournalProbe(c.asterisk.config)

    def flood(key: str, at_least: int, where: str) -> None:
        before, began = len(probe.inputs(DigitPressed, pii_digit=key)), time.monotonic()
        caller.audio.press(key * 200, hastily=True)
        until(lambda: not caller.audio.pressing, "the last key", 20)
        until(lambda: len(probe.inputs(DigitPressed, pii_digit=key)) >= before + at_least, "keys", 30, c.log)
        heard = len(probe.inputs(DigitPressed, pii_digit=key)) - before
        print(f"{heard} keys {where} in {time.monotonic() - began:.1f} s;", end=" ")

    with c.phone("ann", tone_hertz=AGENT_TONE) as ann, c.call(number=number) as caller:
        until(lambda: c.probe.told("NodeEntered", node="main"), "the menu", 15, c.log)
        flood("8", 200, "in the menu")  # chooses the language, and back to the menu, each time
        caller.press("0")
        c.wait_stage("queued", seconds=30)
        flood("1", 50, "in the queue")
        assert len(c.contacts("queued")) == 1
        c.set_status("ann", "available")
        c.wait_stage("talking")
        flood("1", 0, "in the talk")
        c.talk_a_while()
        until(lambda: caller.audio.hears(AGENT_TONE), "the agent's tone")
        ann.hang_up()
        c.dispose("ann")
        caller.audio.press("1" * 200, hastily=True)
        assert caller.wait_ended(seconds=30) == "bye_received"
    record = c.wait_record(number)
    assert (record.outcome, record.queue, record.ended_where) == ("answered", "servicio", "goodbye")
    assert {answer.question: answer.value for answer in record.answers} == {"satisfaction": 1, "solved": 1}
    assert record.survey_complete
    assert len(record.menu_path) == LONGEST_PATH
    assert "an engine failed" not in c.log()


def test_malformed_messages_and_a_flood_of_calls_leave_the_good_calls_unharmed(tmp_path: Path) -> None:
    with (
        center(tmp_path, rtp_ports=2000) as c,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        c.phone("ann", tone_hertz=AGENT_TONE),
        c.phone("bob", tone_hertz=AGENT_TONE) as bob,
        c.call(number=VALUABLE, keys=[(0.2, "0")], tone_hertz=CALLER_TONE) as talking,
    ):
        c.set_status("ann", "available")
        c.wait_stage("talking")
        with c.call(number=ORDINARY, keys=[(0.2, "0")]) as waiting:
            c.wait_stage("queued")
            sender.bind(("127.0.0.1", 0))
            hears = partial(talking.audio.hears, AGENT_TONE)
            quiet = _quiet_looks(hears)
            looks = _flood(c, sender, hears)
            asked_at = time.monotonic()
            c.set_status("bob", "available")
            bob.wait_answered()
            until(lambda: waiting.audio.hears(AGENT_TONE), "the agent's tone", 10, c.log)
            print(f"tone heard at {sum(looks)} of {len(looks)} looks in the flood,", end=" ")
            print(f"{sum(quiet)} of as many before it;", end=" ")
            print(f"the waiting caller heard his agent {time.monotonic() - asked_at:.2f} s after he was free")
            # A machine busy with other tests misses looks in both halves.
            assert sum(looks) > 0.7 * sum(quiet) > 0
            assert talking.talking
            c.set_status("ann", "logged_out")
            c.set_status("bob", "logged_out")
            waiting.hang_up()
        talking.hang_up()
        began = time.monotonic()
        _say_goodbye(c, sender)
        records = c.wait_records(FLOOD_CALLS + 2, seconds=90)
        good = [row for row in records if row.ani in (VALUABLE, ORDINARY)]
        assert [row.outcome for row in good] == ["answered", "answered"]
        flooding = [row.ani for row in records if row not in good and row.ani != ALMOST_GOOD]
        assert sorted(flooding) == [f"+569{ordinal:08}" for ordinal in range(FLOOD_CALLS)]
        print(f"the last record came {time.monotonic() - began:.0f} s later: {_outcomes(records)}")
        # Two malformed calls that Asterisk understood are left, which it would give up after a minute.
        c.asterisk.command("channel request hangup all")
        assert all(row.ended_at for row in c.wait_records(len(records)))


def _outcomes(records: list[Interaction]) -> dict[tuple[str | None, str | None], int]:
    """How many records there are by outcome and place."""
    return dict(Counter((row.outcome, row.ended_where) for row in records))


def _quiet_looks(look: Callable[[], bool]) -> list[bool]:
    """What `look` says as often and for as long as in the flood, without it."""
    looks = []
    for _ in range(FLOOD_CALLS // LOOK_EVERY):
        looks.append(look())
        time.sleep(LOOK_EVERY / FLOOD_CALLS_PER_SECOND)  # keeps the rate
    return looks


def _flood(c: RunningCenter, sender: socket.socket, look: Callable[[], bool]) -> list[bool]:
    """Sends twenty malformed messages and the flood; what `look` said every 100 ms meanwhile."""
    looks: list[bool] = []
    target, port = ("127.0.0.1", c.asterisk.sip_port), sender.getsockname()[1]
    for message in malformed_messages(port):
        sender.sendto(message, target)
    began = time.monotonic()
    for ordinal in range(FLOOD_CALLS):
        sender.sendto(invitation(ordinal, port), target)
        if ordinal % LOOK_EVERY == 0:
            looks.append(look())
        while time.monotonic() < began + ordinal / FLOOD_CALLS_PER_SECOND:
            time.sleep(0.002)  # keeps the rate
    return looks


def _say_goodbye(c: RunningCenter, sender: socket.socket) -> None:
    """Hangs up each call of the flood once its answer, which Asterisk repeats, has come."""
    target = ("127.0.0.1", c.asterisk.sip_port)
    sender.settimeout(10)
    gone = {"flood-9999"}  # the malformed ones: Asterisk gives them up by itself
    while len(gone) <= FLOOD_CALLS:
        answer = sender.recv(65535).decode(errors="replace")
        header = dict(line.split(": ", 1) for line in answer.splitlines() if ": " in line)
        call_id = header.get("Call-ID", "")
        if answer.startswith("SIP/2.0 200") and header["CSeq"].endswith("INVITE") and call_id not in gone:
            for method in ("ACK", "BYE"):
                sender.sendto(_in_dialogue(method, header, sender.getsockname()[1]), target)
            gone.add(call_id)


def _in_dialogue(method: str, header: dict[str, str], port: int) -> bytes:
    return (
        f"{method} sip:{DID_ES}@127.0.0.1 SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{method}{header['Call-ID']}\r\n"
        f"From: {header['From']}\r\nTo: {header['To']}\r\nCall-ID: {header['Call-ID']}\r\n"
        f"CSeq: {1 if method == 'ACK' else 2} {method}\r\nContent-Length: 0\r\n\r\n"
    ).encode()


def test_a_slow_database_keeps_no_caller_waiting_and_its_late_answer_still_counts(tmp_path: Path) -> None:
    with running_postgres() as server:
        url = server.new_database()
        with (
            center(tmp_path, more=f'[database]\nurl = "{url}"') as c,
            c.phone("ann", tone_hertz=AGENT_TONE) as ann,
            c.phone("bob", tone_hertz=AGENT_TONE),
            c.call(number="+56922229999", keys=[(0.2, "0")]) as other,
        ):
            probe = JournalProbe(c.asterisk.config)
            c.set_status("bob", "available")
            c.wait_stage("talking")
            with c.call(number=ORDINARY, keys=[(0.2, "0")]) as ordinary:
                c.wait_stage("queued")
                with psycopg.connect(_conninfo(url)) as connection:
                    connection.execute("LOCK TABLE phones IN ACCESS EXCLUSIVE MODE")
                    began = time.monotonic()
                    valuable = c.call(number=VALUABLE, keys=[(0.2, "0")])
                    c.wait_stage("queued", 2)
                    queued_seconds = time.monotonic() - began
                    until(lambda: probe.inputs(LookUpFailed, reason="late"), "the deadline", 5, c.log)
                    late_seconds = time.monotonic() - began
                    [unknown] = [x for x in c.contacts("queued") if x["pii_number"] == VALUABLE]
                    assert unknown["value_class"] == "C"
                    assert not unknown["candidates"]
                    until(lambda: other.audio.hears(AGENT_TONE), "the agent all the while")
                with valuable:
                    until(lambda: c.probe.told("CallerIdentified", late=True), "the late answer", 10, c.log)
                    assert c.probe.told("PriorityChanged", value_class="A")
                    c.set_status("ann", "available")
                    ann.wait_answered()
                    c.wait_stage("talking", 2)
                    served = {x["pii_number"] for x in c.contacts("talking")}
                    assert VALUABLE in served, "the upgrade came to nothing"
                    print(f"queued after {queued_seconds:.2f} s, deadline told after {late_seconds:.2f} s")
                    c.talk_a_while()
                    valuable.hang_up()
                ordinary.hang_up()
            other.hang_up()
            until(lambda: not c.view()["contacts"], "the end of all contacts", 10, c.log)
            c.send_home()
            record = c.wait_record(VALUABLE)
            assert (record.value_class, record.outcome) == ("A", "answered")
            assert record.customer_id is not None


def _conninfo(url: str) -> str:
    """What psycopg understands of SQLAlchemy's URL."""
    return url.replace("postgresql+psycopg://", "postgresql://")
