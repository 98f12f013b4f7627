"""Who waits leaves a message instead, or finds no room: on a real Asterisk, heard and recorded, through a kill.

Prompts are tones of one pitch, callers speak in another. One center serves all walks.
"""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

import ivr.demo
from crm_core.agents import Agent
from crm_core.interactions import Interaction
from crm_core.opening_hours import OpeningHours
from crm_core.queues import add_queue, let_serve, queue
from ctiserver.bus import topics
from ctiserver.core.events import (
    ContactConnected,
    ContactDeflected,
    ContactOverflowed,
    ContactQueued,
    ContactTurnedAway,
    MessageBegun,
    MessageGiven,
    MessageLeft,
    MessagePlaced,
    PlaceTold,
)
from ctiserver.core.inputs import LegSilent, PromptEnded
from tests.integration.daemon import RunningCenter, center
from tests.integration.outages import Outages, outages
from tests.integration.recordings import sound_of
from tests.integration.rtp import holds_tone
from tests.integration.sipp import Caller, until
from tests.integration.tone_prompts import HERTZ, tone_prompts, write_tone

pytestmark = pytest.mark.integration

VOICE_HERTZ, WORDS_SECONDS, PROMPT_SECONDS = 500, 2.0, 0.5
PROMPT_HERTZ = HERTZ["es"]
SERVICE_LINE = "+56221234580"
_ordinals = count(1)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    folder = tmp_path_factory.mktemp("center")
    write_tone(folder / "words.wav", VOICE_HERTZ, WORDS_SECONDS)
    queue = {"message_key": "2", "tells": "both", "announce_after_seconds": 1, "survey": None}
    limits = {"most_waiting": 1, "overflow_queue": "otra"}
    with center(
        folder, more=tone_prompts(folder / "tones", PROMPT_SECONDS), queue=queue | limits, start=False
    ) as c:
        c.store.write(_add_the_other_queue)
        c.start()
        yield c


def _add_the_other_queue(session: Session) -> None:
    """It has room for one, and nothing to offer to a second."""
    other = add_queue(session, 1, "otra", "Otra", skills={}, most_waiting=1, announce_after_seconds=3600)
    for agent in session.query(Agent):
        let_serve(session, agent, other)


@pytest.fixture
def test(shared: RunningCenter) -> Iterator[Outages]:
    with outages(shared) as running:
        yield running


def call(test: Outages) -> Caller:
    """A caller with a number of his own, who asks for the operator."""
    return test.center.call(number=f"+569766{next(_ordinals):05}", keys=[(0.3, "0")])


def speaks(test: Outages, caller: Caller) -> MessageBegun:
    """From the queue to the beep and behind it: he has begun to say his words."""
    so_far = len(test.journal.events(MessageBegun))
    caller.press("2")
    until(lambda: caller.audio.hears(PROMPT_HERTZ), "what he is asked", 10, test.story)
    until(lambda: len(test.journal.events(MessageBegun)) > so_far, "the message", 20, test.story)
    caller.audio.say(test.center.folder / "words.wav")
    return test.journal.events(MessageBegun)[-1]


def queued(test: Outages, how_many: int) -> None:
    """Returns when so many have lined up."""
    until(lambda: len(test.journal.events(ContactQueued)) >= how_many, "their places", 20, test.story)


