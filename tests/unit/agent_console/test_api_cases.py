"""Cases, activities and webhooks over REST: what programs and pages rely on."""

from typing import Any

import pytest

from crm_core import cases
from ctiserver.process import folders

ME, BOSS = "agent", "supervisor"
CASE = {"kind": "charge", "subject": "Cobro doble", "customer_id": 1}


def opened(office: Any, **fields: Any) -> dict[str, Any]:
    answer = office.browser(ME).post("/api/v1/cases", json=CASE | fields)
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def test_a_case_is_opened_and_answers_what_may_happen_to_it(office: Any) -> None:
    new = opened(office)
    assert (new["state"], new["priority"], new["customer"], new["opened_by"]) == ("new", "high", "Rosa", ME)
    assert {step["event"]: step["to"] for step in new["steps"]}["start"] == "in_progress"
    assert [entry["what"] for entry in new["history"]] == ["opened"]
    assert new["next_due_at"] == new["respond_by_at"] < new["due_at"]


def test_who_looked_at_a_case_is_written_down_once_in_a_quarter_of_an_hour(office: Any) -> None:
    number = opened(office)["id"]
    for login in (ME, ME, BOSS):
        assert office.browser(login).get(f"/api/v1/cases/{number}").status_code == 200
    rows = office.browser("administrator").get(f"/api/v1/audit?subject=case {number}").json["items"]
    assert [(row["by"], row["action"]) for row in rows] == [(BOSS, "see case"), (ME, "see case")]
    assert office.browser("other").get(f"/api/v1/cases/{number}").status_code == 404


def test_what_a_caller_said_to_a_case_is_heard_beside_it_and_who_heard_it_is_written_down(
    office: Any,
) -> None:
    number = opened(office)["id"]

    def said(session: Any, recording: str) -> int:
        found = cases.case(session, 1, number)
        what = {"what": "spoken_address", "recording": recording, "seconds": 4.0}
        return cases.note(session, found, at=2.0, by="flow", **what).id

    kept, lost = (office.store.write(said, name) for name in ("r7", "../r8"))
    folder = folders.recordings_dir(office.config)
    folder.mkdir(parents=True)
    (folder / "r7.wav").write_bytes(b"RIFF....WAVE")
    answer = office.browser(ME).get(f"/api/v1/cases/{number}/spoken/{kept}")
    assert (answer.status_code, answer.content_type, answer.data) == (200, "audio/wav", b"RIFF....WAVE")
    rows = office.browser("administrator").get(f"/api/v1/audit?subject=case {number}").json["items"]
    assert [(row["by"], row["action"]) for row in rows] == [(ME, "hear case")]
    opening = office.store.read(cases.history, 1, number)[-1]
    for line in (lost, opening.id, 999):
        assert office.browser(ME).get(f"/api/v1/cases/{number}/spoken/{line}").status_code == 404
    assert office.browser("other").get(f"/api/v1/cases/{number}/spoken/{kept}").status_code == 404


def test_a_change_needs_the_version_that_was_read(office: Any) -> None:
    browser, number = office.browser(ME), opened(office)["id"]
    path = f"/api/v1/cases/{number}"
    tag = browser.get(path).headers["ETag"]
    assert browser.patch(path, json={"subject": "Otro"}).status_code == 428
    changed = browser.patch(path, json={"subject": "Otro"}, headers={"If-Match": tag})
    assert (changed.status_code, changed.json["subject"]) == (200, "Otro")
    late = browser.patch(path, json={"subject": "Tarde"}, headers={"If-Match": tag})
    assert (late.status_code, late.json["error_id"]) == (412, "stale_version")
    assert late.headers["ETag"] == changed.headers["ETag"] == browser.get(path).headers["ETag"]
    assert browser.get(path, headers={"If-None-Match": changed.headers["ETag"]}).status_code == 304


def test_an_agent_asks_for_a_refund_and_a_supervisor_decides(office: Any) -> None:
    number = opened(office)["id"]
    agent, boss = office.browser(ME), office.browser(BOSS)

    def step(browser: Any, event: str, **more: Any) -> Any:
        return browser.post(f"/api/v1/cases/{number}/steps", json={"event": event} | more)

    step(agent, "start")
    needing = step(agent, "request_approval")
    assert needing.status_code == 422
    assert {text.partition(":")[0] for text in needing.json["mistakes"]} == {
        "fields.amount",
        "fields.refund_reason",
    }
    waiting = step(agent, "request_approval", fields={"amount": 990, "refund_reason": "goodwill"}).json
    assert {one["event"]: one["allowed"] for one in waiting["steps"]}["approve"] is False
    assert step(agent, "approve").json["error_id"] == "case_decision"
    assert step(boss, "approve", text="Corresponde").json["state"] == "approved"
    assert step(agent, "pay", fields={"payment_reference": "T-9"}).json["state"] == "resolved"
    assert step(agent, "pay").json["error_id"] == "case_step"


