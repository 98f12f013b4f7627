"""An agent in a real browser takes real callers: log in, hear each other, reload, wrap up by keyboard."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from crm_core.users import user
from tests.e2e.browser import MICROPHONE_HERTZ, Browser, Screen
from tests.e2e.people import SUPERVISOR
from tests.integration.daemon import VALUABLE, RunningCenter
from tests.integration.sipp import Caller, until

pytestmark = pytest.mark.integration

CALLER_HERTZ = 500


def test_an_agent_logs_in_takes_a_call_and_wraps_up_by_keyboard_alone(
    c: RunningCenter, browser: Browser
) -> None:
    ann = browser.desk(c, "ann")
    ann.page.click('[data-status="available"]')
    ann.wait("document.querySelector('[data-status=available]').getAttribute('aria-pressed') === 'true'", "")
    with calling(c, number=VALUABLE, keys=[(0.5, "1"), (1.5, "1")], tone_hertz=CALLER_HERTZ) as caller:
        ann.wait_stage("ringing", 20)
        ann.wait_text(".names", "Cliente A")
        ann.wait_text(".steps", "balance")
        ann.wait_text("#why", "estaba libre")
        ann.wait("window.softphone.ringing", "a ringing telephone")
        ann.press("Alt+Shift+A")
        ann.wait_stage("talking")
        ann.wait_hears(CALLER_HERTZ)
        until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "the agent at the caller", 15)
        ann.press("Alt+Shift+N")
        ann.page.keyboard.type("Pide copia de la factura")
        c.talk_a_while()
        ann.press("Alt+Shift+X")
        ann.wait_stage("wrapping_up")
        ann.press("Escape")
        ann.wait_text("#reasons [aria-selected=true]", "Balance")
        ann.press("Enter")
        ann.press("2")
        ann.wait_stage("none")
        assert ann.keystrokes <= 6
        caller.hang_up()
    record = c.wait_record(VALUABLE)
    assert record.contact_reason == "balance"
    [segment] = record.segments
    assert (segment.agent, segment.disposition, segment.note) == ("ann", "solved", "Pide copia de la factura")
    assert ann.complaints == []


def test_a_reload_in_mid_call_keeps_the_caller_and_the_two_go_on(c: RunningCenter, browser: Browser) -> None:
    ann = browser.desk(c, "ann")
    with calling(c, number="+56922220009", keys=[(0.5, "0")], tone_hertz=CALLER_HERTZ) as caller:
        take(c, ann)
        until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "the agent at the caller", 15)
        ann.page.fill("#note", "antes de recargar")
        ann.page.reload()
        until(lambda: c.probe.told("AgentBack"), "her browser again", 20, c.log)
        ann.wait_stage("talking", 20)
        ann.wait_text("#chips", "Servicio")  # the queues' names, though their figures came first
        ann.wait_hears(CALLER_HERTZ)
        until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "the agent at the caller again", 15)
        ann.page.goto("about:blank")
        c.wait_stage("agent_away")
        until(
            lambda: caller.audio.level() > 50 and not caller.audio.hears(MICROPHONE_HERTZ),
            "music for the caller meanwhile",
            10,
        )
        ann.open("/desk?plain_audio")
        ann.wait_stage("talking", 20)
        ann.wait_hears(CALLER_HERTZ)
        until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "the agent at the caller again", 15)
        assert ann.page.input_value("#note") == "antes de recargar"
        caller.hang_up()
        ann.wait_stage("wrapping_up")
        ann.wait_text("#reasons [aria-selected=true]", "Other")
        ann.press("Enter")
        ann.press("2")
        ann.wait_stage("none")
    record = c.wait_record("+56922220009")
    assert [(segment.agent, segment.ended_by) for segment in record.segments] == [("ann", "caller")]
    assert record.outcome == "answered"
    assert ann.complaints == []


def test_a_browser_gone_for_good_gives_the_caller_back_to_the_queue(
    c: RunningCenter, browser: Browser
) -> None:
    ann = browser.desk(c, "ann")
    number = "+56922220010"
    with calling(c, number=number, keys=[(0.5, "0")]) as caller:
        take(c, ann)
        [before] = c.wait_stage("talking")
        ann.page.context.close()
        c.wait_stage("agent_away")
        [after] = c.wait_stage("queued", seconds=40)
        assert (after["contact"], after["queued_at"]) == (before["contact"], before["queued_at"])
        bob = browser.desk(c, "bob")
        take(c, bob)
        caller.hang_up()
    record = c.wait_records(1)[-1]
    assert record.ani == number


def test_hold_gives_music_and_resume_brings_the_agent_back(c: RunningCenter, browser: Browser) -> None:
    ann = browser.desk(c, "ann")
    with calling(c, number="+56922220011", keys=[(0.5, "0")], tone_hertz=CALLER_HERTZ) as caller:
        take(c, ann)
        until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "the agent at the caller", 15)
        ann.press("Alt+Shift+H")
        ann.wait_stage("on_hold")
        until(
            lambda: caller.audio.level() > 50 and not caller.audio.hears(MICROPHONE_HERTZ),
            "music on hold",
            10,
        )
        ann.press("Alt+Shift+H")
        ann.wait_stage("talking")
        ann.wait_hears(CALLER_HERTZ)
        until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "the agent at the caller again", 15)
        for paused in ("true", "false"):
            ann.press("Alt+Shift+R")
            ann.wait(f"document.getElementById('recording').dataset.paused === '{paused}'", "the light")
        ann.press("Alt+Shift+M")
        until(lambda: not caller.audio.hears(MICROPHONE_HERTZ), "silence while she is muted", 10)
        ann.page.reload()
        ann.wait_stage("talking")
        ann.wait_hears(CALLER_HERTZ)
        assert not caller.audio.hears(MICROPHONE_HERTZ), "she is muted still, with a new telephone"
        ann.wait(
            "document.querySelector('[data-do=mute]').getAttribute('aria-pressed') === 'true'", "the button"
        )
        ann.press("Alt+Shift+M")
        until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "the agent who is heard again", 15)
        caller.hang_up()


def test_a_supervisor_listens_with_the_telephone_in_his_wallboard(c: RunningCenter, browser: Browser) -> None:
    c.store.write(lambda session: setattr(user(session, "bob"), "roles", ["agent", "supervisor"]))
    bob = browser.screen(c, "/log-in")
    bob.log_in("bob")
    bob.open("/wallboard?plain_audio=1")
    bob.page.click("#phone-light")
    ready = "document.getElementById('phone-light')?.dataset.state === 'on'"
    bob.wait(ready, "a telephone that is ready")
    bob.page.evaluate("sessionStorage.clear()")  # as when he comes again another day
    bob.page.reload()
    bob.wait(ready, "the telephone that he chose on this computer, without a click")
    ann = browser.desk(c, "ann")
    with calling(c, number="+56922220044", keys=[(0.5, "0")], tone_hertz=CALLER_HERTZ) as caller:
        take(c, ann)
        ann.press("Alt+Shift+M")  # so that the caller alone is to be heard
        bob.wait_text("[data-agent=ann]", "+56922220044")
        bob.page.click("[data-agent=ann] .acts button")
        bob.press("Alt+Shift+L")
        bob.wait("window.softphone.call && !window.softphone.ringing", "a telephone that answered by itself")
        bob.wait_hears(CALLER_HERTZ)
        listens = "document.querySelector('[data-supervise=listen]').getAttribute('aria-pressed') === 'true'"
        bob.wait(listens, "the dialog that knows that he listens")
        bob.press("Alt+Shift+X")
        bob.wait("!window.softphone.call", "the end of listening")
        ann.wait_stage("talking")
        caller.hang_up()
    assert ann.complaints == bob.complaints == []


def test_the_supervisor_sees_a_call_passed_on_to_another_queue(c: RunningCenter, browser: Browser) -> None:
    sue = browser.screen(c, "/log-in")
    sue.log_in(SUPERVISOR)
    ann = browser.desk(c, "ann")
    with calling(c, number="+56922220012", keys=[(0.5, "0")]) as caller:
        take(c, ann)
        sue.wait_text("[data-agent=ann]", "Talking")
        sue.wait_text("[data-agent=ann]", "+56922220012")
        ann.press("Alt+Shift+T")
        ann.press("Enter")
        ann.wait_stage("wrapping_up")
        sue.wait_text("[data-agent=ann]", "Wrap-up")
        sue.wait_text("#contacts", "Emergencia")
        caller.hang_up()
    assert sue.complaints == ann.complaints == []


@contextmanager
def calling(c: RunningCenter, **options: Any) -> Iterator[Caller]:
    """A caller who is gone at the end, whatever became of the test."""
    with c.call(**options) as caller:
        try:
            yield caller
        finally:
            if caller.talking:
                caller.hang_up()


def take(c: RunningCenter, screen: Screen) -> None:
    """The agent is available and answers by hand what rings."""
    screen.page.click('[data-status="available"]')
    screen.wait_stage("ringing", 20)
    screen.wait("window.softphone.ringing", "a ringing telephone")
    screen.press("Alt+Shift+A")
    screen.wait_stage("talking")
    c.talk_a_while()
