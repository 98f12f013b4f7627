"""The ACD over calls that are given one by one, and agents whose times are given: a day that was, or one drawn by lot.

Whom a freed agent takes is decided by `waiting_room` on the terms of the queue's profile (`priority.terms`), who may
serve whom by `serving.serves`, which free agent takes a caller as in `matching`: the fewest queues, then the longest
idle; an emergency goes before everybody. Not there: ringing, offers that nobody takes, relaxed skills, agents left
free for others, transfers to one agent. A call's patience and the time that it keeps an agent are taken as given,
whoever serves it and however long it waited.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from acd.priority import terms
from acd.waiting_room import WaitingRoom
from ctiserver.core.ids import QueueKey
from ctiserver.core.serving import serves
from ctiserver.core.tables import Agent, Queue

_EMERGENCY_PREFERENCE = -1_000_000
_FREE, _COMES, _CALLS, _GOES, _GIVES_UP = range(5)
"""What happens at one moment happens in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenCall:
    """`at`: when it comes to the queue, in seconds; `patience_seconds` infinite: he waits as long as it takes."""

    contact: str
    queue: QueueKey
    value_class: str
    at: float
    patience_seconds: float
    service_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAgent:
    """Whom he may serve, and when: spans in order that do not touch. `busy_until`: he has somebody at the start."""

    agent: Agent
    spans: Sequence[tuple[float, float]]
    busy_until: float = -math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """How a call went. `agent` None: he gave up, or waits at the end still (`waits`)."""

    wait_seconds: float
    agent: str | None
    waits: bool = False


@dataclass(slots=True, eq=False)
class _Worker:
    key: str
    places: Mapping[object, int]
    width: int
    here: bool = False
    busy: bool = False
    idle_since: float = 0.0

    @property
    def free(self) -> bool:
        return self.here and not self.busy


class Day:
    """One run. Invariant: nobody waits while an agent who may serve him is free."""

    def __init__(
        self, queues: Mapping[QueueKey, Queue], agents: Sequence[GivenAgent], calls: Sequence[GivenCall]
    ) -> None:
        self._queues, self._room = queues, WaitingRoom()
        self._calls = {call.contact: call for call in calls}
        self._went: dict[str, Went] = {}
        self._events: list[tuple[float, int, int, str]] = []
        self._number = 0
        self._workers = {str(one.agent.key): self._worker(one) for one in agents}
        for call in calls:
            if call.queue in queues:
                self._at(call.at, _CALLS, call.contact)

    def run(self, until: float = math.inf) -> dict[str, Went]:
        """How each call went, those of unknown queues left out; `until`: who waits then waits still."""
        while self._events and self._events[0][0] <= until:
            at, kind, _, who = heapq.heappop(self._events)
            match kind:
                case _ if kind == _CALLS:
                    self._calls_in(self._calls[who], at)
                case _ if kind == _GIVES_UP:
                    self._leaves(who, at)
                case _ if kind == _GOES:
                    self._workers[who].here = False
                case _:
                    self._comes_free(self._workers[who], at, at_work=kind == _COMES)
        end = until if until < math.inf else max((call.at for call in self._calls.values()), default=0.0)
        for contact, call in self._calls.items():
            if contact in self._room:
                self._went[contact] = Went(wait_seconds=max(0.0, end - call.at), agent=None, waits=True)
        return self._went

    def _worker(self, given: GivenAgent) -> _Worker:
        key, agent = str(given.agent.key), given.agent
        places: dict[object, int] = {
            queue: _EMERGENCY_PREFERENCE if self._queues[queue].emergency else preference
            for queue, preference in agent.queues.items()
            if queue in self._queues and serves(agent, self._queues[queue]) is None
        }
        for begins, ends in given.spans:
            self._at(begins, _COMES, key)
            self._at(ends, _GOES, key)
        worker = _Worker(key, places, len(agent.queues))
        if given.busy_until > -math.inf:
            worker.busy = True
            self._at(given.busy_until, _FREE, key)
        return worker

    def _at(self, at: float, kind: int, who: str) -> None:
        self._number += 1
        heapq.heappush(self._events, (at, kind, self._number, who))

    def _calls_in(self, call: GivenCall, at: float) -> None:
        able = [one for one in self._workers.values() if one.free and call.queue in one.places]
        if able:
            chosen = min(able, key=lambda one: (one.width, one.idle_since, one.key))
            self._serve(chosen, call, at)
            return
        its = terms(self._queues[call.queue], call.value_class)
        self._room.enter(call.contact, call.queue, its, arrived_at=call.at)
        if call.patience_seconds < math.inf:
            self._at(call.at + call.patience_seconds, _GIVES_UP, call.contact)

    def _comes_free(self, worker: _Worker, at: float, *, at_work: bool) -> None:
        if at_work:
            worker.here = True
        else:
            worker.busy = False
        if not worker.free:
            return
        worker.idle_since = at
        best = self._room.best(worker.places, at)
        if best is not None:
            self._room.leave(best.contact)
            self._serve(worker, self._calls[best.contact], at)

    def _serve(self, worker: _Worker, call: GivenCall, at: float) -> None:
        worker.busy = True
        self._went[call.contact] = Went(wait_seconds=max(0.0, at - call.at), agent=worker.key)
        self._at(at + call.service_seconds, _FREE, worker.key)

    def _leaves(self, contact: str, at: float) -> None:
        if contact in self._room:
            self._room.leave(contact)
            self._went[contact] = Went(wait_seconds=at - self._calls[contact].at, agent=None)
