"""A real call from end to end: trunk, menus, queue, agent, wrap-up, survey, record."""

from pathlib import Path

import pytest

from tests.integration.daemon import ORDINARY, VALUABLE, center
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

CALLER_TONE, AGENT_TONE = 500, 700


def test_a_call_goes_from_the_greeting_to_the_survey_and_leaves_one_record(tmp_path: Path) -> None:
    with center(tmp_path) as c:
        with (
            c.phone("ann", ring_seconds=None, tone_hertz=AGENT_TONE) as ann,
            c.call(number=VALUABLE, tone_hertz=CALLER_TONE) as caller,
        ):
            caller.wait_answered()
            until(lambda: c.probe.told("NodeEntered", node="main"), "the menu", 10, c.log)
            caller.press("1")
            until(lambda: c.probe.told("NodeEntered", node="invoices"), "the second menu", 10, c.log)
            caller.press("1")
            c.wait_stage("queued")
            until(lambda: caller.audio.level() > 50, "music while he waits")
            assert "error_id" not in c.set_status("ann", "available")
            ann.wait_ringing()
            until(lambda: c.probe.pops, "the screen pop")
            ann.answer()
            c.wait_stage("talking")
            until(lambda: caller.audio.hears(AGENT_TONE), "the agent's tone at the caller")
            until(lambda: ann.audio.hears(CALLER_TONE), "the caller's tone at the agent")
            c.talk_a_while()
            ann.hang_up()
            c.wait_stage("survey")
            caller.press("1")
            c.dispose("ann")
            caller.press("5")
            until(lambda: c.probe.told("SurveyAnswered", question="satisfaction"), "the first answer")
            caller.press("1")
            assert caller.wait_ended(seconds=20) == "bye_received"
        [record] = c.wait_records()
        pop = c.probe.pops[0]
    assert pop["agent"] == "ann"
    assert pop["contact"]["path"] == ["welcome", "main", "invoices", "balance"]
    assert pop["contact"]["candidates"][0]["value_class"] == "A"
    assert record.outcome == "answered"
    assert [step["node"] for step in record.menu_path] == ["welcome", "main", "invoices", "balance"]
    assert record.collected == {"topic": "invoices", "reason": "balance"}
    assert record.value_class == "A"
    assert record.ended_where == "goodbye"
    [segment] = record.segments
    assert (segment.agent, segment.disposition, segment.ended_by) == ("ann", "solved", "agent")
    assert {answer.question: answer.value for answer in record.answers} == {"satisfaction": 5, "solved": 1}
    assert record.decisions[0]["rule"] == "only"
    recording = next((c.asterisk.config.asterisk_dir / "spool/recording").glob("*.wav"), None)
    assert recording is None  # removed with the private Asterisk; its name stands in the record
    assert segment.recording


def test_the_more_valuable_of_two_waiting_callers_is_served_first(tmp_path: Path) -> None:
    with (
        center(tmp_path) as c,
        c.phone("ann", ring_seconds=None) as ann,
        c.call(number=ORDINARY, keys=[(1.0, "0")]) as ordinary,
    ):
        c.wait_stage("queued")
        with c.call(number=VALUABLE, keys=[(1.0, "0")]) as valuable:
            c.wait_stage("queued", 2)
            c.set_status("ann", "available")
            ann.wait_ringing()
            ann.answer()
            [talking] = c.wait_stage("talking")
            assert talking["value_class"] == "A"
            assert talking["why"]["rule"] == "only"
            valuable.hang_up()
        ordinary.hang_up()
        ann.wait_ended()


def test_a_prompt_in_the_queue_keeps_nobody_from_his_music_or_his_agent(tmp_path: Path) -> None:
    """Asterisk moves no channel while a prompt plays to it alone, and answers nothing on that socket meanwhile."""
    with center(tmp_path) as c, c.phone("ann", ring_seconds=0.1) as ann, c.call() as caller:
        until(lambda: c.probe.told("NodeEntered", node="main"), "the menu", 10, c.log)
        c.set_status("ann", "available")
        caller.press("9")
        ann.wait_answered()
        c.wait_stage("talking")
        [queued] = c.probe.told("ContactQueued")
        [connected] = c.probe.told("ContactConnected")
        waited = connected["at"] - queued["at"]
        print(f"in talk {waited:.2f} s after the key; the prompt lasts longer")
        assert waited < 3.0
        assert "a socket was lost" not in c.log()
        caller.hang_up()
        ann.wait_ended()
