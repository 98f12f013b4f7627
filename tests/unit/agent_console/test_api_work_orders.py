"""Work orders over REST: the office's side, a technician's own, stock, the report."""

from typing import Any

import pytest

from crm_core import caller_secrets
from crm_core.users import add_user
from crm_core.work_orders import technicians
from crm_core.work_orders.order_flow import Way
from crm_core.work_orders.order_history import note
from crm_core.work_orders.work_orders import Author, work_order
from ctiserver.process import folders

BOSS, AGENT, TECH = "dispatcher", "agent", "technician"
ORDER = {"kind": "repair", "subject": "Cocina no enciende", "customer_id": 1, "address": "Los Leones 1234"}
JPEG = b"\xff\xd8\xff\xe0 a photo"


@pytest.fixture
def field(office: Any) -> Any:
    """The office with a technician, a second one, and parts."""
    boss = office.browser(BOSS)
    office.store.write(
        lambda s: add_user(s, login="otro", name="Otro", password="a-good-password", roles={TECH})
    )
    for login, code in ((TECH, "11"), ("otro", "12")):
        form = {"code": code, "phone": "+56 9 8765 4321" if code == "11" else "", "areas": ["Ñuñoa"]}
        assert boss.put(f"/api/v1/technicians/{login}", json=form).status_code == 200
    assert boss.put("/api/v1/parts/valve", json={"name": "Válvula", "code": "1"}).status_code == 200
    return office


def made(field: Any, login: str = AGENT, **fields: Any) -> dict[str, Any]:
    answer = field.browser(login).post("/api/v1/work-orders", json=ORDER | fields)
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def given(field: Any, **fields: Any) -> int:
    return int(made(field, BOSS, technician=TECH, **fields)["id"])


def test_an_agent_makes_an_order_and_a_dispatcher_gives_it_to_somebody(field: Any) -> None:
    new = made(field)
    assert (new["state"], new["customer"], new["priority"]) == ("created", "Rosa", "high")
    assert new["steps"] == ["assign", "close"]
    path, agent, boss = f"/api/v1/work-orders/{new['id']}", field.browser(AGENT), field.browser(BOSS)
    assert agent.post("/api/v1/work-orders", json=ORDER | {"technician": TECH}).status_code == 403
    assert agent.put(f"{path}/assignment", json={"technician": TECH}).status_code == 403
    assert boss.put(f"{path}/assignment", json={"technician": TECH}).status_code == 428
    tag = {"If-Match": boss.get(path).headers["ETag"]}
    assert boss.put(f"{path}/assignment", json={"technician": TECH}, headers=tag).json["technician"] == TECH
    assert boss.put(f"{path}/assignment", json={"technician": "otro"}, headers=tag).status_code == 412
    changed = boss.patch(path, json={"area": "Ñuñoa"}, headers={"If-Match": "*"})
    assert (changed.json["area"], changed.json["history"][0]["way"]) == ("Ñuñoa", "page")
    assert agent.post(f"{path}/notes", json={"text": "Timbre malo"}).json["what"] == "note"


def test_a_technician_sees_and_moves_his_own_orders_only(field: Any) -> None:
    number, path = given(field), "/api/v1/me/work-orders"
    tech, other = field.browser(TECH), field.browser("otro")
    own = tech.get(path).json["open"]
    assert [one["id"] for one in own] == [number]
    assert "value_class" not in own[0]
    assert other.get(path).json["open"] == []
    for browser_path in (f"{path}/{number}", f"{path}/{number}/steps"):
        assert other.get(f"{path}/{number}").json["error_id"] == "not_your_order", browser_path
    assert other.post(f"{path}/{number}/steps", json={"event": "arrive"}).json["error_id"] == "not_your_order"
    assert tech.get("/api/v1/work-orders").status_code == 403
    assert tech.post(f"{path}/{number}/steps", json={"event": "set_out"}).json["state"] == "on_the_way"
    assert tech.post(f"{path}/{number}/steps", json={"event": "verify"}).json["error_id"] == "order_step"
    assert tech.post(f"{path}/{number}/steps", json={"event": "arrive"}).json["state"] == "on_site"
    kept = tech.post(f"{path}/{number}/files?name=foto.jpg", data=JPEG)
    assert kept.json["content_type"] == "image/jpeg"
    assert tech.post(f"{path}/{number}/notes", json={"text": "Perro bravo"}).status_code == 200
    file = f"/api/v1/customers/1/attachments/{kept.json['number']}"
    assert field.browser(BOSS).get(file).data == JPEG


