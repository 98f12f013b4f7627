from xml.etree import ElementTree

import msgspec
import pytest
from company import FLOW, the_flow

from ivr.drawing import Figures, Traffic, figures, svg
from ivr.flow import Flow
from ivr.outline import outline

_SVG = "{http://www.w3.org/2000/svg}"
_TRAFFIC = Traffic(
    ways={("main", "bills"): 40, ("main", "operator"): 8},
    visits={"greeting": 100, "main": 90, "bills": 40, "operator": 12},
    callers={"greeting": 100, "main": 80, "bills": 40, "operator": 12},
    dropped={"main": 9, "bills": 12},
)


def _texts(picture: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(picture).iter(f"{_SVG}text")]


def test_every_node_and_every_way_is_drawn_once_with_what_leads_there() -> None:
    flow = the_flow()
    picture = svg(flow, "en")
    texts = _texts(picture)
    for name, node in flow.nodes.items():
        assert texts.count(node.label.get("en", name)) == 1
    ways = sum(len(node.exits()) for node in flow.nodes.values())
    drawn = [path for path in ElementTree.fromstring(picture).iter(f"{_SVG}path") if path.get("marker-end")]
    assert len(drawn) == ways
    assert {"1", "2", "7", "8", "…", "0", "9", "↩ operator"} <= set(texts)


def test_traffic_is_written_on_the_ways_with_its_share_and_who_hung_up_beside_his_node() -> None:
    picture = svg(the_flow(), traffic=_TRAFFIC)
    assert {"40 · 44 %", "8 · 9 %", "−12 · 30 %", "−9 · 11 %"} <= set(_texts(picture))
    assert "style" not in picture
    root = ElementTree.fromstring(picture)
    assert [
        mark.get("class") for mark in root.iter(f"{_SVG}rect") if "lost" in (mark.get("class") or "")
    ] == [
        "lost lost-2",
        "lost lost-3",
    ]
    widths = [
        float(path.get("stroke-width", "0")) for path in root.iter(f"{_SVG}path") if path.get("marker-end")
    ]
    assert max(widths) > 2 * min(widths)


def test_a_line_that_begins_counts_who_came_by_no_way_that_is_drawn() -> None:
    lines = outline(the_flow())
    told = {(line.source, line.node): its for line, its in zip(lines, figures(lines, _TRAFFIC), strict=True)}
    assert told[None, "operator"] == Figures(count=4, share=None, dropped=0, drop_out=0.0)
    assert told["main", "operator"] == Figures(count=8, share=8 / 90, dropped=None, drop_out=None)
    assert told["main", "bills"] == Figures(count=40, share=40 / 90, dropped=12, drop_out=pytest.approx(0.3))
    assert told["bills", "balance"] == Figures(count=0, share=0.0, dropped=0, drop_out=None)


def test_labels_cannot_break_the_picture_and_long_ones_are_cut() -> None:
    nodes = FLOW["nodes"] | {"bye": {"type": "hangup", "label": {"es": '<b>&"' + "x" * 40}}}
    picture = svg(msgspec.convert(FLOW | {"nodes": nodes}, Flow))
    [told] = [text for text in _texts(picture) if text.startswith("<b>")]
    assert told.endswith("…")
    assert len(told) < 34


def test_what_nobody_reaches_and_what_there_is_not_is_drawn_dashed() -> None:
    nodes = FLOW["nodes"] | {"lost": {"type": "say", "prompts": ["x"], "next": "nowhere"}}
    root = ElementTree.fromstring(svg(msgspec.convert(FLOW | {"nodes": nodes}, Flow)))
    red = [group.get("data-node") for group in root.iter(f"{_SVG}g") if group[1].get("stroke") == "#dc2626"]
    assert red == ["lost", "nowhere"]
