from xml.etree import ElementTree

import msgspec
from company import FLOW, the_flow

from ivr.drawing import svg
from ivr.flow import Flow

_SVG = "{http://www.w3.org/2000/svg}"


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
    assert {"1", "2", "7", "8", "…"} <= set(texts)
    assert texts[0].split() == ["main", "9", "→", "advice", "0", "→", "operator"]


def test_traffic_is_written_on_the_ways_and_no_style_stands_in_the_picture() -> None:
    picture = svg(the_flow(), traffic={("main", "bills"): 41})
    assert "1 · 41×" in _texts(picture)
    assert "style" not in picture


def test_labels_cannot_break_the_picture_and_long_ones_are_cut() -> None:
    nodes = FLOW["nodes"] | {"bye": {"type": "hangup", "label": {"es": '<b>&"' + "x" * 40}}}
    picture = svg(msgspec.convert(FLOW | {"nodes": nodes}, Flow))
    [told] = [text for text in _texts(picture) if text.startswith("<b>")]
    assert len(told) == 24
