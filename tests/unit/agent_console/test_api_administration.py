"""Administrators' REST: the five operations of every thing, mistakes by field, versions, audit, accounts apart."""

from typing import Any

import pytest

from agent_console.api_administration import FAMILIES
from ctiserver.bus.port import NoAnswer
from ctiserver.core.errors import Refusal
from tests.unit.agent_console.conftest import PASSWORD

NEW: dict[str, dict[str, Any]] = {
    "queues": {"key": "help", "name": "Help", "agents": {"agent": 2}},
    "dispositions": {"code": "sold", "queue": "sales", "label_es": "Vendido", "label_en": "Sold"},
    "contact-reasons": {
        "key": "bill",
        "label_es": "Boleta",
        "label_en": "Bill",
        "guessed_by": ["reason=bill"],
    },
    "wrap-up-fields": {"key": "meter", "queue": "sales", "label_es": "Medidor", "label_en": "Meter"},
    "custom-fields": {"key": "fuel", "label_es": "Gas", "label_en": "Gas", "pauses_recording": True},
    "pause-reasons": {"key": "lunch", "label_es": "Colación", "label_en": "Lunch"},
    "outside-rules": {"name": "Mobiles", "prefix": "+569", "roles": ["agent"], "minor_per_minute": 70},
    "saved-numbers": {"name": "Plumber", "number": "9 8123 4567"},
    "skills": {"key": "gas", "label_es": "Gas", "label_en": "Gas"},
    "hours": {"key": "office", "name": "Office", "week": {"mon": [["09:00", "18:00"]]}, "holidays_of": "CL"},
    "offices": {"key": "centro", "name": "Centro", "street": "Estado 10", "city": "Santiago"},
    "users": {
        "login": "zoe",
        "name": "Zoe",
        "roles": ["agent"],
        "agent": {"extension": "1500", "queues": {"sales": 1}},
    },
    "teams": {"key": "late", "name": "Late", "members": ["agent"]},
    "accounts": {"name": "Third", "administrator": "thirdadmin"},
}
CHANGED: dict[str, dict[str, Any]] = {
    path: {"name" if "name" in value else "label_es": "Otro"} for path, value in NEW.items()
}
RETIRED = {
    "queues",
    "dispositions",
    "contact-reasons",
    "pause-reasons",
    "users",
    *("wrap-up-fields", "custom-fields"),
}
BASE = "/api/v1/configuration"


def test_every_family_is_walked_here() -> None:
    assert {family.path for family in FAMILIES} == set(NEW)


@pytest.mark.parametrize("path", NEW)
def test_a_thing_is_added_read_changed_and_removed_and_each_step_is_audited(office: Any, path: str) -> None:
    browser = office.browser("administrator")
    before = browser.get(f"{BASE}/{path}").json
    added = browser.post(f"{BASE}/{path}", json=NEW[path])
    assert (added.status_code, added.json["in_force"]) == (200, True), added.json
    kept = added.json["kept"]
    assert len(browser.get(f"{BASE}/{path}").json) == len(before) + 1
    read = browser.get(f"{BASE}/{path}/{kept['id']}")
    assert read.json == kept
    changed = browser.put(
        f"{BASE}/{path}/{kept['id']}",
        json=kept["value"] | CHANGED[path],
        headers={"If-Match": read.headers["ETag"]},
    )
    assert changed.status_code == 200, changed.json
    assert CHANGED[path].items() <= changed.json["kept"]["value"].items()
    steps = ["change", "add"]
    if path != "accounts":
        removed = browser.delete(f"{BASE}/{path}/{kept['id']}").json["kept"]
        assert (removed is not None) == (path in RETIRED)
        steps.insert(0, "retire" if path in RETIRED else "remove")
    audit = browser.get(f"/api/v1/audit?subject={kept['id']}").json["items"]
    assert [row["action"].rpartition(".")[2] for row in audit] == steps
    assert {row["by"] for row in audit} == {"administrator"}
    difference = next(row for row in audit if row["action"].endswith("change"))
    assert difference["after"] == CHANGED[path]
    assert list(difference["before"]) == list(CHANGED[path])


