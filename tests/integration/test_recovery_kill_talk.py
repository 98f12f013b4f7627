"""kill -9 of the calls process while people talk and afterwards: wrap-up, survey, recording, unseen hang-ups."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from crm_core.interactions import Interaction
from ctiserver.core.events import (
    ContactConnected,
    RecordingPaused,
    RecordingResumed,
    SurveyAnswered,
    TalkEnded,
    WrapUpEnded,
    WrapUpStarted,
)
from ctiserver.core.inputs import LegEnded, RecordingStored
from tests.integration.daemon import RunningCenter, center
from tests.integration.outages import Outages, outages
from tests.integration.recordings import sound_of
from tests.integration.rtp import holds_tone
from tests.integration.sipp import Caller, Phone, until

pytestmark = pytest.mark.integration

CALLER_TONE, AGENT_TONE = 500, 700
WRAP_UP_SECONDS = 12.0


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    queue = {"wrap_up_seconds": WRAP_UP_SECONDS}
    with center(tmp_path_factory.mktemp("center"), queue=queue) as running:
        yield running


@pytest.fixture
def test(shared: RunningCenter) -> Iterator[Outages]:
    with outages(shared) as running:
        yield running


@contextmanager
def talk(
    test: Outages, agent: str = "ann", number: str = "+56911111111", since: int = 0
) -> Iterator[tuple[Caller, Phone]]:
    """A caller and an agent who hear each other; `since` talks were there before."""
    c = test.center
    with (
        c.phone(agent, tone_hertz=AGENT_TONE) as phone,
        c.call(number=number, keys=[(0.3, "0")], tone_hertz=CALLER_TONE) as caller,
    ):
        c.set_status(agent, "available")
        until(lambda: len(test.journal.events(ContactConnected)) > since, "a talk", 20, test.story)
        until(lambda: caller.audio.hears(AGENT_TONE), "the agent's tone at the caller")
        until(lambda: phone.audio.hears(CALLER_TONE), "the caller's tone at the agent")
        c.set_status(agent, "pause", "lunch")
        yield caller, phone


def test_who_talks_goes_on_talking_and_the_recording_runs_on_and_stays_paused(test: Outages) -> None:
    c, journal = test.center, test.journal
    with talk(test) as (caller, ann):
        c.talk_a_while()
        assert "error_id" not in c.probe.request("PauseRecording", agent="ann", reason="card_data")
        heard: list[bool] = []
        killed_at = time.time()

        def listen() -> None:
            heard.extend((caller.audio.hears(AGENT_TONE), ann.audio.hears(CALLER_TONE)))

        test.kill(listen)
        assert len(heard) > 20
        assert all(heard)
        recovered_at = time.time()
        until(lambda: time.time() > recovered_at + 0.5, "some more of the pause")
        assert "error_id" not in test.ask("ResumeRecording", agent="ann")
        until(lambda: time.time() > recovered_at + 2.5, "some more talk")
        until(lambda: caller.audio.hears(AGENT_TONE) and ann.audio.hears(CALLER_TONE), "both, as before")
        ann.hang_up()
        c.wait_stage("survey")
        c.dispose("ann")
        caller.hang_up()
    [record] = test.records()
    [segment] = record.segments
    assert (segment.ended_by, segment.disposition) == ("agent", "solved")
    assert (record.outcome, record.ended_where, record.ended_by) == ("answered", "survey", "caller")
    [stored] = journal.inputs(RecordingStored)
    sound = _recorded(test, record)
    talked_seconds = segment.ended_at - segment.answered_at
    assert abs(len(sound) / 8000 - talked_seconds) < 1
    assert abs(stored.seconds - talked_seconds) < 1
    assert segment.answered_at < killed_at - 1
    assert segment.ended_at > recovered_at + 1
    [paused], [resumed] = journal.events(RecordingPaused), journal.events(RecordingResumed)
    assert (paused.by, paused.reason) == ("test", "card_data")
    _assert_silent_in_the_middle(sound, resumed.at - paused.at)


def _recorded(test: Outages, record: Interaction) -> list[int]:
    """The samples of the only segment's recording."""
    samples, rate = sound_of(test.center.asterisk.config, record.segments[0].recording)
    assert (rate, samples.ndim) == (8000, 1)
    return [int(one) for one in samples]


def _assert_silent_in_the_middle(sound: list[int], silent_seconds: float) -> None:
    """Both tones, silence for that long, both tones: by half seconds, of which one may be neither.

    On a busy machine the file begins before the talk, and ends after it.
    """
    halves = [sound[at : at + 4000] for at in range(2000, len(sound) - 6000, 4000)]
    heard = "".join(_kind(half) for half in halves)
    found = re.fullmatch("_*T+(_+)T+_*", heard.replace("?", ""))
    assert found, heard
    assert abs(len(found[1]) / 2 - silent_seconds) < 1.5, heard


