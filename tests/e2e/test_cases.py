"""The work list and a case in a real browser, by keyboard alone; a reminder reaches the page."""

import time

import pytest

from crm_core import emergency_line, outages
from crm_core.case_work import open_case
from tests.e2e.browser import Browser
from tests.e2e.people import SPANISH_SUPERVISOR
from tests.integration.daemon import RunningCenter

pytestmark = pytest.mark.integration

_PLAN = """(at) => fetch('/api/v1/activities', {
  method: 'POST',
  headers: {
    'Content-Type': 'application/json',
    'X-CSRF-Token': JSON.parse(document.getElementById('settings').textContent).csrf,
  },
  body: JSON.stringify({ kind: 'call', subject: 'Llamar a Rosa', due_at: at + 60, remind_at: at }),
}).then((answer) => answer.status)"""


def test_a_refund_is_worked_on_by_keyboard_and_a_reminder_comes(c: RunningCenter, browser: Browser) -> None:
    ann = browser.screen(c, "/log-in")
    ann.log_in("ann")
    ann.wait("location.pathname === '/desk'", "the desk")
    ann.open("/cases")
    ann.wait("!document.getElementById('none').hidden", "an empty list")
    for subject in ("Cobro doble", "Otro cobro"):
        ann.press("n")
        ann.page.select_option("#form [name=kind]", "charge")
        ann.page.fill("#form [name=subject]", subject)
        ann.press("Enter")
        ann.wait_text("#case h2", subject)
    ann.press("Escape")
    ann.press("j")
    ann.press("k")
    ann.press("Enter")
    ann.wait_text("#case h2", "Cobro doble")
    ann.press("1")  # start
    ann.wait_text("#form h2", "Empezar")
    ann.page.click("#form [type=submit]")
    ann.wait_text("#case .glance", "En curso")
    ann.press("1")  # ask for approval: its fields are asked
    ann.page.fill("#form [name=amount]", "12990")
    ann.page.select_option("#form [name=refund_reason]", "duplicate")
    ann.page.click("#form [type=submit]")
    ann.wait_text("#case .glance", "Por aprobar")
    assert "Aprobar" not in ann.page.inner_text(".steps-bar")  # that is a supervisor's
    ann.press("e")
    ann.page.click("#form [type=submit]")
    ann.wait_text("#case .glance", "Urgente")
    ann.press("/")
    ann.page.keyboard.type("otro")
    ann.wait("document.querySelectorAll('#rows li').length === 1", "one case found")
    ann.page.click("#save-filter")
    ann.page.fill("#form [name=name]", "Los otros")
    ann.page.click("#form [type=submit]")
    ann.wait("!document.getElementById('forget-filter').hidden", "the filter that was saved")
    assert ann.page.input_value("#text") == "otro"  # what a saved filter asks is seen
    ann.page.select_option("#filter", "all")
    ann.wait("document.querySelectorAll('#rows li').length === 2", "all cases")
    assert ann.page.input_value("#text") == ""
    assert ann.page.evaluate(_PLAN, time.time()) == 200
    ann.wait_text("#banners", "Llamar a Rosa", 30)
    ann.page.click("#banners button")
    ann.wait("document.getElementById('banners').textContent === ''", "no reminder")
    assert ann.complaints == []


def test_a_supervisor_announces_an_outage_and_an_emergency_brings_the_case_to_the_page(
    c: RunningCenter, browser: Browser
) -> None:
    outage = c.store.write(
        open_case, 1, kind="service", subject="Corte", by="sue", now=time.time(), is_outage=True
    ).id
    pia = browser.screen(c, "/log-in")
    pia.log_in(SPANISH_SUPERVISOR)
    pia.wait("location.pathname !== '/log-in'", "a page")
    pia.open(f"/cases#{outage}")
    pia.page.click("#outage-announce")
    pia.page.fill("#form [name=areas]", "Ñuñoa\nMacul")
    pia.page.click("#form [type=submit]")
    pia.wait_text("#outage", "Se anuncia a quienes llaman de Ñuñoa, Macul.")
    pia.page.click("#outage-stop")
    pia.wait_text("#outage", "No se anuncia.")
    found = c.store.read(outages.outage_of, 1, outage)
    assert found is not None
    assert not found.announced
    for call in range(4):
        c.store.write(emergency_line.raise_alarm, 1, f"e-{call}", None, at=time.time())
    pia.wait_text("#banners", "Recordatorios anteriores: 1", 40)
    pia.page.click("#banners a[href^='/cases']")
    pia.wait_text("#case h2", "⚠ Emergencia")
    for _ in range(4):
        name = pia.page.locator("#banners > div:has(button)").first.get_attribute("id")
        pia.page.click(f"#{name} button")
        pia.wait(f"!document.getElementById('{name}')", "one alarm less")
    pia.wait("document.getElementById('banners').textContent === ''", "no alarm")
    assert pia.complaints == []