def test_a_change_of_an_older_version_is_refused_with_what_is_so_now(office: Any) -> None:
    browser = office.browser("administrator")
    old = browser.get(f"{BASE}/queues/sales")
    value, tag = old.json["value"], {"If-Match": old.headers["ETag"]}
    assert browser.put(f"{BASE}/queues/sales", json=value | {"name": "First"}, headers=tag).status_code == 200
    late = browser.put(f"{BASE}/queues/sales", json=value | {"name": "Second"}, headers=tag)
    assert (late.status_code, late.json["error_id"], late.json["by"]) == (
        412,
        "stale_version",
        "administrator",
    )
    assert late.json["current"]["value"]["name"] == "First"
    assert browser.put(f"{BASE}/queues/sales", json=value).status_code == 428
    now = {"If-Match": f'"{late.json["current"]["version"]}"'}
    assert (
        browser.put(f"{BASE}/queues/sales", json=value | {"name": "Second"}, headers=now).status_code == 200
    )


@pytest.mark.parametrize(
    ("path", "wrong", "fields"),
    [
        ("queues", {"key": "Not a key", "name": " ", "ring_seconds": 0.5}, {"key", "name", "ring_seconds"}),
        ("queues", {"emergency": True, "hours": "none"}, {"hours"}),
        (
            "queues",
            {"key": "sales", "skills": {"none": 50}, "agents": {"agent": 100}},
            {"key", "skills", "agents"},
        ),
        ("dispositions", {"queue": "secret"}, {"queue"}),
        ("wrap-up-fields", {"queue": "secret", "type": "colour"}, {"queue", "type"}),
        ("wrap-up-fields", {"type": "choice"}, {"choices"}),
        (
            "custom-fields",
            {"key": "1-a", "choices": [{"key": "a", "label_es": "A", "label_en": ""}]},
            {"key", "choices"},
        ),
        ("contact-reasons", {"parent": "bill", "guessed_by": ["nothing"]}, {"parent", "guessed_by"}),
        ("hours", {"week": {"mon": [["18:00", "09:00"]]}, "days": {"soon": []}}, {"week", "days"}),
        ("hours", {"time_zone": "Chile", "holidays_of": "XX"}, {"time_zone", "holidays_of"}),
        (
            "offices",
            {"city": " ", "hours": "never", "latitude": 95},
            {"city", "hours", "latitude", "longitude"},
        ),
        ("users", {"login": "agent", "roles": ["king"], "agent": None}, {"login", "roles"}),
        ("users", {"agent": {"extension": "1001"}}, {"agent.extension"}),
        (
            "users",
            {"agent": {"extension": "x", "queues": {"secret": 0}}},
            {"agent.extension", "agent.queues"},
        ),
        ("accounts", {"country": "Chile", "administrator": "agent"}, {"country", "administrator"}),
    ],
)
def test_every_mistake_is_told_with_its_field_and_nothing_is_kept(
    office: Any, path: str, wrong: dict[str, Any], fields: set[str]
) -> None:
    browser = office.browser("administrator")
    before = browser.get(f"{BASE}/{path}").json
    answer = browser.post(f"{BASE}/{path}", json=NEW[path] | wrong)
    assert (answer.status_code, answer.json["error_id"]) == (422, "mistakes")
    assert {one["field"] for one in answer.json["fields"]} == fields
    assert all(one["error_id"] and one["detail"] for one in answer.json["fields"])
    assert browser.get(f"{BASE}/{path}").json == before


def test_a_new_user_logs_in_with_the_password_told_once(office: Any) -> None:
    administrator = office.browser("administrator")
    password = administrator.post(f"{BASE}/users", json=NEW["users"]).json["password"]
    assert office.auth.log_in("zoe", password, "127.0.0.1")
    newer = administrator.post(f"{BASE}/users/zoe/password").json["password"]
    for wrong in (password, ""):
        with pytest.raises(Refusal):
            office.auth.log_in("zoe", wrong, "127.0.0.1")
    assert office.auth.log_in("zoe", newer, "127.0.0.1")
    assert password not in administrator.get("/api/v1/audit").text


def test_who_is_disabled_is_out_at_once_and_comes_back_when_enabled(office: Any) -> None:
    administrator, agent = office.browser("administrator"), office.browser("agent")
    assert administrator.delete(f"{BASE}/users/agent").status_code == 200
    assert agent.get("/api/v1/me").status_code == 401
    with pytest.raises(Refusal):
        office.auth.log_in("agent", PASSWORD, "127.0.0.1")
    read = administrator.get(f"{BASE}/users/agent")
    again = read.json["value"] | {"disabled": False}
    tag = {"If-Match": read.headers["ETag"]}
    assert administrator.put(f"{BASE}/users/agent", json=again, headers=tag).status_code == 200
    assert office.auth.log_in("agent", PASSWORD, "127.0.0.1")


