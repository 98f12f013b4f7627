"""Calling a customer, another number or a colleague over REST: who may be called, and what the engines are told."""

from dataclasses import replace
from typing import Any

import pytest

from crm_core import permission
from crm_core.interactions import Interaction
from crm_core.own_calls import ask
from crm_core.permission import do_not_call
from crm_core.permission.permits import PermitRow
from ctiserver.bus.port import NoAnswer
from ctiserver.core.errors import Refusal
from ctiserver.core.permit import Purpose

CALL = "/api/v1/agents/agent/call"
ROSAS = "+56922220001"
MONDAY_MORNING = 1_795_438_800.0


def asked(office: Any) -> dict[str, Any]:
    [(kind, login, fields)] = office.engines.asked
    assert (kind, login) == ("CallOut", "agent")
    return dict(fields)


@pytest.fixture
def me(office: Any) -> Any:
    """The agent's browser, on a Monday morning."""
    office.now = MONDAY_MORNING
    return office.browser("agent")


def test_a_customers_number_is_called_with_a_permit_in_his_language(office: Any, me: Any) -> None:
    answer = me.post(CALL, json={"number": ROSAS, "customer_id": 1, "queue": "sales"})
    assert answer.status_code == 200, answer.json
    fields = asked(office)
    assert (fields["pii_number"], fields["queue"]) == (ROSAS, "sales")
    assert fields["customer"]["customer_id"] == 1
    assert (fields["permit"]["pii_address"], fields["permit"]["purpose"]) == (ROSAS, "information")


