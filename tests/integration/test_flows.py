"""Flows walked by real callers on one center: values, secrets, actions, messages, and what goes wrong.

The flow is one of the tests; the service and emergency lines are the demo's own.
"""

import shlex
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

import ivr.demo
import sounds
from crm_core import caller_secrets, outages
from crm_core.activities import reminders
from crm_core.administration import desk
from crm_core.administration.desk import Author
from crm_core.administration.hours_form import Hours, HoursForm
from crm_core.administration.office_form import OfficeForm, Offices
from crm_core.case_work import open_case
from crm_core.cases import Case, history
from crm_core.contact_points import keep_address
from crm_core.customers import add_customer, change_customer
from crm_core.guesses import Guess
from crm_core.invoices import Invoice
from crm_core.opening_hours import WEEKDAYS
from crm_core.orders import Order
from crm_core.payments import Payment
from crm_core.phone_numbers import E164
from crm_core.provenance import UNKNOWN_ORIGIN
from crm_core.queues import add_queue
from crm_core.users import add_user
from crm_core.work_orders.work_orders import WorkOrder
from ctiserver.app.rendered_names import names_of
from ctiserver.bus import topics
from ctiserver.core.events import ContactEnded, NodeEntered, ValueCollected, VoicemailLeft
from ctiserver.core.inputs import ActionDone, DigitPressed, SecretHeard
from tests.integration.daemon import ORDINARY, VALUABLE, RunningCenter, center
from tests.integration.journal_probe import JournalProbe
from tests.integration.sipp import Caller, until

pytestmark = pytest.mark.integration

RUT, PIN = "12345678-5", "4071"
UNKNOWN = "+56922229999"
SERVICE_LINE, EMERGENCY_LINE = "+56221234580", "+56221234581"
RESIDENT, RESIDENT_NUMBER, RESIDENT_RUT, STREET = 3, "+56922225555", "11111111-1", "Los Aromos 123"
FLOW = """\
name = "main"
start = "main"
emergency = { key = "9", node = "emergency" }
operator = { key = "0", node = "operator" }
repeat_key = "*"
identify = "who"

[node.main]
type = "menu"
prompts = ["beep"]
keys = { 1 = "balance", 2 = "private", 3 = "message", 4 = "call-me", 5 = "erp", 6 = "long", 7 = "order", 8 = "slow" }
timeout_seconds = 30
on_failure = "operator"

[node.who]
type = "identify"
level = "verified"
by = ["number", "rut"]
prompts = ["beep"]
pin_prompts = ["beep"]
wrong_secret = "beep"
timeout_seconds = 30
on_failure = "operator"

[node.told]
type = "identify"
level = "identified"
by = ["rut"]
prompts = ["beep"]
next = "balance-of"
timeout_seconds = 30
on_failure = "operator"

[node.balance]
type = "say"
prompts = ["beep"]
next = "told"

[node.balance-of]
type = "action"
action = "account_balance"
arguments = { customer_id = "{customer_id}" }
outcomes = { owes = "owed", nothing = "main", other_currency = "operator" }
failed_to = "operator"

[node.owed]
type = "say"
prompts = ["{amount:balance}"]
next = "main"

[node.private]
type = "say"
needs = "verified"
prompts = ["beep"]
next = "main"

[node.message]
type = "voicemail"
prompts = ["beep"]
next = "bye"

[node.call-me]
type = "callback"
prompts = ["beep"]
next = "bye"
no_number = "operator"

[node.erp]
type = "action"
action = "erp"
outcomes = { fine = "bye" }
failed_to = "operator"
deadline_seconds = 2

[node.long]
type = "menu"
prompts = ["menu-main", "menu-invoices"]
keys = { 1 = "bye" }
timeout_seconds = 30
on_failure = "operator"

[node.order]
type = "ask"
prompts = ["beep"]
key = "order"
min_length = 4
max_length = 4
pause_seconds = 60
timeout_seconds = 60
next = "ordered"
on_failure = "operator"

[node.ordered]
type = "hangup"
prompts = ["{digits:order}"]

[node.slow]
type = "action"
action = "erp"
outcomes = { fine = "bye" }
failed_to = "operator"
deadline_seconds = 20

[node.bye]
type = "hangup"

[node.operator]
type = "queue"
queue = "servicio"

[node.emergency]
type = "queue"
queue = "emergencia"
"""


_KNOWN: set[str] = set()
_RENDERER = Path(sounds.__path__[0]) / "render_espeak.py"


