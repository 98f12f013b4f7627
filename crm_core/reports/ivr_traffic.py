"""What went through one flow in some time: how often each node and each way between two was taken, who hung up where.

Counted are calls that came in, whose way through the IVR is over, and that began with this flow or were passed on to
it; behind a node that passes the caller on to another flow the way is that flow's. Who was asked on the way who he is
went from the node before to the one behind as well, for that is the way that the flow's text tells. Hanging up is as in
`ivr_path`: before anything was done for him.
A day may have seen several versions of a flow: what is counted goes by the names of nodes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from crm_core.interactions import Interaction, called_us
from crm_core.reports.ivr_path import End, Step, way_of

_ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeTraffic:
    """Of one node. `visits` count each time, `callers` each caller once, of them `dropped` hung up there."""

    node: str
    visits: int
    callers: int
    dropped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WayTraffic:
    """How often callers went from one node to another."""

    source: str
    node: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTraffic:
    """All of it; `calls`: how many came to the flow."""

    calls: int
    nodes: Sequence[NodeTraffic]
    ways: Sequence[WayTraffic]


def flow_traffic(
    session: Session, account_id: int, flow: str, from_at: float, until_at: float
) -> FlowTraffic:
    """The traffic of the calls that arrived in the span (UTC epoch seconds, `until_at` excluded)."""
    return traffic(flow, _ways(session, account_id, flow, from_at, until_at))


def traffic(flow: str, ways: Iterable[tuple[str | None, Sequence[Step], End]]) -> FlowTraffic:
    """Of these calls, each with the flow that it began with, its steps and how it ended. Pure."""
    calls = 0
    visits: Counter[str] = Counter()
    callers: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    taken: Counter[tuple[str, str]] = Counter()
    for first, every_step, end in ways:
        parts = list(_parts(first, every_step))
        own = [steps for key, steps in parts if key == flow]
        calls += bool(own)
        visits.update(step.node for steps in own for step in steps)
        callers.update({step.node for steps in own for step in steps})
        for steps in own:
            taken.update(_pairs(steps))
        last, steps = parts[-1]
        if end == "dropped" and last == flow and steps:
            dropped[steps[-1].node] += 1
    return FlowTraffic(
        calls=calls,
        nodes=[
            NodeTraffic(node=node, visits=count, callers=callers[node], dropped=dropped[node])
            for node, count in sorted(visits.items(), key=lambda one: (-one[1], one[0]))
        ],
        ways=[
            WayTraffic(source=source, node=node, count=count)
            for (source, node), count in sorted(taken.items(), key=lambda one: (-one[1], one[0]))
        ],
    )


def _parts(first: str | None, steps: Sequence[Step]) -> Iterator[tuple[str | None, Sequence[Step]]]:
    """The way flow by flow, at least one; a part is empty where he hung up before its first node."""
    begin, flow = 0, first
    for place, step in enumerate(steps, 1):
        if step.to_flow:
            yield flow, steps[begin:place]
            begin, flow = place, step.to_flow
    yield flow, steps[begin:]


def _pairs(steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    yield from ((one.node, other.node) for one, other in pairwise(steps))
    for before, asked, behind in zip(steps, steps[1:], steps[2:], strict=False):
        if asked.kind == "identify":
            yield before.node, behind.node


def _ways(
    session: Session, account_id: int, flow: str, from_at: float, until_at: float
) -> Iterator[tuple[str | None, list[Step], End]]:
    path = cast(Interaction.menu_path, Text)
    query = (
        select(
            Interaction.flow,
            Interaction.queued_at,
            Interaction.connected_at,
            Interaction.ended_at,
            Interaction.ended_by,
            path.label("menu_path"),
        )
        .where(
            Interaction.account_id == account_id,
            # What only bears the name is sorted out by `traffic`.
            (Interaction.flow == flow) | path.contains(f'"{flow}"', autoescape=True),
            Interaction.arrived_at >= from_at,
            Interaction.arrived_at < until_at,
            Interaction.answered_by_ivr_at.is_not(None),
            called_us(),
        )
        .order_by(Interaction.arrived_at, Interaction.id)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for row in session.execute(query):
        over_at = row.queued_at or row.connected_at or row.ended_at
        if over_at is not None:
            steps, end = way_of(row, over_at)
            yield row.flow, steps, end