def test_a_closing_sent_twice_is_done_once_and_the_next_order_is_there(field: Any) -> None:
    first, second = given(field), given(field)
    tech, path = field.browser(TECH), "/api/v1/me/work-orders"
    form = {
        "code": "needs_part",
        "key": "form-1",
        "used": [{"part": "valve", "quantity": 2}],
        "text": "Falta",
    }
    for _ in range(2):
        closed = tech.post(f"{path}/{first}/closing", json=form).json
        assert (closed["state"], closed["closing"]) == ("closed", "needs_part")
        assert closed["used"] == [{"part": "valve", "quantity": 2}]
    again = tech.post(f"{path}/{first}/closing", json=form | {"key": "form-2"})
    assert (again.status_code, again.json["error_id"]) == (409, "order_closed")
    assert tech.post(f"{path}/{second}/closing", json=form | {"key": " "}).json["error_id"] == "key_required"
    assert tech.post(f"{path}/{second}/closing", json=form | {"code": "finished"}).json["error_id"] == (
        "wrong_closing"
    )
    mine = tech.get(path).json
    assert ([one["id"] for one in mine["open"]], [one["id"] for one in mine["closed"]]) == ([second], [first])
    whole = field.browser(BOSS).get(f"/api/v1/work-orders/{first}").json
    followed = whole["closed"][0]["follow_up_id"]
    assert field.browser(BOSS).get(f"/api/v1/work-orders/{followed}").json["parent_id"] == first
    van = tech.get("/api/v1/me/van").json
    assert [(one["part"]["key"], one["quantity"]) for one in van] == [("valve", -2)]


def test_the_customers_no_is_taken_down_and_reopens_the_order(field: Any) -> None:
    number = given(field)
    boss, agent = field.browser(BOSS), field.browser(AGENT)
    path = f"/api/v1/work-orders/{number}"
    closing = {"code": "done", "key": "k", "text": "Listo"}
    assert agent.post(f"{path}/closing", json=closing).status_code == 403
    assert boss.post(f"{path}/closing", json=closing).json["closed"][0]["flags"] == []
    assert boss.post(f"{path}/steps", json={"event": "verify"}).json["state"] == "verified"
    word = {"solved": False, "grade": 2, "comment": "Sigue igual"}
    told = agent.post(f"{path}/closings/1/answer", json=word).json
    assert (told["state"], told["closed"][0]["solved"], told["closed"][0]["grade"]) == ("reopened", False, 2)
    assert agent.get(f"/api/v1/cases/{told['case_id']}").json["description"] == "Sigue igual"
    assert agent.post(f"{path}/closings/1/answer", json={"grade": 9}).status_code == 422
    boss.post(f"{path}/closing", json=closing | {"key": "k2"})
    assert boss.post(f"{path}/steps", json={"event": "reopen", "text": "Falta"}).json["state"] == "reopened"