def test_nobody_takes_his_own_administration_away(office: Any) -> None:
    browser = office.browser("administrator")
    read = browser.get(f"{BASE}/users/administrator")
    tag = {"If-Match": read.headers["ETag"]}
    for change in ({"disabled": True}, {"roles": ["supervisor"]}):
        answer = browser.put(f"{BASE}/users/administrator", json=read.json["value"] | change, headers=tag)
        assert [one["error_id"] for one in answer.json["fields"]] == ["oneself"]
    assert browser.delete(f"{BASE}/users/administrator").json["error_id"] == "oneself"


def test_an_administrator_sees_and_changes_his_own_company_only(office: Any) -> None:
    mine, theirs = office.browser("administrator"), office.browser("other")
    for path in NEW:
        ids = {row["id"] for row in theirs.get(f"{BASE}/{path}").json}
        if path != "accounts":
            assert ids.isdisjoint(row["id"] for row in mine.get(f"{BASE}/{path}").json), path
    assert theirs.get(f"{BASE}/queues/sales").status_code == 404
    assert (
        theirs.put(f"{BASE}/queues/sales", json=NEW["queues"], headers={"If-Match": "*"}).status_code == 404
    )
    assert theirs.delete(f"{BASE}/users/agent").status_code == 404
    assert theirs.post(f"{BASE}/users/agent/password").status_code == 404
    assert [row["value"]["name"] for row in theirs.get(f"{BASE}/accounts").json] == ["Other"]
    assert theirs.post(f"{BASE}/accounts", json=NEW["accounts"]).status_code == 403
    assert theirs.get(f"{BASE}/flows").json == []
    mine.post(f"{BASE}/skills", json=NEW["skills"])
    assert theirs.get("/api/v1/audit").json["items"] == []
    assert len(mine.get(f"{BASE}/accounts").json) == 2


def test_what_is_in_use_stays(office: Any) -> None:
    browser = office.browser("administrator")
    browser.post(f"{BASE}/skills", json=NEW["skills"])
    browser.post(f"{BASE}/hours", json=NEW["hours"])
    browser.post(f"{BASE}/queues", json=NEW["queues"] | {"skills": {"gas": 30}, "hours": "office"})
    for path in ("skills/gas", "hours/office"):
        answer = browser.delete(f"{BASE}/{path}")
        assert (answer.status_code, answer.json["error_id"]) == (409, "in_use")
    assert browser.get(f"{BASE}/queues/help").json["value"]["hours"] == "office"


def test_a_queue_that_a_flow_names_is_not_retired(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office.engines, "ask_job", lambda kind, body: b'["main.toml:9: there is no queue"]')
    browser = office.browser("administrator")
    assert browser.delete(f"{BASE}/queues/sales").json["error_id"] == "flow_names_it"
    assert not browser.get(f"{BASE}/queues/sales").json["value"]["retired"]


def test_a_change_that_the_engines_cannot_take_yet_is_kept_and_says_so(
    office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> str:
        raise Refusal("bad_configuration", "main.toml:3: a mistake")

    monkeypatch.setattr(office.engines, "reload", refuse)
    browser = office.browser("administrator")
    answer = browser.post(f"{BASE}/skills", json=NEW["skills"]).json
    assert (answer["in_force"], answer["problem"]) == (False, "main.toml:3: a mistake")
    assert browser.get(f"{BASE}/skills/gas").status_code == 200

    def is_away() -> str:
        raise NoAnswer("calls")

    monkeypatch.setattr(office.engines, "reload", is_away)
    answer = browser.delete(f"{BASE}/skills/gas").json
    assert (answer["in_force"], answer["problem_id"]) == (False, "calls_away")


def test_the_audit_is_read_page_by_page(office: Any) -> None:
    browser = office.browser("administrator")
    for number in range(5):
        browser.post(f"{BASE}/skills", json=NEW["skills"] | {"key": f"s{number}"})
    first = browser.get("/api/v1/audit?limit=3").json
    rest = browser.get(f"/api/v1/audit?limit=3&cursor={first['next']}").json
    assert [row["subject"] for row in first["items"] + rest["items"]] == ["s4", "s3", "s2", "s1", "s0"]
    assert browser.get("/api/v1/audit?by=nobody").json["items"] == []
