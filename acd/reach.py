"""Who may serve which queue, and who of them is free: kept at hand, so that a decision looks at nobody else.

It follows from the tables, and is made anew with them; agents tell of each change of what they are (`AgentState`).
An agent may serve a queue from some *step* of its relaxations on (`serving.least_step`); of each queue and step it is
kept who is free, and how many are what else, which a decision records as the reasons why they were not taken.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from acd.agent_state import Activity, AgentState
from ctiserver.core.ids import AgentKey, QueueKey
from ctiserver.core.requests import Status
from ctiserver.core.serving import least_step, serves
from ctiserver.core.tables import Agent, Queue

HELPING_OUT = 1000
"""The preference of an agent for a queue that is not his: behind all of his own."""
_FREE = "free"
QueuePlace = tuple[str, QueueKey, int, int]
"""A place in the waiting room: "queue", which, the step of its relaxations, how many agents he leaves free."""


class Tier(NamedTuple):
    """What goes before the score when an agent's contact is chosen, lowest first. `since` infinite: no ceiling yet."""

    no_emergency: bool
    called: bool
    since: float
    not_named: bool
    preference: int


class Served(NamedTuple):
    """A queue that an agent may serve: where those stand whom he may take, and what it is to him."""

    queue: QueueKey
    places: tuple[QueuePlace, ...]
    tier: Tier


@dataclass(slots=True)
class _Able:
    """Who may serve one queue from one step on. `unskilled`: how many of them the queue's own levels shut out."""

    step: int
    size: int = 0
    unskilled: int = 0
    free: dict[AgentKey, None] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)


class Reach:
    """Invariant: who is free, and how many are what, is so of the states of the agents, whatever was done to them.

    `engaged`: who is not idle.
    """

    def __init__(
        self,
        roster: Mapping[AgentKey, Agent],
        queues: Mapping[QueueKey, Queue],
        states: Mapping[AgentKey, AgentState],
    ) -> None:
        self.free_agents = 0
        self.engaged: set[AgentKey] = set()
        self._agents = len(states)
        self._kinds: dict[AgentKey, str] = {}
        self._served: dict[AgentKey, tuple[Served, ...]] = {}
        self._unskilled: dict[AgentKey, tuple[QueueKey, ...]] = {}
        self._groups: dict[AgentKey, list[_Able]] = {}
        self._able: dict[QueueKey, list[_Able]] = {key: [] for key in queues}
        self._unskilled_agents: Counter[QueueKey] = Counter()
        self._places: dict[tuple[QueueKey, int], tuple[QueuePlace, ...]] = {}
        self._tiers: dict[Tier, Tier] = {}
        helped = _helped_by(queues)
        for key, agent in roster.items():
            if key in states:
                self._place(agent, queues, helped)
        for state in states.values():
            self.changed(state)
            state.tell(self.changed)

    def _place(
        self, agent: Agent, queues: Mapping[QueueKey, Queue], helped: Mapping[QueueKey, list[QueueKey]]
    ) -> None:
        near = dict.fromkeys([*agent.queues, *(key for own in agent.queues for key in helped.get(own, ()))])
        served, unskilled, groups = [], [], []
        for queue in (queues[key] for key in near if key in queues):
            step, why_not = least_step(agent, queue), serves(agent, queue)
            self._unskilled_agents[queue.key] += why_not == "skill"
            if step is not None:
                group = self._group(queue.key, step)
                group.size += 1
                group.unskilled += why_not == "skill"
                groups.append(group)
                served.append(self._as_served(agent, queue, step))
            elif why_not == "skill":
                unskilled.append(queue.key)
        self._groups[agent.key] = groups
        self._served[agent.key], self._unskilled[agent.key] = tuple(served), tuple(unskilled)

    def _as_served(self, agent: Agent, queue: Queue, step: int) -> Served:
        """Agents share what is alike: two of one tier are compared in no time."""
        tier = Tier(not queue.emergency, False, math.inf, True, agent.queues.get(queue.key, HELPING_OUT))
        shared = self._places.setdefault((queue.key, step), places(queue, step))
        return Served(queue.key, shared, self._tiers.setdefault(tier, tier))

    def _group(self, queue: QueueKey, step: int) -> _Able:
        groups = self._able[queue]
        found = next((group for group in groups if group.step == step), None)
        if found is None:
            found = _Able(step)
            groups.append(found)
        return found

    def changed(self, state: AgentState) -> None:
        """The agent may be something else than he was."""
        key, kind = state.key, _kind(state)
        (self.engaged.discard if state.activity is Activity.IDLE else self.engaged.add)(key)
        before = self._kinds.get(key)
        if kind == before:
            return
        self._kinds[key] = kind
        self.free_agents += (kind == _FREE) - (before == _FREE)
        for group in self._groups.get(key, ()):
            if before == _FREE:
                del group.free[key]
            elif before:
                group.kinds[before] -= 1
            if kind == _FREE:
                group.free[key] = None
            else:
                group.kinds[kind] += 1

    def served(self, agent: AgentKey) -> tuple[Served, ...]:
        """The queues that he may serve, at once or when somebody has waited there for long enough."""
        return self._served[agent]

    def shut_out_of(self, agent: AgentKey, waiting: Mapping[Hashable, object]) -> dict[str, int]:
        """In how many queues somebody waits whom he never serves, by reason; `waiting`: all with somebody in them."""
        skill = sum(key in waiting for key in self._unskilled[agent])
        served = sum(one.queue in waiting for one in self._served[agent])
        return {"queue": len(waiting) - served - skill, "skill": skill}

    def free(self, queue: QueueKey, relaxed: int) -> Iterator[AgentKey]:
        """Who is free and may serve one for whom so many relaxations hold."""
        for group in self._able[queue]:
            if group.step <= relaxed:
                yield from group.free

    def count_free(self, queue: QueueKey, relaxed: int) -> int:
        """How many these are."""
        return sum(len(group.free) for group in self._able[queue] if group.step <= relaxed)

    def count_at_work(self, queue: QueueKey, relaxed: int) -> int:
        """How many may serve such a one and are available, free or not."""
        able = (group for group in self._able[queue] if group.step <= relaxed)
        return sum(len(group.free) + group.kinds["busy"] for group in able)

    def excluded(self, queue: QueueKey, relaxed: int) -> Counter[str]:
        """Why the other agents are out of the question for such a one, and how many."""
        found: Counter[str] = Counter()
        size, skill = 0, self._unskilled_agents[queue]
        for group in self._able[queue]:
            if group.step <= relaxed:
                found.update(group.kinds)
                size += group.size
                skill -= group.unskilled
        found.update(queue=self._agents - size - skill, skill=skill)
        return found


def places(queue: Queue, step: int) -> tuple[QueuePlace, ...]:
    """Where those stand in a queue whom an agent may take who needs so many relaxations."""
    amounts = sorted({0, *queue.leave_free.values()})
    return tuple(("queue", queue.key, step, amount) for amount in amounts)


def _helped_by(queues: Mapping[QueueKey, Queue]) -> dict[QueueKey, list[QueueKey]]:
    """In which queues the agents of each queue help out at some time."""
    found = defaultdict(list)
    for queue in queues.values():
        for other in dict.fromkeys(key for relaxed in queue.relaxations for key in relaxed.also_agents_of):
            found[other].append(queue.key)
    return found


def _kind(state: AgentState) -> str:
    if state.free:
        return _FREE
    return "busy" if state.status is Status.AVAILABLE else str(state.status)
