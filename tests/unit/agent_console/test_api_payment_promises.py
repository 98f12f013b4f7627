"""Promises to pay over REST: given in a call, paged, kept, taken back; nobody else's."""

from typing import Any

API = "/api/v1"
DAY = 86_400.0


def test_a_promise_is_written_down_in_a_call_kept_by_a_payment_and_another_taken_back(office: Any) -> None:
    ann, billing = office.browser("agent"), office.browser("program")
    owner = {"source": "system", "customer_id": 1}
    invoice = billing.put(f"{API}/invoices/by-key/B-1", json=owner | {"amount_minor": 9_000}).json["id"]
    path = f"{API}/customers/1/payment-promises"
    told = {"source": "customer", "contact_id": "c1", "amount_minor": 4_000, "due_at": office.now + DAY}
    made = ann.post(path, json=told | {"invoice_id": invoice, "request_id": "r"}).json
    assert (made["state"], made["by"], made["contact_id"]) == ("open", "agent", "c1")
    assert ann.post(path, json=told | {"invoice_id": invoice, "request_id": "r"}).json == made
    later = ann.post(path, json=told | {"due_at": office.now + 2 * DAY}).json
    first = ann.get(f"{path}?limit=1").json
    assert ([row["number"] for row in first["items"]], first["next"]) == (
        [later["number"]],
        str(later["number"]),
    )
    rest = ann.get(f"{path}?limit=1&cursor={first['next']}").json
    assert ([row["number"] for row in rest["items"]], rest["next"]) == ([made["number"]], None)
    assert ann.get(f"{path}?cursor=x").json["error_id"] == "wrong_cursor"
    paid = owner | {"invoice": "B-1", "amount_minor": 4_000, "dated_at": office.now}
    assert billing.put(f"{API}/payments/by-key/P-1", json=paid).status_code == 200
    assert [row["number"] for row in ann.get(f"{path}?state=kept").json["items"]] == [made["number"]]
    gone = ann.post(f"{path}/{later['number']}/withdrawal", json={"source": "customer"}).json
    assert gone["state"] == "withdrawn"
    wrong = ann.post(path, json=told | {"amount_minor": 0})
    assert (wrong.status_code, wrong.json["error_id"]) == (409, "wrong_amount")
    stranger = office.browser("other")
    assert stranger.get(path).status_code == stranger.post(path, json=told).status_code == 404
