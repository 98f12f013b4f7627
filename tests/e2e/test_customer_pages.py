"""Customers in a real browser by keyboard: found from any page, seen at a glance, changed with a source."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from crm_core import customers
from crm_core.phone_numbers import E164
from crm_core.provenance import Origin, Source
from tests.e2e import layout
from tests.e2e.browser import Browser
from tests.e2e.stage import SPANISH, Stage, running_stage

pytestmark = pytest.mark.integration
NAME = "Rosa <b>María</b>"
NUMBER = E164("+56922228888")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running_stage(tmp_path_factory.mktemp("customers")) as running:
        yield running


@pytest.fixture(scope="module")
def rosa(stage: Stage) -> int:
    """A customer whose name is as hard as names come; a file says her surname."""

    def add(session: Session) -> int:
        file = Origin(source=Source.FILE, by="carga")
        names = {"name": NAME, "surname": "Ñancupil", "second_surname": "Huenchumilla"}
        return customers.add_customer(session, 1, phones=[NUMBER], origin=file, now=1.6e9, **names).id

    return stage.store.write(add)


@pytest.fixture
def page(stage: Stage, browser: Browser) -> Page:
    return stage.page(browser, SPANISH)


def change(stage: Stage, customer_id: int, source: Source, by: str, **fields: Any) -> None:
    """Somebody else saves."""
    stage.store.write(
        lambda session: customers.change_customer(
            session,
            1,
            customer_id,
            expected_version=None,
            origin=Origin(source=source, by=by),
            now=time.time(),
            **fields,
        )
    )


def faults(page: Page) -> list[str]:
    found = []
    for size in layout.SIZES:
        layout.resize(page, size)
        found += layout.faults(page)
    layout.resize(page, "wide")
    return found


def test_a_customer_is_found_seen_and_changed_with_a_source(stage: Stage, rosa: int, page: Page) -> None:
    page.goto(f"{stage.origin}/customers")
    expect(page.locator("#rows li")).to_have_count(50)
    page.keyboard.press("/")
    page.keyboard.type("nancupil")  # accents are ignored
    found = page.locator("#find-list a[aria-selected=true]")
    expect(found).to_contain_text("por nombre")
    assert page.locator("#find").get_attribute("aria-activedescendant") == "find-0"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/customers/{rosa}"))
    expect(page.locator("#head h1")).to_have_text(f"{NAME} Ñancupil Huenchumilla")  # text, never HTML
    expect(page.locator("#head")).to_contain_text("0 casos abiertos")
    expect(page.locator("#head .may")).to_have_count(2)
    expect(page.locator(".timeline li").first).to_contain_text("Etapa")
    for key in "23456":
        page.keyboard.press(key)
        expect(page.locator(f"[role=tab]:nth-child({key})")).to_have_attribute("aria-selected", "true")
        assert faults(page) == []

    page.keyboard.press("2")
    row = page.locator("[data-field=surname]")
    row.locator(".edit").press("Enter")
    page.keyboard.type("Ñancupil Rojas")
    page.keyboard.press("Enter")
    expect(row.locator("form")).to_be_visible()  # who said so is asked first
    row.locator("select").select_option("customer")
    page.locator("#tab-has").click()  # a look at something else keeps what is being typed
    expect(page.locator("#new-order")).to_be_visible()
    page.locator("#tab-data").click()
    expect(row.locator("select")).to_have_value("customer")
    change(stage, rosa, Source.DOCUMENT, "ann", surname="Ñankupil")
    row.locator("input").press("Enter")
    expect(row.locator(".problem")).to_contain_text("ann cambió Apellido")
    expect(row.locator(".problem")).to_contain_text("«Ñankupil»")
    expect(row.locator("input")).to_have_value("Ñancupil Rojas")  # nothing typed is lost
    row.locator("input").press("Enter")
    expect(row.locator(".value").first).to_have_text("Ñankupil")  # a document is trusted more
    expect(row.locator(".conflict")).to_contain_text("Ñancupil Rojas")
    assert faults(page) == []
    row.locator(".conflict p", has_text="Ñancupil Rojas").get_by_role("button").press("Enter")
    expect(row.locator(".conflict")).to_have_count(0)
    expect(page.locator("#head h1")).to_contain_text("Ñancupil Rojas")
    row.locator(".edit").press("Enter")
    page.keyboard.press("Escape")
    expect(row.locator(".edit")).to_be_focused()


def test_an_order_and_a_new_number_are_written_down_during_the_call(
    stage: Stage, rosa: int, page: Page
) -> None:
    page.goto(f"{stage.origin}/customers/{rosa}#has")
    page.locator("#new-order").press("Enter")
    page.fill("#form [name=text]", "Cilindro de 15 kg")
    page.fill("#form [name=price]", "23990")
    page.press("#form [name=price]", "Enter")
    expect(page.locator(".tab-has")).to_contain_text("P-000001")
    expect(page.locator("#head")).to_contain_text("1 pedido en curso")
    page.keyboard.press("2")
    page.get_by_role("button", name="Agregar: Teléfonos").press("Enter")
    page.fill("#form [name=value]", "12")
    page.select_option("#form [name=source]", "customer")
    page.press("#form [name=value]", "Enter")
    expect(page.locator("#form .wrong")).to_contain_text("teléfono completo")
    page.fill("#form [name=value]", "9 3333 7777")
    page.press("#form [name=value]", "Enter")
    expect(page.locator(".tab-data")).to_contain_text("+56933337777")


def test_a_new_customer_is_compared_with_those_that_there_are(stage: Stage, rosa: int, page: Page) -> None:
    page.goto(f"{stage.origin}/customers")
    page.wait_for_selector("#rows li")
    page.keyboard.press("n")
    page.fill("#form [name=name]", "Pedro")
    page.fill("#form [name=surname]", "Huenchumilla")
    page.fill("#form [name=phone]", "9 2222 8888")
    page.press("#form [name=phone]", "Enter")
    expect(page.locator("#form .alike")).to_contain_text("por teléfono")
    page.select_option("#form [name=source]", "customer")
    page.press("#form [name=email]", "Enter")
    page.wait_for_url(re.compile(r"/customers/\d+"))
    expect(page.locator("#head h1")).to_have_text("Pedro Huenchumilla")


def test_the_page_that_holds_the_call_is_never_left(stage: Stage, rosa: int, page: Page) -> None:
    page.goto(f"{stage.origin}/desk?plain_audio")
    with page.expect_popup() as opened:
        page.keyboard.press("/")
        page.keyboard.type("+56922228888")
        page.keyboard.press("Enter")
    opened.value.wait_for_url("**/customers/*")
    assert page.url.startswith(f"{stage.origin}/desk")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("huenchumilla")
    expect(page.locator("#palette-list li").first).to_contain_text("Huenchumilla")


def test_a_person_is_held_back_by_law_then_erased_with_the_name_typed(page: Page, stage: Stage) -> None:
    eva = stage.store.write(
        lambda session: customers.add_customer(session, 1, now=1.6e9, name="Eva", surname="Ríos").id
    )
    page.goto(f"{stage.origin}/customers/{eva}")
    page.get_by_role("link", name="Datos personales").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Eva Ríos")
    page.get_by_label("Por qué deben quedar los datos").fill("juicio 12")
    page.keyboard.press("Enter")
    expect(page.locator("#forbidden")).to_contain_text("retención legal")
    expect(page.locator("#erase")).to_be_hidden()
    page.get_by_role("button", name="Levantar").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Descargar todos los datos").click()
    assert download.value.suggested_filename == f"customer-{eva}.zip"
    page.locator("#ground").select_option("asked")
    button = page.get_by_role("button", name="Borrar para siempre")
    page.get_by_label("Escriba el nombre").fill("Eva")
    expect(button).to_be_disabled()
    page.get_by_label("Escriba el nombre").fill("eva rios")
    button.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Esta persona fue borrada")
    page.goto(f"{stage.origin}/customers/{eva}")
    expect(page.locator("#head")).to_contain_text("No existe")
