"""An administrator in a real browser: a new user who can log in, and a flow that is checked while one types."""

import time

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from crm_core import outside_calls
from crm_core.administration import desk
from crm_core.administration.desk import Author
from crm_core.administration.queue_form import Queues
from crm_core.teams import team
from crm_core.users import add_user, user
from ctiserver.core import events as e
from ctiserver.core.errors import NotFound
from tests.e2e.browser import Browser, Screen
from tests.e2e.people import PASSWORD
from tests.e2e.test_every_page import faults_of
from tests.integration.daemon import RunningCenter

pytestmark = pytest.mark.integration


def _administrator(session: Session) -> None:
    """Added once for all tests of the company."""
    try:
        user(session, "adm")
    except NotFound:
        add_user(session, login="adm", name="Ada", password=PASSWORD, roles={"administrator"})


@pytest.fixture
def ada(c: RunningCenter, browser: Browser) -> Screen:
    """An administrator who is logged in."""
    c.store.write(_administrator)
    screen = browser.screen(c, "/log-in")
    screen.log_in("adm")
    screen.wait("location.pathname === '/wallboard'", "home")
    return screen


def _section(screen: Screen, address: str) -> None:
    screen.open(f"/administration#{address}")
    screen.page.reload()
    screen.wait("document.querySelector('#admin-list h2')", address)


def test_a_user_is_created_mistakes_stand_beside_their_fields_and_he_can_log_in(
    c: RunningCenter, browser: Browser, ada: Screen
) -> None:
    _section(ada, "users")
    ada.page.click("#add-one")
    ada.wait("document.getElementById('field-login')", "a form")
    ada.page.fill("#field-login", "Not a login")
    ada.page.fill("#field-name", "Zoe")
    ada.page.keyboard.press("Enter")
    ada.wait_text("#field-login-mistake", "minúsculas")
    ada.wait_text("[data-field=roles] .mistake", "al menos un rol")
    assert ada.page.input_value("#field-name") == "Zoe"
    ada.page.click("#sections a[href='#queues']")
    ada.wait("document.getElementById('unsaved').open", "a question before anything is lost")
    ada.page.keyboard.press("Enter")
    assert ada.page.input_value("#field-name") == "Zoe"
    assert faults_of(ada.page) == []
    ada.page.fill("#field-login", "zoe")
    ada.page.check("#field-roles-supervisor")
    ada.page.click("#admin-form button[type=submit]")
    ada.wait("document.querySelector('.password output')", "the password, once")
    password = ada.page.inner_text(".password output")
    zoe = browser.screen(c, "/log-in")
    zoe.log_in("zoe", password)
    zoe.wait("location.pathname === '/wallboard'", "her page")
    ada.page.click("#admin-form .btn-outline-danger")
    ada.wait("document.querySelector('tr[data-id=zoe] .tag')", "a user who is disabled")
    zoe.open("/wallboard")
    zoe.wait("location.pathname === '/log-in'", "the door")
    assert ada.complaints == zoe.complaints == []


def test_a_flow_is_checked_while_one_types_kept_and_put_in_force(c: RunningCenter, ada: Screen) -> None:
    _section(ada, "flows/main")
    ada.wait("document.querySelector('#draft-state[data-state=right]')", "a flow without mistakes")
    good = ada.page.input_value("#draft-text")
    line = good[: good.index('queue = "servicio"')].count("\n") + 1
    ada.page.fill("#draft-text", good.replace('queue = "servicio"', 'queue = "nada"', 1))
    ada.wait_text("#draft-mistakes", "«nada»")
    ada.wait_text(".lines .wrong", str(line))
    ada.wait("document.querySelectorAll('#flow-picture .times').length > 5", "a picture with traffic")
    ada.page.click("#flow-picture [data-node=operator]:not(.refers)")
    ada.wait("getSelection().toString() === '[node.operator]'", "its text")
    ada.page.click(".picture-side summary")
    assert faults_of(ada.page) == []
    ada.page.fill("#draft-text", good + "\n[node.n")
    ada.wait("document.querySelector('#flow-picture[data-old] svg')", "the picture of before")
    ada.page.fill("#draft-text", good + "\n# changed\n")
    ada.wait("document.querySelector('#draft-state[data-state=right]')", "no mistakes again")
    ada.page.fill("#draft-note", "a remark")
    ada.page.click("form.draft button[type=submit]")
    ada.wait_text("#form-told", "Versión 2")
    ada.page.click("form.draft .btn-success")
    ada.wait_text("#form-told", "en vigor")
    assert "# changed" not in good
    _a_survey_is_checked_too(ada)
    _section(ada, "audit")
    ada.wait_text("#admin-list tbody", "Puso en vigor")
    for section in (
        "queues/servicio",
        "roles",
        "accounts/1",
        "hours/+",
        "users/ann",
        "contact-reasons",
        "audit",
    ):
        _section(ada, section)
        shown = "#admin-form form" if "/" in section else "#list-told, #admin-list table"
        ada.wait(f"document.querySelector('{shown}')", section)
        assert faults_of(ada.page) == [], section
    assert ada.complaints == []


