"""A campaign from its first step to its results, and an agent who calls for it: one center, a real call.

The rules of the law know hours and tests run at night, so the campaign becomes one for emergencies before it starts.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

import ivr.demo
from crm_core.campaigns.campaign import Campaign, campaign
from crm_core.customer_segments import segments
from crm_core.customers import add_customer
from crm_core.dials import Dial
from crm_core.permission import legal_profiles
from crm_core.permission.profile import shipped
from crm_core.phone_numbers import E164
from crm_core.scripts import script_versions
from crm_core.scripts.script_runs import ScriptAnswer, ScriptRun
from crm_core.users import add_user
from ctiserver.app import lines
from ctiserver.app.lines import Lines, number
from tests.e2e import layout
from tests.e2e.browser import Browser, Screen
from tests.e2e.people import PASSWORD
from tests.integration.daemon import RunningCenter, center
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

KEY = "renovacion-de-otono"
ROSA, EVA = number(lines.ANSWERS, 1), number(lines.ANSWERS, 2)
STRANGER = number(lines.ANSWERS, 3)
_SCRIPT = """
start = "greeting"

[page.greeting]
kind = "yes_no"
question = "right_person"
es = "Buenos días, ¿hablo con {customer.name}?"
en = "Good morning, is this {customer.name}?"
yes = "thanks"
no = "thanks"

[page.thanks]
kind = "end"
disposition = "solved"
es = "Gracias. Que tenga buen día."
en = "Thank you. Goodbye."
"""
_DIALING = """
[dialing]
trunk = "pstn"
caller_number = "+56221234567"
look_every_seconds = 0.5
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    """Nora runs campaigns; ann calls from her page; two customers are in a segment."""
    folder = tmp_path_factory.mktemp("center")
    queue = {"survey": None, "wrap_up_seconds": 300.0}
    with center(folder, more=_DIALING, queue=queue, browsers=("ann",), start=False) as running:
        shutil.copy(Path(ivr.demo.__path__[0]) / "campaign-message.toml", folder / "flows")
        running.store.write(_furnish)
        running.start()
        yield running


def _furnish(session: Session) -> None:
    for row in shipped():
        legal_profiles.confirm(session, 1, row, expected_version=0, by="a", name="a", now=1.0)
    add_user(session, login="nora", name="Nora", password=PASSWORD, roles={"campaign_manager"})
    for name, called in (("Rosa", ROSA), ("Eva", EVA)):
        add_customer(session, 1, name=name, value_class="B", phones=[E164(called)], now=1.0)
    kept = script_versions.keep(session, 1, "saludo", _SCRIPT, note="", expected_newest=None, by="a", now=1.0)
    script_versions.put_in_force(session, 1, "saludo", kept.versions[0].number, by="a", now=1.0)
    tree = {"field": "value_class", "operator": "is", "value": "B"}
    segments.save(session, 1, name="Clase B", tree=tree, by="a", now=1.0)


def _whole(screen: Screen) -> None:
    for size in layout.SIZES:
        layout.resize(screen.page, size)
        assert layout.faults(screen.page) == [], (screen.page.url, size)
    layout.resize(screen.page, "wide")


def test_a_campaign_is_made_started_called_for_paused_and_looked_at(
    c: RunningCenter, browser: Browser
) -> None:
    nora = browser.screen(c, "/log-in")
    nora.log_in("nora")
    nora.wait("location.pathname !== '/log-in' && document.readyState === 'complete'", "her first page")
    _make(c, nora)
    switch = c.asterisk
    with Lines(switch.sip_port, port=switch.emergency_port) as behind:
        ann = browser.desk(c, "ann")
        _call(c, ann, behind)
        nora.wait_text("#last", "Habló con un agente", 40)
        _whole(nora)
        _pass_over(ann)
        _call_by_herself(c, ann, behind)
        nora.press("Alt+Shift+P")
        nora.wait_text("#state", "En pausa")
        assert c.store.read(lambda session: campaign(session, 1, KEY).state) == "paused"
    nora.open(f"/campaigns/{KEY}/results")
    nora.wait_text("#figures", "1 / 1")
    nora.wait_text("#tables", "Habló con un agente")
    [(question, answer, agent)] = c.store.read(_answers)
    assert (question, answer, agent) == ("right_person", "yes", "ann")
    _whole(nora)
    assert nora.complaints == ann.complaints == []


def _answers(session: Session) -> list[tuple[str, str, str]]:
    """What the one customer whom ann called answered to the script, and to whom."""
    rows = session.scalars(select(ScriptAnswer)).all()
    return [(row.question, row.answer, row.by) for row in rows]


