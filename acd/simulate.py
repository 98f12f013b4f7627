"""The ACD in a simulated contact center, call by call, under an event-driven clock.

What is shared with the live engine: which agent may serve which queue (`serving.serves`). Whom a freed agent takes is
decided by `accumulating` and `waiting_room`, as in the live engine (`priority`, `floor`), and a test drives both
through the same day and claims the same choices. Which free agent takes a caller (fewest queues, then longest idle)
follows `matching.choose_agent` and is held to it by that test. What is not there: relaxed skills, agents left free,
ringing and unanswered offers, pauses, wrap-up apart from the service, transfers, hours, overflow.
Callers' behaviour is assumed, not observed: they come at random and hang up without regard to what they are told.
"""

import heapq
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from acd.accumulating import Terms
from acd.simulated_world import ClassOutcome, Discipline, Outcome, Pool, World, draw_calls
from acd.waiting_room import Place, WaitingRoom

_AT_A_TIME = 20_000


class Watches(Protocol):
    """Who wants to look on: at everybody who has to wait, and how that ends. `room` is not to be changed."""

    def queued(self, contact: str, kind: int, at: float, room: WaitingRoom) -> None:
        """He stands in line since now."""
        ...

    def served(self, contact: str, kind: int, arrived_at: float, at: float) -> None:
        """An agent took him."""
        ...

    def gave_up(self, contact: str, kind: int, arrived_at: float, at: float) -> None:
        """He hung up."""
        ...


@dataclass(slots=True)
class _Waiting:
    kind: int
    arrived_at: float
    service_seconds: float
    measured: bool


class _Tally:
    """One class's sums."""

    def __init__(self, within_seconds: float) -> None:
        self.within = within_seconds
        self.calls = self.delayed = self.abandoned = self.kept = 0
        self.waited = self.served_waited = self.longest = 0.0

    def ended(self, wait: float, *, served: bool) -> None:
        """One call was answered, or hung up."""
        self.calls += 1
        self.kept += wait <= self.within
        if wait > 0.0:
            self.delayed += 1
            self.waited += wait
            self.longest = max(self.longest, wait)
        if served:
            self.served_waited += wait
        else:
            self.abandoned += 1

    def outcome(self) -> ClassOutcome:
        """The means; nought where nobody called."""
        calls, served = max(1, self.calls), max(1, self.calls - self.abandoned)
        return ClassOutcome(
            calls=self.calls,
            wait_seconds=self.waited / calls,
            served_wait_seconds=self.served_waited / served,
            longest_wait_seconds=self.longest,
            delayed=self.delayed / calls,
            abandoned=self.abandoned / calls,
            service_level=self.kept / calls,
        )


class _Team:
    """The agents of a pool: when each who is idle became so, longest first."""

    def __init__(self, pool: Pool, places: dict[Place, int]) -> None:
        self.places, self.width, self.count = places, len(pool.queues), pool.count
        self.idle: deque[float] = deque([0.0] * pool.count)
        self._busy_seconds = self._since = self._from = 0.0

    def take(self, now: float) -> None:
        """The one who has been idle longest is busy."""
        self.look(now)
        self.idle.popleft()

    def release(self, now: float) -> None:
        """One is idle."""
        self.look(now)
        self.idle.append(now)

    def look(self, now: float) -> None:
        """Count the time until now."""
        self._busy_seconds += (self.count - len(self.idle)) * (now - self._since)
        self._since = now

    def begin(self, now: float) -> None:
        """Measure from now on."""
        self._busy_seconds, self._since, self._from = 0.0, now, now

    def occupancy(self) -> float:
        """The share of the measured time in service."""
        time = self.count * (self._since - self._from)
        return self._busy_seconds / time if time else 0.0


