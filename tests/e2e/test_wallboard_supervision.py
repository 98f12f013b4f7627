"""A supervisor's hands on the wallboard, and what an agent's desk shows of them."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm_core import audit
from crm_core.wrap_up_fields import WrapUpField
from ctiserver.core.events import NoticeSent, SupervisionEnded
from ctiserver.core.live_rows import SupervisionView
from ctiserver.core.live_view import LiveView
from tests.e2e import layout, scenes
from tests.e2e.browser import Browser
from tests.e2e.stage import ENGLISH, SPANISH, Stage, running_stage
from tests.integration.sipp import until

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running_stage(tmp_path_factory.mktemp("stage")) as running:
        yield running


def asked_for_help(now: float) -> LiveView:
    """A morning in which Emma asks for help, and Sofía has been written to."""
    view = scenes.morning(now)
    rows: dict[Any, Any] = view.agents  # type: ignore[assignment]
    rows[ENGLISH].hand_raised_at, rows[ENGLISH].hand_why = now - 40.0, "help"
    words = "Mantengan la calma: hay un corte de gas en Ñuñoa"
    rows[SPANISH].notices = (
        NoticeSent(at=now - 5.0, agent=rows[SPANISH].agent, notice="n1", text=words, by="pia"),
    )
    return view


def listening(now: float) -> LiveView:
    """The same, a moment later: Sofía listens to Emma, who may see it."""
    view = asked_for_help(now)
    rows: dict[Any, Any] = view.agents  # type: ignore[assignment]
    row = rows[ENGLISH]
    rows[SPANISH].supervises = SupervisionView(contact=row.contact, agent=row.agent, mode="listen", since=now)
    row.listened_by = (rows[SPANISH].agent,)
    return view


def asked(stage: Stage) -> list[tuple[str, Any]]:
    """What the calls process was asked for, with what says how."""
    how = ("mode", "text", "reason", "notice", "agent")
    return [(it["type"], next((it[key] for key in how if key in it), None)) for it in stage.requests]


def wait_asked(stage: Stage, *wanted: tuple[str, Any]) -> None:
    until(lambda: asked(stage)[-len(wanted) :] == list(wanted), f"{wanted}", 15, lambda: str(asked(stage)))


def opens(page: Page, row: str) -> None:
    page.locator(f"{row} button[aria-label^='Supervisar']").first.click()
    expect(page.locator("#supervise")).to_be_visible()


def test_who_asks_for_help_is_helped_by_button_and_by_key(stage: Stage, browser: Browser) -> None:
    stage.scene = asked_for_help
    page = stage.page(browser, SPANISH)
    page.goto(f"{stage.origin}/wallboard")
    expect(page.locator("#hands .hand")).to_contain_text("Emma Featherstonehaugh: pide ayuda")
    opens(page, "#hands .hand")
    page.keyboard.press("Alt+Shift+L")
    wait_asked(stage, ("Supervise", "listen"))
    stage.scene = listening
    expect(page.locator('[data-supervise="listen"]')).to_have_attribute(
        "aria-pressed", "true", timeout=15_000
    )
    page.click('[data-supervise="whisper"]')
    wait_asked(stage, ("Supervise", "whisper"))
    for size in layout.SIZES:
        layout.resize(page, size)
        assert layout.faults(page) == []
    page.fill("#supervise-text", "Ya voy")
    page.click('[data-supervise="tell"]')
    wait_asked(stage, ("TellAgents", "Ya voy"))
    expect(page.locator("#supervise")).to_be_hidden()

    layout.resize(page, "wide")
    opens(page, "#contacts tbody tr:first-child")
    page.fill("#supervise-reason", "Tiene a su madre enferma")
    page.click('[data-supervise="prefer"]')
    wait_asked(stage, ("ChangePriority", "Tiene a su madre enferma"))
    until(lambda: len(stage.store.read(_audit)) >= 3, "the audit")
    browser.close_pages()


def telephone_failed(now: float) -> LiveView:
    """The same morning, a moment after Sofía's telephone could not be reached, when she wanted to listen to Emma."""
    view = asked_for_help(now)
    rows: dict[Any, Any] = view.agents  # type: ignore[assignment]
    row = rows[ENGLISH]
    rows[SPANISH].supervision_over = SupervisionEnded(
        at=now,
        contact=row.contact,
        supervisor=rows[SPANISH].agent,
        agent=row.agent,
        reason="phone_unreachable",
    )
    return view


def call_over(now: float) -> LiveView:
    """Emma's caller has gone."""
    view = asked_for_help(now)
    rows: dict[Any, Any] = view.agents  # type: ignore[assignment]
    view.contacts.pop(rows[ENGLISH].contact)
    rows[ENGLISH].contact, rows[ENGLISH].activity = None, "idle"
    return view


def test_the_dialog_says_why_nobody_is_listened_to(stage: Stage, browser: Browser) -> None:
    stage.scene = asked_for_help
    page = stage.page(browser, SPANISH)
    page.goto(f"{stage.origin}/wallboard")
    opens(page, "#hands .hand")
    page.keyboard.press("Alt+Shift+X")
    problem = page.locator("#supervise-problem")
    expect(problem).to_contain_text("Primero escuche la llamada")
    page.keyboard.press("Alt+Shift+L")
    expect(page.locator("#supervise-rings")).to_contain_text("Suena su teléfono")
    expect(problem).to_be_empty()
    failed = telephone_failed(time.time())
    stage.scene = lambda _now: failed
    expect(problem).to_contain_text("Su teléfono no está conectado", timeout=15_000)
    expect(page.locator("#supervise-rings")).to_be_empty()
    assert layout.faults(page) == []
    stage.scene = call_over
    expect(page.locator("#supervise-contact")).to_be_hidden(timeout=15_000)
    page.keyboard.press("Alt+Shift+L")
    expect(problem).to_contain_text("Nadie conversa ahora")
    browser.close_pages()