class BackOffice:
    """Answers as it is told: fine, html, or not at all."""

    def __init__(self) -> None:
        self.how = "fine"
        self.keys = list[str]()
        """The Idempotency-Key of each request."""
        self.over = threading.Event()
        office = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                office.keys.append(self.headers["Idempotency-Key"])
                self.rfile.read(int(self.headers["Content-Length"]))
                if office.how == "hang":
                    office.over.wait()
                    return
                body = b'{"outcome": "fine"}' if office.how == "fine" else b"<html>"
                self.send_response(200)
                self.send_header("Content-Type", "application/json" if office.how == "fine" else "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture(scope="module")
def office() -> Iterator[BackOffice]:
    made = BackOffice()
    yield made
    made.close()


@pytest.fixture(scope="module")
def c(tmp_path_factory: pytest.TempPathFactory, office: BackOffice) -> Iterator[RunningCenter]:
    more = (
        '[webhooks]\nallowed_networks = ["127.0.0.0/8"]\n'
        f'[[actions]]\nname = "erp"\nurl = "http://127.0.0.1:{office.port}/"\noutcomes = ["fine"]\n'
        f'[[numbers]]\ndid = "{SERVICE_LINE}"\nflow = "service"\n'
        f'[[numbers]]\ndid = "{EMERGENCY_LINE}"\nflow = "emergency"\nemergency = true\n'
        f"[prompts]\nrenderer = '{shlex.join([sys.executable, str(_RENDERER)])}'\n"
    )
    with center(tmp_path_factory.mktemp("flows"), more=more, start=False) as running:
        (running.folder / "flows" / "main.toml").write_text(FLOW)
        for customer_id, rut in ((1, RUT), (2, "6-K")):
            running.store.write(change_customer, 1, customer_id, expected_version=None, now=1.0, rut=rut)
            running.store.write(caller_secrets.set_pin, 1, "customer", str(customer_id), PIN, now=1.0)
        running.store.write(lambda session: session.add(_invoice(1)))
        for name in ("service", "emergency"):
            shutil.copy(Path(ivr.demo.__path__[0]) / f"{name}.toml", running.folder / "flows")
        running.store.write(_resident)
        running.start()
        yield running


def _resident(session: Session) -> None:
    """Somebody with an address, a bill, an order, and an office nearby; and a supervisor."""
    new = add_customer(session, 1, name="Rosa", phones=[E164(RESIDENT_NUMBER)], rut=RESIDENT_RUT, now=0.0)
    assert new.id == RESIDENT
    keep_address(
        session, 1, RESIDENT, street=f"{STREET}, depto. 4", city="Ñuñoa", origin=UNKNOWN_ORIGIN, now=1.0
    )
    times = {"dated_at": 1.0, "created_at": 1.0, "updated_at": 1.0}
    sent = Order(account_id=1, customer_id=RESIDENT, number="4711", status="sent", amount_minor=1, **times)
    session.add_all([_invoice(RESIDENT), sent])
    add_queue(session, 1, "tecnico", "Técnico", skills={})
    add_user(session, login="sam", name="Sam", password="a-good-password", roles={"supervisor"})
    boss = Author(account_id=1, login="sam", at=1.0)
    week = {day: [("00:00", "24:00")] for day in WEEKDAYS}
    desk.add(session, Hours(), boss, HoursForm(key="always", name="Siempre", week=week))
    form = OfficeForm(key="nunoa", name="Ñuñoa", street="Irarrázaval 3050", city="NUNOA", hours="always")
    desk.add(session, Offices(), boss, form)


def _invoice(customer_id: int) -> Invoice:
    return Invoice(
        account_id=1,
        customer_id=customer_id,
        status="open",
        number="77",
        dated_at=1.0,
        due_at=2.0,
        amount_minor=21_000,
        created_at=1.0,
        updated_at=1.0,
    )


def _at(c: RunningCenter, contact: str, node: str) -> None:
    until(lambda: c.probe.told("NodeEntered", node=node, contact=contact), node, 30, c.log)


def _in_menu(c: RunningCenter, caller: Caller) -> str:
    """His contact, once he is in the menu; callers come one after the other."""

    def new() -> list[str]:
        came = [event["contact"] for event in c.probe.told("NodeEntered", node="main")]
        return [contact for contact in came if contact not in _KNOWN]

    caller.wait_answered()
    until(new, "the menu", 30, c.log)
    contact = new()[0]
    _KNOWN.add(contact)
    return contact


def _left(c: RunningCenter, contact: str) -> None:
    until(lambda: c.probe.told("ContactEnded", contact=contact), "the end", 30, c.log)


def test_a_caller_names_himself_and_hears_his_balance(c: RunningCenter) -> None:
    with c.call(number=UNKNOWN) as caller:
        contact = _in_menu(c, caller)
        caller.press("1")
        _at(c, contact, "told")
        caller.press("123456785")  # at once, over and under the prompt
        _at(c, contact, "owed")
        until(lambda: caller.audio.level() > 50, "the amount")
        caller.hang_up()
    _left(c, contact)
    [known] = c.probe.told("CallerIdentified", contact=contact, level="identified")
    assert known["candidates"][0]["customer_id"] == 1


def test_a_pin_verifies_and_its_keys_are_written_down_nowhere(c: RunningCenter) -> None:
    journal = JournalProbe(c.asterisk.config)
    with c.call(number=VALUABLE) as caller:
        contact = _in_menu(c, caller)
        caller.press("2")
        _at(c, contact, "who")
        caller.press(PIN)
        _at(c, contact, "private")
        caller.hang_up()
    _left(c, contact)
    assert len(journal.inputs(SecretHeard)) == 1
    assert [one.pii_digit for one in journal.inputs(DigitPressed)] == ["2"]
    assert [one.outcome for one in journal.inputs(ActionDone)] == ["right"]


def test_five_wrong_pins_lock_it_and_lead_to_a_person(c: RunningCenter) -> None:
    with c.call(number=ORDINARY) as caller:
        contact = _in_menu(c, caller)
        caller.press("2")
        _at(c, contact, "who")
        for attempt in range(5):
            caller.press("0001")
            until(lambda n=attempt: c.store.read(_failures) in (n + 1, 0), "the wrong PIN counted", 30, c.log)
        _at(c, contact, "operator")
        caller.hang_up()
    _left(c, contact)
    assert not c.probe.told("NodeEntered", contact=contact, node="private")
    assert c.store.write(caller_secrets.check, 1, "customer", "2", "pin", PIN, now=10.0) == "locked"


def _failures(session: Any) -> int:
    row = session.query(caller_secrets.CallerSecret).filter_by(subject_id="2", kind="pin").one()
    return int(row.failures)


def test_a_message_opens_a_case_when_its_caller_just_hangs_up(c: RunningCenter) -> None:
    with c.call(number=VALUABLE, tone_hertz=500) as caller:
        contact = _in_menu(c, caller)
        caller.press("3")
        _at(c, contact, "message")
        recordings = c.asterisk.config.asterisk_dir / "spool" / "recording"
        until(
            lambda: any(file.stat().st_size > 48_000 for file in recordings.glob("*.wav")),
            "three seconds",
            30,
        )
        caller.hang_up()
    until(lambda: c.probe.told("VoicemailLeft", contact=contact), "the message", 30, c.log)

    def cases() -> list[Case]:
        return c.store.read(lambda session: list(session.query(Case).filter_by(channel="voicemail")))

    until(cases, "the case", 30, c.log)
    [case] = cases()
    assert (case.customer_id, case.contact_id) == (1, contact)
    [left] = c.probe.told("VoicemailLeft", contact=contact)
    assert (recordings / f"{left['recording']}.wav").is_file()


def test_a_wish_to_be_called_back_is_on_the_list(c: RunningCenter) -> None:
    with c.call(number=VALUABLE) as caller:
        contact = _in_menu(c, caller)
        caller.press("4")
        assert caller.wait_ended(seconds=30) == "bye_received"
    _left(c, contact)
    until(
        lambda: any(row.id == contact and row.to_call_back for row in c.interactions()), "the wish", 30, c.log
    )


@pytest.mark.parametrize(("how", "node"), [("fine", "bye"), ("html", "operator"), ("hang", "operator")])
def test_a_back_office_that_answers_html_or_hangs_leads_to_a_person(
    c: RunningCenter, office: BackOffice, how: str, node: str
) -> None:
    office.how = how
    with c.call(number=UNKNOWN) as caller:
        contact = _in_menu(c, caller)
        caller.press("5")
        _at(c, contact, node)
        if node == "operator":
            caller.hang_up()
        else:
            caller.wait_ended(seconds=30)
    _left(c, contact)


def test_a_flow_activated_in_mid_call_is_for_the_calls_after_it(c: RunningCenter) -> None:
    with c.call(number=UNKNOWN) as before:
        first = _in_menu(c, before)
        main = c.folder / "flows" / "main.toml"
        other = FLOW.replace('4 = "call-me"', '4 = "long"').replace('6 = "long"', '6 = "call-me"')
        main.write_text(other)
        c.probe.ask(topics.RELOAD, seconds=30)
        with c.call(number=UNKNOWN) as after:
            second = _in_menu(c, after)
            after.press("4")
            _at(c, second, "long")
            after.press("1")
            after.wait_ended(seconds=30)
        before.press("4")
        _at(c, first, "call-me")
        before.wait_ended(seconds=30)
    main.write_text(FLOW)
    c.probe.ask(topics.RELOAD, seconds=30)


def test_what_a_resident_probably_calls_about_is_one_key_away(c: RunningCenter) -> None:
    """Her bill is overdue. By lot one call in ten is left without the question: then the next one counts."""
    contact, treatment = "", ""
    while treatment != "offered":
        seen = len(c.probe.told("ReasonGuessed"))
        with c.call(did=SERVICE_LINE, number=RESIDENT_NUMBER) as caller:
            caller.wait_answered()
            until(lambda: len(c.probe.told("ReasonGuessed")) > seen, "a guess", 60, c.log)  # noqa: B023
            guessed = c.probe.told("ReasonGuessed")[-1]
            contact, treatment = guessed["contact"], guessed["treatment"]
            if treatment == "offered":
                caller.press("8")
                _at(c, contact, "who")  # on the way to her balance
            caller.hang_up()
        _left(c, contact)
    assert (guessed["kind"], guessed["recency"], guessed["node"]) == ("bill", "overdue", "balance")
    until(lambda: c.store.read(_guess_taken, contact), "the record", 30, c.log)
    _KNOWN.update(one["contact"] for one in c.probe.told("NodeEntered", node="main"))


def _guess_taken(session: Session, contact: str) -> bool:
    kept = session.get(Guess, contact)
    return kept is not None and kept.taken_at is not None and kept.about is True


def test_a_resident_hears_of_the_outage_first_and_then_serves_herself(c: RunningCenter) -> None:
    """The outage is announced while the center runs: she is the next caller."""
    now = time.time()
    outage = c.store.write(open_case, 1, kind="service", subject="Corte", by="sam", now=now).id
    news: dict[str, Any] = {"areas": ["Ñuñoa"], "expected_at": now + 1.0e5, "announced": True}
    c.store.write(outages.announce, 1, outage, by="sam", now=now, **news)
    day = datetime.now(ZoneInfo("America/Santiago")) + timedelta(days=3)
    with c.call(did=SERVICE_LINE, number=RESIDENT_NUMBER) as caller:
        caller.wait_answered()
        until(lambda: c.probe.told("NodeEntered", node="outage-later"), "the outage", 30, c.log)
        contact = c.probe.told("NodeEntered", node="outage-later")[0]["contact"]
        _KNOWN.add(contact)  # this flow has a menu of that name too
        caller.press("11")  # on to the menu, and his balance
        _at(c, contact, "who")
        caller.press(RESIDENT_RUT.replace("-", ""))
        _at(c, contact, "balance-overdue")
        for keys, node in (("2", "invoices-told"), ("5", "order-sent"), ("4", "office-told")):
            caller.press(keys)
            _at(c, contact, node)
        until(lambda: caller.audio.level() > 50, "the office")
        caller.press("3")
        _at(c, contact, "promise-day")
        caller.press(f"{day:%d%m}1")  # and yes
        _at(c, contact, "promise-kept")
        caller.hang_up()
    _left(c, contact)
    until(lambda: c.store.read(outages.hearings, 1, outage) == (1, 0), "that she heard it", 30, c.log)
    promised = c.store.read(lambda session: session.query(Payment).filter_by(customer_id=RESIDENT).all())
    assert [(one.status, one.amount_minor) for one in promised] == [("promised", 21_000)]


def test_the_emergency_line_alarms_reads_the_address_back_and_records_another(c: RunningCenter) -> None:
    spoken = names_of(c.asterisk.config)
    until(lambda: spoken.sound(STREET, "es"), "the street, spoken beforehand", 30, c.log)
    with c.call(did=EMERGENCY_LINE, number=RESIDENT_NUMBER, tone_hertz=500) as caller:
        until(lambda: c.probe.told("NodeEntered", node="is-it-there"), "the address", 30, c.log)
        contact = c.probe.told("NodeEntered", node="is-it-there")[0]["contact"]
        alarmed = c.store.read(lambda session: session.query(Case).filter_by(channel="emergency").one())
        assert (alarmed.contact_id, alarmed.customer_id, alarmed.priority) == (contact, RESIDENT, "urgent")
        until(lambda: caller.audio.level() > 50, "his address")
        recordings = c.asterisk.config.asterisk_dir / "spool" / "recording"
        before = set(recordings.glob("*.wav"))
        caller.press("2")
        _at(c, contact, "where")
        until(
            lambda: any(file.stat().st_size > 32_000 for file in set(recordings.glob("*.wav")) - before),
            "two seconds",
            30,
        )
        caller.press("#")
        until(lambda: c.probe.told("ContactQueued", contact=contact), "the queue", 30, c.log)
        until(lambda: c.store.read(reminders, 1, "sam"), "the supervisor's page", 40, c.log)
        caller.hang_up()
    _left(c, contact)

    def did() -> set[str]:
        return {one.what for one in c.store.read(history, 1, alarmed.id)}

    until(lambda: {"address_other", "spoken_address"} <= did(), "where it is", 30, c.log)
    [order] = c.store.read(lambda session: session.query(WorkOrder).all())
    assert (order.case_id, order.address, order.area) == (alarmed.id, f"{STREET}, depto. 4", "Ñuñoa")
    assert c.store.read(lambda session: session.query(Case).filter_by(channel="emergency").count()) == 1


def test_callers_in_the_middle_of_a_flow_go_on_after_a_kill_and_nothing_is_done_twice(
    c: RunningCenter, office: BackOffice
) -> None:
    """In a prompt, between digits, while an action runs, while one speaks, within a PIN: all at one moment."""
    office.how, office.keys = "hang", []
    journal, folder = JournalProbe(c.asterisk.config), c.asterisk.config.asterisk_dir / "spool" / "recording"
    before, contacts = {file.name for file in folder.glob("*.wav")}, dict[str, str]()

    def at(who: str, node: str) -> None:
        there = lambda: journal.events(NodeEntered, contact=contacts[who], node=node)  # noqa: E731
        until(there, f"{who} at {node}", 30, c.log)

    with ExitStack() as calls:

        def begin(who: str, keys: str, node: str, number: str = UNKNOWN, **how: Any) -> Caller:
            caller = calls.enter_context(c.call(number=number, **how))
            contacts[who] = _in_menu(c, caller)
            caller.press(keys)
            at(who, node)
            return caller

        orders, waits = begin("orders", "712", "order"), begin("waits", "8", "slow")
        speaks = begin("speaks", "3", "message", tone_hertz=500)
        proves = begin("proves", "2" + PIN[:2], "who", VALUABLE)
        hears = begin("hears", "6", "long")
        until(lambda: office.keys, "the request", 30, c.log)
        until(
            lambda: any(f.name not in before and f.stat().st_size > 24_000 for f in folder.glob("*.wav")),
            "words",
            30,
        )
        until(lambda: hears.audio.level() > 50, "the long prompt", 30, c.log)
        office.how = "fine"
        c.kill_calls()
        at("waits", "bye")
        hears.press("1")
        at("hears", "bye")
        orders.press("34")
        at("orders", "ordered")
        proves.press(PIN)
        at("proves", "private")
        speaks.press("#")
        at("speaks", "bye")
        for caller in (hears, orders, waits, speaks):
            caller.wait_ended(seconds=30)
        proves.hang_up()
    for contact in contacts.values():
        until(lambda one=contact: journal.events(ContactEnded, contact=one), "the end", 30, c.log)  # type: ignore[misc]
        assert len(journal.events(ContactEnded, contact=contact)) == 1
    assert len(office.keys) > 1
    assert len(set(office.keys)) == 1  # asked again, as the same request
    assert [one.value for one in journal.events(ValueCollected, key="order")] == ["1234"]
    assert [one.outcome for one in journal.inputs(ActionDone)] == ["fine", "right"]
    until(lambda: journal.events(VoicemailLeft, contact=contacts["speaks"]), "the message", 30, c.log)
    assert len(journal.events(VoicemailLeft)) == 1
    ours = lambda: [row for row in c.interactions() if row.id in contacts.values() and row.ended_at]  # noqa: E731
    until(lambda: len(ours()) == len(contacts), "their records", 30, c.log)


def test_hang_ups_in_the_middle_leave_nothing_behind(c: RunningCenter, office: BackOffice) -> None:
    """A few on a real switch; every node of every file is hung up at in tests/unit/ivr/test_every_node.py."""
    office.how = "hang"
    for keys, node in (
        ("112", "told"),
        ("24", "who"),
        ("5", "erp"),
    ):
        with c.call(number=UNKNOWN if keys[0] != "2" else VALUABLE) as caller:
            contact = _in_menu(c, caller)
            caller.press(keys)
            _at(c, contact, node)
            caller.hang_up()
        _left(c, contact)
    until(lambda: not c.view()["contacts"], "nobody left", 30)
    assert "Traceback" not in (c.folder / "serve.log").read_text()
