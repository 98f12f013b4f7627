"""The wallboard when it matters: two thousand callers at once, a feed that is lost, a screen on the wall."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from ctiserver.core.events import NodeEntered
from tests.e2e import layout, scenes
from tests.e2e.browser import Browser
from tests.e2e.readme import picture
from tests.e2e.stage import SPANISH, Stage, running_stage

pytestmark = pytest.mark.integration

_LOOK = """() => {
  window.paints = 0;
  window.lookedAt = performance.now();
  new MutationObserver(() => { window.paints += 1; })
    .observe(document.querySelector('#contacts tbody'), { childList: true });
}"""
_PAINTS = "[window.paints, (performance.now() - window.lookedAt) / 1000]"
_ROWS = "document.querySelectorAll('#contacts tbody tr').length"
_PAINTS_A_SECOND = 2


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running_stage(tmp_path_factory.mktemp("stage")) as running:
        yield running


@pytest.fixture
def wallboard(stage: Stage, browser: Browser) -> Iterator[Page]:
    stage.scene = scenes.morning
    yield stage.page(browser, SPANISH)
    browser.close_pages()


def test_an_ordinary_morning_is_seen_at_a_glance(stage: Stage, browser: Browser) -> None:
    stage.scene = scenes.morning
    wallboard = stage.page(browser, "supervisor")
    wallboard.goto(f"{stage.origin}/wallboard", wait_until="networkidle")
    expect(wallboard.locator("#contacts [data-contact]")).to_have_count(6)
    expect(wallboard.locator("#queues")).to_contain_text("78 %")
    expect(wallboard.locator("#alarms")).to_contain_text("Más del umbral en Servicio al cliente: 2")
    picture(wallboard, "supervisor")
    browser.close_pages()


def test_two_thousand_waiting_leave_the_page_quick_and_can_all_be_seen(stage: Stage, wallboard: Page) -> None:
    crowd = scenes.crowd(time.time())
    stage.scene = lambda _now: crowd
    wallboard.goto(f"{stage.origin}/wallboard")
    expect(wallboard.locator("#contact-count")).to_have_text("2006")
    expect(wallboard.locator("#queues")).to_contain_text("2003")
    wallboard.evaluate(_LOOK)
    for seq in range(2, 22):  # two seconds of a busy center: ten changes a second
        moved = NodeEntered(at=time.time(), contact=f"c{2000 - seq}", node="other", kind="menu")  # type: ignore[arg-type]
        crowd.apply(moved)
        crowd.seq = seq
        stage.tell(seq, [moved])
        wallboard.wait_for_timeout(100)
    assert wallboard.evaluate(_ROWS) == 100
    paints, seconds = wallboard.evaluate(_PAINTS)
    assert 0 < paints <= seconds * _PAINTS_A_SECOND + 1
    expect(wallboard.locator("#earlier")).to_be_disabled()
    first = wallboard.locator("#contacts tbody tr").first
    before = first.get_attribute("data-contact")
    assert before
    wallboard.click("#later")
    expect(first).not_to_have_attribute("data-contact", before)
    expect(wallboard.locator("#shown")).to_have_text("101 a 200 de 2006; primero quien más espera")
    assert layout.faults(wallboard) == []


def test_a_lost_feed_is_said_and_healed(stage: Stage, wallboard: Page) -> None:
    wallboard.goto(f"{stage.origin}/wallboard?kiosk=1")
    expect(wallboard.locator("#queues")).to_contain_text("78 %")
    expect(wallboard.locator(".pages")).to_be_hidden()
    stage.scene = None
    expect(wallboard.locator("#banner-feed")).to_be_visible(timeout=45_000)
    assert layout.faults(wallboard) == []
    stage.scene = scenes.empty
    expect(wallboard.locator("#banner-feed")).to_be_hidden(timeout=45_000)
    expect(wallboard.locator("#contacts")).to_contain_text("No hay contactos")
    expect(wallboard.locator("#queues")).not_to_contain_text("78 %")


def test_figures_of_yesterday_are_gone_at_midnight_without_any_event(stage: Stage, wallboard: Page) -> None:
    view = scenes.morning(time.time())
    stage.scene = lambda _now: view
    wallboard.goto(f"{stage.origin}/wallboard")
    expect(wallboard.locator("#queues")).to_contain_text("78 %")
    for row in view.queues.values():  # said once the page is there, however long it took to load
        row.day_ends_at = time.time() + 6.0
    expect(wallboard.locator("#queues")).not_to_contain_text("78 %", timeout=45_000)
