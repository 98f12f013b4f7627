"""Pictures of flows for who writes them: drawn from the text as it is, with the traffic that is sent along.

What is half written is drawn as far as it is a flow; what is none, such as a line that breaks off, has no picture.
"""

import msgspec

from ctiserver.core.errors import ConfigError
from ivr.drawing import Figures, Traffic, figures, svg
from ivr.flow import Flow
from ivr.flow_file import read_sketch
from ivr.outline import Line, outline


class NodeTraffic(msgspec.Struct, kw_only=True):
    """As in the answer of the report."""

    node: str
    visits: int
    callers: int
    dropped: int


class WayTraffic(msgspec.Struct, kw_only=True):
    """As in the answer of the report."""

    source: str
    node: str
    count: int


class FlowTraffic(msgspec.Struct, kw_only=True):
    """What went through the flow."""

    calls: int
    nodes: list[NodeTraffic]
    ways: list[WayTraffic]


class Sketch(msgspec.Struct, kw_only=True):
    """What is to be drawn. `traffic` None: without."""

    name: str
    text: str
    language: str
    traffic: FlowTraffic | None = None


class WayInPicture(msgspec.Struct, kw_only=True):
    """One line of the picture in words; the figures are None without traffic, see `ivr.drawing.Figures`."""

    source: str | None
    source_label: str
    word: str
    node: str
    label: str
    kind: str
    refers: bool
    count: int | None = None
    share: float | None = None
    dropped: int | None = None
    drop_out: float | None = None


class Picture(msgspec.Struct, kw_only=True):
    """`svg` "": the text is no flow yet."""

    svg: str
    ways: list[WayInPicture]


def draw_flow(body: bytes) -> bytes:
    """The Picture of a Sketch."""
    sketch = msgspec.json.decode(body, type=Sketch)
    try:
        flow = read_sketch(sketch.text, sketch.name)
    except ConfigError:
        return msgspec.json.encode(Picture(svg="", ways=[]))
    traffic = _traffic(sketch.traffic) if sketch.traffic else None
    lines = outline(flow)
    told = figures(lines, traffic) if traffic else [None] * len(lines)
    ways = [_way(flow, line, its, sketch.language) for line, its in zip(lines, told, strict=True)]
    return msgspec.json.encode(Picture(svg=svg(flow, sketch.language, traffic), ways=ways))


def _traffic(sent: FlowTraffic) -> Traffic:
    return Traffic(
        ways={(way.source, way.node): way.count for way in sent.ways},
        visits={node.node: node.visits for node in sent.nodes},
        callers={node.node: node.callers for node in sent.nodes},
        dropped={node.node: node.dropped for node in sent.nodes},
    )


def _way(flow: Flow, line: Line, its: Figures | None, language: str) -> WayInPicture:
    way = WayInPicture(
        source=line.source,
        source_label=_label(flow, line.source, language) if line.source is not None else "",
        word=line.word,
        node=line.node,
        label=_label(flow, line.node, language),
        kind=str(flow.nodes[line.node].__struct_config__.tag) if line.known else "?",
        refers=line.refers,
    )
    if its is None:
        return way
    return msgspec.structs.replace(
        way, count=its.count, share=its.share, dropped=its.dropped, drop_out=its.drop_out
    )


def _label(flow: Flow, name: str, language: str) -> str:
    return (flow.nodes[name].label.get(language) if name in flow.nodes else None) or name
