"""The customer's record over REST: told, changed, found, and never somebody else's."""

from typing import Any

import pytest

from agent_console.api import OPERATIONS

API = "/api/v1"


@pytest.fixture
def ann(office: Any) -> Any:
    return office.browser("agent")


def add(browser: Any, **fields: Any) -> dict[str, Any]:
    body = {"name": "Ana", "surname": "Muñoz", "source": "customer", "contact_id": "c1"} | fields
    answer = browser.post(f"{API}/customers", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json


def put(browser: Any, path: str, **body: Any) -> Any:
    return browser.put(API + path, json={"source": "system"} | body)


def test_a_customer_is_added_seen_changed_and_his_facts_tell_who_said_what(office: Any, ann: Any) -> None:
    made = add(ann, phones=["9 7188 4213"], emails=["Ana@Example.cl"], rut="12.345.678-5")
    path = f"{API}/customers/{made['customer_id']}/record"
    seen = ann.get(path)
    assert (seen.json["rut"], seen.json["stage"], seen.json["display_name"]) == (
        "12345678-5",
        "customer",
        "Ana Muñoz",
    )
    assert [point["key"] for point in (*seen.json["phones"], *seen.json["emails"])] == [
        "+56971884213",
        "ana@example.cl",
    ]

    assert ann.get(path, headers={"If-None-Match": seen.headers["ETag"]}).status_code == 200
    office.now += 1
    change = {"source": "file", "surname": "Munoz"}
    assert ann.patch(path, json=change).status_code == 428
    changed = ann.patch(path, json=change, headers={"If-Match": seen.headers["ETag"]})
    assert changed.json["surname"] == "Muñoz"
    assert [one["value"] for one in changed.json["known"]["surname"]["conflicts"]] == ["Munoz"]
    late = ann.patch(path, json=change, headers={"If-Match": seen.headers["ETag"]})
    assert (late.status_code, late.headers["ETag"]) == (412, changed.headers["ETag"])

    said = ann.get(f"{path[: -len('/record')]}/facts?field=surname").json["items"]
    assert [(one["value"], one["source"], one["by"], one["contact_id"]) for one in said] == [
        ("Munoz", "file", "agent", None),
        ("Muñoz", "customer", "agent", "c1"),
    ]
    settled = ann.post(f"{API}/customers/{made['customer_id']}/facts/{said[0]['fact_id']}/settle")
    assert [one["superseded_by"] for one in settled.json if one["value"] == "Muñoz"] == ["agent"]
    assert ann.get(path).json["surname"] == "Munoz"


@pytest.mark.parametrize(
    ("wrong", "error_id", "status"),
    [
        ({"rut": "12.345.678-9"}, "wrong_rut", 409),
        ({"phones": ["12"]}, "wrong_number", 409),
        ({"emails": ["ana"]}, "wrong_email", 409),
        ({"source": "gossip"}, "bad_request", 400),
        ({"colour": "red"}, "bad_request", 400),
        ({"custom": {"colour": "red"}}, "no_such_custom_field", 409),
        ({"kind": "dog"}, "conflict", 409),
    ],
)
def test_what_is_wrong_is_refused_in_words_and_nothing_is_kept(
    ann: Any, wrong: dict[str, Any], error_id: str, status: int
) -> None:
    answer = ann.post(f"{API}/customers", json={"name": "Eva", "source": "customer"} | wrong)
    assert (answer.status_code, answer.json["error_id"]) == (status, error_id)
    assert answer.json["detail"]
    assert ann.get(f"{API}/search?q=eva").json == []


def test_another_program_keeps_customers_and_what_they_have_in_step(office: Any) -> None:
    billing = office.browser("program")
    ana: dict[str, Any] = {"name": "Ana", "phones": ["+56971884213"], "surname": "Muñoz"}
    first = put(billing, "/customers/by-key/K-1", **ana).json
    again = put(billing, "/customers/by-key/K-1", **ana).json
    assert (again["customer_id"], again["version"]) == (first["customer_id"], first["version"])
    renamed = put(billing, "/customers/by-key/K-1", **ana | {"surname": "Peña"}).json
    assert (renamed["version"], renamed["surname"]) == (first["version"] + 1, "Peña")

    owner = {"customer_id": first["customer_id"]}
    invoice = put(billing, "/invoices/by-key/B-1", **owner, number="17", amount_minor=5_000, dated_at=10.0)
    assert (
        put(billing, "/invoices/by-key/B-1", **owner, number="17").headers["ETag"] == invoice.headers["ETag"]
    )
    paid = put(billing, "/payments/by-key/P-1", **owner, invoice="B-1", amount_minor=2_000, dated_at=11.0)
    assert paid.json["invoice_id"] == invoice.json["id"]
    record = billing.get(f"{API}/customers/{first['customer_id']}/record").json
    assert record["open_minor"] == {"CLP": 3_000}
    assert [hit["found_by"] for hit in billing.get(f"{API}/search?q=17").json] == ["invoice"]

    path = f"{API}/invoices/{invoice.json['id']}"
    cancel = {"source": "agent", "status": "cancelled"}
    done = billing.patch(path, json=cancel, headers={"If-Match": invoice.headers["ETag"]})
    assert (done.json["status"], done.json["version"]) == ("cancelled", 2)
    assert billing.patch(path, json=cancel, headers={"If-Match": invoice.headers["ETag"]}).status_code == 412
    listed = billing.get(f"{API}/invoices?customer_id={first['customer_id']}&status=cancelled").json
    assert ([row["number"] for row in listed["items"]], listed["next"]) == (["17"], None)
    assert put(billing, "/payments/by-key/P-2", **owner, invoice="B-9").status_code == 404
    assert put(billing, "/invoices/by-key/B-2", **owner, amount_minor="much").status_code == 400


def test_an_agent_takes_an_order_down_and_the_timeline_tells_it(office: Any, ann: Any) -> None:
    chief = office.browser("administrator")
    assert chief.put(f"{API}/products/hose", json={"name": "Hose", "price_minor": 4_990}).status_code == 200
    customer = add(ann)["customer_id"]
    lines = [{"product": "hose", "quantity": 2}]
    body = {"source": "customer", "contact_id": "c1", "lines": lines, "request_id": "r1"}
    order = ann.post(f"{API}/customers/{customer}/orders", json=body).json
    assert ann.post(f"{API}/customers/{customer}/orders", json=body).json["id"] == order["id"]
    assert (order["amount_minor"], order["contact_id"]) == (9_980, "c1")
    ann.post(f"{API}/customers/{customer}/notes", json={"text": "Wants it blue"})
    story = ann.get(f"{API}/customers/{customer}/timeline?limit=2").json
    assert {line["kind"] for line in story["items"]} <= {"order", "note", "stage"}
    rest = ann.get(f"{API}/customers/{customer}/timeline?limit=2&cursor={story['next']}").json
    assert len(story["items"]) + len(rest["items"]) == 3
    assert (
        ann.get(f"{API}/customers/{customer}/timeline?kinds=order").json["items"][0]["title"]
        == order["number"]
    )
    assert ann.get(f"{API}/customers/{customer}/notes").json["items"][0]["text"] == "Wants it blue"
    assert ann.get(f"{API}/products/hose").headers["ETag"] == '"1"'


def test_where_he_is_reached_whom_he_knows_and_his_files(office: Any, ann: Any) -> None:
    ana, ben = add(ann)["customer_id"], add(ann, name="Ben")["customer_id"]
    path = f"/customers/{ana}"
    before = ann.get(f"{API}{path}/record").headers["ETag"]
    assert put(ann, f"{path}/phones/971884213", preferred=True, label="home").json["key"] == "+56971884213"
    assert put(ann, f"{path}/emails/Ana@Example.CL").json["key"] == "ana@example.cl"
    assert ann.get(f"{API}{path}/record").headers["ETag"] != before
    place = ann.post(f"{API}{path}/addresses", json={"source": "agent", "street": "Av. Ñuñoa 1"}).json
    for gone in ("phones/971884213", "emails/ana@example.cl", f"addresses/{place['key']}"):
        assert ann.delete(f"{API}{path}/{gone}").json["valid_until"] == office.now
    kin = ann.post(
        f"{API}{path}/relationships", json={"source": "agent", "kind": "family", "other_id": ben}
    ).json
    assert [one["name"] for one in kin] == ["Ben Muñoz"]
    assert ann.delete(f"{API}{path}/relationships/{kin[0]['relationship_id']}").json[0]["until"] == office.now

    kept = ann.post(f"{API}{path}/attachments?name=contrato.pdf", data=b"%PDF-1.7").json
    file = f"{API}{path}/attachments/{kept['number']}"
    answer = ann.get(file)
    assert (answer.data, answer.headers["Content-Disposition"]) == (
        b"%PDF-1.7",
        "attachment; filename=contrato.pdf",
    )
    assert ann.post(f"{API}{path}/attachments?name=x.pdf", data=b"MZ\0").json["error_id"] == "wrong_file"
    assert ann.delete(file).status_code == 200
    assert ann.get(file).status_code == 404


def test_tags_stages_and_own_fields_sort_customers(office: Any, ann: Any) -> None:
    chief = office.browser("administrator")
    field = {"label_es": "Medidor", "label_en": "Meter", "type": "number", "pauses_recording": True}
    assert chief.put(f"{API}/custom-fields/meter", json=field).json["version"] == 1
    [meter] = ann.get(f"{API}/custom-fields").json
    assert (meter["key"], meter["pauses_recording"]) == ("meter", True)
    ana = add(ann, custom={"meter": "12"}, stage="prospect")
    path = f"{API}/customers/{ana['customer_id']}"
    assert ana["custom"] == {"meter": 12.0}
    assert ann.put(f"{path}/tags", json={"tags": ["VIP"]}).json["tags"] == ["vip"]
    moved = ann.post(f"{path}/stage", json={"stage": "lost"}, headers={"If-Match": "*"}).json
    assert [one["stage"] for one in moved["stages"]] == ["lost", "prospect"]

    def listed(query: str) -> list[int]:
        return [row["customer_id"] for row in ann.get(f"{API}/customers?{query}").json["items"]]

    assert listed("tag=vip") == listed("stage=lost") == [ana["customer_id"]]
    assert listed("kind=company") == listed("supplier=true") == []
    assert ann.get(f"{API}/tags").json == {"vip": 1}
    first = ann.get(f"{API}/customers?limit=1").json
    assert listed(f"limit=1&cursor={first['next']}") == [ana["customer_id"]]
    assert ann.get(f"{API}/customers?cursor=nonsense").json["error_id"] == "wrong_cursor"


def test_who_saw_and_changed_a_record_is_written_down_once_per_look(office: Any, ann: Any) -> None:
    ana = add(ann)["customer_id"]
    for _ in range(3):
        ann.get(f"{API}/customers/{ana}/record")
    office.now += 1000
    ann.get(f"{API}/customers/{ana}/record")
    seen = office.browser("administrator").get(f"{API}/customers/{ana}/access").json["items"]
    assert [(one["by"], one["action"]) for one in seen] == [
        ("agent", "see customer"),
        ("agent", "see customer"),
        ("agent", "add customer"),
    ]
    assert ann.get(f"{API}/customers/{ana}/access").status_code == 403


def test_no_operation_on_a_customer_reaches_another_company(office: Any, ann: Any) -> None:
    ana = add(ann, rut="12345678-5", external_id="K-1")["customer_id"]
    stranger = office.browser("other")
    for row in OPERATIONS.rows:
        if "{customer_id}" in row.path and row.method == "GET" and not row.path.endswith("{number}"):
            answer = stranger.get(f"{API}{row.path}".replace("{customer_id}", str(ana)))
            empty = answer.status_code == 404 or answer.json in ([], {"items": [], "next": None})
            assert empty, (row.id, answer.text)
    assert stranger.get(f"{API}/search?q=12345678-5").json == []
    assert stranger.get(f"{API}/customers").json["items"] == []
    theirs = put(stranger, "/customers/by-key/K-1", name="Other").json
    assert theirs["customer_id"] != ana