def _kind(half: list[int]) -> str:
    if all(abs(one) < 100 for one in half):
        return "_"
    return "T" if holds_tone(half, CALLER_TONE) and holds_tone(half, AGENT_TONE) else "?"


def test_a_wrap_up_keeps_its_deadline_and_still_wants_a_disposition(test: Outages) -> None:
    c, journal = test.center, test.journal
    with talk(test) as (caller, ann):
        caller.hang_up()
        ann.wait_ended()
    c.wait_activity("ann", "wrapping_up")
    [started] = journal.events(WrapUpStarted)
    test.kill()
    recovered_at = time.time()
    assert c.view()["agents"]["ann"]["activity"] == "wrapping_up"
    assert journal.belief().timers()["acd:wrap_up:ann"] == started.until
    until(lambda: journal.events(WrapUpEnded), "the end of the wrap-up", 3 * WRAP_UP_SECONDS, test.story)
    [ended] = journal.events(WrapUpEnded)
    assert ended.disposition is None
    assert 0 <= ended.at - max(started.until, recovered_at) < 1
    assert c.set_status("ann", "available")["error_id"] == "disposition_owed"
    answer = c.probe.request("Dispose", agent="ann", contact=started.contact, code="solved")
    assert "error_id" not in answer
    [record] = test.records()
    assert record.segments[0].wrap_up_ended_at == ended.at


def test_an_answer_of_the_survey_stays_and_the_next_question_is_asked(test: Outages) -> None:
    c, journal = test.center, test.journal
    with talk(test) as (caller, ann):
        c.talk_a_while()
        ann.hang_up()
        c.wait_stage("survey")
        caller.press("1")
        caller.press("5")
        until(
            lambda: journal.events(SurveyAnswered, question="satisfaction"),
            "the first answer",
            15,
            test.story,
        )
        test.kill()
        c.dispose("ann")
        caller.press("1")
        assert caller.wait_ended(seconds=30) == "bye_received"
    [record] = test.records()
    assert {answer.question: answer.value for answer in record.answers} == {"satisfaction": 5, "solved": 1}
    assert record.survey_complete
    assert (record.ended_where, record.ended_by) == ("goodbye", "center")
    assert record.segments[0].disposition == "solved"
    assert len(journal.events(SurveyAnswered)) == 2


def test_hang_ups_that_nobody_saw_are_told_with_their_time_and_who(test: Outages) -> None:
    """A caller who waits, a caller who talks, and an agent, each while the calls process is dead."""
    c, journal = test.center, test.journal
    with ExitStack() as stack:
        talking, ann = stack.enter_context(talk(test))
        staying, bob = stack.enter_context(talk(test, "bob", "+56922222222", since=1))
        waiting = stack.enter_context(c.call(number="+56933333333", keys=[(0.3, "0")]))
        c.wait_stage("queued")
        c.talk_a_while()
        with test.outage():
            said = {}
            for number, party in (
                ("+56911111111", talking),
                ("+56922222222", bob),
                ("+56933333333", waiting),
            ):
                said[number] = time.time()
                party.hang_up()
            until(lambda: time.time() > max(said.values()) + 2, "two seconds in which nobody notices")
            told_before, unseen_until = len(journal.inputs(LegEnded)), time.time()
        assert told_before == 0
        ann.wait_ended()
        c.dispose("ann")
        c.dispose("bob")
        [in_survey] = c.wait_stage("survey")
        assert in_survey["pii_number"] == "+56922222222"
        staying.hang_up()
    records = {record.ani: record for record in test.records(3)}
    talked, stayed, waited = (records[number] for number in said)
    assert (talked.outcome, talked.ended_where, talked.ended_by) == ("answered", "talk", "caller")
    assert (waited.outcome, waited.ended_where, waited.ended_by) == ("abandoned", "queue", "caller")
    assert (stayed.segments[0].ended_by, stayed.ended_where) == ("agent", "survey")
    ends = {talked.ani: talked.ended_at, waited.ani: waited.ended_at, stayed.ani: stayed.segments[0].ended_at}
    late = {number: round(ends[number] - said[number], 3) for number in said}
    print(f"seconds from the hang-up to its time in the record: {late}")
    assert all(said[number] <= ends[number] < unseen_until for number in said), (said, ends, unseen_until)
    assert all(event.by != "center" for event in journal.events(TalkEnded))
