"""Pictures of flows in REST: traffic of a local day of one's own company, and a text drawn with it."""

from typing import Any

import msgspec
import pytest

from crm_core.interactions import Interaction

BASE = "/api/v1/configuration"
DAY = 86400.0
NOW = 1_780_027_200.0 + 1.5 * DAY  # noon of 2026-05-30 in Santiago


def _kept(office: Any, contact: str, at: float, account_id: int = 1) -> None:
    steps = [{"node": node, "kind": "menu", "at": at + place} for place, node in enumerate(("hello", "main"))]
    row = Interaction(
        id=contact,
        account_id=account_id,
        flow="main",
        menu_path=steps,
        arrived_at=at,
        answered_by_ivr_at=at,
        ended_at=at + 9,
        ended_by="caller",
        last_epoch=1,
        last_seq=1,
        last_n=0,
    )
    office.store.write(lambda session: session.add(row))


def test_traffic_is_of_yesterday_or_of_the_day_that_is_named_and_of_ones_own_company(office: Any) -> None:
    office.now = NOW
    for contact, at in (("yesterday", NOW - DAY), ("today", NOW)):
        _kept(office, contact, at)
    _kept(office, "theirs", NOW - DAY, account_id=2)
    browser = office.browser("administrator")
    told = browser.get(f"{BASE}/flows/main/traffic").json
    assert (told["day"], told["traffic"]["calls"]) == ("2026-05-29", 1)
    assert told["traffic"]["ways"] == [{"source": "hello", "node": "main", "count": 1}]
    assert browser.get(f"{BASE}/flows/main/traffic?day=2026-05-28").json["traffic"]["calls"] == 0
    assert browser.get(f"{BASE}/flows/other/traffic").json["traffic"]["calls"] == 0
    refused = browser.get(f"{BASE}/flows/main/traffic?day=tomorrow")
    assert (refused.status_code, refused.json["error_id"]) == (409, "wrong_day")


def test_a_text_is_drawn_by_the_jobs_process_in_the_readers_language(
    office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def answer(kind: str, body: bytes) -> bytes:
        asked.append((kind, msgspec.json.decode(body)))
        return b'{"svg": "<svg/>", "ways": []}'

    monkeypatch.setattr(office.engines, "ask_job", answer)
    traffic = {"calls": 0, "nodes": [], "ways": [{"source": "a", "node": "b", "count": 1}]}
    sketch = {"name": "main", "text": "x", "traffic": traffic}
    drawn = office.browser("supervisor").post(f"{BASE}/flow-pictures", json=sketch)
    assert (drawn.status_code, drawn.json) == (200, {"svg": "<svg/>", "ways": []})
    [(kind, body)] = asked
    assert (kind, body) == ("draw_flow", sketch | {"language": body["language"]})
    assert office.browser("agent").post(f"{BASE}/flow-pictures", json=sketch).status_code == 403
