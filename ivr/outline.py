"""A flow as lines one below the other, as a tree is written: what the picture and its table are made of.

A node stands below the one from which it is reached in the fewest steps; where it is come to once more a line refers to
it. What callers begin with stands at the left: the start, the keys of the whole flow, the identification. Nodes that
nobody reaches come last, so that who is still writing sees them. Pure.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from ivr.flow import Flow

_LAST = ("…", "!")
"""What ways for want of an answer are called: they stand below the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One way to a node. `source` None: it begins there. `word`: the key, outcome or case that leads there.

    `refers`: the node itself stands in another line; `reached`: somebody can come here; `known`: there is such a node.
    """

    node: str
    source: str | None
    word: str
    depth: int
    refers: bool = False
    reached: bool = True
    known: bool = True


def outline(flow: Flow) -> list[Line]:
    """All ways of the flow, each once; every node stands in exactly one line that does not refer."""
    begins = {one.node: one.key for one in reversed(flow.shortcuts())}
    roots = dict.fromkeys(name for name in (flow.start, *begins, flow.identify) if name in flow.nodes)
    parents: dict[str, str | None] = {}
    _hang(flow, list(roots), parents)
    lines = [line for name in roots for line in _below(flow, name, begins.get(name, ""), parents, True)]
    for name in flow.nodes:
        if name not in parents:
            _hang(flow, [name], parents)
            lines += _below(flow, name, "", parents, False)
    return lines


def _hang(flow: Flow, roots: list[str], parents: dict[str, str | None]) -> None:
    """Add what is reached from the roots, each with the node that it hangs below."""
    parents |= dict.fromkeys(roots)
    waiting = deque(roots)
    while waiting:
        name = waiting.popleft()
        for target, _ in _ways(flow, name):
            if target in flow.nodes and target not in parents:
                parents[target] = name
                waiting.append(target)


def _below(flow: Flow, root: str, word: str, parents: dict[str, str | None], reached: bool) -> Iterator[Line]:
    yield Line(node=root, source=None, word=word, depth=0, reached=reached)
    ahead = [(root, way, 1) for way in reversed(_ways(flow, root))]
    while ahead:
        source, (target, word), depth = ahead.pop()
        known = target in flow.nodes
        own = known and parents[target] == source
        yield Line(
            node=target,
            source=source,
            word=word,
            depth=depth,
            refers=not own,
            reached=reached,
            known=known,
        )
        if own:
            ahead += [(target, way, depth + 1) for way in reversed(_ways(flow, target))]


def _ways(flow: Flow, name: str) -> list[tuple[str, str]]:
    return sorted(flow.nodes[name].ways().items(), key=lambda way: way[1] in _LAST)
