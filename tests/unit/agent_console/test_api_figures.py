"""Figures of queues and agents over REST: the same in the answer and in the table, and whose they are."""

import csv
import io
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from crm_core.agent_statuses import AgentStatus
from crm_core.interactions import Interaction, Segment
from crm_core.queue_visits import QueueVisit

BOSS = "supervisor"
SPAN = "from_at=0&until_at=2000"


def _contacts(session: Session) -> None:
    for place, (wait, result) in enumerate([(10.0, "answered"), (50.0, "answered"), (3.0, "abandoned")]):
        row = Interaction(
            id=f"c-{place}",
            account_id=1,
            ani="+56221234567",
            value_class="A",
            arrived_at=100.0,
            ended_at=500.0,
            outcome=result,
            last_epoch=1,
            last_seq=1,
            last_n=0,
        )
        row.visits = [
            QueueVisit(
                ordinal=1,
                account_id=1,
                queue="sales",
                value_class="A",
                entered_at=100.0,
                left_at=100.0 + wait,
                result=result,
            )
        ]
        if result == "answered":
            row.segments = [
                Segment(ordinal=1, agent="agent", queue="sales", answered_at=100.0 + wait, ended_at=400.0)
            ]
        session.add(row)
    session.add(AgentStatus(account_id=1, agent="agent", at=-100_000.0, status="available"))


def test_a_queues_figures_lead_to_contacts_and_can_be_taken_away(office: Any) -> None:
    office.store.write(_contacts)
    boss = office.browser(BOSS)
    told = boss.get(f"/api/v1/reports/queues?{SPAN}").json
    assert (told["total"]["queued"], told["total"]["service_level"]) == (3, 2 / 3)
    assert [one["key"] for one in told["classes"]] == ["A"]
    behind = boss.get(f"/api/v1/reports/queues/contacts?{SPAN}&figure=abandoned").json["items"]
    assert [(one["contact"], one["wait_seconds"]) for one in behind] == [("c-2", 3.0)]
    file = boss.get(f"/api/v1/reports/queues/export?{SPAN}&table=queues").get_data(as_text=True)
    (row,) = csv.DictReader(io.StringIO(file.removeprefix("\ufeff")))
    assert (row["Entraron"], row["Espera media (ASA)"]) == ("3", "30.0")
    times = boss.get(f"/api/v1/reports/queues/export?{SPAN}&table=intervals&step=60").get_data(as_text=True)
    assert "1969-12-31T21:00-03:00,3," in times  # the company's own clock
    assert [(one["key"], one["figures"]["queued"]) for one in told["weekdays"]] == [("3", 3)]  # a Wednesday
    assert [(one["key"], one["figures"]["queued"]) for one in told["hours"]] == [("21", 3)]
    assert sum(one["answered"] for one in told["waits"]) == told["total"]["answered"]
    for which, head in (("weekdays", "Día"), ("hours", "Hora"), ("waits", "Más de, s")):
        table = boss.get(f"/api/v1/reports/queues/export?{SPAN}&table={which}").get_data(as_text=True)
        assert table.removeprefix("\ufeff").startswith(f"{head},") or f'"{head}"' in table.partition("\n")[0]
    refused = boss.get("/api/v1/reports/queues?from_at=0&until_at=9000000&step=15")
    assert (refused.status_code, refused.json["error_id"]) == (409, "too_many_intervals")


def test_an_agent_reads_his_own_figures_and_who_looked_at_them(office: Any) -> None:
    office.store.write(_contacts)
    me = office.browser("agent")
    told = me.get("/api/v1/me/figures").json
    assert (told["total"]["handled"], told["total"]["on_contacts_seconds"]) == (2, 290.0)
    few = office.browser(BOSS).get(f"/api/v1/reports/agents?{SPAN}").json
    assert (few["agents"], few["team"]) == (None, None)  # nobody yet: today's are his first
    assert me.get("/api/v1/me/figures/looks").json == []
    before = office.browser(BOSS).get("/api/v1/reports/agents?from_at=-200000&until_at=2000").json
    assert (before["agents"], before["people"]) == (None, 1)  # fewer than five: the sum of the team
    assert before["team"]["idle_seconds"] == 100_000.0 - 75_600.0  # up to the last midnight in Santiago
    (look,) = me.get("/api/v1/me/figures/looks").json
    assert look["by"] == BOSS
    assert me.get(f"/api/v1/reports/agents?{SPAN}").status_code == 403


