"""How good the told waits are, in simulation: whoever has to wait is told one, and it is held against his wait.

Beside it stand the two simplest announcements of the field (Ibrahim and Whitt, "Real-Time Delay Estimation in
Overloaded Multiserver Queues with Abandonments", Management Science 55, 2009): how long the first in his class's line
has waited already, and how long the last of his class who was served had waited.
"""

from collections import deque
from dataclasses import dataclass

from acd.simulated_world import World
from acd.wait_time import Estimate, Others, Serving, WaitTimes
from acd.waiting_room import WaitingRoom


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """Of those of a class who were told and served. In seconds, `kept`: the share served within the upper end.

    `bias`: told minus waited; the others are mean absolute errors.
    """

    told: int
    mean_wait: float
    bias: float
    error: float
    head_of_line_error: float
    last_delay_error: float
    kept: float


@dataclass(slots=True)
class _Told:
    estimate: Estimate
    head_of_line: float
    last_delay: float


class _Class:
    def __init__(self) -> None:
        self.learned = WaitTimes()
        self.line: deque[tuple[float, str]] = deque()
        self.last = 0.0
        self.told = self.kept = 0
        self.waited = self.bias = self.error = self.head_error = self.last_error = 0.0


class Teller:
    """Watches one run of a world with one queue and one patience for all; the first `unmeasured` waits only teach."""

    def __init__(self, world: World, unmeasured: int) -> None:
        self.world, self.unmeasured = world, unmeasured
        self._terms = [world.terms(one) for one in world.classes]
        self._rates = [one.calls_per_hour / 3600.0 for one in world.classes]
        self._classes = [_Class() for _ in world.classes]
        self._told: dict[str, _Told] = {}
        self._kinds: dict[str, int] = {}
        load = sum(rate * one.service_seconds for rate, one in zip(self._rates, world.classes, strict=True))
        handle = load / sum(self._rates)
        patience = world.classes[0].patience_seconds
        agents = sum(pool.count for pool in world.pools)
        self._serving = Serving(services_per_second=agents / handle, patience_seconds=patience)
        self._ended = 0

    def queued(self, contact: str, kind: int, at: float, room: WaitingRoom) -> None:
        """Tell him."""
        mine, his = room[contact], self._classes[kind]
        waiting: list[list[float]] = [[] for _ in self._classes]
        for other, other_kind in self._kinds.items():
            waiting[other_kind].append(room[other].virtual)
        others = [
            Others(terms=terms, calls_per_second=rate, virtual=sorted(virtual))
            for terms, rate, virtual in zip(self._terms, self._rates, waiting, strict=True)
        ]
        while his.line and his.line[0][1] not in self._kinds:
            his.line.popleft()
        self._told[contact] = _Told(
            his.learned.estimate((mine.virtual, mine.slope), at, others, self._serving),
            at - his.line[0][0] if his.line else his.last,
            his.last,
        )
        his.line.append((at, contact))
        self._kinds[contact] = kind

    def served(self, contact: str, kind: int, arrived_at: float, at: float) -> None:
        """Compare, and learn."""
        del self._kinds[contact]
        told, his, waited = self._told.pop(contact), self._classes[kind], at - arrived_at
        his.learned.served(told.estimate, waited)
        his.last = waited
        self._ended += 1
        if self._ended <= self.unmeasured:
            return
        his.told += 1
        his.waited += waited
        his.kept += waited <= told.estimate.at_most_seconds
        his.bias += told.estimate.likely_seconds - waited
        his.error += abs(told.estimate.likely_seconds - waited)
        his.head_error += abs(told.head_of_line - waited)
        his.last_error += abs(told.last_delay - waited)

    def gave_up(self, contact: str, kind: int, arrived_at: float, at: float) -> None:
        """He hung up: nothing to compare with."""
        del self._kinds[contact], self._told[contact]

    def accuracy(self) -> dict[str, Accuracy]:
        """By class; those without a measured wait are left out."""
        return {
            one.name: Accuracy(
                told=his.told,
                mean_wait=his.waited / his.told,
                bias=his.bias / his.told,
                error=his.error / his.told,
                head_of_line_error=his.head_error / his.told,
                last_delay_error=his.last_error / his.told,
                kept=his.kept / his.told,
            )
            for one, his in zip(self.world.classes, self._classes, strict=True)
            if his.told
        }
