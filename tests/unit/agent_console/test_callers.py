"""Who calls: found, written down, attached; and what the wrap-up begins with."""

from typing import Any, cast

import pytest
from sqlalchemy import select

from crm_core.audit import newest
from crm_core.contact_points import Phone
from crm_core.contact_reasons import ContactReason
from ctiserver.core.customers import Candidate

ROSA = 1
NUMBER = "+56911112222"


@pytest.fixture
def ringing(office: Any) -> Any:
    """The agent's phone rings with a caller whom nobody knows."""
    view = office.live.view
    view.agents["agent"].contact = "mine"
    view.contacts["mine"].pii_number = NUMBER
    view.contacts["mine"].agent = "agent"
    return office


def test_a_customer_is_found_by_name_by_number_and_by_nothing_of_another_company(office: Any) -> None:
    browser = office.browser("agent")
    for text in ("rosa", "+56 9 2222 0001"):
        [found] = browser.get("/api/v1/callers", query_string={"text": text}).json
        assert (found["customer_id"], found["name"], found["numbers"]) == (ROSA, "Rosa", ["+56922220001"])
    assert browser.get("/api/v1/callers").json == []
    assert office.browser("other").get("/api/v1/callers?text=rosa").json == []


def test_whoever_is_attached_keeps_the_number_he_calls_from(ringing: Any) -> None:
    body = {"contact": "mine", "customer_id": ROSA}
    answer = ringing.browser("agent").post("/api/v1/agents/agent/customer", json=body)
    assert answer.status_code == 200
    customer = {"customer_id": ROSA, "pii_name": "Rosa", "value_class": "A"}
    asked = {"agent": "agent", "contact": "mine", "customer": customer}
    assert ringing.engines.asked == [("AttachCustomer", "agent", asked)]
    numbers = ringing.store.read(lambda session: set(session.scalars(select(Phone.e164))))
    assert NUMBER in numbers
    [row] = ringing.store.read(newest, 1)
    assert (row.by, row.action, row.subject) == ("agent", "attach customer", "contact mine")
    assert row.after == {"customer_id": ROSA, "number_kept": NUMBER}


def test_a_number_that_is_not_his_own_need_not_be_kept(ringing: Any) -> None:
    body = {"contact": "mine", "customer_id": ROSA, "keep_number": False}
    assert ringing.browser("agent").post("/api/v1/agents/agent/customer", json=body).status_code == 200
    assert ringing.store.read(newest, 1)[0].after == {"customer_id": ROSA}


def test_only_ones_own_contact_gets_a_customer_and_only_one_of_the_company(ringing: Any) -> None:
    agent, other = ringing.browser("agent"), ringing.browser("other")
    answer = agent.post("/api/v1/agents/agent/customer", json={"contact": "theirs", "customer_id": ROSA})
    assert (answer.status_code, answer.json["error_id"]) == (409, "not_your_contact")
    ringing.live.view.agents["other"].contact = "theirs"
    answer = other.post("/api/v1/agents/other/customer", json={"contact": "theirs", "customer_id": ROSA})
    assert answer.status_code == 404
    assert ringing.engines.asked == []


def test_a_new_customer_is_written_down_with_his_number(ringing: Any) -> None:
    browser = ringing.browser("agent")
    body = {"contact": "mine", "name": " Inés ", "surname": "Muñoz", "rut": "12.345.678-5"}
    made = browser.post("/api/v1/callers", json=body).json
    assert (made["name"], made["rut"], made["numbers"]) == ("Inés Muñoz", "12345678-5", [NUMBER])
    assert ringing.store.read(newest, 1)[0].action == "create customer"
    again = browser.post("/api/v1/callers", json=body | {"name": "Juan"})
    assert (again.status_code, again.json["error_id"]) == (409, "rut_in_use")
    for wrong, error_id in (({"name": " "}, "name_required"), ({"rut": "12.345.678-4"}, "wrong_rut")):
        answer = browser.post("/api/v1/callers", json=body | wrong)
        assert (answer.status_code, answer.json["error_id"]) == (409, error_id)


def test_the_wrap_up_begins_with_what_the_caller_told_the_menu_and_his_clock(ringing: Any) -> None:
    def add(session: Any) -> None:
        words = {"label_es": "Saldo", "label_en": "Balance"}
        session.add(ContactReason(account_id=1, key="balance", guessed_by=["reason=balance"], **words))

    ringing.store.write(add)
    contact = ringing.live.view.contacts["mine"]
    contact.values = {"topic": "bills", "reason": "balance"}
    found = ringing.browser("agent").get("/api/v1/me/wrap-up/mine").json
    assert found == {"reason": "balance", "time_zone": "America/Santiago", "local_time": "1969-12-31T21:16"}
    contact.customer = Candidate(customer_id=404, pii_name="erased", value_class=None)
    contact.values = {}
    assert ringing.browser("agent").get("/api/v1/me/wrap-up/mine").json["reason"] is None


def test_a_result_is_asked_for_with_reason_and_the_customers_time_to_call_back(ringing: Any) -> None:
    body = {
        "contact": "mine",
        "code": "later",
        "contact_reason": "balance",
        "call_back_at": "2026-11-23T10:30",
    }
    answer = ringing.browser("agent").post("/api/v1/agents/agent/disposition", json=body)
    assert answer.status_code == 200
    [(kind, _, fields)] = ringing.engines.asked
    assert (kind, fields["contact_reason"], fields["call_back_at"]) == ("Dispose", "balance", 1_795_440_600.0)
    wrong = ringing.browser("agent").post(
        "/api/v1/agents/agent/disposition", json=body | {"call_back_at": "tomorrow"}
    )
    assert wrong.json["error_id"] == "wrong_time"
    assert cast(Any, ringing.engines.asked)[1:] == []