def test_the_list_is_filtered_paged_and_counted(field: Any) -> None:
    boss = field.browser(BOSS)
    late = made(field, due_until_at=1.0, area="Ñuñoa", subject="Medidor")["id"]
    numbers = [late, *(given(field) for _ in range(3))]
    seen, cursor = [], ""
    for _ in range(2):
        page = boss.get(f"/api/v1/work-orders?limit=2{cursor}").json
        seen += [row["id"] for row in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert (seen, page["next"]) == (numbers, None)
    assert [row["id"] for row in boss.get("/api/v1/work-orders?late=true").json["items"]] == [late]
    counted = boss.get("/api/v1/work-orders/count").json
    assert counted == {"by_state": {"created": 1, "assigned": 3}, "late": 1, "areas": ["Ñuñoa"]}
    assert boss.get("/api/v1/work-orders?colour=red").status_code == 400
    assert boss.get("/api/v1/work-orders?cursor=x").json["error_id"] == "wrong_cursor"
    people = {one["login"]: one for one in boss.get("/api/v1/technicians").json}
    assert (people[TECH]["open_orders"], people["otro"]["open_orders"]) == (3, 0)
    words = boss.get("/api/v1/work-order-words").json
    assert (words["closings"][0], words["states"]["closed"]) == (
        "done",
        {"verify": "verified", "reopen": "reopened"},
    )


def test_stock_moves_are_booked_once(field: Any) -> None:
    boss = field.browser(BOSS)

    def book(**fields: Any) -> Any:
        return boss.post("/api/v1/stock-movements", json={"part": "valve"} | fields)

    for _ in range(2):
        assert book(what="received", quantity=10, key="a").status_code == 200
    assert book(what="moved", quantity=4, to=TECH, key="b").status_code == 200
    assert book(what="counted", quantity=5, key="c").json == [
        {"place": "store", "part": "valve", "name": "Válvula", "quantity": 5},
        {"place": TECH, "part": "valve", "name": "Válvula", "quantity": 4},
    ]
    assert book(what="moved", quantity=1, to="nowhere", key="d").json["error_id"] == "unknown_technician"
    assert book(what="received", quantity=-1, key="e").json["error_id"] == "wrong_quantity"
    assert book(what="stolen", quantity=1, key="f").status_code == 400
    assert boss.get(f"/api/v1/stock?place={TECH}").json[0]["quantity"] == 4


def test_the_ledger_tells_every_movement_the_latest_first_page_by_page(field: Any) -> None:
    boss = field.browser(BOSS)
    for key, fields in enumerate(
        ({"what": "received", "quantity": 5}, {"what": "moved", "quantity": 2, "to": TECH})
    ):
        boss.post("/api/v1/stock-movements", json={"part": "valve", "key": str(key)} | fields)
    page = boss.get("/api/v1/stock-movements?limit=2").json
    assert [(row["place"], row["quantity"], row["why"], row["by"]) for row in page["items"]] == [
        (TECH, 2, "moved", BOSS),
        ("store", -2, "moved", BOSS),
    ]
    [first] = boss.get(f"/api/v1/stock-movements?limit=2&cursor={page['next']}").json["items"]
    assert (first["part"], first["name"], first["quantity"], first["order_id"]) == (
        "valve",
        "Válvula",
        5,
        None,
    )
    assert [
        row["quantity"] for row in boss.get(f"/api/v1/stock-movements?place={TECH}&part=valve").json["items"]
    ] == [2]
    assert boss.get("/api/v1/stock-movements?part=other").json["items"] == []
    assert field.browser("other").get("/api/v1/stock-movements").json["items"] == []


def test_the_report_shows_everything_to_the_office_and_himself_to_a_technician(field: Any) -> None:
    number = given(field)
    field.browser(TECH).post(f"/api/v1/me/work-orders/{number}/closing", json={"code": "done", "key": "k"})
    span = "?from_at=0&until_at=2000"
    report = field.browser(BOSS).get(f"/api/v1/reports/work-orders{span}").json
    assert (report["all"]["closed"], report["by_technician"]) == (1, None)
    own = field.browser(TECH).get(f"/api/v1/me/work-order-figures{span}").json
    assert (own["own"]["done"], own["group"], own["technicians"]) == (1, None, 1)
    assert field.browser(TECH).get(f"/api/v1/reports/work-orders{span}").status_code == 403


def test_another_company_sees_nothing_of_it(field: Any) -> None:
    number, stranger = given(field), field.browser("other")
    assert stranger.get(f"/api/v1/work-orders/{number}").status_code == 404
    assert stranger.get("/api/v1/work-orders?open=all").json["items"] == []
    assert stranger.get("/api/v1/technicians").json == []
    assert stranger.put(f"/api/v1/technicians/{TECH}", json={"code": "99"}).status_code == 404


def test_a_technician_is_told_every_mistake_of_his_form_and_the_change_is_audited(field: Any) -> None:
    boss = field.browser(BOSS)
    wrong = boss.put("/api/v1/technicians/otro", json={"code": "11", "phone": "12"})
    assert {one["field"] for one in wrong.json["fields"]} == {"code", "phone"}
    told = boss.post("/api/v1/technicians/otro/pin").json
    assert (told["login"], len(told["pin"]), told["pin"].isdecimal()) == ("otro", 4, True)
    assert boss.post("/api/v1/technicians/agent/pin").json["error_id"] == "unknown_technician"
    assert boss.put("/api/v1/technicians/agent", json={"code": "77"}).json["error_id"] == "no_technician"
    actions = [row["action"] for row in field.browser("administrator").get("/api/v1/audit").json["items"]]
    assert (actions.count("technician.change"), actions.count("technician.pin")) == (2, 1)


def test_what_a_technician_said_by_telephone_is_heard_beside_the_order_and_who_heard_it_is_known(
    field: Any,
) -> None:
    number = given(field)
    technician = Author(account_id=1, login=TECH, at=900.0, way=Way.PHONE)

    def say(session: Any, recording: str) -> int:
        found = work_order(session, 1, number)
        return note(session, technician, found, "spoken", recording=recording, seconds=4.0).id

    kept, lost = (field.store.write(say, name) for name in ("r7", "../r8"))
    folder = folders.recordings_dir(field.config)
    folder.mkdir(parents=True)
    (folder / "r7.wav").write_bytes(b"RIFF....WAVE")
    boss = field.browser(BOSS)
    (line, _) = [
        one for one in boss.get(f"/api/v1/work-orders/{number}").json["history"] if one["what"] == "spoken"
    ]
    assert line["id"] == lost
    for _ in range(2):
        answer = boss.get(f"/api/v1/work-orders/{number}/spoken/{kept}")
        assert (answer.status_code, answer.content_type, answer.data) == (200, "audio/wav", b"RIFF....WAVE")
    audit = field.browser("administrator").get("/api/v1/audit").json["items"]
    heard = [one for one in audit if one["action"] == "hear work order"]
    assert [(one["by"], one["subject"]) for one in heard] == [(BOSS, f"work order {number}")]
    assert boss.get(f"/api/v1/work-orders/{number}/spoken/{lost}").status_code == 404
    assert boss.get(f"/api/v1/work-orders/{number}/spoken/999").status_code == 404
    assert field.browser("other").get(f"/api/v1/work-orders/{number}/spoken/{kept}").status_code in (403, 404)


def test_a_pin_is_chosen_or_drawn_a_lock_is_lifted_and_no_answer_or_audit_row_holds_a_pin(field: Any) -> None:
    boss = field.browser(BOSS)
    at = f"/api/v1/technicians/{TECH}"

    def try_pin(pin: str) -> str:
        def check(session: Any) -> str:
            owner = str(technicians.technician(session, 1, TECH).user_id)
            return caller_secrets.check(session, 1, "technician", owner, "pin", pin, now=field.now)

        return str(field.store.write(check))

    def shown() -> Any:
        return next(one for one in boss.get("/api/v1/technicians").json if one["login"] == TECH)

    assert shown()["pin_made_at"] is None
    assert boss.put(f"{at}/pin", json={"pin": "1234"}).json["error_id"] == "easy_pin"
    assert boss.put(f"{at}/pin", json={"pin": "48215"}).json["error_id"] == "wrong_pin"
    assert boss.put(f"{at}/pin", json={"pin": "4821"}).json["pin_made_at"] == field.now
    assert [try_pin("0000") for _ in range(5)][-1] == "locked"
    assert (shown()["locked_until"], try_pin("4821")) == (field.now + 900.0, "locked")
    assert boss.delete(f"{at}/lock").json["locked_until"] is None
    assert try_pin("4821") == "right"
    drawn = boss.post(f"{at}/pin").json["pin"]
    assert try_pin(drawn) == "right"
    rows = field.browser("administrator").get(f"/api/v1/audit?subject={TECH}").json["items"]
    assert [row["action"] for row in rows] == [
        "technician.pin",
        "technician.unlock",
        "technician.pin",
        "technician.change",
    ]
    assert not {"4821", drawn} & {str(value) for row in rows for value in row["after"].values()}
    assert field.browser("other").delete(f"{at}/lock").json["error_id"] == "unknown_technician"
    assert field.browser(AGENT).put(f"{at}/pin", json={"pin": "4821"}).status_code == 403


def test_who_has_the_role_and_no_code_yet_can_be_made_a_technician(field: Any) -> None:
    boss = field.browser(BOSS)
    assert boss.get("/api/v1/technicians/without-code").json == []
    field.store.write(
        lambda s: add_user(s, login="nueva", name="Nueva", password="a-good-password", roles={TECH})
    )
    assert boss.get("/api/v1/technicians/without-code").json == [{"login": "nueva", "name": "Nueva"}]
    assert boss.put("/api/v1/technicians/nueva", json={"code": "31"}).status_code == 200
    assert boss.get("/api/v1/technicians/without-code").json == []
