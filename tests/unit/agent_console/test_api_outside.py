"""Calls outside over REST: the ledger for who may read all records, saved numbers for every agent."""

import csv
from typing import Any

import pytest

from crm_core import audit
from crm_core.outside_calls import OutsideCall
from crm_core.outside_rules import SavedNumber
from crm_core.users import user

API = "/api/v1"


def called(id: str, at: float, agent: str = "agent", account_id: int = 1) -> OutsideCall:
    return OutsideCall(
        id=id,
        account_id=account_id,
        contact=f"c-{id}",
        agent=agent,
        number="+56981234567",
        dialed_at=at,
        ended_at=at + 40,
        result="answered",
        seconds=30.0,
        cost_minor=20,
        trunk="first",
        sip_code=0,
    )


def test_calls_outside_are_listed_with_their_costs_page_by_page(office: Any) -> None:
    rows = [called("a", 10.0), called("b", 20.0), called("z", 30.0, "boss"), called("x", 40.0, account_id=2)]
    office.store.write(lambda session: session.add_all(rows))
    boss = office.browser("supervisor")
    listed = boss.get(f"{API}/outside-calls").json["items"]
    assert [(row["id"], row["cost_minor"], row["trunk"]) for row in listed] == [
        ("z", 20, "first"),
        ("b", 20, "first"),
        ("a", 20, "first"),
    ]
    assert [row["id"] for row in boss.get(f"{API}/outside-calls?agent=boss").json["items"]] == ["z"]
    assert [row["id"] for row in boss.get(f"{API}/outside-calls?contact=c-a").json["items"]] == ["a"]
    page = boss.get(f"{API}/outside-calls?limit=1").json
    assert boss.get(f"{API}/outside-calls?limit=1&cursor={page['next']}").json["items"][0]["id"] == "b"
    assert office.browser("agent").get(f"{API}/outside-calls").status_code == 403


def test_an_agent_is_given_the_saved_numbers_of_his_company(office: Any) -> None:
    office.store.write(
        lambda session: session.add_all(
            [
                SavedNumber(account_id=1, name="Plumber", number="+56981234567"),
                SavedNumber(account_id=1, name="Gas", number="103"),
                SavedNumber(account_id=2, name="Theirs", number="104"),
            ]
        )
    )
    assert office.browser("agent").get(f"{API}/me/saved-numbers").json == [
        {"name": "Gas", "number": "103"},
        {"name": "Plumber", "number": "+56981234567"},
    ]


def test_the_report_adds_up_tells_the_limits_and_is_taken_away(office: Any) -> None:
    rows = [called("a", 10.0), called("z", 30.0, "boss"), called("x", 40.0, account_id=2)]
    office.store.write(lambda session: session.add_all(rows))
    office.store.write(lambda session: setattr(user(session, "agent"), "name", "Ana Agente"))
    boss = office.browser("supervisor")
    span = "from_at=0&until_at=100"
    found = boss.get(f"{API}/reports/outside?{span}").json
    assert (found["all"]["calls"], found["all"]["cost_minor"]) == (2, 40)
    assert found["currency"] == "CLP"
    assert found["today"][0] == {
        "agent": "",
        "spent_minor": 40,
        "limit_minor": 50_000,
        "tripped": False,
        "lifted_minor": 0,
        "lifted_at": None,
        "refused_at": None,
    }
    assert [one["agent"] for one in found["people"]] == ["agent", "boss"]
    table = boss.get(f"{API}/reports/outside/export?{span}&agent=boss").text
    assert "boss" in table
    assert "smallest unit of CLP" in table or "unidad mínima de CLP" in table
    assert "1969-12-31T21:00:30-03:00" in table  # as the company's clock tells it
    assert len(table.strip().splitlines()) == 2
    whole = csv.reader(boss.get(f"{API}/reports/outside/export?{span}").text.splitlines())
    assert [line[1:3] for line in list(whole)[1:]] == [["boss", ""], ["agent", "Ana Agente"]]
    assert [row["id"] for row in boss.get(f"{API}/outside-calls?{span}&result=busy").json["items"]] == []
    assert office.browser("agent").get(f"{API}/reports/outside?{span}").status_code == 403


@pytest.mark.parametrize(("whose", "subject"), [("agent", "agent agent"), (None, "account")])
def test_a_supervisor_lifts_a_limit_with_a_reason_and_the_audit_says_so(
    office: Any, whose: str | None, subject: str
) -> None:
    body = {"agent": whose, "reason": "a fair day", "request_id": "once"}
    assert office.browser("supervisor").post(f"{API}/outside-calls/lift", json=body).status_code == 200
    told = {name: value for name, value in body.items() if value is not None}
    assert office.engines.asked == [("LiftOutsideCap", "supervisor", {"account_id": 1, **told})]
    [row] = office.store.read(lambda session: audit.newest(session, 1))
    noted = (row.action, row.subject, row.by, row.after)
    assert noted == ("outside_cap.lift", subject, "supervisor", {"reason": "a fair day"})


def test_who_may_lift_limits_sees_them_though_he_reads_no_reports(office: Any) -> None:
    boss = office.browser("administrator")
    assert boss.get(f"{API}/reports/outside?from_at=0&until_at=9").status_code == 403
    found = boss.get(f"{API}/outside-calls/limits").json
    assert found["currency"] == "CLP"
    assert [(one["agent"], one["tripped"]) for one in found["today"]] == [("", False)]
    assert office.browser("agent").get(f"{API}/outside-calls/limits").status_code == 403


def test_nobody_lifts_a_limit_of_another_company_nor_without_permission(office: Any) -> None:
    body = {"agent": "other", "reason": "mine"}
    answer = office.browser("supervisor").post(f"{API}/outside-calls/lift", json=body)
    assert (answer.status_code, answer.json["error_id"]) == (404, "unknown_agent")
    assert office.browser("agent").post(f"{API}/outside-calls/lift", json=body).status_code == 403
    assert office.engines.asked == []