def test_the_work_list_is_filtered_and_paged(office: Any) -> None:
    browser = office.browser(ME)
    numbers = [opened(office, kind="help", subject=f"Caso {place}")["id"] for place in range(5)]
    other = opened(office, kind="service", priority="urgent")["id"]
    seen, cursor = [], ""
    for _ in range(3):
        page = browser.get(f"/api/v1/cases?limit=2{cursor}").json
        seen += [row["id"] for row in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert page["next"] is None
    assert seen == [other, *numbers]
    assert browser.get("/api/v1/cases/count?kind=help").json == {"count": 5}
    browser.put(f"/api/v1/cases/{numbers[0]}/assignment", json={"assignee": ME})
    assert [row["id"] for row in browser.get("/api/v1/cases?mine=true").json["items"]] == [numbers[0]]
    assert browser.get("/api/v1/cases?cursor=nonsense").json["error_id"] == "wrong_cursor"
    assert browser.get("/api/v1/cases?colour=red").status_code == 400


def test_a_case_is_given_commented_escalated_and_linked(office: Any) -> None:
    browser, number, outage = office.browser(ME), opened(office)["id"], opened(office, kind="service")["id"]
    path = f"/api/v1/cases/{number}"
    assert (
        browser.put(f"{path}/assignment", json={"assignee": "nobody"}).json["error_id"] == "unknown_colleague"
    )
    assert browser.post(f"{path}/comments", json={"text": "Llamó otra vez"}).json["by"] == ME
    assert browser.post(f"{path}/comments", json={"text": " "}).status_code == 422
    assert browser.post(f"{path}/escalation", json={"text": "Urge"}).json["escalation_level"] == 1
    assert browser.put(f"{path}/parent", json={"parent_id": outage}).json["parent_id"] == outage
    assert browser.post(f"{path}/contacts", json={"contact_id": "c-7"}).json["contacts"] == ["c-7"]
    whole = browser.get(f"/api/v1/cases/{outage}").json
    assert [child["id"] for child in whole["children"]] == [number]
    told = [entry["what"] for entry in browser.get(path).json["history"]]
    assert told == ["linked", "escalated", "comment", "opened"]


def test_another_company_sees_nothing_of_it(office: Any) -> None:
    number, stranger = opened(office)["id"], office.browser("other")
    assert stranger.get(f"/api/v1/cases/{number}").status_code == 404
    assert stranger.post(f"/api/v1/cases/{number}/comments", json={"text": "?"}).status_code == 404
    assert stranger.get("/api/v1/cases?open=all").json["items"] == []
    assert stranger.get("/api/v1/cases/nonsense").status_code == 404


def test_teams_promises_and_hours_are_changed_by_administrators_and_audited(office: Any) -> None:
    boss, agent = office.browser("administrator"), office.browser(ME)
    team = {"key": "late", "name": "Tarde", "members": [ME]}
    assert boss.post("/api/v1/configuration/teams", json=team).status_code == 200
    wrong = boss.post("/api/v1/configuration/teams", json=team | {"members": ["nobody"]}).json["fields"]
    assert [(one["field"], one["error_id"]) for one in wrong] == [("key", "taken"), ("members", "unknown")]
    assert agent.get("/api/v1/teams").json == [team]
    wanted = {"respond_seconds": 60.0, "resolve_seconds": 120.0, "escalate_to": "late"}
    assert boss.put("/api/v1/case-targets/help/normal", json=wanted).status_code == 200
    rows = {(row["kind"], row["priority"]): row for row in agent.get("/api/v1/case-targets").json}
    assert (rows["help", "normal"]["escalate_to"], rows["help", "normal"]["usual"]) == ("late", False)
    assert rows["help", "low"]["usual"]
    assert boss.put("/api/v1/case-targets/help/low", json=wanted | {"escalate_to": "none"}).status_code == 404
    hours = {"weekly": [[[480, 1020]]] * 5 + [[], []], "region": "RM", "closed_days": ["2026-12-24"]}
    assert boss.put("/api/v1/case-hours", json=hours).status_code == 200
    assert agent.get("/api/v1/case-hours").json == hours
    assert boss.put("/api/v1/case-hours", json={"weekly": []}).status_code == 422
    from crm_core import audit

    subjects = [row.subject for row in office.store.read(audit.newest, 1)]
    assert subjects == ["case hours", "case target help normal", "late"]
    team_path = "/api/v1/configuration/teams/late"
    assert boss.delete(team_path).json["error_id"] == "in_use"  # late cases would go to it
    boss.put("/api/v1/case-targets/help/normal", json=wanted | {"escalate_to": None})
    version = boss.get(team_path).headers["ETag"]
    change = {"json": team | {"members": []}, "headers": {"If-Match": version}}
    assert boss.put(team_path, **change).json["kept"]["value"]["members"] == []
    assert boss.put(team_path, **change).status_code == 412
    assert boss.delete(team_path).json["kept"] is None


def test_filters_are_saved_for_oneself_and_shared_by_supervisors(office: Any) -> None:
    agent, boss = office.browser(ME), office.browser(BOSS)
    mine = {"name": "Míos", "query": {"mine": True}}
    own = agent.post("/api/v1/case-filters", json=mine).json
    assert own["query"] == {"mine": True}
    assert agent.post("/api/v1/case-filters", json=mine | {"shared": True}).status_code == 403
    shared = boss.post(
        "/api/v1/case-filters", json={"name": "Tarde", "query": {"late": True}, "shared": True}
    ).json
    assert [row["name"] for row in agent.get("/api/v1/case-filters").json] == ["Míos", "Tarde"]
    assert [row["name"] for row in boss.get("/api/v1/case-filters").json] == ["Tarde"]
    assert agent.delete(f"/api/v1/case-filters/{shared['id']}").json["error_id"] == "not_your_filter"
    assert boss.delete(f"/api/v1/case-filters/{own['id']}").json["error_id"] == "not_your_filter"
    assert agent.delete(f"/api/v1/case-filters/{own['id']}").status_code == 200
    assert agent.post("/api/v1/case-filters", json={"name": "x", "query": {"colour": 1}}).status_code == 400


def test_kinds_tell_their_states_and_fields(office: Any) -> None:
    told = office.browser(ME).get("/api/v1/case-kinds").json
    charge = next(kind for kind in told["kinds"] if kind["kind"] == "charge")
    assert charge["states"]["approved"]["pay"] == "resolved"
    assert charge["fields"][0] == {
        "key": "amount",
        "type": "money",
        "choices": [],
        "needed_for": ["request_approval"],
    }


def test_an_activity_is_planned_moved_and_done(office: Any) -> None:
    browser = office.browser(ME)
    new = browser.post(
        "/api/v1/activities",
        json={
            "kind": "visit",
            "subject": "Revisar medidor",
            "due_at": 5000.0,
            "place": "Ñuñoa",
            "customer_id": 1,
        },
    )
    assert (new.json["owner"], new.json["customer"]) == (ME, "Rosa")
    path = f"/api/v1/activities/{new.json['id']}"
    moved = browser.patch(
        path, json={"due_at": 6000.0}, headers={"If-Match": browser.get(path).headers["ETag"]}
    )
    assert moved.json["due_at"] == 6000.0
    assert browser.get("/api/v1/activities?owner=agent&from_at=5500").json["items"][0]["id"] == new.json["id"]
    calendar = browser.get("/api/v1/me/calendar.ics")
    assert calendar.content_type.startswith("text/calendar")
    assert "LOCATION:Ñuñoa\r\n" in calendar.text
    assert browser.post(f"{path}/end", json={"result": "Cambiado"}).json["done_at"] == office.now
    assert browser.post(f"{path}/end", json={}).json["error_id"] == "activity_over"
    assert browser.get("/api/v1/activities?only_open=true").json["items"] == []
    wrong = browser.post(
        "/api/v1/activities", json={"kind": "party", "subject": "", "due_at": 5.0, "ends_at": 1.0}
    )
    assert (wrong.status_code, len(wrong.json["mistakes"])) == (422, 3)


def test_a_reminder_is_seen_until_it_is_dismissed(office: Any) -> None:
    from crm_core import activities

    browser = office.browser(ME)
    body = {"kind": "call", "subject": "Llamar", "due_at": 900.0, "remind_at": 800.0}
    number = browser.post("/api/v1/activities", json=body).json["id"]
    assert browser.get("/api/v1/me/reminders").json == []
    assert [row.id for row in office.store.write(activities.claim_reminders, office.now)] == [number]
    assert [row["subject"] for row in browser.get("/api/v1/me/reminders").json] == ["Llamar"]
    browser.post(f"/api/v1/activities/{number}/dismissal")
    assert browser.get("/api/v1/me/reminders").json == []


HOOK = {"name": "ERP", "url": "https://erp.example.com/hook", "kinds": ["case.opened"]}


def test_a_webhook_hears_of_cases_and_its_messages_are_shown(office: Any) -> None:
    boss = office.browser("administrator")
    hook = boss.post("/api/v1/webhooks", json=HOOK).json
    assert hook["secret"].startswith("whsec_")
    number = opened(office)["id"]
    path = f"/api/v1/webhooks/{hook['id']}"
    shown = boss.get(path)
    assert shown.json["secret"] == ""  # it was told once
    messages = boss.get(f"{path}/messages?limit=1").json["items"]
    assert [(one["type"], one["state"]) for one in messages] == [("case.opened", "waiting")]
    assert boss.post(f"/api/v1/webhooks/{hook['id']}/messages/{messages[0]['id']}/again").status_code == 200
    assert boss.post(f"/api/v1/webhooks/{hook['id']}/messages/none/again").status_code == 404
    off = {"json": HOOK | {"active": False}, "headers": {"If-Match": shown.headers["ETag"]}}
    assert boss.put(path, json=HOOK).status_code == 428
    assert (boss.put(path, **off).status_code, boss.put(path, **off).status_code) == (200, 412)
    another = boss.post(f"{path}/secret").json["secret"]
    assert another.startswith("whsec_")
    assert another != hook["secret"]
    assert boss.post(f"/api/v1/webhooks/{hook['id']}/test").json["error_id"] == "webhook_inactive"
    boss.delete(f"/api/v1/webhooks/{hook['id']}")
    assert boss.get("/api/v1/webhooks").json["items"] == []
    assert number


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"url": "ftp://x"}, {"kinds": []}, {"kinds": ["NoSuchEvent"]}]
)
def test_a_wrong_webhook_is_refused(office: Any, wrong: dict[str, Any]) -> None:
    assert office.browser("administrator").post("/api/v1/webhooks", json=HOOK | wrong).status_code == 422


