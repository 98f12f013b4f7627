"""Pages: who may open them, where a log-in leads, what stands at their top."""

from typing import Any

from agent_console.pages import MENUS, PAGES
from crm_core.agents import add_agent, agent
from tests.unit.agent_console.conftest import PASSWORD


def test_a_log_in_leads_to_the_page_of_one_customer_that_was_wanted(office: Any) -> None:
    browser = office.browser()
    asked = browser.get("/customers/17")
    assert asked.headers["Location"] == "/log-in?next=/customers/17"
    answer = browser.post(asked.headers["Location"], data={"login": "agent", "password": PASSWORD})
    assert answer.headers["Location"] == "/customers/17"


def test_a_log_in_leads_nowhere_else(office: Any) -> None:
    for wanted in (
        "//elsewhere.example",
        "/customers/17/../x",
        "/customers/1x",
        "/customers/1\n",
        "/api/v1/me",
    ):
        answer = office.browser().post(
            "/log-in", query_string={"next": wanted}, data={"login": "agent", "password": PASSWORD}
        )
        assert answer.headers["Location"] == "/", wanted


def test_the_page_of_one_customer_stands_under_customers(office: Any) -> None:
    page = office.browser("agent").get("/customers/17").get_data(as_text=True)
    assert 'data-customer="17"' in page
    assert '<a href="/customers" aria-current="page">' in page


def test_the_search_box_is_on_the_pages_of_those_who_may_read_customers(office: Any) -> None:
    assert 'id="find"' in office.browser("agent").get("/desk").get_data(as_text=True)
    assert 'id="find"' not in office.browser().get("/log-in").get_data(as_text=True)


def test_tabs_are_those_that_the_reader_may_see(office: Any) -> None:
    page = office.browser("campaign_manager").get("/customers/1").get_data(as_text=True)
    assert 'data-tab="data"' in page
    assert 'data-tab="cases"' not in page


def test_the_key_of_a_page_is_a_number(office: Any) -> None:
    assert office.browser("agent").get("/customers/rosa").status_code == 404


def test_an_address_that_nothing_answers_to_is_told_in_the_readers_words(office: Any) -> None:
    answer = office.browser("agent").get("/customer", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert 'href="/"' in answer.text
    assert "Esta página no existe" in answer.text
    stranger = office.browser().get("/customer", headers={"Accept-Language": "en"})
    assert "There is no such page" in stranger.text
    assert "<h1>Not Found</h1>" in office.browser().get("/static/js/nothing.js").text


def test_every_page_stands_in_one_menu() -> None:
    assert sorted(name for inside in MENUS.values() for name in inside) == sorted(PAGES)


def test_a_menu_holds_what_one_may_open_and_a_single_page_stands_by_itself(office: Any) -> None:
    page = office.browser("technician").get("/my-orders").get_data(as_text=True)
    assert '<a href="/my-orders" aria-current="page">' in page
    assert '<details class="menu"' not in page
    page = office.browser("supervisor").get("/duplicates").get_data(as_text=True)
    assert page.count('<summary aria-current="true">') == 1
    assert 'href="/desk"' not in page


def test_a_telephone_in_the_wallboard_is_offered_to_who_has_none_on_his_desk(office: Any) -> None:
    wallboard = office.browser("supervisor")
    assert 'id="phone-light"' not in wallboard.get("/wallboard").text
    office.store.write(add_agent, login="supervisor", extension="1999", skills={}, browser_phone=True)
    assert 'id="phone-light"' in wallboard.get("/wallboard").text
    office.store.write(lambda session: setattr(agent(session, "supervisor"), "browser_phone", False))
    assert 'id="phone-light"' not in wallboard.get("/wallboard").text