def _has_begun(session: Session) -> bool:
    return session.scalar(select(ScriptRun.contact_id)) is not None


def _make(c: RunningCenter, nora: Screen) -> None:
    """By keyboard, but for the choice of the list."""
    nora.open("/campaigns/new")
    nora.wait_text("#step-title", "Qué y quién llama")
    nora.page.keyboard.type("Renovación de otoño")
    nora.press("Enter")
    nora.wait_text("#step-title", "A quiénes")
    nora.wait("document.querySelectorAll('#source option').length > 1", "the lists")
    nora.page.select_option("#source", label="Clase B (2)")
    nora.wait("!document.getElementById('load').disabled", "what the rules say of the list", 40)
    nora.page.click("#load")
    nora.wait_text(".loads", "2 por llamar", 40)
    _whole(nora)
    for title in ("Cuándo", "Argumentario", "Cómo marca", "Revisar e iniciar"):
        nora.page.click("#next")
        nora.wait_text("#step-title", title)
        if title == "Argumentario":
            nora.page.select_option("#step select", "saludo")
    c.store.write(_make_urgent)
    nora.wait("!document.getElementById('next').disabled", "a campaign that lacks nothing")
    nora.page.click("#next")
    nora.wait(f"location.pathname === '/campaigns/{KEY}'", "the page of how it goes")
    nora.wait_text("#state", "En marcha")
    nora.wait_text("#held", "Marcan los agentes", 30)


def _make_urgent(session: Session) -> None:
    patient = {
        "tolerance_seconds": 30.0
    }  # a busy machine's page answers late; who is late is another test's affair
    session.execute(update(Campaign).where(Campaign.key == KEY).values(purpose="emergency", **patient))
    session.execute(update(Dial).values(purpose="emergency"))


def _call(c: RunningCenter, ann: Screen, behind: Lines) -> None:
    """The next customer is shown, called with one key, spoken with."""
    ann.page.click('[data-status="available"]')
    ann.wait("!document.getElementById('lead-next').disabled", "a campaign to call for", 40)
    ann.press("Alt+Shift+L")
    ann.wait_text("#lead-name", "Rosa")
    ann.wait_text("#pop-body", "Clase B")
    _whole(ann)
    ann.press("Alt+Shift+D")
    behind.wait("answered", ROSA, seconds=30)
    ann.wait_stage("talking", 30)
    ann.wait_text("#pop-body", "Renovación de otoño")
    until(lambda: c.store.read(_has_begun), "a script that has begun, no longer its preview", 30)
    ann.wait("!document.getElementById('script').hidden", "what she reads")
    ann.wait_text("#script", "¿hablo con Rosa?")
    ann.page.locator("#script [role=listbox]").press("1")
    ann.wait_text("#script", "Que tenga buen día")
    c.talk_a_while()
    ann.press("Alt+Shift+X")
    ann.wait_stage("wrapping_up")
    c.dispose("ann")
    ann.wait_stage("none")


def _call_by_herself(c: RunningCenter, ann: Screen, behind: Lines) -> None:
    """A number that she writes: her telephone answers by itself, then theirs rings; she hangs up and wraps up."""
    ann.press("Alt+Shift+F")
    ann.wait("document.getElementById('call-out').open", "whom to call")
    ann.page.keyboard.type(STRANGER)
    _whole(ann)
    ann.press("Enter")
    ann.wait_stage("calling")
    ann.wait_text("#card-number", STRANGER)
    behind.wait("answered", STRANGER, seconds=30)
    ann.wait_stage("talking", 30)
    c.talk_a_while()
    ann.press("Alt+Shift+X")
    ann.wait_stage("wrapping_up")
    c.dispose("ann")
    ann.wait_stage("none")
    record = c.wait_record(STRANGER)
    assert (record.channel, record.outcome, record.queued_at) == ("outbound", "answered", None)
    assert [(it.agent, it.began, it.disposition) for it in record.segments] == [("ann", "called", "solved")]


def _pass_over(ann: Screen) -> None:
    """Whom she will not call now is given back, and nothing has rung."""
    ann.wait("!document.getElementById('lead-next').disabled", "a free agent")
    ann.press("Alt+Shift+L")
    ann.wait_text("#lead-name", "Eva")
    ann.press("Alt+Shift+Q")
    ann.press("1")
    ann.wait("document.getElementById('lead').hidden", "nobody to call")
