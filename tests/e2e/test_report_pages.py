"""Reports in a real browser: figures with their formula, from a number to its contacts, a table taken away."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from crm_core import outside_calls
from crm_core.agents import AgentSkill, agent
from crm_core.interaction_writer import apply_batch
from crm_core.interactions import SurveyAnswer
from crm_core.reader_positions import EventId
from ctiserver.app.lever_gains import LeverGains
from ctiserver.core import events as e
from ctiserver.core.config import Config
from ctiserver.core.requests import Status
from tests.contract.recorded_calls import Calls
from tests.e2e.browser import Browser
from tests.e2e.stage import ENGLISH, NAMES, SPANISH, Stage, running_stage
from tests.e2e.test_every_page import faults_of

pytestmark = pytest.mark.integration
CALLER = "+56971884213"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running_stage(tmp_path_factory.mktemp("stage")) as running:
        calls, now = Calls(running.store), time.time()
        menu = (("hello", "say"), ("main", "menu"))
        calls.call("r-1", now - 500, CALLER, menu, told={"reason": "<b>leak</b>"}, queue="servicio")
        calls.call("r-2", now - 400, CALLER, (*menu, ("look", "action"), ("told", "say")))
        calls.call("r-3", now - 2 * 86400, CALLER, menu)
        yield running


def test_a_queues_figures_stand_beside_their_formula_and_lead_to_contacts(
    stage: Stage, browser: Browser
) -> None:
    page = stage.page(browser, SPANISH)
    page.goto(f"{stage.origin}/reports")
    level = page.locator(".figure", has=page.get_by_text("Nivel de servicio", exact=True))
    expect(level).to_contain_text("(atendidas ≤ X + abandonadas ≤ X) / (atendidas + abandonadas)")
    expect(level.locator("b")).to_have_text("0 %")  # he hung up after a minute
    expect(page.locator(".graph canvas")).to_have_count(
        2
    )  # intervals and waits, drawn, under a policy without inline style
    waits = page.get_by_role("region", name="Cuánto se esperó")
    expect(waits.locator("tr", has_text="30 s a 1:00")).to_contain_text("100 %")
    page.locator(".figure", has=page.get_by_text("Abandonadas", exact=True)).get_by_role("button").click()
    expect(page.locator("#behind tbody a")).to_have_attribute("href", "/contacts/r-1")
    page.select_option("#choice-value_class", "B")
    expect(page.locator("#tab")).to_contain_text("No hay nada en este período")
    page.select_option("#choice-value_class", "")
    page.locator("#tab-queues").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab")).to_contain_text("Cada persona puede ver quién miró sus cifras")
    assert faults_of(page) == []


def test_what_a_caller_answered_reads_as_the_question_and_its_scale(stage: Stage, browser: Browser) -> None:
    stage.store.write(_answered)
    page = stage.page(browser, ENGLISH)
    page.goto(f"{stage.origin}/contacts/r-3")
    said = page.locator("h2", has_text="Survey").locator("+ ol li span")
    expect(said).to_have_text(
        ["Solved? Yes", "Satisfaction: 4 of 5", "own words: spoken comment (in Surveys)", "which one: 3"]
    )
    assert faults_of(page) == []


def _answered(session: Session) -> None:
    for place, (question, kind, value) in enumerate(
        (
            ("solved", "yes_no", 1),
            ("satisfaction", "1-5", 4),
            ("own_words", "comment", 0),
            ("which_one", "choice", 3),
        )
    ):
        row = SurveyAnswer(
            interaction_id="r-3",
            survey="s",
            question=question,
            kind=kind,
            raw="",
            value=value,
            answered_at=1.0 + place,
        )
        session.add(row)


def test_a_supervisor_reads_from_the_figure_down_to_the_contact(stage: Stage, browser: Browser) -> None:
    page = stage.page(browser, SPANISH)
    page.goto(f"{stage.origin}/reports#ivr")
    expect(page.locator(".figure", has=page.get_by_text("Entraron", exact=True)).locator("b")).to_have_text(
        "3"
    )
    expect(page.locator(".figure", has=page.get_by_text("Contención", exact=True))).to_contain_text(
        "resueltas / entraron"
    )
    expect(page.locator(".report-ivr .panel.wide .grid tbody tr").first).to_contain_text("Hello")
    assert faults_of(page) == []
    with page.expect_download() as saved:
        page.get_by_label("Bajar Por dónde pasan como XLSX").click()
    assert saved.value.suggested_filename == "ivr-nodes.xlsx"
    page.locator("#tab-ivr").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="1", exact=True).first.click()
    expect(page.locator("#behind h2")).to_have_text("Contactos: <b>leak</b>")
    expect(page.locator("#behind tbody tr")).to_have_count(1)
    assert faults_of(page) == []
    page.fill("#until", "2020-01-01")  # before the first day: said in words, nothing that was shown is lost
    expect(page.locator("#banner-report")).to_contain_text("elija uno anterior")
    quiet = (datetime.now(UTC) - timedelta(days=4)).date().isoformat()  # nobody called, at any hour
    page.fill("#from", quiet)
    page.fill("#until", quiet)
    expect(page.locator("#banner-report")).to_have_count(0)
    expect(page.locator("#tab")).to_contain_text("No hay nada en este período")


def passed(stage: Stage, now: float) -> None:
    """A customer of class A waits while one of class C, who came first, and an emergency are served."""
    told: list[Any] = []

    def comes(contact: str, letter: str, at: float, queue: str) -> None:
        its: dict[str, Any] = {
            "contact": contact,
            "account_id": 1,
            "leg": f"leg-{contact}",
            "pii_number": CALLER,
        }
        told.append(e.ContactArrived(at=at, did="600", language="es", flow="f", flow_version="1", **its))
        told.append(e.ContactQueued(at=at, queue=queue, value_class=letter, language="es", **its))  # type: ignore[arg-type]

    def is_served(contact: str, letter: str, at: float, queue: str, score: float) -> None:
        its: dict[str, Any] = {"contact": contact, "agent": "agent1", "queue": queue}
        head: dict[str, Any] = {"queue": queue, "contact": contact, "value_class": letter, "preference": 0}
        beaten: dict[str, Any] = head | {"queue": "servicio", "contact": "dear", "value_class": "A"}
        heads = (
            e.Head(emergency=queue == "emergencia", score_seconds=score, waited_seconds=score, **head),
            e.Head(emergency=False, score_seconds=150.0, waited_seconds=30.0, **beaten),
        )
        rule: Any = "emergency" if queue == "emergencia" else "score"
        told.append(e.DecisionMade(at=at, rule=rule, heads=heads, idle_agents=1, excluded={}, **its))
        told.append(e.OfferMade(at=at, leg="l", **its))  # type: ignore[arg-type]
        told.append(e.ContactConnected(at=at + 3, segment=1, leg="l", **its))  # type: ignore[arg-type]

    comes("early", "C", now - 400, "servicio")
    comes("dear", "A", now - 230, "servicio")
    is_served("early", "C", now - 200, "servicio", 200.0)
    comes("leak", "C", now - 190, "emergencia")
    is_served("leak", "C", now - 185, "emergencia", 5.0)
    events = [(EventId(9, 10 + place, 1), event) for place, event in enumerate(told)]
    stage.store.write(apply_batch, events)


def test_a_supervisor_answers_from_the_screen_why_somebody_waited(stage: Stage, browser: Browser) -> None:
    passed(stage, time.time())
    page = stage.page(browser, SPANISH)
    page.goto(f"{stage.origin}/reports#inversions")
    row = page.locator(
        ".grid tbody tr", has=page.get_by_role("rowheader", name="Ventaja de la clase ya gastada")
    )
    expect(row).to_contain_text("Más ventaja o más ritmo para la clase")
    assert faults_of(page) == []
    row.get_by_role("button", name="1", exact=True).click()
    page.locator("#behind tbody a", has_text="clase A").click()
    expect(page.locator("#passed-by .sentence")).to_have_text(
        "El otro era una emergencia, y las emergencias pasan antes que todos."
    )
    page.fill("#why-other", "early")
    page.press("#why-other", "Enter")
    expect(page.locator("#why-told")).to_have_text("Había llegado antes y contaba 200 puntos; este, 150.")
    assert faults_of(page) == []


class Day:
    """Contacts of the queue `servicio` as the reader writes them down; moments in seconds from noon (UTC)."""

    def __init__(self, noon: float) -> None:
        self.noon, self.told = noon, list[tuple[float, Any]]()

    def say(self, event: type, at: float, **fields: Any) -> None:
        self.told.append((at, event(at=self.noon + at, **fields)))

    def comes(self, contact: str, letter: str, at: float, channel: str = "voice") -> None:
        its: dict[str, Any] = {"contact": contact, "account_id": 1, "leg": "l", "pii_number": CALLER}
        way = {"did": "600", "language": "es", "flow": "f", "flow_version": "1", "channel": channel}
        self.say(e.ContactArrived, at, **its, **way)
        self.say(e.ContactQueued, at, queue="servicio", value_class=letter, language="es", **its)

    def talks(self, contact: str, at: float, who: str, part: int = 1, *, waited: float = 0.0) -> None:
        its: dict[str, Any] = {"contact": contact, "agent": who}
        head: dict[str, Any] = {"queue": "servicio", "contact": contact, "value_class": "C", "preference": 0}
        first = e.Head(emergency=False, score_seconds=waited, waited_seconds=waited, **head)
        why: Any = {"rule": "score", "heads": (first,), "idle_agents": 0, "excluded": {}}
        self.say(e.DecisionMade, at, queue="servicio", **its, **why)
        self.say(e.OfferMade, at, queue="servicio", leg="l", **its)
        self.say(e.ContactConnected, at, queue="servicio", segment=part, leg="l", **its)
        self.say(e.TalkEnded, at + 100, segment=part, by="caller", caller_stays=False, **its)

    def write(self, stage: Stage, epoch: int) -> None:
        in_order = sorted(self.told, key=lambda one: one[0])
        events = [(EventId(epoch, 1 + place, 1), event) for place, (_, event) in enumerate(in_order)]
        stage.store.write(apply_batch, events)


def a_day_for_levers(stage: Stage, noon: float) -> None:
    """Somebody is passed on to an agent who is busy and comes back after 20 s; somebody waits to be called back."""
    day = Day(noon)
    stage.store.write(_trained)
    for who in (SPANISH, ENGLISH):
        day.say(e.AgentStatusChanged, -900, agent=who, status=Status.AVAILABLE, reason="", by=who)
        day.say(e.AgentStatusChanged, 3000, agent=who, status=Status.LOGGED_OUT, reason="", by=who)
    day.comes("first", "C", -10)
    day.talks("first", -10, ENGLISH)
    day.comes("passed-on", "A", -5)
    day.talks("passed-on", -5, SPANISH)
    day.comes("other", "C", 92)
    day.talks("other", 92, ENGLISH)
    day.say(e.TransferStarted, 95, contact="passed-on", agent=SPANISH, to=ENGLISH)
    day.say(e.ContactRequeued, 95, contact="passed-on", queue="servicio", reason="transferred")
    its: dict[str, Any] = {"contact": "passed-on", "agent": SPANISH, "to": ENGLISH}
    day.say(e.TransferFailed, 115, reason="busy", returned_to="agent", **its)
    day.talks("passed-on", 115, SPANISH, 2)
    came = ((950, 950), (950, 950), (960, 1050), (960, 1050), (980, 1150), (980, 1150))
    for place, (at, answered) in enumerate(came):
        day.comes(f"c-{place}", "C", at)
        day.talks(f"c-{place}", answered, (SPANISH, ENGLISH)[place % 2])
    day.comes("back", "B", 1045, channel="callback")
    day.talks("back", 1250, SPANISH, waited=210.0)
    day.write(stage, epoch=10)


def _trained(session: Session) -> None:
    for login in (SPANISH, ENGLISH):
        learns = agent(session, login)
        learns.skills.append(AgentSkill(skill_key="billing", level=50))


def test_beside_each_cause_stands_what_its_lever_would_have_gained_or_why_it_has_none(
    stage: Stage, browser: Browser
) -> None:
    noon = (time.time() // 86_400 - 3) * 86_400 + 43_200
    a_day_for_levers(stage, noon)
    levers = LeverGains(Config(), stage.store)
    question = msgspec.json.encode({"account_id": 1, "from_at": noon - 3600, "until_at": noon + 7200})
    page = stage.page(browser, SPANISH)
    page.route("**/inversions/gains?*", lambda route: route.fulfill(body=levers.answer(question)))
    day = datetime.fromtimestamp(noon, UTC).date().isoformat()
    page.goto(f"{stage.origin}/reports#inversions/{day}/{day}")
    page.get_by_role("button", name="Simular las medidas en este día").click()
    for lever, its_cause, seconds in (
        (
            "La mitad de la espera por el ejecutivo indicado",
            "Pasado a otro ejecutivo · Ejecutivo indicado",
            "10 s",
        ),
        ("Devoluciones un minuto antes en la fila", "Espera que lo llamen", "1:40"),
        ("Cada oferta contestada (cota)", "No le contestaron", "Nada que cambiar ese día"),
        ("Ninguna: así debe ser.", "Emergencia", "—"),
        ("Avise a soporte: es una falla.", "Sin razón", "—"),
    ):
        row = page.locator(".grid tbody tr", has=page.get_by_role("rowheader", name=lever, exact=True))
        expect(row).to_contain_text(its_cause)
        expect(row.locator("td").last).to_contain_text(seconds)
    assert faults_of(page) == []


def test_shifts_are_planned_by_keyboard_and_nothing_typed_is_lost(stage: Stage, browser: Browser) -> None:
    page = stage.page(browser, SPANISH)
    nothing: dict[str, Any] = {"error_id": "no_history", "status": 409}
    page.route("**/api/v1/reports/staffing?*", lambda route: route.fulfill(status=409, json=nothing))
    page.goto(f"{stage.origin}/reports#staffing")
    cells = page.locator(".shifts textarea")
    cells.nth(0).fill("22-6")
    cells.nth(1).fill("5-10 / 20-21")
    page.get_by_role("button", name="Guardar").click()
    expect(page.locator("#shifts .wrong li")).to_have_count(2)  # the overlap, the break outside of work
    page.locator("#tab-queues").click()
    expect(page.locator(".report-queues")).to_be_visible()
    page.locator("#tab-staffing").click()
    expect(cells.nth(1)).to_have_value("5-10 / 20-21")
    cells.nth(1).fill("")
    page.get_by_role("button", name="Guardar").click()
    expect(page.locator("#shifts [role=status]")).to_contain_text("Guardado")
    expect(cells.nth(0)).to_have_value("22:00-06:00")
    cells.nth(0).press("Enter")
    expect(cells.nth(7)).to_be_focused()
    page.get_by_role("button", name="Semana siguiente").click()
    expect(cells.nth(0)).to_have_value("")
    page.get_by_role("button", name="Copiar la semana anterior").click()
    expect(cells.nth(0)).to_have_value("22:00-06:00")
    assert faults_of(page) == []


def test_a_limit_of_calls_outside_that_tripped_is_lifted_where_it_is_shown(
    stage: Stage, browser: Browser
) -> None:
    refused = e.OutsideRefused(
        at=time.time(), id="r", account_id=1, agent=ENGLISH, pii_number="103", reason="outside_cap_account"
    )
    stage.store.write(outside_calls.refused, refused)
    page = stage.page(browser, SPANISH)
    page.goto(f"{stage.origin}/reports#ivr")
    page.goto(f"{stage.origin}/reports#outside")  # the same page with another address
    limits = page.get_by_role("region", name="Límites de hoy").locator("tbody tr", has_text="Toda la empresa")
    expect(limits).to_contain_text("Rechazó un número")
    limits.get_by_role("button", name="Levantar el tope de Toda la empresa").click()
    page.get_by_label("Motivo (queda en el registro)").fill("Llamó a clientes todo el día")
    page.locator("#form").get_by_role("button", name="Levantar por hoy").click()
    expect(limits).to_contain_text("Levantado:")
    expect(limits.get_by_role("button")).to_have_count(0)
    asked = stage.requests[-1]
    assert (asked["type"], asked.get("agent"), asked["by"]) == ("LiftOutsideCap", None, SPANISH)
    assert asked["reason"] == "Llamó a clientes todo el día"
    expect(page.locator("#calls tbody tr")).to_contain_text(NAMES[ENGLISH])
    assert faults_of(page) == []
