"""Flows and surveys in REST: checked by whoever may, kept as versions, put in force without mistakes only."""

from pathlib import Path
from typing import Any

import pytest

BASE = "/api/v1/configuration/flows"
SURVEYS = "/api/v1/configuration/surveys"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The configured folder has one flow and one survey of the same name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flows/surveys").mkdir(parents=True)
    (tmp_path / "flows/surveys/main.toml").write_text("# a survey\n")
    (tmp_path / "flows/main.toml").write_text('name = "main"\n')


def test_the_files_are_version_1_until_another_one_is_put_in_force(office: Any) -> None:
    browser = office.browser("administrator")
    main = browser.get(f"{BASE}/main").json
    assert (main["in_force"], [one["number"] for one in main["versions"]]) == (1, [1])
    text = browser.get(f"{BASE}/main/versions/1").json["text"]
    kept = browser.post(
        f"{BASE}/main/versions", json={"text": text + "\n", "note": "a line", "expected_newest": 1}
    )
    assert (kept.json["in_force"], kept.json["versions"][0]["number"]) == (1, 2)
    assert kept.json["versions"][0]["made_by"] == "administrator"
    done = browser.put(f"{BASE}/main/in-force", json={"number": 2}).json
    assert (done["in_force"], done["flow"]["in_force"]) == (True, 2)
    assert office.engines.asked[-1][0] == "check_flow"
    assert browser.put(f"{BASE}/main/in-force", json={"number": 1}).json["flow"]["in_force"] == 1
    actions = [row["action"] for row in browser.get("/api/v1/audit?subject=main").json["items"]]
    assert actions == ["flow.put_in_force", "flow.put_in_force", "flow.keep"]


def test_a_text_with_mistakes_is_kept_and_never_put_in_force(
    office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = b'[{"line": 3, "message": "no such queue", "error_id": "no_queue", "fields": {"queue": "x"}}]'
    monkeypatch.setattr(office.engines, "ask_job", lambda kind, body: told)
    browser = office.browser("administrator")
    draft = {"name": "main", "text": "x"}
    assert browser.post("/api/v1/configuration/flow-checks", json=draft).json == [
        {"line": 3, "message": "no such queue", "error_id": "no_queue", "fields": {"queue": "x"}}
    ]
    assert browser.post(f"{BASE}/main/versions", json={"text": "x", "expected_newest": 1}).status_code == 200
    refused = browser.put(f"{BASE}/main/in-force", json={"number": 2})
    assert (refused.status_code, refused.json["mistakes"]) == (422, ["main:3: no such queue"])
    assert browser.get(f"{BASE}/main").json["in_force"] == 1


def test_two_who_write_the_same_flow_do_not_overwrite_each_other(office: Any) -> None:
    browser = office.browser("administrator")
    new = {"text": "x", "expected_newest": 1}
    assert browser.post(f"{BASE}/main/versions", json=new).status_code == 200
    late = browser.post(f"{BASE}/main/versions", json=new)
    assert (late.status_code, late.json["error_id"]) == (409, "conflict")


def test_a_new_flow_has_no_file_and_needs_a_plain_name(office: Any) -> None:
    browser = office.browser("administrator")
    kept = browser.post(f"{BASE}/night/versions", json={"text": "x"}).json
    assert (kept["in_force"], kept["versions"][0]["number"]) == (None, 2)
    assert browser.put(f"{BASE}/night/in-force", json={"number": 1}).status_code == 404
    assert browser.get(f"{BASE}/night/versions/9").status_code == 404
    assert browser.post(f"{BASE}/No good/versions", json={"text": "x"}).status_code == 422
    other = office.browser("other")
    assert other.get(f"{BASE}/night").status_code == 404
    assert other.post(f"{BASE}/night/versions", json={"text": "x"}).json["error_id"] == "name_taken"


def test_a_survey_is_kept_as_a_flow_is_and_apart_from_the_flow_of_its_name(office: Any) -> None:
    browser = office.browser("administrator")
    assert browser.get(f"{SURVEYS}/main/versions/1").json["text"] == "# a survey\n"
    new = {"text": "# another\n", "note": "shorter", "expected_newest": 1}
    assert browser.post(f"{SURVEYS}/main/versions", json=new).json["versions"][0]["number"] == 2
    done = browser.put(f"{SURVEYS}/main/in-force", json={"number": 2}).json
    assert (done["in_force"], done["flow"]["name"], done["flow"]["in_force"]) == (True, "main", 2)
    assert office.engines.asked[-1][0] == "check_survey"
    assert [one["in_force"] for one in browser.get(SURVEYS).json] == [2]
    assert [one["in_force"] for one in browser.get(BASE).json] == [1]
    assert browser.put(f"{SURVEYS}/main/in-force", json={"number": 1}).json["flow"]["in_force"] == 1
    actions = [row["action"] for row in browser.get("/api/v1/audit?subject=main").json["items"]]
    assert actions == ["survey.put_in_force", "survey.put_in_force", "survey.keep"]
    assert office.browser("other").get(SURVEYS).json == []
