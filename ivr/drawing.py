"""A flow as a picture (SVG): its outline, with an arrow for each way, and with the traffic of some day if one knows it.

On the right of each line stand how often the way was taken, its share of those who left the node before, and who hung
up at the node; an arrow is as thick as its traffic. No style attributes: the picture stands in pages that forbid them.
What colours it has are attributes, which the classes of a page may overrule, as in the dark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from ivr.flow import Flow
from ivr.outline import Line, outline

_INDENT, _WIDTH, _HEIGHT, _DOWN = 26, 236, 26, 34
_MARGIN, _TRUNK = 12, 13
_COUNT_WIDTH, _LOST_WIDTH = 92, 84
_LETTERS = 34
_THICKEST = 6.0
_FILLS = {
    "menu": "#dbeafe",
    "ask": "#dbeafe",
    "identify": "#ede9fe",
    "action": "#fef3c7",
    "decide": "#fef3c7",
    "queue": "#dcfce7",
    "hangup": "#e5e7eb",
}
_LOSSES = ((0.25, 3, "#fecaca"), (0.10, 2, "#fed7aa"), (0.0, 1, "#fef3c7"))
"""From which share on, the class's number, the colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What went through the flow. `visits` of each node, each time; `callers` each caller once, of them `dropped`."""

    ways: Mapping[tuple[str, str], int] = field(default_factory=dict)
    visits: Mapping[str, int] = field(default_factory=dict)
    callers: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one line. `share` of the visits of the node before, None: it begins there or nobody was there.

    `dropped` and `drop_out`, of the callers of the node: None in a line that only refers to it.
    """

    count: int
    share: float | None
    dropped: int | None
    drop_out: float | None


def figures(lines: Sequence[Line], traffic: Traffic) -> list[Figures]:
    """Of each line. Where it begins: who came by none of the ways that are drawn."""
    drawn: dict[str, int] = {}
    for line in lines:
        if line.source is not None:
            drawn[line.node] = drawn.get(line.node, 0) + traffic.ways.get((line.source, line.node), 0)
    return [_figures(line, traffic, drawn) for line in lines]


def _figures(line: Line, traffic: Traffic, drawn: Mapping[str, int]) -> Figures:
    callers = traffic.callers.get(line.node, 0)
    dropped = None if line.refers else traffic.dropped.get(line.node, 0)
    drop_out = dropped / callers if callers and dropped is not None else None
    if line.source is None:
        count = max(0, traffic.visits.get(line.node, 0) - drawn.get(line.node, 0))
        return Figures(count=count, share=None, dropped=dropped, drop_out=drop_out)
    count, before = traffic.ways.get((line.source, line.node), 0), traffic.visits.get(line.source, 0)
    return Figures(count=count, share=count / before if before else None, dropped=dropped, drop_out=drop_out)


def svg(flow: Flow, language: str = "es", traffic: Traffic | None = None) -> str:
    """The picture, in its natural size; `traffic` None: nobody knows of any."""
    lines = outline(flow)
    told = figures(lines, traffic) if traffic is not None else [None] * len(lines)
    most = max((one.count for one in told if one is not None), default=0)
    right = _MARGIN + max((line.depth for line in lines), default=0) * _INDENT + _WIDTH
    width = right + _MARGIN + (_COUNT_WIDTH + _LOST_WIDTH if traffic is not None else 0)
    height = 2 * _MARGIN + len(lines) * _DOWN
    ways, boxes = _drawn(flow, language, lines, told, most, right)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
            f' height="{height}" role="img" font-family="sans-serif" font-size="12">'
            f"<title>{escape(flow.name)}</title>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
            ' markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 0 8 4 0 8z" fill="#64748b"/>'
            "</marker></defs>",
            f'<rect class="paper" width="{width}" height="{height}" fill="#ffffff"/>',
            *reversed(ways),
            *boxes,
            "</svg>",
        ]
    )


def _drawn(
    flow: Flow,
    language: str,
    lines: Sequence[Line],
    told: Sequence[Figures | None],
    most: int,
    right: int,
) -> tuple[list[str], list[str]]:
    """The arrows, and the boxes with the figures beside them."""
    ways, boxes = [], []
    places: dict[str, tuple[int, int]] = {}
    for row, (line, its) in enumerate(zip(lines, told, strict=True)):
        x, y = _MARGIN + line.depth * _INDENT, _MARGIN + row * _DOWN
        if line.source is not None:
            ways.append(_way(places[line.source], (x, y), its, most))
        if not line.refers:
            places[line.node] = (x, y)
        boxes.append(_box(flow, line, language, (x, y)))
        if its is not None:
            boxes.append(_beside(its, right, y))
    return ways, boxes


def _way(start: tuple[int, int], end: tuple[int, int], its: Figures | None, most: int) -> str:
    x, y = start[0] + _TRUNK, end[1] + _HEIGHT // 2
    count = its.count if its is not None else 0
    thick = 1.0 + (_THICKEST - 1.0) * (count / most if most else 0.0)
    used = " used" if count else ""
    return (
        f'<path class="way{used}" d="M{x} {start[1] + _HEIGHT}V{y - 5}Q{x} {y} {x + 5} {y}H{end[0] - 1}" fill="none"'
        f' stroke="{"#64748b" if count else "#94a3b8"}" stroke-width="{thick:.1f}" marker-end="url(#tip)"/>'
    )


def _box(flow: Flow, line: Line, language: str, place: tuple[int, int]) -> str:
    x, y = place
    node = flow.nodes.get(line.node)
    kind = str(node.__struct_config__.tag) if node is not None else "?"
    label = (node.label.get(language) if node is not None else None) or line.node
    word = _short(line.word, _LETTERS // 2)
    lead = f'<text class="word" x="{x + 9}" y="{y + 17}" fill="#475569">{escape(word)}</text>' if word else ""
    at = x + 9 + (max(13, 7 * len(word) + 6) if word else 0)
    room = _LETTERS - (len(word) + 1 if word else 0) - (0 if line.refers else len(kind) - 3)
    words = _short(f"↩ {label}" if line.refers else label, room)
    classes = f"node {'refers' if line.refers else f'kind-{kind}'}"
    return (
        f'<g class="{classes}" data-node="{escape(line.node)}"><title>{escape(line.node)}: {escape(kind)}</title>'
        f'<rect class="box" x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="5"'
        f' fill="{"#ffffff" if line.refers else _FILLS.get(kind, "#f8fafc")}" stroke="{_stroke(line)}"'
        f"{_dashes(line)}/>{lead}"
        f'<text class="label" x="{at}" y="{y + 17}" fill="#0f172a">{escape(words)}</text>'
        + (
            ""
            if line.refers
            else f'<text class="kind" x="{x + _WIDTH - 8}" y="{y + 17}" text-anchor="end" fill="#475569"'
            f' font-size="11">{kind}</text>'
        )
        + "</g>"
    )


def _stroke(line: Line) -> str:
    return "#64748b" if line.reached and line.known else "#dc2626"


def _dashes(line: Line) -> str:
    return ' stroke-dasharray="4 3"' if line.refers or not line.reached or not line.known else ""


def _beside(its: Figures, right: int, y: int) -> str:
    share = "" if its.share is None else f" · {_percent(its.share)}"
    told = [
        f'<text class="times{"" if its.count else " none"}" x="{right + _COUNT_WIDTH - 8}" y="{y + 17}"'
        f' text-anchor="end" fill="#334155">{its.count}{share}</text>'
    ]
    if its.dropped and its.drop_out is not None:
        number, colour = next((number, colour) for least, number, colour in _LOSSES if its.drop_out >= least)
        x = right + _COUNT_WIDTH
        told.append(
            f'<rect class="lost lost-{number}" x="{x}" y="{y + 3}" width="{_LOST_WIDTH}" height="{_HEIGHT - 6}"'
            f' rx="4" fill="{colour}"/><text class="lost-text" x="{x + _LOST_WIDTH // 2}" y="{y + 17}"'
            f' text-anchor="middle" fill="#0f172a">−{its.dropped} · {_percent(its.drop_out)}</text>'
        )
    return "".join(told)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