def seconds_of(test: Outages, name: str, hertz: int) -> float:
    """How long a tone is heard in a recording, by tenths of a second."""
    samples, rate = sound_of(test.center.asterisk.config, name)
    tenths = [
        samples[at : at + rate // 10].tolist() for at in range(0, len(samples) - rate // 10, rate // 10)
    ]
    return sum(holds_tone(tenth, hertz) for tenth in tenths) / 10


def test_messages_end_by_silence_by_key_and_by_hanging_up_and_an_agent_gets_each(test: Outages) -> None:
    c, journal = test.center, test.journal
    with call(test) as silent:
        queued(test, 1)
        by_silence = speaks(test, silent)
        with call(test) as pressing:
            queued(test, 2)
            by_key = speaks(test, pressing)
            with call(test) as leaving:
                queued(test, 3)
                by_hanging_up = speaks(test, leaving)
                until(lambda: journal.inputs(LegSilent), "what silence ends", 20, test.story)
                pressing.press("#")
                leaving.hang_up()
            until(lambda: pressing.audio.hears(PROMPT_HERTZ), "his choice", 10, test.story)
            pressing.press("1")
            assert pressing.wait_ended(seconds=20) == "bye_received"
        assert silent.wait_ended(seconds=30) == "bye_received"
    until(lambda: len(journal.events(MessagePlaced)) == 3, "three messages", 20, test.story)
    begun = {one.recording: one.contact for one in (by_silence, by_key, by_hanging_up)}
    placed = journal.events(MessagePlaced)
    assert {one.recording: one.left_in for one in placed} == begun
    for one in placed:
        assert seconds_of(test, one.recording, VOICE_HERTZ) > 1.0
        assert seconds_of(test, one.recording, PROMPT_HERTZ) < PROMPT_SECONDS
    c.set_status("ann", "available")
    for number, one in enumerate(placed, start=1):
        until(lambda n=number: len(journal.events(MessageGiven)) == n, "the message", 20, test.story)
        assert (
            journal.events(MessageGiven)[-1].contact == one.contact
        )  # in the order in which they were whole
        assert "error_id" not in test.ask("HangUp", agent="ann")
        c.wait_activity("ann", "wrapping_up")
        if number == len(placed):
            c.set_status("ann", "logged_out")
        c.dispose("ann")
    rows = test.records(6)
    assert [row.outcome for row in rows if row.channel == "voice"] == ["message"] * 3
    _assert_whole([row for row in rows if row.channel == "voicemail"])


def _assert_whole(messages: list[Interaction]) -> None:
    for row in messages:
        [segment] = row.segments
        assert (row.outcome, segment.agent, segment.disposition) == ("answered", "ann", "solved")
        assert row.voicemail
        assert (row.voicemail_seconds or 0) > 1.5
        assert row.ani.startswith("+569766")


def test_a_kill_while_he_speaks_loses_nothing_of_his_message(test: Outages) -> None:
    journal = test.journal
    with call(test) as caller:
        queued(test, 1)
        begun = speaks(test, caller)

        def speaks_on() -> None:
            if not caller.audio.saying:
                caller.audio.say(test.center.folder / "words.wav")

        test.kill(speaks_on)
        caller.audio.say(test.center.folder / "words.wav")
        until(lambda: caller.audio.saying is False, "his last words", 20)
        caller.press("#")
        until(lambda: caller.audio.hears(PROMPT_HERTZ), "his choice", 10, test.story)
        caller.press("1")
        assert caller.wait_ended(seconds=20) == "bye_received"
    until(lambda: journal.events(MessagePlaced), "the message", 20, test.story)
    [left] = journal.events(MessageLeft)
    assert left.recording == begun.recording
    assert seconds_of(test, left.recording, VOICE_HERTZ) > 1.5 * WORDS_SECONDS
    [placed] = journal.events(MessagePlaced)
    answer = test.center.probe.request("EndContact", account_id=1, contact=placed.contact, reason="heard")
    assert "error_id" not in answer, answer
    assert [row.channel for row in test.records(2)] == ["voice", "voicemail"]


def test_who_finds_no_room_goes_to_the_other_queue_or_is_asked_to_call_again(test: Outages) -> None:
    c, journal = test.center, test.journal
    with call(test) as waiting:
        queued(test, 1)
        with call(test) as sent_on:
            until(lambda: journal.events(ContactOverflowed), "the other queue", 20, test.story)
            [overflowed] = journal.events(ContactOverflowed)
            assert (overflowed.queue, overflowed.reason) == ("otra", "full")
            with call(test) as turned_away:
                until(lambda: journal.events(ContactDeflected), "what becomes of him", 20, test.story)
                until(lambda: turned_away.audio.hears(PROMPT_HERTZ), "the goodbye", 10, test.story)
                assert turned_away.wait_ended(seconds=20) == "bye_received"
            [away] = journal.events(ContactTurnedAway)
            c.wait_stage("queued", 2)
            sent_on.hang_up()
        waiting.hang_up()
    rows = test.records(3)
    assert [row.outcome for row in rows] == ["abandoned", "abandoned", "turned_away"]
    assert rows[2].id == away.contact


def test_once_three_were_served_who_waits_is_told_how_long(test: Outages) -> None:
    c, journal = test.center, test.journal
    with c.phone("ann"):
        c.set_status("ann", "available")
        for number in range(1, 4):
            with call(test) as caller:
                until(lambda n=number: len(journal.events(ContactConnected)) == n, "a talk", 20, test.story)
                caller.hang_up()
            c.wait_activity("ann", "wrapping_up")
            c.dispose("ann")
        with call(test) as talking:
            until(lambda: len(journal.events(ContactConnected)) == 4, "the fourth talk", 20, test.story)
            with call(test) as told:
                until(lambda: journal.events(PlaceTold), "the place and the wait", 20, test.story)
                until(lambda: told.audio.hears(PROMPT_HERTZ), "hearing it", 10, test.story)
                told.hang_up()
            talking.hang_up()
        c.wait_activity("ann", "wrapping_up")
        c.set_status("ann", "logged_out")
        c.dispose("ann")
    [place] = journal.events(PlaceTold)
    assert (place.place, place.tells) == (1, "both")
    assert place.at_least_seconds is not None
    assert place.at_most_seconds is not None
    assert place.at_least_seconds <= place.at_most_seconds
    test.records(5)


def test_the_demos_closed_queue_takes_a_message_that_is_its_contact_when_it_opens(
    tmp_path: Path,
) -> None:
    number = f'[[numbers]]\ndid = "{SERVICE_LINE}"\nflow = "service"\n'
    write_tone(tmp_path / "words.wav", VOICE_HERTZ, WORDS_SECONDS)
    more = number + tone_prompts(tmp_path / "tones", PROMPT_SECONDS)
    with center(tmp_path, more=more, queue={"survey": None}, start=False) as c:
        shutil.copy(Path(ivr.demo.__path__[0]) / "service.toml", c.folder / "flows")
        c.store.write(_closes)
        c.start()
        with outages(c) as test, c.call(number="+56976600999", did=SERVICE_LINE) as caller:
            told = c.probe.told
            until(lambda: told("NodeEntered", node="main"), "the menu", 20, test.story)
            caller.press("0")
            until(lambda: told("NodeEntered", node="after-hours"), "that it is closed", 20, test.story)
            [entered] = told("NodeEntered", node="after-hours")

            def beeped() -> (
                bool
            ):  # what is told takes longer than one prompt; another ended as he pressed the key
                return any(
                    one.at > entered["at"] + PROMPT_SECONDS for one in test.journal.inputs(PromptEnded)
                )

            until(beeped, "the beep", 20, test.story)
            caller.audio.say(c.folder / "words.wav")
            assert caller.wait_ended(seconds=60) == "bye_received"
            until(lambda: test.journal.events(MessagePlaced), "the message", 20, test.story)
            assert told("NodeEntered", node="message-kept")
            [placed] = test.journal.events(MessagePlaced)
            assert (placed.queue, seconds_of(test, placed.recording, VOICE_HERTZ) > 1.0) == ("servicio", True)
            c.store.write(_opens)
            c.probe.ask(topics.RELOAD, seconds=30)
            c.set_status("ann", "available")
            until(lambda: test.journal.events(MessageGiven), "it is given to her", 20, test.story)
            assert test.journal.events(MessageGiven)[0].contact == placed.contact
            assert "error_id" not in test.ask("HangUp", agent="ann")
            c.wait_activity("ann", "wrapping_up")
            c.set_status("ann", "logged_out")
            c.dispose("ann")
            call, message = test.records(2)
            assert (call.outcome, message.outcome, message.channel) == ("message", "answered", "voicemail")


def _closes(session: Session) -> None:
    add_queue(session, 1, "tecnico", "Técnico", skills={})
    never = OpeningHours(account_id=1, key="never", name="Nunca", time_zone=None, week={}, holidays_of=None)
    queue(session, 1, "servicio").hours = never


def _opens(session: Session) -> None:
    queue(session, 1, "servicio").hours = None
