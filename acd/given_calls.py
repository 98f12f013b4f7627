"""The ACD over calls that are given one by one, and agents whose times are given: a day that was, or one drawn by lot.

Whom a freed agent takes is decided by `waiting_room` on the terms of the queue's profile (`priority.terms`), who may
serve whom by `serving.serves`, which free agent takes a caller as in `matching`: the fewest queues, then the longest
idle; an emergency goes before everybody; a class leaves so many free agents to the others as its queue says. Who was
passed on to one agent waits for him alone, for a while (`Named`, the rules of `named`). Not there: offers that nobody
takes, relaxed skills. A call's patience, how long it rings and the time that it keeps an agent are taken as given,
whoever serves it and however long it waited.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from acd.priority import terms
from acd.waiting_room import BEFORE_ALL, Standing, WaitingRoom
from ctiserver.core.ids import QueueKey
from ctiserver.core.serving import serves
from ctiserver.core.tables import Agent, Queue

_NAMED_PREFERENCE = -1_000
_FREE, _COMES, _CALLS, _ESCALATES, _NAMED_OVER, _GOES, _GIVES_UP = range(7)
"""What happens at one moment happens in this order."""


class _Place(NamedTuple):
    """A queue; how many free agents whoever stands there leaves to others; the one agent whom he waits for, or ""."""

    queue: QueueKey
    leaves: int = 0
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The agent to whom a call was passed on, and by whom ("": nobody knows): it waits for so many seconds for him.

    Then, or as soon as he goes, it is the giver's if he is free, else anybody's of the queue.
    """

    agent: str
    seconds: float
    giver: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenCall:
    """`at`: when it comes to the queue, in seconds; `patience_seconds` infinite: he waits as long as it takes.

    `ring_seconds`: how long agents are rung for it; the one who takes it is kept for as long before he serves.
    `unanswered_seconds`: of these, for offers that nobody took. `stands_from`: by what arrival it stands in line, None:
    by `at`; it is another's where it waited before, or is called back. `waits_from`: since when it counts as waiting,
    None: since `at`; who is called back may wait before he can be called.
    """

    contact: str
    queue: QueueKey
    value_class: str
    at: float
    patience_seconds: float
    service_seconds: float
    ring_seconds: float = 0.0
    unanswered_seconds: float = 0.0
    stands_from: float | None = None
    waits_from: float | None = None
    called_back: bool = False
    named: Named | None = None

    @property
    def arrived_at(self) -> float:
        """By what arrival it stands in line."""
        return self.at if self.stands_from is None else self.stands_from


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAgent:
    """Whom he may serve, and when: spans in order that do not touch. `busy_until`: he has somebody at the start."""

    agent: Agent
    spans: Sequence[tuple[float, float]]
    busy_until: float = -math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """How a call went. `wait_seconds`: until it was given to an agent, or given up.

    `agent` None: he gave up, or waits at the end still (`waits`).
    """

    wait_seconds: float
    agent: str | None
    waits: bool = False


@dataclass(slots=True, eq=False)
class _Worker:
    key: str
    places: Mapping[_Place, int]
    width: int
    here: bool = False
    busy: bool = False
    idle_since: float = 0.0

    @property
    def free(self) -> bool:
        return self.here and not self.busy


