"""Customers whom we call: asked, retried by what SIP says, and never called twice, whoever dies when.

And the visits that they book, are called about, move and cancel.

One center and one proxy between it and Asterisk serve all walks; the customers' telephones are behind the trunk.
"""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

import ivr.demo
from crm_core import dials
from crm_core.customers import add_customer
from crm_core.dials import Dial
from crm_core.interactions import SurveyAnswer
from crm_core.permission import legal_profiles
from crm_core.permission.profile import shipped
from crm_core.phone_numbers import E164
from crm_core.work_orders import visit_capacity
from crm_core.work_orders.visit_capacity import Places
from crm_core.work_orders.visit_record import visits_of
from crm_core.work_orders.visit_slots import Half
from crm_core.work_orders.work_orders import WorkOrder
from ctiserver.core.events import (
    ContactArrived,
    LeadFailed,
    LeadReached,
    LeadRinging,
    NodeEntered,
    SurveyAnswered,
    SurveyCommented,
    SurveyCommentKept,
    SurveyOffered,
)
from ctiserver.core.permit import Purpose
from tests.integration.ari_proxy import AriProxy
from tests.integration.daemon import RunningCenter, center
from tests.integration.journal_probe import JournalProbe
from tests.integration.outages import Outages
from tests.integration.sipp import Caller, Phone, until

pytestmark = pytest.mark.integration

_DIALING = """
[dialing]
trunk = "pstn"
caller_number = "+56221234567"
ring_seconds = 20
look_every_seconds = 0.3

[dialing.retry_seconds]
busy = 0.2
congestion = 0.2
unknown = 0.2
cut_off = 0.2
"""

_TECHNICAL = "+56221234572"
_NUMBER = f"""
[[numbers]]
did = "{_TECHNICAL}"
flow = "technical"
"""
_FLOWS = ("technical", "visit-confirmation", "emergency")

_numbers = count(1)


class Desk:
    """A running center with dials to make, and what becomes of them."""

    def __init__(self, center: RunningCenter, proxy: AriProxy) -> None:
        self.center, self.proxy = center, proxy
        self.journal = JournalProbe(center.asterisk.config)

    def plan(self, attempts_at_most: int = 3, survey: str = "satisfaction") -> int:
        """A dial that is due now, to a customer of its own."""
        number = E164(f"+5697188{next(_numbers):04}")
        return self.center.store.write(self._plan, number, attempts_at_most, survey)

    def _plan(self, session: Session, number: E164, attempts_at_most: int, survey: str) -> int:
        now = time.time()
        ana = add_customer(session, 1, name="Ana", phones=[number], language="en", now=now)
        return dials.schedule(
            session,
            1,
            ana.id,
            number=number,
            purpose=Purpose.EMERGENCY,  # at any hour: tests run at night
            about=("test", number),
            not_before=now,
            not_after=now + 600,
            by="test",
            now=now,
            survey=survey,
            attempts_at_most=attempts_at_most,
        ).id

    def dial(self, dial_id: int) -> Dial:
        """The row as it is now, with its attempts."""

        def query(session: Session) -> Dial:
            row = session.get_one(Dial, dial_id, options=[selectinload(Dial.tries)])
            session.expunge_all()
            return row

        return self.center.store.read(query)

    def wait_over(self, dial_id: int) -> Dial:
        """The row when nothing more will come of it."""
        until(lambda: self.dial(dial_id).ended_at is not None, "the end of the dial", 40, self.story)
        return self.dial(dial_id)

    @contextmanager
    def customer(self, **how: Any) -> Iterator[Phone]:
        """The telephone behind the trunk."""
        with self.center.asterisk.phone(port=self.center.asterisk.emergency_port, **how) as phone:
            yield phone
        self.center.asterisk.wait_quiet()

    def press(self, phone: Phone, key: str, kind: Any) -> None:
        """A key, and the event that shows that it was heard."""
        so_far = len(self.journal.events(kind))
        phone.press(key)
        until(lambda: len(self.journal.events(kind)) >= so_far + 1, f"{key} heard", 20, self.story)

    def answers(self, phone: Phone) -> None:
        """Takes part in the survey, to its end."""
        phone.press("1")
        self.press(phone, "5", SurveyAnswered)
        self.press(phone, "1", SurveyAnswered)

    @contextmanager
    def walk(self, number: str) -> Iterator["Walk"]:
        """A caller on the line for technical service."""
        so_far = len(self.journal.events(ContactArrived))
        with self.center.call(did=_TECHNICAL, number=number) as caller:
            caller.wait_answered()
            until(lambda: len(self.journal.events(ContactArrived)) > so_far, "the call", 20, self.story)
            yield Walk(self, caller, self.journal.events(ContactArrived)[-1].contact)
            if caller.talking:
                caller.hang_up()
        self.center.asterisk.wait_quiet(30)

    def reached(self, node: str, dial_id: int) -> None:
        """Returns when the customer of this dial is at the node."""

        def there() -> bool:
            reached = self.journal.events(LeadReached, dial_id=dial_id)
            return bool(reached and self.journal.events(NodeEntered, contact=reached[-1].contact, node=node))

        until(there, node, 30, self.story)

    def orders(self, customer_id: int) -> list[WorkOrder]:
        """The customer's work orders."""
        found = select(WorkOrder).where(WorkOrder.customer_id == customer_id)
        return self.center.store.read(lambda session: list(session.scalars(found)))

    def story(self) -> str:
        return f"{self.journal.tail()}\n{self.center.log()[-3000:]}"


