"""A supervisor's hands in live calls: what the engines are asked, what the audit holds, and whose calls they are."""

from typing import Any

import pytest

from crm_core import audit
from ctiserver.core.live_rows import AgentView

BOSS = "supervisor"
ACTS: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("POST", "/live/{}/end", {"reason": "fraud"}, "EndContact", "call.end"),
    ("PUT", "/live/{}/queue", {"queue": "sales"}, "MoveContact", "call.move"),
    (
        "PUT",
        "/live/{}/priority",
        {"reason": "ill", "head_start_seconds": 60},
        "ChangePriority",
        "call.prefer",
    ),
]


def actions(office: Any) -> list[str]:
    rows: list[Any] = office.store.read(lambda session: audit.newest(session, 1))
    return [row.action for row in rows if row.by == BOSS]


@pytest.mark.parametrize(("method", "path", "body", "kind", "action"), ACTS)
def test_what_a_supervisor_does_with_a_call_is_asked_and_stands_in_the_audit(
    office: Any, method: str, path: str, body: dict[str, Any], kind: str, action: str
) -> None:
    boss = office.browser(BOSS)
    assert boss.open("/api/v1" + path.format("mine"), method=method, json=body).status_code == 200
    assert office.engines.asked == [(kind, BOSS, {"contact": "mine", **body})]
    assert actions(office) == [action]


@pytest.mark.parametrize(("method", "path", "body", "kind", "action"), ACTS)
@pytest.mark.parametrize("contact", ["theirs", "nobody"])
def test_another_companys_call_is_none_and_nothing_is_noted(
    office: Any, method: str, path: str, body: dict[str, Any], kind: str, action: str, contact: str
) -> None:
    answer = office.browser(BOSS).open("/api/v1" + path.format(contact), method=method, json=body)
    assert (answer.status_code, answer.json["error_id"]) == (409, "no_such_contact")
    assert (office.engines.asked, actions(office)) == ([], [])


def test_nobody_is_moved_to_another_companys_queue(office: Any) -> None:
    answer = office.browser(BOSS).put("/api/v1/live/mine/queue", json={"queue": "secret"})
    assert answer.json["error_id"] == "unknown_queue"


def test_a_notice_stays_in_the_company_of_who_writes_it(office: Any) -> None:
    boss = office.browser(BOSS)
    assert boss.post("/api/v1/notices", json={"text": "Lunch", "queue": "sales"}).status_code == 200
    assert office.engines.asked == [
        ("TellAgents", BOSS, {"account_id": 1, "text": "Lunch", "queue": "sales"})
    ]
    assert boss.post("/api/v1/notices", json={"text": "Lunch", "to": "other"}).status_code == 404
    assert actions(office) == ["agents.tell"]


def test_a_supervisor_without_a_telephone_cannot_listen(office: Any) -> None:
    answer = office.browser(BOSS).put("/api/v1/live/mine/supervision", json={"mode": "listen"})
    assert answer.json["error_id"] == "no_phone"
    assert office.engines.asked == []


def test_who_is_no_agent_takes_no_call_over_for_he_could_not_say_how_it_ended(office: Any) -> None:
    answer = office.browser(BOSS).post("/api/v1/live/mine/take-over")
    assert (answer.status_code, answer.json["error_id"]) == (409, "no_desk")
    assert office.engines.asked == []


def test_an_agent_asks_for_help_for_himself_and_a_supervisor_sees_to_it(office: Any) -> None:
    agent = office.browser("agent")
    assert agent.put("/api/v1/agents/agent/hand").status_code == 200
    assert agent.post("/api/v1/agents/agent/minute").status_code == 200
    assert agent.post("/api/v1/agents/agent/abuse").status_code == 200
    assert agent.delete("/api/v1/agents/agent/notices/n1").status_code == 200
    assert office.browser(BOSS).delete("/api/v1/agents/agent/hand").status_code == 200
    assert office.browser(BOSS).put("/api/v1/agents/agent/hand").status_code == 403
    assert [(kind, by) for kind, by, _ in office.engines.asked] == [
        *((kind, "agent") for kind in ("RaiseHand", "TakeMinute", "ReportAbuse", "ReadNotice")),
        ("LowerHand", BOSS),
    ]


def test_a_status_that_somebody_else_chose_stands_in_the_audit(office: Any) -> None:
    body = {"status": "pause", "reason": "supervisor"}
    assert office.browser(BOSS).put("/api/v1/agents/agent/status", json=body).status_code == 200
    assert actions(office) == ["agent.status"]


def test_bad_sound_that_a_browser_tells_is_help_needed(office: Any) -> None:
    office.live.view.agents["agent"] = AgentView(
        agent="agent",  # type: ignore[arg-type]
        account_id=1,
        activity="talking",
        contact="mine",  # type: ignore[arg-type]
        since=990.0,
    )
    assert office.browser("agent").put("/api/v1/me/sound", json={"word": "poor"}).status_code == 200
    told = office.browser(BOSS).get("/api/v1/live/help").json
    assert [(it["agent"], it["why"], it["contact"]) for it in told] == [("agent", "audio", "mine")]
