"""A table in Latin-1 with semicolons is taken in and taken back in a real browser; two records become one by keys."""

from typing import Any

import pytest

from crm_core import duplicates
from crm_core.customers import add_customer
from tests.e2e.browser import Browser
from tests.e2e.people import SPANISH_SUPERVISOR
from tests.integration.daemon import RunningCenter

pytestmark = pytest.mark.integration

TABLE = "Cliente N°;Razón Social;RUT;Fono\n" + "".join(
    f"k{n};Panadería Ñuñoa {n};;9 7188 {n:04}\n" for n in range(700)
)
WRONG = "k9999;Ferretería;1-1;abc\n"


def test_a_latin_1_table_is_mapped_taken_in_and_taken_back(c: RunningCenter, browser: Browser) -> None:
    pia = browser.screen(c, "/log-in")
    pia.log_in(SPANISH_SUPERVISOR)
    pia.wait("location.pathname === '/wallboard'", "the wallboard")
    pia.open("/imports")
    pia.page.set_input_files(
        "#file",
        {"name": "clientes.csv", "mimeType": "text/csv", "buffer": (TABLE + WRONG).encode("latin-1")},
    )
    pia.wait_text("#import h2", "clientes.csv")
    selects = pia.page.locator(".mapping select")
    assert [selects.nth(place).input_value() for place in range(4)] == ["", "name", "rut", "phone"]
    selects.nth(0).select_option("external_id")
    selects.nth(3).select_option("")
    pia.wait_text("#import", "Código cliente")
    selects.nth(3).select_option("phone")
    pia.wait_text("#import .good", "Ningún error")
    pia.page.locator("#import h2").click()  # no field has the focus any more
    pia.press("s")
    pia.wait_text("#import .import-figures", "Filas rechazadas", 60)
    assert pia.page.locator("#import dd").all_inner_texts() == ["700", "0", "0", "1"]
    with pia.page.expect_download() as download:
        pia.press("d")
    rejects = download.value.path().read_text("utf-8-sig")
    assert "Ferretería" in rejects
    assert "no es un número de teléfono" in rejects
    pia.press("x")
    pia.wait_text("#confirm", "700 clientes nuevos")
    pia.page.click("#confirm-undo")
    pia.wait_text("#import", "No quedó nada", 60)
    assert pia.complaints == []


def test_two_records_become_one_by_a_key_and_two_again(c: RunningCenter, browser: Browser) -> None:
    def twice(session: Any) -> None:
        for surname in ("Pérez", "Peres"):
            add_customer(session, 1, now=1.0, name="Rosa María", surname=surname, birth_date="1984-03-27")
        duplicates.search(session, 1, now=2.0)

    c.store.write(twice)
    pia = browser.screen(c, "/log-in")
    pia.log_in(SPANISH_SUPERVISOR)
    pia.wait("location.pathname === '/wallboard'", "the wallboard")
    pia.open("/duplicates")
    pia.wait_text("#pair", "Rosa María Peres")
    pia.press("ArrowLeft")
    pia.wait_text("#told", "Rosa María Pérez")
    pia.wait("!document.getElementById('none').hidden", "no pair any more")
    pia.press("u")
    pia.wait_text("#pair", "Rosa María Peres")
    pia.press("d")
    pia.wait_text("#told", "dos clientes")
    pia.wait("!document.getElementById('none').hidden", "no pair any more")
    assert pia.complaints == []