def _audit(session: Any) -> list[str]:
    return [row.action for row in audit.newest(session, 1, by=SPANISH)]


def test_an_agent_reads_what_was_written_and_asks_for_help_himself(stage: Stage, browser: Browser) -> None:
    stage.scene = listening
    page = stage.page(browser, SPANISH)
    page.goto(f"{stage.origin}/desk")
    expect(page.locator("#notices")).to_contain_text("Mantengan la calma")
    expect(page.locator("#banner-supervises")).to_contain_text("escuchar")
    page.click("#notices button")
    page.keyboard.press("Alt+Shift+Y")
    wait_asked(stage, ("ReadNotice", "n1"), ("RaiseHand", SPANISH))
    page.click("#abuse")
    page.click("#abuse-yes")
    wait_asked(stage, ("ReportAbuse", SPANISH))
    browser.close_pages()
    other = stage.page(browser, ENGLISH)
    other.goto(f"{stage.origin}/desk")
    expect(other.locator("#listened")).to_contain_text(SPANISH)
    browser.close_pages()


def test_a_message_is_heard_on_the_desk_and_done_by_a_key_and_counted_on_the_board(
    stage: Stage, browser: Browser
) -> None:
    stage.scene = scenes.message
    page = stage.page(browser, SPANISH)
    page.goto(f"{stage.origin}/desk")
    expect(page.locator("#message .player")).to_contain_text("0:00 / 0:12")
    acts = [re.compile("Devolver la llamada"), re.compile("Mensaje atendido")]
    expect(page.locator("#card [data-do]:visible")).to_have_text(acts)
    for size in layout.SIZES:
        layout.resize(page, size)
        assert layout.faults(page) == []
    page.keyboard.press("Alt+Shift+X")
    wait_asked(stage, ("HangUp", SPANISH))
    page.goto(f"{stage.origin}/wallboard")
    expect(page.locator("#queues")).to_contain_text("mensajes: 1")
    assert layout.faults(page) == []
    browser.close_pages()


def hears_a_message(now: float) -> LiveView:
    """The morning in which the first agent has a message in hand."""
    view = scenes.morning(now)
    rows: dict[Any, Any] = view.agents  # type: ignore[assignment]
    rows["agent1"].activity, rows["agent1"].contact = "message", None
    rows["agent1"].queues = ("servicio", "tecnico")
    return view


_CHIPS_BESIDE_LIGHTS = """() => {
  const lights = document.querySelector('.lights').getBoundingClientRect();
  return [...document.querySelectorAll('.chip')].every((chip) => {
    const box = chip.getBoundingClientRect();
    return box.right <= lights.left || box.top >= lights.bottom || box.bottom <= lights.top;
  });
}"""


def test_the_bar_of_the_desk_is_as_high_whatever_its_agent_does(stage: Stage, browser: Browser) -> None:
    heights = set()
    for scene, word in ((scenes.morning, "En llamada"), (hears_a_message, "Escucha un mensaje")):
        stage.scene = scene
        page = stage.page(browser, "agent1")
        page.goto(f"{stage.origin}/desk")
        expect(page.locator("#activity")).to_have_text(word)
        expect(page.locator("#chips .chip")).to_have_count(2)
        for light in ("#feed-light", "#phone-light"):  # before, its word stands there, too
            expect(page.locator(light)).to_have_attribute("data-state", "on")
        heights.add(page.evaluate("document.querySelector('.topbar').offsetHeight"))
        assert page.evaluate(_CHIPS_BESIDE_LIGHTS) is True
    assert len(heights) == 1, heights
    browser.close_pages()


def test_a_form_is_filled_in_before_a_result_and_a_supervisor_may_excuse_from_it(
    stage: Stage, browser: Browser
) -> None:
    leak = {"key": "fuga", "label_es": "Fuga", "label_en": "Leak"}
    meter = {"key": "state", "type": "number", "label_es": "Medidor", "label_en": "Meter"}
    cause = {"key": "cause", "type": "choice", "label_es": "Causa", "label_en": "Cause", "choices": [leak]}
    asked_for = [WrapUpField(account_id=1, required=True, **one) for one in (meter, cause)]
    stage.store.write(lambda session: session.add_all(asked_for))
    stage.scene = scenes.wrapping_up
    page = stage.page(browser, SPANISH)
    page.goto(f"{stage.origin}/desk")
    expect(page.locator("#wrap-field-cause")).to_be_focused()  # by key: causes before meters
    page.fill("#wrap-field-state", "12,5")
    page.reload()
    expect(page.locator("#wrap-field-state")).to_have_value("12,5")
    solved = page.locator("#dispositions button").filter(has_text="Resuelto")
    solved.click()
    expect(page.locator("#banner-result")).to_contain_text("Complete la ficha: Causa.")
    expect(page.locator("#wrap-field-cause")).to_be_focused()
    page.select_option("#wrap-field-cause", "fuga")
    page.locator("#reasons button").first.click()
    solved.click()
    until(lambda: stage.requests and stage.requests[-1]["type"] == "Dispose", "the result", 15)
    assert stage.requests[-1]["pii_answers"] == {"state": "12.5", "cause": "fuga"}
    expect(page.locator("#wrap-field-state")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft-form-'))") == []
    page.goto(f"{stage.origin}/wallboard")
    opens(page, "[data-agent=agent2]")
    page.click("#supervise-excuse")
    wait_asked(stage, ("ExcuseWrapUp", "agent2"))
