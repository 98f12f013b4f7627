"""Customers in a real browser by keyboard: found from any page, seen at a glance, changed with a source."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import customers, merges, payment_promises
from crm_core.cases import Case
from crm_core.phone_numbers import E164
from crm_core.product_offers import choice, decisions, offers
from crm_core.product_offers.offers import OfferDecision
from crm_core.products import define_product
from crm_core.provenance import Origin, Source
from crm_core.relationships import Relationship
from crm_core.value import value_classes
from ctiserver.core.live_view import LiveView
from tests.e2e import layout, scenes
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


def test_relatives_and_files_are_kept_with_who_said_so_and_a_merge_is_parted(
    stage: Stage, rosa: int, page: Page
) -> None:
    twin = stage.store.write(
        lambda session: customers.add_customer(session, 1, name="Rosita", surname="Ñancupil", now=1.6e9).id
    )
    stage.store.write(merges.merge, 1, rosa, twin, by="sofia", now=time.time())
    page.goto(f"{stage.origin}/customers/{rosa}?contact=c7#data")
    page.get_by_role("button", name="Agregar: Con quién se relaciona").press("Enter")
    page.select_option("#form [name=kind]", "works_at")
    page.fill("#form [name=other]", "cifuentes")
    expect(page.locator("#other-list [aria-selected=true]")).to_contain_text("Cifuentes")
    assert faults(page) == []
    page.press("#form [name=other]", "Enter")  # takes the one that is marked, and sends nothing yet
    expect(page.locator("#other-list")).to_be_hidden()
    page.fill("#form [name=role]", "tesorera")
    page.select_option("#form [name=source]", "customer")
    page.press("#form [name=role]", "Enter")
    relative = page.locator(".row-of", has_text="Cifuentes")
    expect(relative).to_contain_text("Trabaja en")
    relative.get_by_role("button", name="Cambiar").press("Enter")
    page.fill("#form [name=role]", "gerenta")
    page.select_option("#form [name=source]", "document")
    page.press("#form [name=role]", "Enter")
    expect(relative).to_contain_text("gerenta · Un documento")
    relative.get_by_role("button", name="Ya no es").press("Enter")
    expect(relative).to_have_attribute("data-gone", "true")
    assert (
        stage.store.read(
            lambda session: (
                session.scalars(select(Relationship).where(Relationship.contact_id == "c7")).one().role
            )
        )
        == "gerenta"
    )

    page.keyboard.press("7")
    page.locator("#new-file").press("Enter")
    file: Any = {"name": "contrato.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 firmado"}
    page.set_input_files("#form [name=file]", {**file, "buffer": b"MZ\0"})
    page.select_option("#form [name=source]", "document")
    page.click("#form [type=submit]")
    expect(page.locator("#form .wrong")).to_contain_text("no se guarda")
    page.set_input_files("#form [name=file]", file)
    page.click("#form [type=submit]")
    row = page.locator(".row-of:has(a)", has_text="contrato.pdf")
    expect(row).to_contain_text("Un documento")
    with page.expect_download() as download:
        row.get_by_role("link").click()
    assert download.value.path().read_bytes() == b"%PDF-1.7 firmado"
    assert faults(page) == []
    row.get_by_role("button", name="Mandar por fax").press("Enter")
    page.locator("#form [type=submit]").press("Enter")
    expect(page.locator(".row-of:has(.tag)")).to_contain_text("Espera contrato.pdf")
    row.get_by_role("button", name="Borrar").press("Enter")
    page.locator("#form [type=submit]").press("Enter")
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Separar: Rosita").press("Enter")
    expect(page.locator(".row-of", has_text="Rosita")).to_contain_text("separada por")


def test_a_case_an_order_a_promise_an_offer_and_a_class_leave_the_page_of_the_call_alone(
    stage: Stage, page: Page
) -> None:
    customer_id = stage.store.write(_someone_to_offer_to)
    stage.scene = lambda now: _of(scenes.morning(now), customer_id)
    page.goto(f"{stage.origin}/desk?plain_audio")
    expect(page.locator(".pop-acts button")).to_have_count(5)
    told = page.locator(".pop-acts .told")
    page.keyboard.press("Alt+Shift+C")
    expect(page.locator("#form [name=customer]")).to_have_value(re.compile("Undurraga"))
    expect(page.locator("#form [name=reason]")).to_have_value("billing")  # as the menu suggests
    page.select_option("#form [name=kind]", "information")
    page.fill("#form [name=subject]", "Boleta duplicada")
    page.press("#form [name=subject]", "Enter")
    expect(told).to_contain_text("abierto")
    kept = stage.store.read(
        lambda session: session.scalars(select(Case).where(Case.contact_id == "t0")).one()
    )
    assert (kept.customer_id, kept.contact_id, kept.reason) == (customer_id, "t0", "billing")

    page.keyboard.press("Alt+Shift+O")
    page.select_option("#form [name=product]", "hose")
    page.press("#form [name=quantity]", "Enter")
    expect(told).to_contain_text("P-0000")
    page.keyboard.press("Alt+Shift+P")
    page.fill("#form [name=amount]", "9000")
    page.fill("#form [name=day]", f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d}")
    page.press("#form [name=day]", "Enter")
    expect(told).to_contain_text("Promesa")
    [promise] = stage.store.read(payment_promises.promises, 1, customer_id, now=time.time())
    assert (promise.payment.amount_minor, promise.payment.contact_id, promise.state) == (9000, "t0", "open")

    page.keyboard.press("Alt+Shift+B")
    expect(page.locator(".offer-place blockquote")).to_have_text("Por mil pesos más, otra manguera.")
    assert faults(page) == []
    page.locator(".offer-place [data-answer=later]").press("Enter")
    page.select_option("#form [name=feeling]", "4")
    page.fill("#form [name=reason]", "Lo conversa en casa")
    page.press("#form [name=reason]", "Enter")
    expect(page.locator(".offer-place")).to_contain_text("Anotado")
    said = stage.store.read(lambda session: session.scalars(select(OfferDecision)).one())
    assert (said.answer, said.feeling, said.reason) == ("later", 4, "Lo conversa en casa")
    page.get_by_role("button", name="Poner una clase a mano").press("Enter")
    page.select_option("#form [name=value_class]", "B")
    page.fill("#form [name=reason]", "Reclamo grave")
    page.fill("#form [name=until]", f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}")
    page.press("#form [name=until]", "Enter")
    expect(told).to_contain_text("Clase cambiada")
    by_hand = stage.store.read(value_classes.by_hand, 1, customer_id)
    assert by_hand is not None
    assert (by_hand.value_class, by_hand.reason, by_hand.by) == ("B", "Reclamo grave", SPANISH)
    assert page.url.startswith(f"{stage.origin}/desk")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Abrir ficha").click()
    opened.value.wait_for_url("**/customers/*contact=t0*")
    expect(opened.value.locator("#head")).to_contain_text("Prometió")


def _someone_to_offer_to(session: Session) -> int:
    """A customer who is not in this month's control group, and something to offer him."""
    now = time.time()
    define_product(session, 1, "hose", now=now, name="Manguera", price_minor=4_990)
    line = {"line_es": "Por mil pesos más, otra manguera.", "line_en": "Another hose for a little more."}
    offers.save(
        session, 1, {"name": "Manguera", "product": "hose", "margin_minor": 900, **line}, by="pia", now=now
    )
    month = decisions.round_of(session, 1, now)
    return next(number for number in range(20, 80) if not choice.in_control(1, number, month))


def _of(view: LiveView, customer_id: int) -> LiveView:
    """The picture with another customer at the agents' telephones."""
    for key in ("t0", "t1"):
        contact = view.contacts[key]  # type: ignore[index]
        contact.candidates = tuple(
            msgspec.structs.replace(one, customer_id=customer_id) for one in contact.candidates
        )
    return view