@dataclass(frozen=True, slots=True)
class Walk:
    """A caller in a flow."""

    desk: Desk
    caller: Caller
    contact: str

    def at(self, node: str, keys: str = "") -> "Walk":
        """Wait until he is at the node, then press."""
        journal = self.desk.journal
        there = lambda: journal.events(NodeEntered, contact=self.contact, node=node)  # noqa: E731
        until(there, node, 30, self.desk.story)
        self.caller.press(keys)
        return self


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningCenter, AriProxy]]:
    folder = tmp_path_factory.mktemp("center")
    with (
        center(folder, more=_DIALING + _NUMBER, start=False) as c,
        AriProxy(c.asterisk.config.asterisk.http_port) as proxy,
    ):
        text = c.config_file.read_text()
        c.config_file.write_text(text.replace("[asterisk]\n", f'[asterisk]\nari_url = "{proxy.url}"\n', 1))
        for name in _FLOWS:
            text = (Path(ivr.demo.__path__[0]) / f"{name}.toml").read_text()
            (folder / f"flows/{name}.toml").write_text(text.replace('"tecnico"', '"servicio"'))
        c.store.write(_plan_visits)
        for row in shipped():
            c.store.write(legal_profiles.confirm, 1, row, expected_version=0, by="a", name="a", now=1.0)
        c.start()
        yield c, proxy
        c.stop()


def _plan_visits(session: Session) -> None:
    rows = [Places(weekday=day, half=half, places=1) for day in range(1, 8) for half in Half]
    visit_capacity.put_capacity(session, 1, rows, by="test", now=time.time())


@pytest.fixture
def desk(running: tuple[RunningCenter, AriProxy]) -> Desk:
    return Desk(*running)


def test_a_customer_is_called_asked_in_his_language_and_his_answers_are_kept(desk: Desk) -> None:
    with desk.customer() as phone:
        dial_id = desk.plan()
        phone.wait_answered(seconds=30)
        assert "+56221234567" in phone.told("invited")[0].detail
        until(lambda: desk.journal.events(SurveyOffered), "the invitation", 15, desk.story)
        desk.answers(phone)
        phone.wait_ended()
    row = desk.wait_over(dial_id)
    assert (row.state, row.result, row.decided_by, row.attempts) == ("done", "completed", "system", 1)
    [attempt] = row.tries
    assert attempt.claimed_at <= (attempt.ringing_at or 0) <= (attempt.answered_at or 0)
    [record] = [one for one in desk.center.wait_records() if one.dial_id == dial_id]
    assert (record.id, record.outcome, record.language) == (attempt.contact, "reached", "en")
    assert (record.customer_id, record.survey_complete) == (row.customer_id, True)
    assert [(answer.question, answer.value) for answer in record.answers] == [
        ("satisfaction", 5),
        ("solved", 1),
    ]


