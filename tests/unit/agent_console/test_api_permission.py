"""Permission over REST: who may write what, and that a refusal is told in words."""

from typing import Any
from zoneinfo import ZoneInfo

from agent_console.permission_words import in_words
from ctiserver.core.permit import Refused, Rule

MONDAY_10 = 1_789_390_800.0  # 14 September 2026, 10:00 in Santiago
SOMEBODY = {"channel": "phone", "purpose": "sales", "address": "9 2222 0001"}


def may_i(browser: Any, **changes: Any) -> Any:
    return browser.post("/api/v1/customers/1/may-i", json=SOMEBODY | changes).json


def test_consents_are_written_down_with_their_source_and_taken_back(office: Any) -> None:
    office.now = MONDAY_10
    browser = office.browser("agent")
    given = {
        "channel": "phone",
        "purpose": "sales",
        "given": True,
        "source": "call",
        "wording": "May we call?",
    }
    wrong = browser.post("/api/v1/customers/1/consents", json=given | {"wording": ""})
    assert (wrong.status_code, wrong.json["error_id"]) == (409, "consent_without_source")
    assert browser.post("/api/v1/customers/1/consents", json=given).json["by"] == "agent"
    office.now += 60
    browser.post("/api/v1/customers/1/consents", json=given | {"given": False})
    said = browser.get("/api/v1/customers/1/consents").json["items"]
    assert [one["given"] for one in said] == [False, True]
    answer = may_i(browser)
    assert (answer["permitted"], answer["rule"]) == (False, "consent_revoked")
    assert "consentimiento" in answer["words"]
    assert office.browser("other").get("/api/v1/customers/1/consents").status_code == 404


def test_may_i_says_until_when(office: Any) -> None:
    office.now = MONDAY_10
    browser = office.browser("agent")
    assert may_i(browser) | {"words": ""} == {
        "permitted": True,
        "rule": None,
        "until": None,
        "row": "",
        "words": "",
    }
    assert may_i(browser, automatic=True)["rule"] == "unconfirmed"
    office.now += 12 * 3600
    night = may_i(browser)
    assert (night["rule"], night["until"], night["row"]) == ("hours", MONDAY_10 + 22 * 3600, "house-hours")
    assert "08:00" in night["words"]
    assert may_i(browser, address="no number")["error_id"] == "wrong_address"


def test_the_page_of_a_customer_shows_every_way_and_purpose(office: Any) -> None:
    office.now = MONDAY_10
    shown = office.browser("agent").get("/api/v1/customers/1/permission").json
    assert shown["name"] == "Rosa"
    assert len(shown["ways"]) == 8
    assert {way["rule"] for way in shown["ways"]} == {None}
    owners = office.browser("agent").get("/api/v1/permission/customers?number=9%202222%200001").json
    assert owners == [{"customer_id": 1, "name": "Rosa"}]


def test_who_asks_goes_on_the_list_and_an_administrator_takes_him_off(office: Any) -> None:
    office.now = MONDAY_10
    agent, boss = office.browser("agent"), office.browser("administrator")
    entry = agent.post("/api/v1/do-not-call", json={"address": "9 2222 0001", "source": "call"}).json
    assert entry["address"] == "+56922220001"
    assert may_i(agent)["rule"] == "do_not_call"
    assert agent.delete(f"/api/v1/do-not-call/{entry['id']}").status_code == 403
    found = agent.get("/api/v1/do-not-call?contains=2222").json
    assert ([one["id"] for one in found["entries"]], found["counts"]) == ([entry["id"]], {"own": 1})
    assert boss.delete(f"/api/v1/do-not-call/{entry['id']}").status_code == 200
    office.now += 1
    assert may_i(agent)["permitted"]
    loaded = boss.put(
        "/api/v1/do-not-call/registers/No%20Molestar", json={"addresses": ["922220001", "x", "922220001"]}
    ).json
    assert loaded == {"came": 1, "gone": 0, "wrong": ["x"]}
    assert may_i(agent)["rule"] == "register"
    assert office.browser("other").get("/api/v1/do-not-call").json["entries"] == []


def test_a_row_of_the_law_is_confirmed_with_name_and_date_and_changed_rows_wait_again(office: Any) -> None:
    office.now = MONDAY_10
    boss = office.browser("administrator")
    rows = {row["profile"]["key"]: row for row in boss.get("/api/v1/legal-profiles").json}
    row = rows["cl-sales"]
    assert (row["confirmed_at"], row["version"]) == (None, 0)
    confirm = "/api/v1/legal-profiles/cl-sales/confirm"
    assert boss.post(confirm).status_code == 428
    assert boss.post(confirm, headers={"If-Match": '"7"'}).status_code == 412
    done = boss.post(confirm, headers={"If-Match": '"0"'}).json
    assert (done["confirmed_by"], done["confirmed_at"], done["version"]) == ("administrator", MONDAY_10, 1)
    written = row["profile"] | {"hours": {"mon-fri": "10:00-12:00"}}
    wrong = boss.put(
        "/api/v1/legal-profiles/cl-sales", json=written | {"country": "Chile"}, headers={"If-Match": "*"}
    )
    assert (wrong.status_code, wrong.json["mistakes"][0][:8]) == (422, "country:")
    changed = boss.put("/api/v1/legal-profiles/cl-sales", json=written, headers={"If-Match": '"1"'}).json
    assert (changed["confirmed_at"], changed["outdated"]) == (None, True)
    assert office.browser("supervisor").post(confirm).status_code == 403
    theirs = {
        row["profile"]["key"]: row for row in office.browser("other").get("/api/v1/legal-profiles").json
    }
    assert theirs["cl-sales"]["version"] == 0


def test_every_rule_has_its_sentence_in_both_languages() -> None:
    for language in ("es", "en"):
        told = {
            in_words(Refused(rule=rule, until=MONDAY_10, row="x"), language, ZoneInfo("UTC")) for rule in Rule
        }
        assert len(told) == len(Rule)
        assert all("13:00" in words for words in told)
