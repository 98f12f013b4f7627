"""Pictures of flows that are being written, with traffic or without."""

from typing import Any

import msgspec

from ctiserver.app.flow_pictures import draw_flow

FLOW = """
name = "main"
start = "main"

[node.main]
type = "menu"
label = { es = "Menú", en = "Menu" }
prompts = ["menu"]
keys = { 1 = "person" }
on_failure = "gone"

[node.person]
type = "queue"
queue = "nobody-checks-this"
"""


def _draw(text: str, **more: Any) -> Any:
    body = {"name": "main", "text": text, "language": "es"} | more
    return msgspec.json.decode(draw_flow(msgspec.json.encode(body)))


def test_a_text_with_mistakes_is_drawn_as_far_as_it_is_a_flow() -> None:
    picture = _draw(FLOW)
    assert picture["svg"].startswith("<svg")
    assert [(way["source_label"], way["word"], way["label"], way["kind"]) for way in picture["ways"]] == [
        ("", "", "Menú", "menu"),
        ("Menú", "1", "person", "queue"),
        ("Menú", "…", "gone", "?"),
    ]
    assert {way["count"] for way in picture["ways"]} == {None}
    for no_flow in ("name = ", 'name = "x"', FLOW.replace('"menu"', '"dance"', 1)):
        assert _draw(no_flow) == {"svg": "", "ways": []}


def test_traffic_stands_in_the_picture_and_in_its_words() -> None:
    traffic = {
        "calls": 10,
        "nodes": [{"node": "main", "visits": 20, "callers": 10, "dropped": 3}],
        "ways": [{"source": "main", "node": "person", "count": 5}],
    }
    picture = _draw(FLOW, traffic=traffic)
    begins, person, _ = picture["ways"]
    assert (begins["count"], begins["dropped"], begins["drop_out"]) == (20, 3, 0.3)
    assert (person["count"], person["share"]) == (5, 0.25)
    assert "5 · 25 %" in picture["svg"]
    assert "−3 · 30 %" in picture["svg"]
