"""A rehearsal over REST: what is asked of the jobs process, and its answer as figures, contacts and tables."""

import csv
import io
from typing import Any

import msgspec

from ctiserver.core.rehearsals import (
    Difference,
    FlowsRehearsed,
    Rehearsal,
    RehearsalState,
    Side,
    Way,
    WaysEnd,
    Went,
)

BOSS = "supervisor"
SIDE = Side(calls=3, answered=2, abandoned=1, service_level=0.5, asa_seconds=12.0, longest_wait_seconds=40.0)
FOUND = Rehearsal(
    recorded={"": SIDE},
    before={"": SIDE},
    after={"": SIDE},
    differences=tuple(
        Difference(
            contact=f"c-{place}",
            value_class="A",
            before=Went(queue="sales", wait_seconds=30.0, agent="ann"),
            after=None,
            way_before=Way(nodes=("main",), end="queue", queue="sales"),
            way_after=Way(nodes=("main", "news"), end="left", asked_anew=True),
        )
        for place in range(3)
    ),
    flows=FlowsRehearsed(
        calls=3, unlike=0, asked_anew=3, ends=(WaysEnd(end="queue", queue="sales", before=3, after=0),)
    ),
)


def test_a_rehearsal_is_asked_for_with_the_text_of_the_flow(office: Any, monkeypatch: Any) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    def answer(kind: str, body: bytes) -> bytes:
        asked.append((kind, msgspec.json.decode(body)))
        return msgspec.json.encode(RehearsalState(state="running", day="2026-11-21"))

    monkeypatch.setattr(office.engines, "ask_job", answer)
    boss, admin = office.browser(BOSS), office.browser("administrator")
    kept = admin.post("/api/v1/configuration/flows/draft/versions", json={"text": "start = 1"})
    body: dict[str, Any] = {"day": "2026-11-21", "flow": {"name": "draft", "number": 2}}
    told = boss.post("/api/v1/rehearsal", json=body | {"queues": {"sales": {"slope": {"A": 4.0}}}})
    assert (kept.status_code, told.json["rehearsal"]["state"]) == (200, "running")
    ((kind, question),) = asked
    assert (kind, question["account_id"], question["flow"]) == (
        "rehearse",
        1,
        {"name": "draft", "text": "start = 1", "version": 2},
    )
    assert question["queues"]["sales"]["slope"] == {"A": 4.0}
    wrong = boss.post("/api/v1/rehearsal", json=body | {"queues": {"sales": {"slope": {"A": -4.0}}}})
    assert (wrong.status_code, len(asked)) == (422, 1)
    assert boss.delete("/api/v1/rehearsal").json["differing"] == 0
    assert asked[-1] == ("cancel_rehearsal", {"account_id": 1})
    assert office.browser("analyst").post("/api/v1/rehearsal", json=body).status_code == 403


def test_what_differs_is_listed_and_taken_away(office: Any, monkeypatch: Any) -> None:
    done = msgspec.json.encode(RehearsalState(state="done", part=1.0, day="2026-11-21", found=FOUND))
    monkeypatch.setattr(office.engines, "ask_job", lambda kind, body: done)
    boss = office.browser(BOSS)
    told = boss.get("/api/v1/rehearsal").json
    assert (told["differing"], told["rehearsal"]["found"]["differences"]) == (3, [])
    first = boss.get("/api/v1/rehearsal/contacts?limit=2").json
    rest = boss.get(f"/api/v1/rehearsal/contacts?cursor={first['next']}").json
    assert [one["contact"] for one in (*first["items"], *rest["items"])] == ["c-0", "c-1", "c-2"]

    def rows(table: str) -> list[dict[str, str]]:
        file = boss.get(f"/api/v1/rehearsal/export?table={table}").get_data(as_text=True)
        return list(csv.DictReader(io.StringIO(file.removeprefix("\ufeff"))))

    assert rows("contacts")[0]["Cola, con el cambio"] == "terminó en el flujo"
    assert rows("contacts")[0]["Pregunta nueva"] == "1"
    assert [row["Qué"] for row in rows("figures")] == [
        "Registrado",
        "Ensayo sin cambio",
        "Ensayo con el cambio",
    ]
    assert rows("ends")[0]["Sin cambio"] == "3"
    assert boss.get("/api/v1/rehearsal/export?table=ends&format=xlsx").data[:2] == b"PK"
    monkeypatch.setattr(office.engines, "ask_job", lambda kind, body: msgspec.json.encode(RehearsalState()))
    assert boss.get("/api/v1/rehearsal/export?table=ends").status_code == 404
