"""Calls of campaigns, as the network tells of them: every result, who is judged a machine, who is never called again.

One center serves all walks; the customers' telephones are behind the trunk, and the agents' answer by themselves. The
calls are for emergencies, which the law lets through at any hour: tests run at night.
"""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

import ivr.demo
from crm_core.campaigns.campaign import Campaign
from crm_core.campaigns.leads import new_lead
from crm_core.customers import add_customer
from crm_core.dial_attempts import DialAttempt
from crm_core.dials import Dial
from crm_core.permission import consents, do_not_call, legal_profiles
from crm_core.permission.profile import shipped
from crm_core.phone_numbers import E164
from crm_core.queues import Queue
from ctiserver.app import lines
from ctiserver.app.lines import Lines, number
from ctiserver.bus import topics
from ctiserver.core.events import LeadAbandoned, NodeEntered
from tests.integration.daemon import RunningCenter, center
from tests.integration.journal_probe import JournalProbe
from tests.integration.outages import Outages
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

_DIALING = """
[dialing]
trunk = "pstn"
caller_number = "+56221234567"
look_every_seconds = 0.3
"""
_CALLER = "+56227654321"
_FLOWS = ("campaign-message", "campaign-voicemail")
_ordinals = count(1)


class Desk:
    """A running center whose campaigns are made and looked at in the store."""

    def __init__(self, running: RunningCenter) -> None:
        self.center = running
        self.journal = JournalProbe(running.asterisk.config)

    def campaign(self, key: str, **changes: Any) -> int:
        """A running campaign of the queue `servicio`; its id."""
        usual: dict[str, Any] = {
            "purpose": "emergency",
            "mode": "progressive",
            "state": "running",
            "attempts_at_most": 1,
            "ring_seconds": 3.0,
            "tolerance_seconds": 6.0,  # a busy machine is slow; who is late is another test's affair
        }

        def add(session: Session) -> int:
            queue = session.scalars(select(Queue).where(Queue.key == "servicio")).one()
            signed = {"state_at": 1.0, "state_by": "a", "made_at": 1.0, "made_by": "a"}
            row = Campaign(account_id=1, key=key, name=key, queue=queue, **signed, **usual | changes)
            session.add(row)
            session.flush()
            return row.id

        return self.center.store.write(add)

    def lead(self, campaign: int, called: str, customer: int | None = None) -> int:
        """A lead of a customer of his own, or of one that there is; its id."""

        def add(session: Session) -> int:
            who = customer or add_customer(session, 1, name="Ana", phones=[E164(called)], now=1.0).id
            row = new_lead(session.get_one(Campaign, campaign), who, [called], language="es", by="a", now=1.0)
            return session.scalars(insert(Dial).returning(Dial.id), [row]).one()

        return self.center.store.write(add)

    def start(self, campaign: int) -> None:
        def run(session: Session) -> None:
            session.get_one(Campaign, campaign).state = "running"

        self.center.store.write(run)
        self.apply()

    def apply(self) -> None:
        """What was changed in the store is in force."""
        self.center.probe.ask(topics.RELOAD)

    def dial(self, dial_id: int) -> Dial:
        def query(session: Session) -> Dial:
            row = session.get_one(Dial, dial_id)
            session.expunge_all()
            return row

        return self.center.store.read(query)

    def attempt(self, dial_id: int) -> DialAttempt | None:
        """The last attempt of a lead."""

        def query(session: Session) -> DialAttempt | None:
            tried = select(DialAttempt).where(DialAttempt.dial_id == dial_id)
            row = session.scalars(tried.order_by(DialAttempt.ordinal.desc()).limit(1)).first()
            session.expunge_all()
            return row

        return self.center.store.read(query)

    def wait(self, dial_id: int, so: Callable[[DialAttempt], object], what: str) -> DialAttempt:
        """The last attempt of a lead, once it is so."""

        def there() -> bool:
            tried = self.attempt(dial_id)
            return tried is not None and bool(so(tried))

        until(there, what, 40, self.story)
        tried = self.attempt(dial_id)
        assert tried is not None
        return tried

    def over(self, dial_id: int) -> DialAttempt:
        return self.wait(dial_id, lambda tried: tried.ended_at is not None, "the end of the attempt")

    def at(self, contact: str | None, node: str) -> None:
        """Returns when he is at a node of the flow that he hears."""
        until(lambda: self.journal.events(NodeEntered, contact=contact, node=node), node, 30, self.story)

    def story(self) -> str:
        return f"{self.journal.tail()}\n{self.center.log()[-3000:]}"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    folder = tmp_path_factory.mktemp("center")
    with center(folder, more=_DIALING, queue={"survey": None, "wrap_up_seconds": 0.5}, start=False) as c:
        for name in _FLOWS:
            shutil.copy(Path(ivr.demo.__path__[0]) / f"{name}.toml", folder / "flows")
        for row in shipped():
            c.store.write(legal_profiles.confirm, 1, row, expected_version=0, by="a", name="a", now=1.0)
        yield c
        c.stop()


