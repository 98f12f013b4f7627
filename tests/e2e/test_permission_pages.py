"""Permission in a real browser: by keyboard from a number to an answer, and a row of the law confirmed with a name."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from crm_core.contact_points import keep_email
from crm_core.customers import add_customer
from crm_core.phone_numbers import E164
from crm_core.provenance import UNKNOWN_ORIGIN
from tests.e2e import layout
from tests.e2e.browser import Browser
from tests.e2e.stage import NAMES, SPANISH, Stage, running_stage

pytestmark = pytest.mark.integration
NUMBER = E164("+56922229999")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running_stage(tmp_path_factory.mktemp("permission")) as running:
        yield running


def test_a_person_finds_out_writes_down_and_confirms_by_keyboard(stage: Stage, browser: Browser) -> None:
    def family(session: Session) -> None:
        for name in ("Rosa", "Luis"):
            one = add_customer(session, 1, name=name, surname="Muñoz Peña", phones=[NUMBER], now=1.0)
            keep_email(session, 1, one.id, f"{name.lower()}@example.cl", origin=UNKNOWN_ORIGIN, now=1.0)

    stage.store.write(family)
    page = stage.page(browser, SPANISH)
    page.goto(f"{stage.origin}/permission")
    page.focus("#who-number")
    page.keyboard.type("9 2222 9999")
    page.keyboard.press("Enter")
    expect(page.locator("#people button")).to_have_count(2)
    expect(page.locator(".ways tbody tr")).to_have_count(8)
    page.focus("[name=source]")
    page.keyboard.type("llamada")
    page.keyboard.press("Enter")  # a consent without the words that he was asked
    expect(page.locator(".consent .problem")).to_contain_text("con qué palabras")
    assert page.input_value("[name=source]") == "llamada"  # nothing typed is lost
    page.click(".consent [value=revoked]")
    expect(page.locator(".may[data-may=false]")).to_have_count(14)  # all but the emergency
    page.locator("#new-letter").press("Enter")
    page.focus("#form [name=subject]")
    page.keyboard.type("Fuga en su calle")
    page.keyboard.press("Tab")
    page.keyboard.type("Ventile la casa.")
    page.click("#form [type=submit]")
    expect(page.locator("#form .wrong")).to_contain_text(
        "consentimiento"
    )  # the rule, and nothing typed is lost
    page.select_option("#form [name=purpose]", "emergency")
    page.click("#form [type=submit]")
    page.locator(".letter button").press("Enter")
    expect(page.locator(".letter")).to_contain_text("Espera")
    expect(page.locator(".letter-text")).to_have_text("Ventile la casa.")
    for size in layout.SIZES:
        layout.resize(page, size)
        assert layout.faults(page) == []
    layout.resize(page, "wide")
    page.goto(f"{stage.origin}/legal-profiles")
    page.select_option("#law-country", "CL")
    page.locator("#law tbody tr", has_text="cl-sales").get_by_role("button").press("Enter")
    page.locator("#confirm-law-yes").press("Enter")
    confirmed = page.locator("#law tbody tr[data-confirmed=true]")
    expect(confirmed).to_contain_text(NAMES[SPANISH])
