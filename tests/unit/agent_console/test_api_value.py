"""Value, segments and product offers over REST."""

from typing import Any

import pytest

from agent_console.value_words import amount, number
from crm_core.contracts import Contract
from crm_core.products import Product
from crm_core.value import value_runs, valuing

API = "/api/v1"


@pytest.fixture
def valued(office: Any) -> Any:
    """Rosa has a contract and was valued."""

    def value(session: Any) -> None:
        session.add(
            Contract(
                account_id=1,
                customer_id=1,
                status="active",
                amount_minor=12_500,
                cost_minor=500,
                dated_at=office.now - 400 * 86_400,
                created_at=0.0,
                updated_at=0.0,
            )
        )
        session.add(Product(account_id=1, key="boiler", name="Caldera", updated_at=0.0))
        run = value_runs.ask(session, 1, by="test", now=office.now)
        value_runs.next_run(session, now=office.now)
        valuing.write_part(session, valuing.compute(session, run.id), now=office.now)

    office.store.write(value)
    return office


def test_a_customers_value_is_explained_in_the_readers_language(valued: Any) -> None:
    told = valued.browser("agent").get(f"{API}/customers/1/value").json
    assert (told["value_class"], told["computed_class"], told["model"]) == ("A", "A", "contract")
    assert told["explanation"][0].startswith("1 contrato(s) que dejan CLP 12.000 al mes, desde hace 13 meses")
    assert "clase A" in told["explanation"][-1]
    assert valued.browser("agent").get(f"{API}/customers/999/value").status_code == 404
    assert valued.browser("other").get(f"{API}/customers/1/value").status_code == 404


def test_amounts_are_written_as_the_language_does() -> None:
    assert amount(1_234_567, "CLP", "es") == "CLP 1.234.567"
    assert amount(-123_450, "USD", "en") == "USD -1,234.50"
    assert number(1234.56, "es") == "1.234,6"


def test_the_overview_adds_up_and_a_computation_is_asked_for_once(valued: Any) -> None:
    analyst = valued.browser("analyst")
    told = analyst.get(f"{API}/value").json
    assert [row["value_class"] for row in told["classes"]] == ["A"]
    assert told["best"][0]["name"] == "Rosa"
    assert told["last_run"]["state"] == "done"
    first, second = (analyst.post(f"{API}/value/runs").json for _ in range(2))
    assert first["run_id"] == second["run_id"]
    assert valued.browser("supervisor").post(f"{API}/value/runs").status_code == 403
    assert [run["state"] for run in analyst.get(f"{API}/value/runs").json] == ["asked", "done"]


def test_a_class_is_set_by_hand_with_a_reason_and_lifted_again(valued: Any) -> None:
    analyst, path = valued.browser("analyst"), f"{API}/customers/1/value-class"
    wanted = {"value_class": "B", "reason": "agreed with her", "expires_at": valued.now + 86_400}
    refused = analyst.put(path, json=wanted | {"reason": ""})
    assert (refused.status_code, refused.json["error_id"]) == (409, "no_reason")
    assert analyst.put(path, json=wanted).status_code == 200
    told = valued.browser("agent").get(f"{API}/customers/1/value").json
    assert (told["value_class"], told["by_hand"]["reason"]) == ("B", "agreed with her")
    assert [step["origin"] for step in told["history"]] == ["by_hand"]
    assert analyst.delete(path).status_code == 200
    assert valued.browser("agent").get(f"{API}/customers/1/value").json["value_class"] == "A"


def test_settings_are_changed_by_whoever_read_the_latest(valued: Any) -> None:
    analyst, path = valued.browser("analyst"), f"{API}/value/settings"
    tag = analyst.get(path).headers["ETag"]
    change = {"horizon_months": 24}
    assert analyst.patch(path, json=change).status_code == 428
    assert analyst.patch(path, json=change, headers={"If-Match": tag}).json["horizon_months"] == 24
    assert analyst.patch(path, json=change, headers={"If-Match": tag}).status_code == 412
    wrong = analyst.patch(path, json={"horizon_months": 0, "nightly_hour": 30}, headers={"If-Match": "*"})
    assert (wrong.status_code, len(wrong.json["mistakes"])) == (422, 2)