def test_every_table_of_figures_is_taken_away_and_shifts_are_planned(office: Any, monkeypatch: Any) -> None:
    office.store.write(_contacts)
    interval: dict[str, Any] = {
        "from_at": 900.0,
        "seconds": 1800.0,
        "calls": 3.0,
        "handle_seconds": 60.0,
        "agents": 2,
        "agents_patient": 3,
    }
    told = {"source": "history", "weeks": 4, "error": None, "patience_seconds": None, "time_zone": "UTC"}
    answer = msgspec.json.encode(told | {"needed": [interval]})
    monkeypatch.setattr(office.engines, "ask_job", lambda kind, body: answer)
    boss, me = office.browser(BOSS), office.browser("agent")
    plan = {"agent": "agent", "day": "1970-01-01", "pieces": [{"begins": "09:00", "ends": "12:00"}]}
    assert boss.post("/api/v1/shifts/plans", json={"plans": [plan]}).json == {"rows": 1}
    twice = {"plans": [plan | {"pieces": [*plan["pieces"], {"begins": "11:00", "ends": "13:00"}]}]}
    (wrong,) = boss.post("/api/v1/shifts/plans", json=twice).json["fields"]
    assert (wrong["error_id"], wrong["says"]["hours"]) == ("shift_overlap", "11:00-13:00")
    (mine,) = me.get("/api/v1/me/shifts?day=1970-01-02").json["agents"]
    assert mine["days"][3] == [{"kind": "work", "begins": "09:00", "ends": "12:00"}]
    assert me.get("/api/v1/shifts?day=1970-01-02").status_code == 403

    def file(browser: Any, path: str) -> list[dict[str, str]]:
        text = browser.get(f"/api/v1{path}").get_data(as_text=True)
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))

    (needed,) = file(boss, "/reports/staffing/export?queue=sales&day=1970-01-01")
    assert (needed["Desde"], needed["Agentes (Erlang A)"]) == ("1970-01-01T00:15+00:00", "2")
    assert any(row["Con agente"] == "2" for row in file(me, "/me/figures/export"))
    assert file(boss, f"/reports/resolution/export?{SPAN}") == []
    assert all(row["Pares"] == "0" for row in file(boss, f"/reports/inversions/export?{SPAN}"))
    assert boss.get(f"/api/v1/reports/inversions/export?{SPAN}&format=xlsx").data[:2] == b"PK"


def test_what_if_asks_the_jobs_process_with_what_is_so_in_this_account(office: Any, monkeypatch: Any) -> None:
    drawn = {"mean": 0.5, "half_width": 0.1}
    hour = {"service_level": drawn, "wait_seconds": drawn, "abandoned": drawn}
    asked: list[dict[str, Any]] = []

    def answer(kind: str, body: bytes) -> bytes:
        asked.append(msgspec.json.decode(body))
        return msgspec.json.encode({"as_it_is": hour, "with_more": hour, "change": hour, "runs": 40})

    monkeypatch.setattr(office.engines, "ask_job", answer)
    office.live.view.contacts["mine"].stage = "queued"
    office.live.view.contacts["mine"].queue = "sales"
    office.live.view.contacts["mine"].queued_at = 940.0
    office.live.view.contacts["mine"].waits_since = 970.0  # in between he talked, and was passed on
    office.live.view.agents["agent"].status = "available"
    boss = office.browser(BOSS)
    told = boss.get("/api/v1/live/what-if?queue=sales&agents=2").json
    assert told["change"]["service_level"] == drawn
    (question,) = asked
    assert question["waiting"] == [
        {
            "contact": "mine",
            "queue": "sales",
            "value_class": "",
            "waited_seconds": 30.0,
            "stood_seconds": 60.0,
        }
    ]
    assert question["available"] == [{"agent": "agent", "busy": False}]
    assert boss.get("/api/v1/live/what-if?queue=sales&agents=0").json["error_id"] == "out_of_range"


def test_staffing_is_asked_of_the_jobs_process_and_tables_come_in_as_csv(
    office: Any, monkeypatch: Any
) -> None:
    told = {
        "source": "history",
        "weeks": 4,
        "error": None,
        "patience_seconds": None,
        "time_zone": "UTC",
        "needed": [],
    }
    asked: list[dict[str, Any]] = []

    def answer(kind: str, body: bytes) -> bytes:
        asked.append({"kind": kind} | msgspec.json.decode(body))
        return msgspec.json.encode(told)

    monkeypatch.setattr(office.engines, "ask_job", answer)
    boss = office.browser(BOSS)
    assert boss.get("/api/v1/reports/staffing?queue=sales&day=2026-11-23&service_level=0.9").json == told
    assert {"kind": "staffing", "minutes": 30, "service_level": 0.9, "account_id": 1}.items() <= asked[
        0
    ].items()
    assert boss.get("/api/v1/reports/staffing?queue=sales&day=2026-11-23&service_level=1").status_code == 400
    forecast = {"text": "day,from,calls,handle_seconds\n2026-11-23,09:00,10,180\n"}
    assert boss.post("/api/v1/queues/sales/forecast", json=forecast).json == {"rows": 1}
    assert boss.post("/api/v1/queues/secret/forecast", json=forecast).status_code == 404  # another account's
    shifts = {"text": "agent,day,from,until,kind\nagent,1969-12-31,00:00,24:00,work\n"}
    assert boss.post("/api/v1/shifts", json=shifts).json == {"rows": 1}
    wrong = boss.post("/api/v1/shifts", json={"text": shifts["text"].replace("work", "sleep")})
    assert (wrong.status_code, wrong.json["error_id"]) == (422, "mistakes")
    assert "2" in wrong.json["mistakes"][0]
    assert office.browser("agent").get("/api/v1/me/figures").json["total"]["planned_seconds"] > 0


def test_a_time_beyond_all_calendars_is_refused_in_words(office: Any) -> None:
    answer = office.browser("supervisor").get("/api/v1/reports/queues?from_at=0&until_at=1e300")
    assert (answer.status_code, answer.json["error_id"]) == (400, "bad_request")
    assert "out of range" in answer.json["detail"]