def test_what_the_network_says_is_the_result_and_is_kept(running: RunningCenter) -> None:
    """And a machine is told from a person, is left its message after the tone, and nobody else hears it."""
    desk = Desk(running)
    plain = desk.campaign("plain", caller_number=_CALLER)
    listening = desk.campaign(
        "listening", detect_machines=True, machine_flow="campaign-voicemail", ring_seconds=10.0
    )
    expected = {
        lines.BUSY: ("busy", "customer", 486),
        lines.CONGESTION: ("congestion", "carrier", 503),
        lines.INVALID: ("invalid_number", "carrier", 404),
        lines.REJECTED: ("rejected", "customer", 603),
        lines.CARRIER_480: ("no_answer", "carrier", 480),
        lines.DISCONNECTED: ("disconnected", "carrier", 410),
        lines.NO_ANSWER: ("no_answer", "system", 0),
        lines.EARLY_MEDIA: ("no_answer", "system", 0),
        lines.ANSWERS: ("connected", "customer", 0),
    }
    leads = {what: desk.lead(plain, number(what, 1)) for what in expected}
    machine, person = (desk.lead(listening, number(what, 2)) for what in (lines.MACHINE, lines.ANSWERS))
    switch = running.asterisk
    with (
        Lines(switch.sip_port, port=switch.emergency_port, talk_seconds=3, record_seconds=8) as behind,
        running.phone("ann", ring_seconds=0.02),
        running.phone("bob", ring_seconds=0.02),
    ):
        running.start()
        for agent in ("ann", "bob"):
            running.set_status(agent, "available")
        tried = {what: desk.over(dial_id) for what, dial_id in leads.items()}
        said = {what: (one.result, one.decided_by, one.sip_code) for what, one in tried.items()}
        assert said == expected
        assert tried[lines.EARLY_MEDIA].answered_at is None
        assert tried[lines.ANSWERS].agent in ("ann", "bob")
        assert _CALLER in behind.caller_header(number(lines.BUSY, 1))
        judged = desk.wait(machine, lambda one: one.answered_by, "a verdict on the machine")
        assert judged.answered_by == "machine"
        assert judged.detector is not None
        assert judged.detector["cause"].startswith("LONGGREETING")
        spoken = desk.over(person)
        assert spoken.answered_by in ("live", "unsure")  # the latter where a busy machine stretches his word
        assert spoken.result == "connected"
        desk.at(judged.contact, "message")
        [begun] = desk.journal.events(NodeEntered, contact=judged.contact, node="message")
        assert judged.answered_at is not None
        assert begun.at - judged.answered_at > behind.greeting.seconds  # the tone and a pause are behind it
        left = desk.over(machine)
        assert left.result in ("machine", "message_left")
        assert left.agent is None
        assert set(behind.invitations().values()) == {1}
    running.send_home()


def test_a_kill_while_the_detector_listens_keeps_nobody_on_a_silent_line_and_loses_no_lead(
    running: RunningCenter,
) -> None:
    """The successor may come before the verdict; else the line ends, and he is called once more.

    He stays until ann hangs up: one who tired of the silent line would be called no more, and rightly so.
    """
    desk, called = Desk(running), number(lines.ANSWERS, 3)
    listening = desk.campaign(
        "killed", detect_machines=True, attempts_at_most=2, pause_seconds={"cut_off": 0.2}
    )
    dial_id, switch = desk.lead(listening, called), running.asterisk
    with (
        Lines(switch.sip_port, port=switch.emergency_port) as behind,
        running.phone("ann", ring_seconds=0.02, talk_seconds=1.0),
    ):
        desk.apply()
        running.set_status("ann", "available")
        behind.wait("answered", called, seconds=30)
        Outages(running, desk.journal).kill()
        tried = desk.wait(dial_id, lambda one: one.agent, "an agent")
        assert tried.agent == "ann"
        desk.over(dial_id)
        assert behind.invitations()[called] == tried.ordinal <= 2
    assert desk.dial(dial_id).result == "connected"
    running.send_home()


def test_a_key_in_the_message_ends_all_calls_to_him_with_its_proof(running: RunningCenter) -> None:
    """No agent takes him in time: he hears who called, and presses nine; another campaign may not call him."""
    desk, called = Desk(running), E164("+56971884213")
    first = desk.campaign("first", tolerance_seconds=1.0)
    another = desk.campaign("another", purpose="sales", state="draft")
    dial_id = desk.lead(first, called)
    with (
        running.asterisk.phone(port=running.asterisk.emergency_port) as customer,
        running.phone("ann", ring_seconds=None),
    ):
        desk.apply()
        running.set_status("ann", "available")
        customer.wait_answered(seconds=30)
        until(lambda: desk.journal.events(LeadAbandoned), "that nobody came", 20, desk.story)
        [abandoned] = desk.journal.events(LeadAbandoned)
        desk.at(abandoned.contact, "sorry")
        until(lambda: customer.audio.level() > 50, "the message", 15, desk.story)
        customer.press("9")
        desk.at(abandoned.contact, "noted")
        customer.wait_ended(seconds=30)
    tried = desk.over(dial_id)
    assert (tried.result, tried.abandoned_by_leaving) == ("abandoned", False)
    who = desk.dial(dial_id).customer_id
    [said] = running.store.read(lambda session: _kept(session, consents.history(session, 1, who)))
    assert (said.given, said.purpose, said.wording, said.proof) == (False, "any", "pressed 9", tried.contact)
    [entry] = running.store.read(lambda session: _kept(session, do_not_call.of_address(session, 1, called)))
    assert (entry.on_list, entry.until) == ("own", None)
    assert tried.abandoned_at is not None
    assert tried.abandoned_at < entry.since == said.at
    refused = desk.lead(another, called, who)
    with running.phone("ann", ring_seconds=0.02):
        desk.start(another)
        running.set_status("ann", "available")
        until(lambda: desk.dial(refused).state == "refused", "a refusal", 30, desk.story)
    assert desk.dial(refused).refused_rule == "do_not_call"
    assert desk.attempt(refused) is None
    running.send_home()


def _kept(session: Session, rows: Any) -> list[Any]:
    """The rows, readable when the session is over."""
    found = list(rows)
    session.expunge_all()
    return found