def test_a_refusal_of_the_engines_gives_the_permit_back(
    office: Any, me: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> str:
        raise Refusal("call_in_hand", "finish first")

    monkeypatch.setattr(office.engines, "request", refuse)
    answer = me.post(CALL, json={"number": ROSAS})
    assert answer.json["error_id"] == "call_in_hand"
    [row] = office.store.read(lambda session: session.query(PermitRow).all())
    assert row.expires_at <= office.now


def permits(office: Any) -> list[PermitRow]:
    rows: list[PermitRow] = office.store.read(lambda session: session.query(PermitRow).all())
    return rows


def test_the_same_request_again_holds_no_second_permit(office: Any, me: Any) -> None:
    for _ in range(2):
        assert me.post(CALL, json={"number": ROSAS, "request_id": "once"}).status_code == 200
    assert len(permits(office)) == 1
    first, again = (fields["permit"]["permit_id"] for _, _, fields in office.engines.asked)
    assert first == again
    assert me.post(CALL, json={"number": ROSAS, "request_id": "another"}).status_code == 200
    assert len(permits(office)) == 2


def test_who_got_no_answer_keeps_the_permit_for_when_he_asks_again(
    office: Any, me: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: Any) -> str:
        raise NoAnswer("the calls process did not answer")

    with monkeypatch.context() as unheard:
        unheard.setattr(office.engines, "request", silent)
        assert me.post(CALL, json={"number": ROSAS, "request_id": "once"}).status_code == 504
    assert me.post(CALL, json={"number": ROSAS, "request_id": "once"}).status_code == 200
    [row] = permits(office)
    assert (asked(office)["permit"]["permit_id"], row.expires_at > office.now) == (row.id, True)


def test_who_was_not_called_for_want_of_a_permission_stands_in_the_report_once(office: Any, me: Any) -> None:
    office.store.write(do_not_call.add, 1, ROSAS, source="call", by="eva", now=1.0)
    for _ in range(2):
        me.post(CALL, json={"number": "9 2222 0001", "request_id": "once"})
    span = f"from_at={MONDAY_MORNING}&until_at={MONDAY_MORNING + 1}"
    boss = office.browser("supervisor")
    [row] = boss.get(f"/api/v1/outside-calls?{span}").json["items"]
    assert (row["agent"], row["number"], row["result"]) == ("agent", ROSAS, "not_permitted")
    found = boss.get(f"/api/v1/reports/outside?{span}").json
    assert (found["all"]["calls"], found["all"]["refused"]) == (0, 1)


def test_who_must_not_be_called_is_not_and_the_reason_is_said(office: Any, me: Any) -> None:
    for one in (ROSAS, "+56222220000"):  # a customer's, and one that nobody has
        office.store.write(do_not_call.add, 1, one, source="call", by="eva", now=1.0)
        answer = me.post(CALL, json={"number": one})
        assert answer.json["error_id"] == "not_permitted"
        assert answer.json["detail"]
    assert office.engines.asked == []


def test_a_number_that_nobody_has_is_called_without_a_permit(office: Any, me: Any) -> None:
    assert me.post(CALL, json={"number": "2 2222 0000"}).status_code == 200
    fields = asked(office)
    assert (fields["pii_number"], fields["customer"], fields["permit"]) == ("+56222220000", None, None)


def test_a_number_that_is_not_the_customers_is_not_called_as_his(office: Any, me: Any) -> None:
    answer = me.post(CALL, json={"number": "2 2222 0000", "customer_id": 1})
    assert answer.json["error_id"] == "not_permitted"
    strange = {"number": ROSAS, "customer_id": 3}  # of the other account
    assert me.post(CALL, json=strange).status_code == 404


def test_what_is_open_makes_it_service_and_only_then(office: Any, me: Any) -> None:
    wrong = me.post(CALL, json={"number": ROSAS, "purpose": "service"})
    assert wrong.json["error_id"] == "nothing_open"
    emergency = me.post(CALL, json={"number": ROSAS, "purpose": "emergency"})
    assert emergency.json["error_id"] == "wrong_purpose"
    me.post("/api/v1/cases", json=case_of(1))
    called = office.store.write(ask, 1, ROSAS, by="agent", now=office.now)
    assert called.permit.purpose is Purpose.SERVICE
    office.store.write(permission.release, called.permit.permit_id, now=office.now)
    selling = office.store.write(ask, 1, ROSAS, by="agent", now=office.now, purpose=Purpose.SALES)
    assert getattr(selling, "permit", None) is None or selling.permit.purpose is Purpose.SALES


def test_a_message_that_nobody_has_dealt_with_makes_it_service_too(office: Any, me: Any) -> None:
    left: dict[str, Any] = {"account_id": 1, "candidate_ids": [1], "customer_id": 1, "channel": "voicemail"}
    row = Interaction(id="m1", arrived_at=1.0, incomplete=False, **left | _NOTHING)
    office.store.write(lambda session: session.add(row))
    called = office.store.write(ask, 1, ROSAS, by="agent", now=office.now)
    assert called.permit.purpose is Purpose.SERVICE


_NOTHING: dict[str, Any] = {
    **{key: [] for key in ("menu_path", "decisions", "acts")},
    **{key: {} for key in ("collected", "collected_as")},
    **dict.fromkeys(("last_epoch", "last_seq", "last_n"), 0),
}


def case_of(customer_id: int) -> dict[str, Any]:
    return {"kind": "service", "subject": "No hot water", "customer_id": customer_id}


def test_nobody_calls_in_anothers_name(office: Any, me: Any) -> None:
    for path, body in (("call", {"number": "133"}), ("call-colleague", {"to": "agent"})):
        assert me.post(f"/api/v1/agents/other/{path}", json=body).status_code == 403
    assert office.engines.asked == []


def test_a_caller_is_passed_on_to_a_flow_that_there_is(office: Any, me: Any) -> None:
    folder = office.state_dir / "flows"
    folder.mkdir(parents=True)
    (folder / "payment.toml").write_text('title = { es = "Pagos", en = "Payments" }')
    (folder / "campaign.toml").write_text("transfer = false")
    (folder / "visit.toml").write_text('given = ["order"]')
    office.use(replace(office.config, flows=replace(office.config.flows, directory=folder)))
    me = office.browser("agent")
    [first] = me.get("/api/v1/me/flows").json
    assert first == {"name": "payment", "title": {"es": "Pagos", "en": "Payments"}}
    assert me.post("/api/v1/agents/agent/transfer", json={"flow": "payment"}).status_code == 200
    assert office.engines.asked == [("TransferToFlow", "agent", {"agent": "agent", "flow": "payment"})]
    for name in ("nowhere", "campaign", "visit"):
        wrong = me.post("/api/v1/agents/agent/transfer", json={"flow": name})
        assert wrong.json["error_id"] == "unknown_flow"