class Simulation:
    """One run. Invariant: nobody waits while an agent who may serve him is idle."""

    def __init__(self, world: World, seed: int, watcher: Watches | None = None) -> None:
        self.world, self.watcher = world, watcher
        self.rng = np.random.default_rng(seed)
        self.room = WaitingRoom()
        self.now = 0.0
        self.teams = [_Team(pool, world.served_by(pool)) for pool in world.pools]
        self._able = [[team for team in self.teams if one.queue in team.places] for one in world.classes]
        self._terms: list[Terms] = [world.terms(one) for one in world.classes]
        self._queues = [one.queue for one in world.classes]
        self._tallies = [_Tally(world.service_level_seconds) for _ in world.classes]
        self._events: list[tuple[float, int, _Team | None, str]] = []  # whose service ends, or who gives up
        self._calls = self._number = 0
        self._waiting: dict[str, _Waiting] = {}

    def run(self) -> Outcome:
        """All calls, until the last of them is over; agents' time is measured until the last one comes."""
        came, total = 0, self.world.warm_up_calls + self.world.calls
        while came < total:
            calls = draw_calls(self.world, self.rng, min(_AT_A_TIME, total - came))
            for gap, kind, service, patience in zip(
                calls.gap_seconds, calls.kind, calls.service_seconds, calls.patience_seconds, strict=True
            ):
                if came == self.world.warm_up_calls:
                    for team in self.teams:
                        team.begin(self.now)
                came += 1
                self._until(self.now + gap)
                self._arrives(kind, service, patience, measured=came > self.world.warm_up_calls)
        for team in self.teams:
            team.look(self.now)
        occupancy = [team.occupancy() for team in self.teams]
        self._until(math.inf)
        return Outcome(
            classes={
                one.name: tally.outcome()
                for one, tally in zip(self.world.classes, self._tallies, strict=True)
            },
            occupancy={pool.name: share for pool, share in zip(self.world.pools, occupancy, strict=True)},
        )

    def _until(self, at: float) -> None:
        events = self._events
        while events and events[0][0] <= at:
            self.now, _, team, contact = heapq.heappop(events)
            if team is None:
                self._gives_up(contact)
            else:
                team.release(self.now)
                self._next_for(team)
        if at < math.inf:
            self.now = at

    def _arrives(self, kind: int, service: float, patience: float, *, measured: bool) -> None:
        self._calls += 1
        team = self._free(kind)
        if team is not None:
            if measured:
                self._tallies[kind].ended(0.0, served=True)
            self._serve(team, service)
            return
        contact = str(self._calls)
        self.room.enter(contact, self._queues[kind], self._terms[kind], arrived_at=self.now)
        self._waiting[contact] = _Waiting(kind, self.now, service, measured)
        if patience < math.inf:
            self._at(self.now + patience, None, contact)
        if self.watcher:
            self.watcher.queued(contact, kind, self.now, self.room)

    def _free(self, kind: int) -> _Team | None:
        """As `matching.choose_agent`: the fewest queues, then the longest idle."""
        found = None
        for team in self._able[kind]:
            if team.idle and (found is None or (team.width, team.idle[0]) < (found.width, found.idle[0])):
                found = team
        return found

    def _serve(self, team: _Team, service: float) -> None:
        team.take(self.now)
        self._at(self.now + service, team)

    def _at(self, at: float, team: _Team | None, contact: str = "") -> None:
        self._number += 1
        heapq.heappush(self._events, (at, self._number, team, contact))

    def _next_for(self, team: _Team) -> None:
        best = self.room.best(team.places, self.now)
        if best is None:
            return
        self.room.leave(best.contact)
        one = self._waiting.pop(best.contact)
        if one.measured:
            self._tallies[one.kind].ended(self.now - one.arrived_at, served=True)
        self._serve(team, one.service_seconds)
        if self.watcher:
            self.watcher.served(best.contact, one.kind, one.arrived_at, self.now)

    def _gives_up(self, contact: str) -> None:
        one = self._waiting.pop(contact, None)
        if one is None:
            return
        self.room.leave(contact)
        if one.measured:
            self._tallies[one.kind].ended(self.now - one.arrived_at, served=False)
        if self.watcher:
            self.watcher.gave_up(contact, one.kind, one.arrived_at, self.now)


def compare(
    world: World, disciplines: Sequence[Discipline], seeds: Sequence[int]
) -> dict[Discipline, list[Outcome]]:
    """Each discipline with the same callers."""
    return {
        discipline: [Simulation(replace(world, discipline=discipline), seed).run() for seed in seeds]
        for discipline in disciplines
    }