def test_who_is_busy_is_called_again_as_often_as_may_be(desk: Desk) -> None:
    """What else SIP says, and what that means, is in test_campaign_calls."""
    with desk.customer(reject_code=486, ring_seconds=0.05) as phone:
        dial_id = desk.plan(attempts_at_most=2)
        there = lambda: desk.dial(dial_id).result is not None and desk.dial(dial_id).state == "busy"  # noqa: E731
        until(there, "busy twice", 40, desk.story)
        assert len(phone.told("invited")) == 2
    row = desk.dial(dial_id)
    assert (row.result, row.decided_by, row.attempts) == ("busy", "customer", 2)
    assert [attempt.sip_code for attempt in row.tries] == [486, 486]
    desk.center.store.write(dials.cancel, 1, "test", row.about_key, because="over", now=time.time())


def test_an_answer_of_two_keys_and_a_spoken_comment_are_kept(desk: Desk) -> None:
    with desk.customer(tone_hertz=600) as phone:
        dial_id = desk.plan(survey="opinion")
        phone.wait_answered(seconds=30)
        until(lambda: desk.journal.events(SurveyOffered), "the invitation", 15, desk.story)
        phone.press("1")
        desk.press(phone, "10", SurveyAnswered)
        until(lambda: desk.journal.events(SurveyCommented), "the tone", 30, desk.story)
        heard_at = time.time()
        until(lambda: time.time() > heard_at + 2, "two seconds of words")
        phone.press("#")
        phone.wait_ended(seconds=30)
    assert desk.wait_over(dial_id).result == "completed"
    [kept] = desk.journal.events(SurveyCommentKept)
    assert 1.5 < kept.seconds < 30

    def answers() -> list[SurveyAnswer]:
        return [
            one
            for record in desk.center.interactions()
            if record.dial_id == dial_id
            for one in record.answers
        ]

    until(lambda: any(one.attachment_id for one in answers()), "the file", 30, desk.story)
    told = {one.question: one for one in answers()}
    assert (told["recommend"].raw, told["recommend"].value, told["recommend"].measure) == ("10", 10, "nps")
    assert told["why"].recording == kept.recording


def test_who_hangs_up_in_the_survey_is_not_called_again(desk: Desk) -> None:
    with desk.customer() as phone:
        dial_id = desk.plan()
        phone.wait_answered(seconds=30)
        until(lambda: desk.journal.events(SurveyOffered), "the invitation", 15, desk.story)
        phone.press("1")
        desk.press(phone, "4", SurveyAnswered)
        phone.hang_up()
    row = desk.wait_over(dial_id)
    assert (row.state, row.result, row.decided_by, row.attempts) == ("done", "partial", "customer", 1)


# Visits


def test_a_visit_is_booked_through_a_kill_moved_by_our_call_of_the_day_before_and_cancelled(
    desk: Desk,
) -> None:
    number = E164(f"+5697188{next(_numbers):04}")
    ana = desk.center.store.write(lambda s: add_customer(s, 1, name="Ana", phones=[number], now=1.0).id)
    with desk.walk(number) as walk:
        walk.at("main", "1").at("trouble", "1").at("slots", "1").at("confirm")
        killed_while_it_books(desk, walk)
        walk.at("kept")
        until(lambda: walk.caller.audio.level() > 50, "the day", 15, desk.story)
    [order] = desk.orders(ana)
    booked = desk.center.store.read(visits_of, 1, [order.id])[order.id]
    assert (order.kind, order.state, booked.booked_in) == ("repair", "created", walk.contact)
    with desk.customer() as phone:
        dial_id = desk.center.store.write(_about_visit, ana, number, order.id)
        phone.wait_answered(seconds=30)
        for node, key in (("told", "2"), ("slots", "1")):
            desk.reached(node, dial_id)
            phone.press(key)
        desk.reached("kept", dial_id)
        phone.wait_ended(seconds=30)
    assert desk.wait_over(dial_id).result == "completed"
    [moved] = desk.orders(ana)
    assert (moved.id, moved.state) == (order.id, "created")
    assert moved.due_from_at is not None
    assert order.due_from_at is not None
    assert moved.due_from_at > order.due_from_at  # its own half day is not offered
    with desk.walk(number) as walk:
        walk.at("main", "2").at("told", "2").at("sure", "1").at("cancelled")
    [closed] = desk.orders(ana)
    visit = desk.center.store.read(visits_of, 1, [order.id])[order.id]
    assert (closed.closing, visit.answer, visit.answered_in) == ("cancelled", "cancelled", walk.contact)