def test_a_cost_is_posted_once_and_seen_in_the_ledger(valued: Any) -> None:
    analyst = valued.browser("analyst")
    visit = {"kind": "visit", "source": "order 7", "quantity": 1, "at": 5.0, "customer_id": 1}
    for _ in range(2):
        assert analyst.post(f"{API}/costs", json=visit).json["amount_minor"] == 18_000
    assert [row["source"] for row in analyst.get(f"{API}/customers/1/costs").json["items"]] == ["order 7"]
    assert analyst.post(f"{API}/costs", json=visit | {"kind": "wish"}).json["error_id"] == "unknown_cost_kind"


def test_a_segment_is_counted_live_saved_paged_and_exported(valued: Any) -> None:
    analyst = valued.browser("analyst")
    fields = {row["name"]: row for row in analyst.get(f"{API}/segments/fields").json}
    assert fields["value_class"]["choices"] == ["A", "B", "C"]
    tree = {"field": "value_class", "operator": "is", "value": "A"}
    assert analyst.post(f"{API}/segments/count", json={"conditions": tree}).json == {"customers": 1}
    wrong = analyst.post(f"{API}/segments/count", json={"conditions": {"field": "x", "operator": "is"}})
    assert (wrong.status_code, wrong.json["mistakes"]) == (422, ["conditions: there is no field 'x'"])
    saved = analyst.post(f"{API}/segments", json={"name": "Best", "conditions": tree}).json
    path = f"{API}/segments/{saved['segment_id']}"
    assert analyst.get(path).headers["ETag"] == '"1"'
    changed = {"name": "Very best", "conditions": tree}
    assert analyst.put(path, json=changed).status_code == 428
    assert analyst.put(path, json=changed, headers={"If-Match": '"1"'}).json["version"] == 2
    assert analyst.get(f"{path}/members?limit=1").json["members"][0]["name"] == "Rosa"
    [figures] = analyst.get(f"{API}/value/segments").json["items"]
    assert (figures["segment_id"], figures["customers"]) == (saved["segment_id"], 1)
    export = analyst.get(f"{path}/export")
    assert export.content_type == "text/csv; charset=utf-8"
    assert "Rosa" in export.text
    assert valued.browser("other").get(path).status_code == 404
    assert analyst.delete(path).status_code == 200
    assert analyst.get(f"{API}/segments").json["items"] == []


def test_an_offer_is_made_to_the_agent_in_his_words_and_answered_once(valued: Any) -> None:
    analyst, agent = valued.browser("analyst"), valued.browser("agent")
    assert analyst.get(f"{API}/product-offers/choices").json["products"] == [
        {"key": "boiler", "name": "Caldera"}
    ]
    assert agent.post(f"{API}/customers/1/next-offer").json["why"] == "none_eligible"
    wrong = {"name": "", "product": "none", "margin_minor": 0, "line_es": "", "line_en": ""}
    assert len(analyst.post(f"{API}/product-offers", json=wrong).json["mistakes"]) == 5
    good = {
        "name": "Boiler",
        "product": "boiler",
        "margin_minor": 9,
        "line_es": "¿Caldera?",
        "line_en": "Boiler?",
    }
    made = analyst.post(f"{API}/product-offers", json=good).json
    offer = agent.post(f"{API}/customers/1/next-offer").json
    while offer["why"] == "control_group":  # another month, another draw
        valued.now += 31 * 86_400
        offer = agent.post(f"{API}/customers/1/next-offer").json
    assert (offer["line"], offer["product"]) == ("¿Caldera?", "Caldera")
    path = f"{API}/offer-decisions/{offer['decision_id']}/answer"
    assert agent.post(path, json={"answer": "maybe"}).json["error_id"] == "wrong_answer"
    assert (
        agent.post(path, json={"answer": "accepted", "feeling": 5, "reason": "old one broke"}).status_code
        == 200
    )
    assert agent.post(path, json={"answer": "declined"}).status_code == 409
    results = analyst.get(f"{API}/product-offers/{made['offer_id']}/results").json
    assert (results["made"], results["accepted"], results["uplift"]) == (1, 1, None)
    valued.now += 1
    ended = analyst.patch(
        f"{API}/product-offers/{made['offer_id']}", json={"until_at": valued.now}, headers={"If-Match": '"1"'}
    ).json
    assert not ended["running"]
    assert analyst.get(f"{API}/product-offers").json["items"][0]["version"] == 2
