"""Work orders in a real browser: a dispatcher's board by keyboard and by dragging, a technician's page by thumb."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import demo_orders
from crm_core.customers import Customer
from crm_core.work_orders import order_list, visits
from crm_core.work_orders.order_flow import Way
from crm_core.work_orders.order_list import OrderFilter
from crm_core.work_orders.work_orders import Author
from tests.e2e import layout
from tests.e2e.browser import Browser
from tests.e2e.stage import Stage, running_stage
from tests.e2e.test_every_page import faults_of

pytestmark = pytest.mark.integration
TECHNICIAN = demo_orders.TECHNICIANS[1]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running_stage(tmp_path_factory.mktemp("orders")) as running:
        yield running


def open_orders(stage: Stage, technician: str) -> list[int]:
    return [one.id for one in stage.store.read(order_list.orders_of, 1, technician)]


def test_a_dispatcher_gives_orders_by_keyboard_and_by_dragging(stage: Stage, browser: Browser) -> None:
    page = stage.page(browser, demo_orders.DISPATCHER)
    page.wait_for_url(re.compile("/work-orders$"))  # his home
    unassigned = page.locator(".column").first
    expect(unassigned.locator(".order-card")).to_have_count(6)
    expect(page.locator("#late")).to_contain_text("atrasadas")
    assert faults_of(page) == []
    page.keyboard.press("ArrowDown")
    number = int(page.evaluate("document.activeElement.dataset.id"))
    page.keyboard.press("a")
    page.select_option("#form [name=technician]", TECHNICIAN)
    page.click("#form [type=submit]")
    expect(unassigned.locator(".order-card")).to_have_count(5)
    assert number in open_orders(stage, TECHNICIAN)
    dragged = unassigned.locator(".order-card").first
    moved = int(dragged.get_attribute("data-id") or "")
    dragged.drag_to(page.locator(".column").nth(3))
    expect(unassigned.locator(".order-card")).to_have_count(4)
    assert any(moved in open_orders(stage, login) for login in demo_orders.TECHNICIANS)
    page.keyboard.press("n")
    page.select_option("#form [name=kind]", "leak")
    page.fill("#form [name=subject]", "Olor a gas <b>fuerte</b>")
    page.fill("#form [name=address]", "Suecia 482")
    page.keyboard.press("Enter")
    expect(unassigned.locator("[data-priority=urgent]", has_text="<b>fuerte</b>")).to_have_count(1)
    page.select_option("#by", "state")
    expect(page.locator(".column h2").last).to_contain_text("Cerrada")
    page.keyboard.press("Escape")
    page.locator(".order-card", has_text="fuerte").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#order h1")).to_have_text("Olor a gas <b>fuerte</b>")
    page.keyboard.press("x")
    page.select_option("#form [name=code]", "unsafe")
    page.fill("#form [name=text]", "Corté el paso")
    page.click("#form [type=submit]")
    expect(page.locator("#order")).to_contain_text("Emergencia: caso")
    expect(page.locator("#order .closing")).to_contain_text("Inseguro")
    assert faults_of(page) == []
    page.keyboard.press("r")
    page.click("#form [type=submit]")
    expect(page.locator("#order .glance").first).to_contain_text("Reabierta")
    page.goto(f"{stage.origin}/customers/1#cases")
    page.get_by_role("button", name="Nueva orden de trabajo").click()
    page.select_option("#form [name=kind]", "reading")
    page.fill("#form [name=subject]", "Leer el medidor")
    page.click("#form [type=submit]")
    expect(page.locator(".tab-cases")).to_contain_text("Leer el medidor")
    page.goto(f"{stage.origin}/reports#orders")
    expect(page.locator(".figures-table").first).to_contain_text("Todos")
    assert faults_of(page) == []


def test_a_dispatcher_sees_what_customers_booked_and_says_how_many_visits_there_can_be(
    stage: Stage, browser: Browser
) -> None:
    number = stage.store.write(booked_by_phone)
    page = stage.page(browser, demo_orders.DISPATCHER)
    card = page.locator(f".order-card[data-id='{number}']")
    expect(card).to_contain_text("☎ Pedida por teléfono · Confirmada")
    assert faults_of(page) == []
    page.click("#places")
    page.fill("#form [name=area]", "Maipú")
    page.fill("#form [name=weekday_morning]", "3")
    for empty in ("weekday_afternoon", "saturday_morning", "saturday_afternoon"):
        page.fill(f"#form [name={empty}]", "0")
    assert faults_of(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("#form")).to_be_hidden()
    page.click("#places")
    expect(page.locator("#form")).to_contain_text("Maipú, Todo tipo: 15 por semana")
    page.keyboard.press("Escape")
    card.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#order .facts")).to_contain_text("Pedida por teléfono")
    expect(page.locator("#order .case-history")).to_contain_text("El cliente confirmó la visita")
    assert faults_of(page) == []


def booked_by_phone(session: Session) -> int:
    """A visit that a customer booked and confirmed."""
    now = time.time()
    author = Author(account_id=1, login="flow", at=now, way=Way.PHONE, contact_id="c-1")
    customers = session.scalars(select(Customer.id).order_by(Customer.id.desc()).limit(60)).all()
    for customer in customers:
        [slot, *_] = visits.offered(session, 1, customer, "repair", now)
        came = visits.book(session, author, customer, "repair", slot)
        if came.order is not None and came.outcome == "booked":
            visits.answer(session, author, customer, came.order.id, "confirmed")
            return came.order.id
    raise AssertionError("every customer has a visit")


def test_a_technician_closes_his_order_with_a_thumb(stage: Stage, browser: Browser) -> None:
    page = stage.page(browser, TECHNICIAN, viewport={"width": 390, "height": 844}, has_touch=True)
    page.wait_for_url(re.compile("/my-orders$"))
    first = open_orders(stage, TECHNICIAN)[0]
    expect(page.locator("#current")).to_contain_text(f"#{first}")
    expect(page.locator("#figures")).to_contain_text("Todos")
    assert faults_of(page) == []
    layout.resize(page, "phone")
    if page.get_by_text("Llegué").count():
        page.tap("text=Llegué")
    expect(page.locator("#current .chips")).to_contain_text("En el lugar")
    page.tap("#close")
    page.tap("text=Falta un repuesto")
    page.tap("text=Agregar repuesto")
    page.select_option(".part-row select", "regulator")
    page.fill(".part-row input", "2")
    page.fill(".close-form textarea", "Falta la válvula grande")
    photo = {"name": "foto.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n photo"}
    page.locator(".close-form input[type=file]").set_input_files(photo)  # type: ignore[arg-type]
    assert faults_of(page) == []
    layout.resize(page, "phone")
    page.reload()  # a telephone forgets pages: what was chosen and typed is there again
    page.tap("#close")
    expect(page.locator(".close-form textarea")).to_have_value("Falta la válvula grande")
    page.locator(".close-form input[type=file]").set_input_files(photo)  # type: ignore[arg-type]
    page.tap(".close-form [type=submit]")
    expect(page.locator("#closed")).to_contain_text("Falta un repuesto")
    expect(page.locator("#current")).not_to_contain_text(f"#{first} ·")
    followed = stage.store.read(order_list.list_orders, 1, OrderFilter(parent_id=first), now=0.0).rows
    assert [one.state for one in followed] == ["created"]
    refused = page.goto(f"{stage.origin}/work-orders/{first}")  # the office's page is none of his
    assert refused is not None
    assert refused.status == 403


def test_a_dispatcher_keeps_technicians_their_pins_and_the_stock(stage: Stage, browser: Browser) -> None:
    page = stage.page(browser, demo_orders.DISPATCHER)
    page.goto(f"{stage.origin}/field-staff")
    expect(page.locator("#tab tbody tr")).to_have_count(len(demo_orders.TECHNICIANS))
    page.get_by_role("button", name=re.compile("^PIN nuevo")).first.press("Enter")
    page.fill("#form [name=pin]", "4821")
    page.fill("#form [name=twice]", "4812")
    page.keyboard.press("Enter")
    expect(page.locator("#form .wrong")).to_contain_text("no son iguales")
    assert page.input_value("#form [name=pin]") == "4821", "nothing typed is lost"
    assert faults_of(page) == []
    page.fill("#form [name=pin]", "")
    page.fill("#form [name=twice]", "")
    page.keyboard.press("Enter")
    expect(page.locator(".once output")).to_have_text(re.compile(r"^\d{4}$"))
    page.reload()
    expect(page.locator("#tab tbody tr")).to_have_count(len(demo_orders.TECHNICIANS))
    expect(page.locator(".once")).to_have_count(0)
    page.keyboard.press("Tab")
    page.locator("#tab-technicians").press("ArrowRight")
    expect(page.locator("#tab-parts")).to_be_focused()
    page.click("#add-one")
    page.fill("#form [name=key]", "tee")
    page.fill("#form [name=name]", "Unión <b>T</b>")
    page.fill("#form [name=code]", "99")
    page.keyboard.press("Enter")
    expect(page.locator("#tab")).to_contain_text("Unión <b>T</b>")
    page.click("#tab-stock")
    page.click("#add-one")
    page.select_option("#form [name=part]", "tee")
    page.fill("#form [name=quantity]", "12")
    page.keyboard.press("Enter")
    ledger = page.locator("#tab .panel").last.locator("tbody tr").first
    expect(ledger).to_contain_text("+12")
    page.get_by_role("button", name="Contar: Unión <b>T</b>, Bodega").press("Enter")
    page.fill("#form [name=quantity]", "11")
    page.keyboard.press("Enter")
    expect(ledger).to_contain_text("−1")
    expect(ledger).to_contain_text("Recuento")
    assert faults_of(page) == []