def _a_survey_is_checked_too(ada: Screen) -> None:
    _section(ada, "surveys/satisfaction")
    ada.wait("document.querySelector('#draft-state[data-state=right]')", "a survey without mistakes")
    good = ada.page.input_value("#draft-text")
    ada.page.fill("#draft-text", good.replace("survey-thanks", "nothing"))
    ada.wait_text("#draft-mistakes", "«nothing»")
    ada.page.fill("#draft-text", good + "# shorter\n")
    ada.page.click("form.draft button[type=submit]")
    ada.wait_text("#form-told", "Versión 2")
    ada.page.click("form.draft .btn-success")
    ada.wait_text("#form-told", "en vigor")
    ada.page.click(".versions a >> text='Versión 1'")
    ada.wait_text("form.draft .btn-success", "versión 1")
    assert faults_of(ada.page) == []
    ada.page.click("form.draft .btn-success")
    ada.wait_text("#admin-list tbody tr", "Versión 1")


def test_a_team_is_made_and_a_webhook_tells_its_secret_once_and_what_became_of_its_messages(
    c: RunningCenter, ada: Screen
) -> None:
    _section(ada, "teams/+")
    ada.page.fill("#field-key", "late")
    ada.page.fill("#field-name", "Casos atrasados")
    ada.page.check("#field-members-ann")
    ada.page.press("#field-name", "Enter")
    ada.wait_text("tr[data-id=late]", "Casos atrasados")
    assert faults_of(ada.page) == []
    assert c.store.read(lambda session: team(session, 1, "late").logins) == ["ann"]

    _section(ada, "webhooks/+")
    ada.page.fill("#webhook-name", "ERP de facturación")
    ada.page.fill("#webhook-url", "https://erp.invalid/hook")
    ada.page.press("#webhook-url", "Enter")
    ada.wait_text("#form-told", "Qué se le avisa")
    ada.page.check("[id='kind-case.opened']")
    ada.page.click("#admin-form [type=submit]")
    ada.wait("document.querySelector('#form-told output')", "the secret, once")
    secret = ada.page.inner_text("#form-told output")
    assert secret.startswith("whsec_")
    ada.page.reload()
    ada.wait_text("#admin-form h2", "ERP de facturación")
    assert secret not in ada.page.content()
    ada.page.get_by_role("button", name="Enviar una prueba").press("Enter")
    ada.wait_text("#admin-form .row-of", "gaierror", 60)  # there is no such receiver
    assert faults_of(ada.page) == []
    ada.page.get_by_role("button", name="Cambiar el secreto").press("Enter")
    ada.wait("document.querySelector('#form-told output')", "another secret")
    assert ada.page.inner_text("#form-told output") != secret
    ada.page.get_by_role("button", name="Retirar").press("Enter")
    ada.wait("location.hash === '#webhooks'", "the list")
    assert ada.complaints == []


def _rename(session: Session, name: str) -> None:
    """Zoe gives the queue another name."""
    found = desk.one(session, Queues(), 1, "servicio")
    found.value.name = name
    author = Author(account_id=1, login="zoe", at=0.0)
    desk.change(session, Queues(), author, "servicio", found.value, found.version)


def test_who_saves_upon_somebody_elses_change_is_shown_it_and_chooses(c: RunningCenter, ada: Screen) -> None:
    def save_upon(theirs: str) -> None:
        ada.page.fill("#field-name", "Lo mío")
        c.store.write(_rename, theirs)
        ada.page.click("#admin-form .save-bar .btn-primary")
        ada.wait_text("#form-told", "zoe lo cambió mientras tanto (Nombre)")
        assert ada.page.input_value("#field-name") == "Lo mío", "nothing typed is lost"

    _section(ada, "queues/servicio")
    ada.wait("document.getElementById('field-name')", "a form")
    save_upon("Lo suyo")
    assert faults_of(ada.page) == []
    ada.page.click("#form-told >> text=Ver lo suyo")
    ada.wait("document.getElementById('field-name').value === 'Lo suyo'", "what is so now")
    save_upon("Otra vez lo suyo")
    ada.page.click("#form-told >> text=Guardar lo mío")
    ada.wait_text("#form-told", "Guardado")
    assert c.store.read(desk.one, Queues(), 1, "servicio").value.name == "Lo mío"
    assert ada.complaints == []


def test_an_administrator_reads_todays_limits_where_he_writes_the_rules_of_calls_outside(
    c: RunningCenter, ada: Screen
) -> None:
    refused = e.OutsideRefused(
        at=time.time(), id="r", account_id=1, agent="adm", pii_number="103", reason="outside_cap_person"
    )
    c.store.write(outside_calls.refused, refused)
    _section(ada, "outside-rules")
    limit = ada.page.get_by_role("region", name="Límites de hoy").locator("tbody tr", has_text="Ada")
    expect(limit).to_contain_text("Rechazó un número")
    limit.get_by_role("button", name="Levantar el tope de Ada").click()
    ada.page.get_by_role("button", name="Levantar por hoy").last.click()
    expect(ada.page.locator("#form")).to_be_visible()  # a reason is asked for
    ada.page.get_by_role("button", name="Cancelar").click()
    assert faults_of(ada.page) == []
