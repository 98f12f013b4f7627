"""What an agent does at the desk besides talking: pass on, find out who calls, say how it ended."""

import pytest

from tests.e2e.browser import MICROPHONE_HERTZ, Browser, Screen
from tests.e2e.people import PASSWORD
from tests.e2e.test_softphone import CALLER_HERTZ, calling, take
from tests.integration.daemon import RunningCenter
from tests.integration.sipp import Caller, until

pytestmark = pytest.mark.integration

_ANOTHER_CLOCK = """
  const real = Date.now;
  Date.now = () => real() + 3600e3;
  document.addEventListener("readystatechange", () => {
    const settings = document.getElementById("settings");
    if (document.readyState !== "interactive" || !localStorage.getItem("impatient")) return;
    settings.textContent = settings.textContent.replace('"idle_lock_minutes": 15.0', '"idle_lock_minutes": 0.005');
  });
"""
"""An hour fast; and an impatient page covers itself after less than a second."""


def test_a_caller_is_passed_on_by_keyboard_to_a_colleague_who_refuses_him_and_takes_him_later(
    c: RunningCenter, browser: Browser
) -> None:
    bob = browser.desk(c, "bob")
    ann = browser.desk(c, "ann")
    with calling(c, number="+56922220031", keys=[(0.5, "0")], tone_hertz=CALLER_HERTZ) as caller:
        take(c, ann)
        ann.press("Alt+Shift+T")
        ann.page.keyboard.type("bob")
        ann.wait_text("#transfer-list [aria-selected=true]", "Fuera de turno")
        ann.press("Enter")
        assert ann.page.evaluate("document.getElementById('transfer').open"), (
            "nobody goes to who is not there"
        )
        bob.page.click('[data-status="available"]')
        ann.wait_text("#transfer-list [aria-selected=true]", "Disponible")
        ann.press("Enter")
        ann.wait_stage("wrapping_up")
        bob.wait_stage("ringing")
        bob.wait_text("#why", "Ann le pasó este contacto")
        bob.wait("window.softphone.ringing", "a ringing telephone")
        bob.press("Alt+Shift+X")
        ann.wait_text("#banner-given-back", "Bob no tomó a +56922220031: rechazó la llamada. Espera en")
        take(c, bob)
        ann.wait_text("#banner-given-back", "Ya habla con Bob")
        ann.page.click("#banner-given-back button")
        bob.wait_hears(CALLER_HERTZ)
        until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "the colleague at the caller", 15)
        _asks_a_colleague_and_talks_in_three(c, caller, bob, ann)
        c.talk_a_while()
        caller.hang_up()
    assert ann.complaints == bob.complaints == []


def _asks_a_colleague_and_talks_in_three(
    c: RunningCenter, caller: Caller, asks: Screen, asked: Screen
) -> None:
    c.dispose("ann")
    asked.wait_stage("none")
    asks.press("Alt+Shift+I")
    asks.page.keyboard.type("ann")
    asks.wait_text("#transfer-list [aria-selected=true]", "Disponible")
    asks.press("Enter")
    asks.wait_text("#card-third", "Llamando a Ann")
    asked.wait_stage("ringing")
    asked.wait("window.softphone.ringing", "a ringing telephone")
    asked.press("Alt+Shift+A")
    asked.wait_text("#card-third", "Bob le consulta")
    asks.wait_text("#card-third", "Consulta con Ann")
    until(lambda: not caller.audio.hears(MICROPHONE_HERTZ), "music at the caller", 15)
    asks.press("Alt+Shift+I")
    asked.wait_text("#card-third", "En conferencia, invitado por Bob")
    asks.wait_text("#card-third", "En conferencia con Ann")
    until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "all three", 15)
    asks.press("Alt+Shift+X")
    asks.wait_stage("wrapping_up")
    asked.wait("document.getElementById('card-third').hidden", "a talk of two")