def _about_visit(session: Session, customer_id: int, number: str, order_id: int) -> int:
    """The call of the day before, at any hour."""
    now = time.time()
    return dials.schedule(
        session,
        1,
        customer_id,
        number=number,
        purpose=Purpose.EMERGENCY,
        about=("visit", f"{order_id}.test"),
        not_before=now,
        not_after=now + 600,
        by="test",
        now=now,
        flow="visit-confirmation",
        values={"order": str(order_id)},
    ).id


# kill -9, and nobody is called twice


def killed(desk: Desk, when: Callable[[], object]) -> None:
    """The calls process dies as soon as something is so, and its successor is back."""
    test = Outages(desk.center, desk.journal)
    until(when, "the moment to kill", 30, desk.story)
    test.kill()


def killed_when_asked(desk: Desk, pattern: str, begin: Callable[[], int]) -> int:
    """It dies as its next request of this kind has gone out; what `begin` gave."""
    test = Outages(desk.center, desk.journal)
    epoch, pid, died = desk.journal.epoch, desk.center.calls_pid, list[float]()

    def kill() -> None:
        os.kill(pid, signal.SIGKILL)
        died.append(time.time())

    desk.proxy.after(1, pattern, kill, last=True)
    begun = begin()
    until(lambda: died, "the request", 30, desk.story)
    test.wait_recovered(epoch, died[0])
    return begun


def killed_while_it_books(desk: Desk, walk: Walk) -> None:
    """It dies while the booking waits for the database, which somebody else is writing."""
    test, database = Outages(desk.center, desk.journal), desk.center.store.engine.url.database
    epoch, pid = desk.journal.epoch, desk.center.calls_pid
    with closing(sqlite3.connect(str(database), isolation_level=None)) as writing:
        writing.execute("BEGIN IMMEDIATE")
        walk.caller.press("1")
        walk.at("book")
        os.kill(pid, signal.SIGKILL)
        died = time.time()
    test.wait_recovered(epoch, died)


@pytest.mark.parametrize("moment", ["claimed", "originated", "ringing", "answered", "question"])
def test_a_kill_at_any_moment_calls_nobody_twice(desk: Desk, moment: str) -> None:
    with desk.customer(ring_seconds=None) as phone:
        plan = desk.plan
        dial_id = killed_when_asked(desk, "channels?endpoint", plan) if moment == "originated" else plan()
        if moment == "claimed":
            killed(desk, lambda: desk.dial(dial_id).tries)
        phone.wait_ringing(seconds=30)
        if moment == "ringing":
            killed(desk, lambda: desk.journal.events(LeadRinging))
        assert not phone.told("cancelled")
        phone.answer()
        until(lambda: desk.journal.events(LeadReached), "that he was reached", 20, desk.story)
        if moment == "answered":
            killed(desk, lambda: desk.journal.events(LeadReached))
        until(lambda: desk.journal.events(SurveyOffered), "the invitation", 20, desk.story)
        if moment == "question":
            phone.press("1")
            desk.press(phone, "5", SurveyAnswered)
            killed(desk, lambda: True)
            desk.press(phone, "1", SurveyAnswered)
        else:
            desk.answers(phone)
        phone.wait_ended(seconds=30)
        assert len(phone.told("invited")) == 1
    row = desk.wait_over(dial_id)
    assert (row.state, row.result, row.attempts) == ("done", "completed", 1)
    assert not desk.journal.events(LeadFailed)
    until(lambda: not desk.journal.left(), "an empty belief", 15, desk.journal.left)


def test_who_picked_up_while_nobody_listened_is_called_again_once(desk: Desk) -> None:
    """Asterisk ends a call that is answered for an application that is gone; the channel log tells of it."""
    with desk.customer(ring_seconds=None) as phone:
        dial_id = desk.plan()
        phone.wait_ringing(seconds=30)
        until(lambda: desk.journal.events(LeadRinging), "that it rings", 15, desk.story)
        test = Outages(desk.center, desk.journal)
        with test.outage():
            app = desk.center.asterisk.config.asterisk.app
            until(lambda: desk.center.asterisk.applications() == [app], "no listener")
            phone.answer()
            phone.wait_ended()
        phone.wait_ringing(count=2, seconds=30)
        phone.answer()
        until(lambda: desk.journal.events(SurveyOffered), "the invitation", 20, desk.story)
        desk.answers(phone)
        phone.wait_ended(count=2)
    row = desk.wait_over(dial_id)
    assert (row.state, row.result, row.attempts) == ("done", "completed", 2)
    assert [attempt.result for attempt in row.tries] == ["cut_off", "completed"]