class Day:
    """One run. Invariant: nobody waits while an agent is free who may serve him and is not left to others."""

    def __init__(
        self, queues: Mapping[QueueKey, Queue], agents: Sequence[GivenAgent], calls: Sequence[GivenCall]
    ) -> None:
        self._queues, self._room = queues, WaitingRoom()
        self._calls = {call.contact: call for call in calls}
        self._went: dict[str, Went] = {}
        self._events: list[tuple[float, int, int, str]] = []
        self._number = 0
        self._named_for: dict[str, list[GivenCall]] = defaultdict(list)
        for call in calls:
            if call.named and call.queue in queues:
                self._named_for[call.named.agent].append(call)
        self._free: dict[QueueKey, dict[str, _Worker]] = {queue: {} for queue in queues}
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
                case _ if kind == _ESCALATES:
                    self._escalates(self._calls[who], at)
                case _ if kind == _NAMED_OVER:
                    self._waits_no_more_for_him(self._calls[who], at)
                case _ if kind == _GOES:
                    self._goes(self._workers[who], at)
                case _:
                    self._comes_free(self._workers[who], at, at_work=kind == _COMES)
        end = until if until < math.inf else max((call.at for call in self._calls.values()), default=0.0)
        for contact, call in self._calls.items():
            if contact in self._room:
                self._went[contact] = Went(wait_seconds=max(0.0, end - call.at), agent=None, waits=True)
        return self._went

    def _worker(self, given: GivenAgent) -> _Worker:
        key, agent = str(given.agent.key), given.agent
        places = {
            _Place(queue, left): BEFORE_ALL if self._queues[queue].emergency else preference
            for queue, preference in agent.queues.items()
            if queue in self._queues and serves(agent, self._queues[queue]) is None
            for left in {0, *self._queues[queue].leave_free.values()}
        }
        for queue in {call.queue for call in self._named_for[key]}:
            before = BEFORE_ALL if self._queues[queue].emergency else 0
            places[_Place(queue, agent=key)] = before + _NAMED_PREFERENCE + agent.queues.get(queue, 0)
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
        asked = self._workers.get(call.named.agent) if call.named else None
        if call.named is None or asked is None or not asked.here:
            self._lines_up(call, at)
        elif asked.free:
            self._serve(asked, call, at)
        else:
            self._stands(call, _Place(call.queue, agent=asked.key))
            self._at(at + call.named.seconds, _NAMED_OVER, call.contact)

    def _lines_up(self, call: GivenCall, at: float) -> None:
        queue = self._queues[call.queue]
        left = 0 if queue.emergency else queue.leave_free.get(call.value_class, 0)
        able = self._free[call.queue]
        if len(able) > left:
            self._serve(_first(able), call, at)
            return
        self._stands(call, _Place(call.queue, left))
        if left and queue.ceiling_seconds is not None:
            self._at(max(at, call.arrived_at + queue.ceiling_seconds), _ESCALATES, call.contact)

    def _stands(self, call: GivenCall, place: _Place) -> None:
        its = terms(self._queues[call.queue], call.value_class)
        self._room.enter(call.contact, place, its, arrived_at=call.arrived_at)
        if call.patience_seconds < math.inf:
            self._at(call.at + call.patience_seconds, _GIVES_UP, call.contact)

    def _goes(self, worker: _Worker, at: float) -> None:
        worker.here = False
        self._note(worker)
        for call in self._named_for[worker.key]:
            self._waits_no_more_for_him(call, at)

    def _waits_no_more_for_him(self, call: GivenCall, at: float) -> None:
        """Whoever passed him on has him again, if he is free; else he stands in his queue."""
        place = _Place(call.queue, agent=call.named.agent if call.named else "")
        if call.contact not in self._room or self._room[call.contact].places != (place,):
            return
        self._room.leave(call.contact)
        giver = self._workers.get(call.named.giver) if call.named else None
        if giver is not None and giver.free:
            self._serve(giver, call, at)
        else:
            self._lines_up(call, at)

    def _note(self, worker: _Worker) -> None:
        """He is free, or is not any more: each queue knows those of its own who are."""
        for queue, _, agent in worker.places:
            if agent:
                continue
            if worker.free:
                self._free[queue][worker.key] = worker
            else:
                self._free[queue].pop(worker.key, None)

    def _escalates(self, call: GivenCall, at: float) -> None:
        """Agents who were left free to others are his, too, from now on."""
        able = self._free[call.queue]
        if able and call.contact in self._room:
            self._room.leave(call.contact)
            self._serve(_first(able), call, at)

    def _comes_free(self, worker: _Worker, at: float, *, at_work: bool) -> None:
        if at_work:
            worker.here = True
        else:
            worker.busy = False
        self._note(worker)
        if not worker.free:
            return
        worker.idle_since = at
        best = self._room.best(worker.places, at, self._may_take)
        if best is not None:
            self._room.leave(best.contact)
            self._serve(worker, self._calls[best.contact], at)

    def _may_take(self, place: _Place, one: Standing) -> bool:
        return not place.leaves or one.escalated or len(self._free[place.queue]) > place.leaves

    def _serve(self, worker: _Worker, call: GivenCall, at: float) -> None:
        worker.busy = True
        self._note(worker)
        self._went[call.contact] = Went(wait_seconds=max(0.0, at - call.at), agent=worker.key)
        self._at(at + call.ring_seconds + call.service_seconds, _FREE, worker.key)

    def _leaves(self, contact: str, at: float) -> None:
        if contact in self._room:
            self._room.leave(contact)
            self._went[contact] = Went(wait_seconds=at - self._calls[contact].at, agent=None)


def _first(able: Mapping[str, _Worker]) -> _Worker:
    return min(able.values(), key=lambda one: (one.width, one.idle_since, one.key))