def test_kinds_of_events_are_those_of_the_documents(office: Any) -> None:
    kinds = office.browser("administrator").get("/api/v1/webhook-kinds").json
    assert {"*", "case.opened", "ContactEnded", "ContactQueued"} <= set(kinds)
    assert "ContactEvent" not in kinds


def test_calls_to_resolve_and_what_was_asked_twice_are_reported(office: Any) -> None:
    from crm_core.interactions import Interaction

    day = 86400.0
    times = {"c-1": 1 * day, "c-2": 2 * day, "c-3": 20 * day}

    def contacts(session: Any) -> None:
        for name, at in times.items():
            row = {
                "id": name,
                "account_id": 1,
                "customer_id": 1,
                "arrived_at": at,
                "contact_reason": "x",
            }
            session.add(Interaction(**row, last_epoch=1, last_seq=1, last_n=1))

    office.store.write(contacts)
    office.now = 40 * day
    boss, agent = office.browser(BOSS), office.browser(ME)
    told = boss.get(f"/api/v1/reports/resolution?from_at=0&until_at={30 * day}").json
    assert (told["closed"], told["calls_to_resolve"], told["first_contact_resolution"]) == (2, 1.5, 0.5)
    assert {name: (one["closed"], one["calls_to_resolve"]) for name, one in told["by_class"].items()} == {
        "": (2, 1.5)
    }
    agent.post("/api/v1/cases", json=CASE | {"kind": "help", "contact_id": "c-3"})
    told = boss.get(f"/api/v1/reports/resolution?from_at=0&until_at={30 * day}").json
    assert told["first_contact_resolution"] == 0.0  # its case is open still
    body = {"contact_id": "c-3", "customer_id": 1, "fact": "name", "asked_by": "form"}
    assert agent.post("/api/v1/askings", json=body).json == {"known_by": "store"}
    twice = boss.get(f"/api/v1/reports/asked-twice?from_at=0&until_at={50 * day}").json
    assert (twice["index"], twice["by_fact"]) == (1.0, [["name", 1]])


def test_a_supervisor_tells_callers_of_an_outage_and_stops_it(office: Any) -> None:
    number = opened(office, kind="service", is_outage=True)["id"]
    path, agent, boss = f"/api/v1/cases/{number}/outage", office.browser(ME), office.browser(BOSS)
    assert agent.get(path).json["announced"] is False
    news = {"areas": ["Ñuñoa", "Macul"], "announced": True}
    assert agent.put(path, json=news).status_code == 403
    assert boss.put(path, json=news | {"areas": []}).json["fields"][0]["field"] == "areas"
    kept = boss.put(path, json=news).json
    assert kept == agent.get(path).json
    assert (kept["areas"], kept["announced"], kept["changed_by"]) == (["Ñuñoa", "Macul"], True, BOSS)
    assert (kept["told"], kept["queued"], kept["expected_at"]) == (0, 0, None)
    assert boss.put(path, json=news | {"announced": False}).json["announced"] is False
    assert office.browser("other").get(path).status_code == 404
