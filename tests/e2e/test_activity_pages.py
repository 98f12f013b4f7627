"""An agent's calendar in a real browser by keyboard: overdue first, planned, moved, passed on, done."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import activities
from crm_core.activities import Activity
from tests.e2e.browser import Browser
from tests.e2e.stage import ENGLISH, SPANISH, Stage, running_stage
from tests.e2e.test_every_page import faults_of

pytestmark = pytest.mark.integration
HOUR = 3600.0


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running_stage(tmp_path_factory.mktemp("activities")) as running:
        yield running


def _plan(session: Session) -> None:
    now = time.time()
    fields = {"owner": SPANISH, "by": SPANISH, "now": now}
    late, soon = now - 30 * HOUR, now + 50 * HOUR
    activities.add_activity(session, 1, kind="call", subject="Llamar", due_at=late, customer_id=1, **fields)  # type: ignore[arg-type]
    activities.add_activity(session, 1, kind="visit", subject="Visitar", due_at=soon, remind_at=now, **fields)  # type: ignore[arg-type]


def _kept(stage: Stage, subject: str) -> Activity:
    return stage.store.read(
        lambda session: session.scalars(select(Activity).where(Activity.subject == subject)).one()
    )


def test_a_calendar_is_kept_by_keyboard(stage: Stage, browser: Browser) -> None:
    stage.store.write(_plan)
    page = stage.page(browser, SPANISH)
    page.goto(f"{stage.origin}/activities")
    rows = page.locator(".agenda-rows li")
    expect(rows).to_have_count(2)
    expect(page.locator("#agenda h2").first).to_have_text("Atrasado")
    expect(page.locator("#late")).to_have_text("1 con atraso")
    expect(page.locator("#banners")).to_contain_text("Visitar", timeout=45_000)  # pushed when it is due
    page.locator("#banners button").click()
    assert faults_of(page) == []

    page.keyboard.press("n")
    page.keyboard.type("Enviar contrato")
    _at(page, 4 * HOUR)
    page.press("#form [name=subject]", "Enter")
    expect(rows).to_have_count(3)
    contract = _kept(stage, "Enviar contrato")
    assert (contract.owner, contract.remind_at) == (SPANISH, contract.due_at - 600)

    page.keyboard.press("j")  # the first, then the next
    page.keyboard.press("j")
    expect(page.locator("li:focus")).to_contain_text("Enviar contrato")
    page.keyboard.press("Enter")
    _at(page, 5 * HOUR)
    page.select_option("#form [name=before]", "none")
    page.fill("#form [name=customer]", "luis cifuentes eirl")
    expect(page.locator("#customer-list [aria-selected=true]")).to_contain_text("Cifuentes")
    page.press("#form [name=customer]", "Enter")
    page.press("#form [name=subject]", "Enter")
    expect(rows.nth(1)).to_contain_text("Cifuentes")
    moved = _kept(stage, "Enviar contrato")
    assert (moved.customer_id, moved.remind_at) == (1, None)
    assert moved.due_at == contract.due_at + HOUR

    page.keyboard.press("p")
    page.select_option("#form [name=owner]", ENGLISH)
    page.locator("#form [type=submit]").press("Enter")
    expect(rows).to_have_count(2)
    rows.first.focus()
    page.keyboard.press("d")
    page.fill("#form [name=result]", "No contesta")
    page.locator("#form [type=submit]").press("Enter")
    expect(rows).to_have_count(1)
    assert _kept(stage, "Llamar").done_at is not None
    page.keyboard.press("x")
    page.locator("#form [type=submit]").press("Enter")
    expect(page.locator("#none")).to_be_visible()
    assert _kept(stage, "Visitar").cancelled_at is not None
    page.select_option("#owner", "")
    expect(rows).to_contain_text(["Enviar contrato"])


def _at(page: Page, seconds: float) -> None:
    """Put the form's time so far ahead, to the whole hour."""
    at = time.time() // HOUR * HOUR + seconds
    local = page.evaluate(
        "(at) => new Date((at - new Date(at * 1000).getTimezoneOffset() * 60) * 1000).toISOString().slice(0, 16)",
        at,
    )
    page.fill("#form [name=due_at]", local)
