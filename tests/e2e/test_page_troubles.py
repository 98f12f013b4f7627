"""What goes wrong around a page: the feed, the log-in, a second browser, what callers call themselves."""

import os
import signal

import pytest
from playwright.sync_api import Route
from sqlalchemy import delete
from sqlalchemy.orm import Session

from crm_core.customers import add_customer
from crm_core.phone_numbers import normalise
from crm_core.web_sessions import WebSession
from tests.e2e.browser import MICROPHONE_HERTZ, Browser
from tests.e2e.people import PASSWORD
from tests.e2e.test_softphone import CALLER_HERTZ, calling, take
from tests.integration.daemon import RunningCenter
from tests.integration.sipp import until

pytestmark = pytest.mark.integration


def test_html_in_a_callers_name_is_shown_as_text(c: RunningCenter, browser: Browser) -> None:
    name = "<img src=x onerror=alert(1)>"
    number = "+56922220020"
    c.store.write(_customer, name, number)
    ann = browser.desk(c, "ann")
    with calling(c, number=number, keys=[(0.5, "0")]):
        take(c, ann)
        ann.wait_text(".names", name)
        assert ann.page.locator(".names img").count() == 0
    assert ann.complaints == []


def test_too_many_wrong_passwords_must_wait(c: RunningCenter, browser: Browser) -> None:
    screen = browser.screen(c, "/log-in")
    for _ in range(5):
        screen.log_in("nobody", "a wrong password")
        screen.wait_text(".problem", "no son correctos")
    screen.log_in("nobody", "a wrong password")
    screen.wait_text(".problem", "Demasiados intentos")


def test_a_log_in_that_ends_during_a_call_leaves_the_call_alone(c: RunningCenter, browser: Browser) -> None:
    ann = browser.desk(c, "ann")
    with calling(c, number="+56922220021", keys=[(0.5, "0")], tone_hertz=CALLER_HERTZ) as caller:
        take(c, ann)
        c.store.write(_end_log_ins)
        ann.wait("document.getElementById('banner-ended')", "a word that the log-in is over", 20)
        ann.wait_hears(CALLER_HERTZ)
        until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "the agent at the caller", 10)
        c.wait_stage("talking")
        ann.press("Alt+Shift+X")  # the center does not take her word any more: the telephone says goodbye
        until(lambda: not c.contacts("talking"), "the end of the talk", 10)


def test_a_new_log_in_in_the_same_page_goes_on_with_call_and_note(c: RunningCenter, browser: Browser) -> None:
    ann = browser.desk(c, "ann")
    with calling(c, number="+56922220024", keys=[(0.5, "0")], tone_hertz=CALLER_HERTZ) as caller:
        take(c, ann)
        c.store.write(_end_log_ins)
        ann.wait("document.getElementById('banner-ended')", "a word that the log-in is over", 20)
        ann.wait_hears(CALLER_HERTZ)
        until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "the agent at the caller", 10)
        (talk,) = c.wait_stage("talking")
        ann.page.fill("#note", "sigue escribiendo")
        ann.page.click("#banner-ended button")
        ann.page.keyboard.type(PASSWORD)
        ann.press("Enter")
        ann.wait("!document.getElementById('banner-ended')", "the new log-in")
        ann.wait_hears(CALLER_HERTZ)
        ann.press("Alt+Shift+X")
        ann.wait_stage("wrapping_up")
        assert not c.probe.told("AgentAway", contact=talk["contact"])
        assert ann.page.input_value("#note") == "sigue escribiendo"


def test_the_newest_of_two_browsers_is_the_telephone(c: RunningCenter, browser: Browser) -> None:
    first = browser.desk(c, "ann")
    second = browser.desk(c, "ann")
    first.wait("document.getElementById('banner-taken')", "a word that the phone is elsewhere")
    with calling(c, number="+56922220022", keys=[(0.5, "0")]) as caller:
        take(c, second)
        first.page.context.close()
        until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "the agent at the caller", 15)
        c.wait_stage("talking")


def test_a_page_says_that_the_feed_is_lost_and_heals(c: RunningCenter, browser: Browser) -> None:
    ann = browser.desk(c, "ann")
    os.kill(c.calls_pid, signal.SIGSTOP)  # the parent kills what hangs, and starts it again
    ann.wait("document.getElementById('banner-feed')", "the banner", 20)
    c.wait_live(40)
    ann.wait("!document.getElementById('banner-feed')", "no banner", 20)


def test_a_console_that_ends_takes_no_call_with_it(c: RunningCenter, browser: Browser) -> None:
    ann = browser.desk(c, "ann")
    with calling(c, number="+56922220023", keys=[(0.5, "0")], tone_hertz=CALLER_HERTZ) as caller:
        take(c, ann)
        ann.wait_hears(CALLER_HERTZ)
        os.kill(c.console_pid, signal.SIGTERM)
        ann.wait("document.getElementById('banner-feed')", "the banner", 20)
        ann.wait_hears(CALLER_HERTZ)
        until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "her microphone at the caller", 10, ann.story)
        ann.wait("!document.getElementById('banner-feed')", "the console again", 40)
        c.wait_stage("talking")
        assert not c.probe.told("AgentAway", contact=c.contacts("talking")[0]["contact"])


def _customer(session: Session, name: str, number: str) -> None:
    phone = normalise(number, "CL")
    assert phone is not None
    add_customer(session, 1, phones=[phone], name=name, value_class="B", now=0.0)


def _end_log_ins(session: Session) -> None:
    session.execute(delete(WebSession))


def test_a_page_of_which_a_part_was_broken_off_is_loaded_again_by_itself(
    c: RunningCenter, browser: Browser
) -> None:
    screen = browser.screen(c, "/log-in")
    screen.page.add_init_script(
        "addEventListener('beforeunload', () => { const told = document.getElementById('banners')?.textContent;"
        " if (told) sessionStorage.setItem('told', told); })"
    )
    broken = []

    def break_off(route: Route) -> None:
        if len(broken) < 3:
            broken.append(route.request.url)
            route.abort("internetdisconnected")
        else:
            route.continue_()

    screen.page.route("**/js/softphone.js", break_off)
    screen.page.route("**/css/console.css", break_off)
    screen.page.route("**/api/v1/queues*", break_off)
    screen.log_in("ann")
    screen.wait_phone()
    assert len(broken) == 3
    assert "no llegó completa" in screen.page.evaluate("sessionStorage.getItem('told')")
    screen.wait("sessionStorage.getItem('loaded-anew') === null", "an end of counting")
    assert screen.complaints == []


def test_what_only_reads_is_asked_again_when_it_was_broken_off(c: RunningCenter, browser: Browser) -> None:
    broken: list[str] = []

    def break_off(route: Route) -> None:
        seen = route.request.url
        if seen in broken:
            route.continue_()
        else:
            broken.append(seen)
            route.abort("internetdisconnected")

    screen = browser.screen(c, "/log-in")
    screen.page.route("**/api/v1/**", break_off)
    screen.log_in("ann")
    screen.wait_phone()
    assert len(broken) >= 3
    assert screen.page.locator("#banners > div").count() == 0
