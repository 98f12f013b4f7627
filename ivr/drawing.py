"""A flow as a picture (SVG): nodes in rows by how many steps they are from the start, an arrow for each way.

Ways bear what leads there: a key, an outcome, a case. The keys of the whole flow lead from everywhere and are told in
words on top. No style attributes: the picture stands in pages that forbid them.
"""

from collections.abc import Mapping
from html import escape

from ivr.flow import Flow

_WIDTH, _HEIGHT = 170, 46
_ACROSS, _DOWN = 200, 104
_MARGIN, _TOP = 24, 56
_LONGEST = 24
_FILLS = {
    "menu": "#dbeafe",
    "ask": "#dbeafe",
    "identify": "#ede9fe",
    "action": "#fef3c7",
    "decide": "#fef3c7",
    "queue": "#dcfce7",
    "hangup": "#e5e7eb",
}


def svg(flow: Flow, language: str = "es", traffic: Mapping[tuple[str, str], int] | None = None) -> str:
    """The picture; `traffic`: how often each way was taken, by (node, next node)."""
    places = _places(flow)
    rows = max((row for _, row in places.values()), default=0) + 1
    columns = max((column for column, _ in places.values()), default=0) + 1
    width, height = 2 * _MARGIN + columns * _ACROSS, _TOP + _MARGIN + rows * _DOWN
    ways = [
        _way(places[name], places[target], word, (traffic or {}).get((name, target)))
        for name, node in flow.nodes.items()
        for target, word in node.ways().items()
        if name in places and target in places
    ]
    boxes = [_box(flow, name, language, place) for name, place in places.items()]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
            f' font-family="sans-serif" font-size="12"><title>{escape(flow.name)}</title>',
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
            ' orient="auto"><path d="M0 0 8 4 0 8z" fill="#64748b"/></marker></defs>',
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            f'<text x="{_MARGIN}" y="30" fill="#0f172a">{escape(_everywhere(flow))}</text>',
            *ways,
            *boxes,
            "</svg>",
        ]
    )


def _places(flow: Flow) -> dict[str, tuple[int, int]]:
    """Column and row of each node: the row is the fewest steps from where callers may begin."""
    begins = [flow.start, *(one.node for one in flow.shortcuts()), flow.identify or ""]
    found: dict[str, int] = {}
    row = [name for name in dict.fromkeys(begins) if name in flow.nodes]
    depth = 0
    while row:
        found |= dict.fromkeys(row, depth)
        following = [target for name in row for target in flow.nodes[name].exits()]
        row = [name for name in dict.fromkeys(following) if name in flow.nodes and name not in found]
        depth += 1
    filled: dict[int, int] = {}
    places = {}
    for name, at in found.items():
        places[name] = (filled.get(at, 0), at)
        filled[at] = filled.get(at, 0) + 1
    return places


def _corner(place: tuple[int, int]) -> tuple[int, int]:
    return _MARGIN + place[0] * _ACROSS, _TOP + place[1] * _DOWN


def _box(flow: Flow, name: str, language: str, place: tuple[int, int]) -> str:
    x, y = _corner(place)
    node = flow.nodes[name]
    kind = str(node.__struct_config__.tag)
    words = _short(node.label.get(language) or name)
    return (
        f'<g><title>{escape(name)}: {kind}</title><rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"'
        f' fill="{_FILLS.get(kind, "#f8fafc")}" stroke="#64748b"/>'
        f'<text x="{x + 10}" y="{y + 20}" fill="#0f172a">{escape(words)}</text>'
        f'<text x="{x + 10}" y="{y + 37}" fill="#475569" font-size="11">{kind}</text></g>'
    )


def _way(start: tuple[int, int], end: tuple[int, int], word: str, count: int | None) -> str:
    (x1, y1), (x2, y2) = _corner(start), _corner(end)
    if end[1] > start[1]:
        x1, y1, x2 = x1 + _WIDTH // 2, y1 + _HEIGHT, x2 + _WIDTH // 2
        bend = (y2 - y1) // 2
        curve = f"M{x1} {y1}C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}"
        at = (x2 + 6, y2 - 8)  # where ways from one node have parted
    else:  # back, or to the side: by the right
        x1, x2, y1, y2 = x1 + _WIDTH, x2 + _WIDTH, y1 + _HEIGHT // 2, y2 + _HEIGHT // 2
        reach = max(x1, x2) + 26
        curve = f"M{x1} {y1}C{reach} {y1} {reach} {y2} {x2} {y2}"
        at = (x1 + 4, y1 - 4)
    told = " · ".join(part for part in (_short(word), "" if count is None else f"{count}×") if part)
    words = f'<text x="{at[0]}" y="{at[1]}" fill="#334155" font-size="11">{escape(told)}</text>'
    return f'<path d="{curve}" fill="none" stroke="#94a3b8" marker-end="url(#tip)"/>' + (
        words if told else ""
    )


def _everywhere(flow: Flow) -> str:
    told = [f"{shortcut.key} → {shortcut.node}" for shortcut in flow.shortcuts()]
    return f"{flow.name}   {'   '.join(told)}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
