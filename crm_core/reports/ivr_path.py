"""Where callers go in the IVR, where they give up, how long each node takes, and what is solved without an agent.

    entered      calls that the IVR answered and whose way through it is over
    agent        sent to a queue, whatever became of them there
    left word    asked to be called or left a message: a person has to act
    served       left by themselves after an action was done, or when the flow had told them all and said goodbye
    dropped out  hung up before anything was done for them
    cut          ended by a failure of ours or of the network

    containment  = solved / entered             solved = served, and no other contact of the same customer, or from the
                                                same number, within 24 hours; of calls for which those are over
    ended in the IVR = (served + dropped out) / entered

Many products call the second one containment. It counts who hangs up in disgust as a success, and so it is shown beside
the first and not in its place (Suhm and Peterson, "A data-driven methodology for evaluating and optimizing call center
IVRs", International Journal of Speech Technology 5, 2002).

    drop-out of a node = callers who dropped out there / callers who came there
    time in a node     = until the next node, the queue or the end; median and nearest-rank 90th percentile
    recognition success = utterances taken at once / utterances judged (taken, asked back, not understood)

A caller who circles comes to a node several times and is one caller there. Pure.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

import msgspec

RETURNS_WITHIN_SECONDS = 86400.0
MOST_PATHS = 20

End = Literal["agent", "left_word", "served", "dropped", "cut"]


class Step(msgspec.Struct, frozen=True, gc=False):
    """A node that he came to. `label`: what people call it, by language; `said`: the verdict on each utterance.

    `to_flow`: the flow that the nodes behind it belong to, where it passed him on to another one.

    Hundreds of thousands are alive at once, and none is part of a circle: the collector need not look at them.
    """

    node: str
    kind: str
    at: float
    label: dict[str, str] = {}
    said: tuple[str, ...] = ()
    to_flow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One caller's way. `over_at`: when he left the IVR; `next_at` None: no other contact of his is known.

    `someone`: whether a later contact of his would be known as his.
    """

    arrived_at: float
    over_at: float
    end: End
    steps: Sequence[Step]
    someone: bool
    next_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """How many went which way; they add up to `entered`.

    `solved` of those served whose day after is over (`judged`); `containment` None: nobody can be judged.
    """

    entered: int
    agent: int
    left_word: int
    served: int
    dropped: int
    cut: int
    judged: int
    returned: int
    containment: float | None
    ended_in_ivr: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFigures:
    """One node. `visits` count each time, `callers` each caller once; times in seconds.

    `utterances` that were judged, of them `taken` at once and `asked_back`; `recognised` None: nobody said anything.
    """

    node: str
    kind: str
    label: dict[str, str]
    visits: int
    callers: int
    dropped: int
    drop_out: float
    median_seconds: float
    p90_seconds: float
    utterances: int
    taken: int
    asked_back: int
    recognised: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFigures:
    """One way through the nodes, and how many went it. Of a node come to twice in a row one is shown."""

    nodes: tuple[str, ...]
    callers: int
    ends: dict[End, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrFigures:
    """All of it: nodes by how many came there, the most frequent paths."""

    ends: Ends
    nodes: Sequence[NodeFigures]
    paths: Sequence[PathFigures]


_STEPS = msgspec.json.Decoder(list[Step])
"""Reads the text of a path itself: with columns of JSON a report took more than twice as long."""


def way_of(row: Any, over_at: float) -> tuple[list[Step], End]:
    """The steps of a contact's record up to the moment at which its way was over, and how it ended.

    `row` has `menu_path` as text, `queued_at`, `connected_at` and `ended_by`.
    """
    steps = [step for step in _STEPS.decode(row.menu_path) if step.at <= over_at]
    queued = row.queued_at is not None or row.connected_at is not None
    return steps, end_of(steps, queued=queued, ended_by=row.ended_by)


def end_of(steps: Sequence[Step], *, queued: bool, ended_by: str | None) -> End:
    """How a way ended that is over. `ended_by`: the party that ended the contact."""
    if queued:
        return "agent"
    if ended_by in ("switch", "fallback"):
        return "cut"
    kinds = [step.kind for step in steps]
    if {"callback", "voicemail"} & set(kinds):
        return "left_word"
    if "action" in kinds[:-1] or (ended_by == "center" and kinds[-2:-1] == ["say"]):
        return "served"
    return "dropped"


def ivr_figures(ways: Iterable[Way], *, now: float) -> IvrFigures:
    """The figures of these ways."""
    ways = list(ways)
    return IvrFigures(ends=ends_of(ways, now=now), nodes=_nodes(ways), paths=_paths(ways))


def ends_of(ways: Sequence[Way], *, now: float) -> Ends:
    """How they ended, and the containment of those that can be judged.

    Calls whose day after is not over are left out of numerator and denominator alike, however they ended: among them
    who came back is known sooner than who did not. So is who was served and would not be known again.
    """
    ends = Counter(way.end for way in ways)
    settled = [way for way in ways if now - way.over_at >= RETURNS_WITHIN_SECONDS]
    judged = [way for way in settled if way.end == "served" and way.someone]
    returned = sum(_returned(way) for way in judged)
    known = sum(way.end != "served" for way in settled) + len(judged)
    return Ends(
        entered=len(ways),
        agent=ends["agent"],
        left_word=ends["left_word"],
        served=ends["served"],
        dropped=ends["dropped"],
        cut=ends["cut"],
        judged=len(judged),
        returned=returned,
        containment=(len(judged) - returned) / known if known else None,
        ended_in_ivr=(ends["served"] + ends["dropped"]) / len(ways) if ways else None,
    )


def nearest_rank(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of them does not exceed. `values` may not be empty."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def _returned(way: Way) -> bool:
    return way.next_at is not None and way.next_at - way.over_at < RETURNS_WITHIN_SECONDS


def _nodes(ways: Sequence[Way]) -> list[NodeFigures]:
    seconds: dict[str, list[float]] = defaultdict(list)
    callers: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    latest: dict[str, Step] = {}
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for way in ways:
        ends = [*(step.at for step in way.steps[1:]), way.over_at]
        for step, end in zip(way.steps, ends, strict=True):
            seconds[step.node].append(max(0.0, end - step.at))
            latest[step.node] = step
            if step.said:
                said[step.node].update(step.said)
        callers.update({step.node for step in way.steps})
        if way.end == "dropped" and way.steps:
            dropped[way.steps[-1].node] += 1
    return [
        NodeFigures(
            node=node,
            kind=latest[node].kind,
            label=latest[node].label,
            visits=len(seconds[node]),
            callers=count,
            dropped=dropped[node],
            drop_out=dropped[node] / count,
            median_seconds=median(seconds[node]),
            p90_seconds=nearest_rank(seconds[node], 0.9),
            utterances=said[node].total(),
            taken=said[node]["taken"],
            asked_back=said[node]["asked_back"],
            recognised=said[node]["taken"] / said[node].total() if said[node] else None,
        )
        for node, count in sorted(callers.items(), key=lambda one: (-one[1], one[0]))
    ]


def _paths(ways: Sequence[Way]) -> list[PathFigures]:
    ends: dict[tuple[str, ...], Counter[End]] = defaultdict(Counter)
    for way in ways:
        ends[_short([step.node for step in way.steps])][way.end] += 1
    common = sorted(ends.items(), key=lambda one: (-one[1].total(), one[0]))[:MOST_PATHS]
    return [
        PathFigures(nodes=nodes, callers=counts.total(), ends=dict(sorted(counts.items())))
        for nodes, counts in common
    ]


def _short(nodes: Sequence[str]) -> tuple[str, ...]:
    return tuple(node for place, node in enumerate(nodes) if place == 0 or nodes[place - 1] != node)