def test_an_unknown_caller_is_written_down_and_known_the_next_time(
    c: RunningCenter, browser: Browser
) -> None:
    number = "+56922220032"
    ann = browser.desk(c, "ann")
    with calling(c, number=number, keys=[(0.5, "0")]) as caller:
        take(c, ann)
        ann.press("Alt+Shift+W")
        ann.page.keyboard.type("Inés Muñoz")
        ann.wait_text("#who-list [aria-selected=true]", "Anotar un cliente nuevo")
        ann.press("Enter")
        assert (ann.page.input_value("#who-name"), ann.page.input_value("#who-surname")) == ("Inés", "Muñoz")
        ann.page.fill("#who-rut", "12.345.678-4")
        ann.press("Enter")
        ann.wait_text("#who-problem", "RUT no es válido")
        ann.page.fill("#who-rut", "12.345.678-5")
        ann.press("Enter")
        ann.wait_text(".names", "Inés Muñoz")
        ann.wait("!document.getElementById('who').open", "the dialog to close")
        caller.hang_up()
        _a_result_that_is_not_saved_stays(c, ann)
        ann.wait_stage("none")
    record = c.wait_record(number)
    assert (record.attached_by, record.contact_reason, record.to_call_back) == ("ann", "no_gas", True)
    [segment] = record.segments
    assert (segment.disposition, segment.note) == ("when", "Llamar por el gas")
    with calling(c, number=number, keys=[(0.5, "0")]) as caller:
        ann.wait_stage("ringing", 20)
        ann.wait_text(".names", "Inés Muñoz")
        ann.wait_text("#pop-body .rows", "No gas")
        take(c, ann)
        caller.hang_up()
    assert ann.complaints == []


def _a_result_that_is_not_saved_stays(c: RunningCenter, ann: Screen) -> None:
    """She chooses another reason than the guessed one, a time to call back, and the server is away meanwhile."""
    ann.wait_stage("wrapping_up")
    ann.page.fill("#note", "Llamar por el gas")
    ann.press("Escape")
    ann.wait_text("#reasons [aria-selected=true]", "Other")
    ann.press("2")
    ann.wait_text("#reason", "No gas")
    ann.press("3")
    ann.wait_text("#call-back-zone", "America/Santiago")
    ann.page.fill("#call-back-at", "2099-01-05T10:30")
    ann.page.evaluate(
        "() => { window.reached = window.fetch; window.fetch = () => Promise.reject(new TypeError('away')); }"
    )
    ann.press("Enter")
    ann.wait_text("#banner-result", "no se guardó")
    assert ann.page.input_value("#note") == "Llamar por el gas"
    ann.page.evaluate("() => { window.fetch = window.reached; }")
    ann.page.click("#banner-result button")


def test_a_page_that_nobody_touches_covers_itself_and_tells_the_servers_time(
    c: RunningCenter, browser: Browser
) -> None:
    """The computer's clock is an hour off."""
    ann = browser.desk(c, "ann")
    ann.page.add_init_script(_ANOTHER_CLOCK)
    ann.page.evaluate("localStorage.setItem('impatient', 'yes')")
    ann.page.reload()
    ann.wait("document.getElementById('lock').open", "the cover")
    ann.page.keyboard.press("Escape")
    ann.page.evaluate("localStorage.removeItem('impatient')")
    ann.page.reload()
    ann.wait("document.getElementById('lock').open", "the cover after a reload")
    ann.page.keyboard.type("not her password")
    ann.press("Enter")
    ann.wait_text("#lock-problem", "no son correctos")
    ann.wait_phone()
    ann.page.keyboard.type(PASSWORD)
    ann.press("Enter")
    ann.wait("!document.getElementById('lock').open", "the page")
    ann.press("Alt+Shift+S")
    ann.wait_text("#card-text", "El próximo sonará aquí")
    ann.press("Alt+Shift+S")
    ann.wait_text("#activity", "descanso")
    shown = ann.page.text_content("#status-timer") or ""
    assert shown.startswith("0:"), "an hour more or less would have three parts, or none"
    assert [said for said in ann.complaints if "401" not in said] == []
