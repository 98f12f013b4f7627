"""Reports in a real browser: figures with their formula, from a number to its contacts, a table taken away."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.contract.recorded_calls import Calls
from tests.e2e.browser import Browser
from tests.e2e.stage import SPANISH, Stage, running_stage
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
    page.locator(".figure", has=page.get_by_text("Abandonadas", exact=True)).get_by_role("button").click()
    expect(page.locator("#behind tbody a")).to_have_attribute("href", "/contacts/r-1")
    page.select_option("#choice-value_class", "B")
    expect(page.locator("#tab")).to_contain_text("No hay nada en este período")
    page.select_option("#choice-value_class", "")
    page.locator("#tab-queues").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab")).to_contain_text("Cada persona puede ver quién miró sus cifras")
    assert faults_of(page) == []


def test_a_supervisor_reads_from_the_figure_down_to_the_contact(stage: Stage, browser: Browser) -> None:
    page = stage.page(browser, SPANISH)
    page.goto(f"{stage.origin}/reports#ivr")
    expect(page.locator(".figure", has=page.get_by_text("Entraron", exact=True)).locator("b")).to_have_text(
        "3"
    )
    expect(page.locator(".figure", has=page.get_by_text("Contención", exact=True))).to_contain_text(
        "resueltas / entraron"
    )
    expect(page.locator(".report-ivr .grid tbody tr").first).to_contain_text("Hello")
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
    page.select_option("#period", "yesterday")
    expect(page.locator("#banner-report")).to_have_count(0)
    expect(page.locator("#tab")).to_contain_text("No hay nada en este período")
