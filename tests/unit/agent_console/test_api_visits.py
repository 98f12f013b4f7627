"""Visits over REST: how many there can be, which half days are free, what an order says of its visit."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm_core import dials
from crm_core.work_orders import visits
from crm_core.work_orders.order_flow import Way
from crm_core.work_orders.visit_record import ABOUT, about_key, visit_of
from crm_core.work_orders.visit_slots import slot_of_key
from crm_core.work_orders.work_orders import Author, WorkOrder
from ctiserver.core.permit import Purpose

BOSS, AGENT = "dispatcher", "agent"
EVERY_DAY = [
    {"weekday": day, "half": half, "places": 2} for day in range(1, 8) for half in ("morning", "afternoon")
]


def plan(office: Any, rows: list[dict[str, Any]] = EVERY_DAY) -> Any:
    return office.browser(BOSS).put("/api/v1/visit-capacity", json={"rows": rows})


def test_dispatchers_say_how_many_visits_there_can_be_and_agents_see_what_is_free(office: Any) -> None:
    agent = office.browser(AGENT)
    assert agent.get("/api/v1/visit-slots?kind=repair").json == []
    assert agent.put("/api/v1/visit-capacity", json={"rows": EVERY_DAY}).status_code == 403
    assert len(plan(office).json["rows"]) == 14
    assert agent.get("/api/v1/visit-capacity").json["rows"][0]["places"] == 2
    slots = agent.get("/api/v1/visit-slots?kind=repair&limit=2").json
    begins = datetime.fromtimestamp(slots[0]["from_at"], ZoneInfo("America/Santiago"))
    assert slots[0]["slot"] == f"{begins.date()}.{'morning' if begins.hour == 9 else 'afternoon'}"
    later = agent.get(f"/api/v1/visit-slots?kind=repair&from_day={slots[1]['slot'][:10]}").json
    assert later[-1]["slot"] > slots[1]["slot"][:10]


def test_every_mistake_of_the_rows_is_told_at_once(office: Any) -> None:
    plan(office)
    answer = plan(office, [{"weekday": 9, "half": "night", "places": -1}])
    assert (answer.status_code, len(answer.json["mistakes"])) == (422, 3)
    assert len(office.browser(BOSS).get("/api/v1/visit-capacity").json["rows"]) == 14


def test_the_board_shows_what_was_booked_by_phone_and_the_page_why_nobody_calls(office: Any) -> None:
    plan(office)
    boss = office.browser(BOSS)
    slot = slot_of_key(boss.get("/api/v1/visit-slots?kind=repair").json[0]["slot"])
    assert slot is not None
    now = office.now

    def book(session: Session) -> int:
        caller = Author(account_id=1, login="flow", at=now, way=Way.PHONE, contact_id="c-1")
        booked = visits.book(session, caller, 1, "repair", slot).order
        assert booked is not None
        return booked.id

    def refuse(session: Session, order_id: int) -> None:
        """As a claim leaves it whose permit was refused for good."""
        order, row = session.get_one(WorkOrder, order_id), visit_of(session, 1, order_id)
        made = dials.schedule(
            session,
            1,
            1,
            number="+56922220001",
            purpose=Purpose.APPOINTMENT,
            about=(ABOUT, about_key(order_id, order.due_from_at)),
            not_before=now,
            not_after=now + 60,
            by="visits",
            now=now,
            flow="visit-confirmation",
        )
        made.state, made.refused_rule, made.ended_at = "refused", "do_not_call", now
        row.asked_from_at, row.dial_id = order.due_from_at, made.id

    number = office.store.write(book)
    [row] = boss.get("/api/v1/work-orders").json["items"]
    assert (row["id"], row["by_phone"], row["visit_answer"], row["expired"]) == (number, True, None, False)
    path = f"/api/v1/work-orders/{number}"
    told = boss.get(path).json["visit"]
    assert (told["booked_in"], told["asked"], told["call"]) == ("c-1", False, None)
    office.store.write(refuse, number)
    told = boss.get(path).json["visit"]
    assert (told["asked"], told["call"]["state"], told["call"]["refused_rule"]) == (
        True,
        "refused",
        "do_not_call",
    )
    by_office = boss.post(
        "/api/v1/work-orders", json={"kind": "leak", "subject": "Olor", "address": "X"}
    ).json
    assert (by_office["by_phone"], by_office["visit"]) == (False, None)
