"""Announcements over REST: prepared, switched on and off, by who may."""

from typing import Any

API = "/api/v1/announcements"


def test_a_supervisor_prepares_switches_changes_and_takes_away(office: Any) -> None:
    boss = office.browser("supervisor")
    made = boss.post(API, json={"name": "Cerrado", "prompt": "announcement-closed", "areas": ["Ñuñoa"]}).json
    assert (made["switched_on"], made["has_sound"], made["told"], made["areas"]) == (
        False,
        True,
        0,
        ["Ñuñoa"],
    )
    path = f"{API}/{made['id']}"
    on = boss.put(f"{path}/switch", json={"on": True}).json
    assert (on["switched_on"], on["switched_by"], on["switched_at"]) == (True, "supervisor", office.now)
    changed = boss.put(path, json={"name": "Cerrado hoy", "text": "Volvemos mañana."}).json
    assert (changed["text"], changed["prompt"], changed["switched_on"], changed["has_sound"]) == (
        *("Volvemos mañana.", None, True),
        False,
    )
    assert [row["name"] for row in boss.get(API).json] == ["Cerrado hoy"]
    assert boss.delete(path).status_code in (200, 204)
    assert boss.get(API).json == []
    assert boss.put(f"{path}/switch", json={"on": True}).status_code == 404


def test_mistakes_are_said_by_field_and_agents_may_not(office: Any) -> None:
    wrong = office.browser("supervisor").post(API, json={"name": "", "prompt": "x"})
    assert wrong.status_code == 422 or wrong.status_code == 400
    assert {one["field"] for one in wrong.json["fields"]} == {"name", "prompt"}
    assert office.browser("agent").get(API).status_code == 403
    assert office.browser("agent").put(f"{API}/1/switch", json={"on": True}).status_code == 403
