"""Scheduled calls over REST: found, looked into, called off by who may."""

from typing import Any

from crm_core import dials
from ctiserver.core.permit import Purpose

API = "/api/v1"


def planned(office: Any, key: str, **more: Any) -> int:
    span = {"not_before": 2000.0, "not_after": 9000.0, "by": "work_orders", "now": office.now}
    wish = {"number": "+56911111111", "purpose": Purpose.SURVEY, "about": ("visit", key), "survey": "visit"}
    return int(office.store.write(dials.schedule, 1, 1, **span, **wish | more).id)


def test_scheduled_calls_are_listed_by_state_and_shown_with_their_attempts(office: Any) -> None:
    first = planned(office, "1")
    planned(office, "2", about=("outage", "7"))
    boss = office.browser("supervisor")
    listed = boss.get(f"{API}/dials?state=planned").json["items"]
    assert [row["about_key"] for row in listed] == ["7", "1"]
    assert (listed[1]["customer"], listed[1]["next_at"]) == ("Rosa", 2000.0)
    assert [row["id"] for row in boss.get(f"{API}/dials?about_kind=visit&customer_id=1").json["items"]] == [
        first
    ]
    assert len(boss.get(f"{API}/dials?state=open").json["items"]) == 2
    assert boss.get(f"{API}/dials?state=over").json["items"] == []
    page = boss.get(f"{API}/dials?limit=1").json
    assert boss.get(f"{API}/dials?limit=1&cursor={page['next']}").json["items"][0]["id"] == first
    whole = boss.get(f"{API}/dials/{first}").json
    assert (whole["dial"]["id"], whole["tries"]) == (first, [])
    assert boss.get(f"{API}/dials/999").status_code == 404
    assert office.browser("agent").get(f"{API}/dials").status_code == 403


def test_a_call_is_called_off_once_with_a_reason_by_who_may_change_customers(office: Any) -> None:
    number = planned(office, "1")
    boss, path = office.browser("supervisor"), f"{API}/dials/{number}/cancel"
    assert boss.post(path, json={"because": " "}).json["error_id"] == "reason_needed"
    assert office.browser("analyst").post(path, json={"because": "x"}).status_code == 403
    done = boss.post(path, json={"because": "ya  llamó"}).json["dial"]
    assert (done["state"], done["cancelled_because"]) == ("cancelled", "supervisor: ya llamó")
    assert boss.post(path, json={"because": "otra vez"}).json["error_id"] == "dial_over"
    assert boss.post(f"{API}/dials/999/cancel", json={"because": "x"}).status_code == 404
