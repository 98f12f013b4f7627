"""The dialer in a simulated world, event by event, so that its modes can be compared.

Agents, people who answer or do not (`simulated_world`), and the clock in between; whoever finds no agent within the
tolerance is an abandon. Seeds make a run repeatable. A campaign is simulated as one that has run for a while
(`history_answers`): a new one dials progressively until it has earned more.
"""

import heapq
import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal, Protocol

import numpy as np

from dialer.answer_rate import AnswerRate
from dialer.pacing import KAPPA, THETA_MIN, Pacer
from dialer.pacing_ledger import Ledger
from dialer.pacing_state import Decision, Mode, Scene
from dialer.simulated_world import Outcome, World, ring, talks
from dialer.survival import Durations

_LONGEST_SECONDS = 1800
Kind = Literal["ring_ended", "talk_ended", "wrap_up_ended", "gives_up", "tick", "leaves", "comes"]


class Paces(Protocol):
    """What decides in a simulation: the campaign's `Pacer`, or a rule that stands beside it."""

    def connected(self, at: float) -> None:
        """An agent speaks with somebody who answered."""
        ...

    def abandoned(self, at: float) -> object:
        """Nobody did."""
        ...

    def decide(self, scene: Scene, now: float) -> Decision:
        """How many to dial now."""
        ...


def new_pacer(world: World, rng: np.random.Generator) -> Pacer:
    """A pacer that has run for `history_answers` in this world, within its limit."""
    rate = AnswerRate(world.ring_seconds + 10.0, believed=world.answer_probability, weight=1.0)
    pacer = Pacer(
        mode=world.mode,
        rate=rate,
        talk=Durations(_LONGEST_SECONDS, prior=talks(world, rng, 500)),
        wrap_up=Durations(120, prior=[world.wrap_up_seconds]),
        ledger=Ledger(alpha=world.alpha),
        tolerance_seconds=world.tolerance_seconds,
    )
    begins = -86400.0
    for number in range(min(world.history_answers, 3000)):
        answered, seconds = ring(world, rng)
        rate.dialled(f"h{number}", begins)
        rate.ended(f"h{number}", begins + seconds, answered=answered)
    rate.learn(0.0)
    if world.history_answers:
        # As much earned as the risk of one in fifty needs, and never more than there was to earn.
        earned = min(world.alpha * world.history_answers, (math.log(0.02) - THETA_MIN) / KAPPA)
        pacer.theta = THETA_MIN + KAPPA * earned
        for _ in range(world.history_answers):
            pacer.ledger.answered(begins)
        for _ in range(math.floor(world.alpha * world.history_answers - earned)):
            pacer.ledger.abandoned(begins)
    return pacer


class Simulation:
    """One run of a world; `pacer` decides."""

    def __init__(self, world: World, seed: int, pacer: Paces | None = None) -> None:
        self.world, self.rng = world, np.random.default_rng(seed)
        self.pacer: Paces = pacer if pacer is not None else new_pacer(world, self.rng)
        self._learns = self.pacer if isinstance(self.pacer, Pacer) else None
        self.now = 0.0
        self._events: list[tuple[float, int, Kind, int]] = []
        self._number = 0
        self.idle = world.agents
        self.away = 0
        self._left = 0
        self._leaving = 0
        self._talks: dict[int, float] = {}  # since when, by call
        self._wrap_ups: dict[int, float] = {}
        self._rings: dict[int, tuple[float, bool]] = {}
        self._waiting: deque[int] = deque()
        self._talked = self._wrapped = 0.0
        self.dials = self.answers = self.abandons = self.guarded = 0
        self._from = 0.0

    def run(self) -> Outcome:
        """From the start to the end of the measured hours."""
        for _ in self.decisions():
            pass
        return self.outcome()

    def decisions(self) -> Iterator[tuple[Scene, Decision]]:
        """Each decision as it is made, before it is carried out: for who wants to look."""
        self._from = self.world.warm_up_hours * 3600.0
        ends = self._from + self.world.hours * 3600.0
        self._at(0.0, "tick")
        if self.world.leaving_per_hour:
            self._at(self.rng.exponential(3600.0 / self.world.leaving_per_hour), "leaves")
        while self._events:
            self.now, _, kind, number = heapq.heappop(self._events)
            if self.now > ends:
                break
            getattr(self, f"_{kind}")(number)
            if kind == "tick" or self._left or self.idle:
                scene = self._scene()
                decision = self.pacer.decide(scene, self.now)
                yield scene, decision
                self.guarded += decision.guarded
                for _ in range(decision.dials):
                    self._dial()
        self.now = ends
        self._talked += sum(map(self._measured, self._talks.values()))
        self._wrapped += sum(map(self._measured, self._wrap_ups.values()))

    def outcome(self) -> Outcome:
        """What was measured."""
        time = self.world.hours * 3600.0 * self.world.agents
        ledger = getattr(self.pacer, "ledger", None)
        return Outcome(
            utilisation=(self._talked + self._wrapped) / time,
            talk_minutes_per_hour=60.0 * self._talked / time,
            abandon_rate=self.abandons / self.answers if self.answers else 0.0,
            dials=self.dials,
            answers=self.answers,
            abandons=self.abandons,
            abandons_by_leaving=ledger.abandons_by_leaving if ledger else 0,
            guarded=self.guarded,
        )

    def _at(self, at: float, kind: Kind, number: int = 0) -> None:
        self._number += 1
        heapq.heappush(self._events, (at, self._number, kind, number))

    def _scene(self) -> Scene:
        left, self._left = self._left, 0
        return Scene(
            idle=self.idle,
            waiting=len(self._waiting),
            talk_ages=self.now - np.fromiter(self._talks.values(), float, len(self._talks)),
            wrap_up_ages=self.now - np.fromiter(self._wrap_ups.values(), float, len(self._wrap_ups)),
            ring_ages=self.now - np.array([since for since, _ in self._rings.values()]),
            left=left,
        )

    def _dial(self) -> None:
        answered, seconds = ring(self.world, self.rng)
        self._number += 1
        call = self._number
        self._rings[call] = (self.now, answered)
        self.dials += self.now >= self._from
        if self._learns:
            self._learns.rate.dialled(str(call), self.now)
        self._at(self.now + seconds, "ring_ended", call)

    def _tick(self, _number: int) -> None:
        self._at(self.now + self.world.tick_seconds, "tick")

    def _ring_ended(self, call: int) -> None:
        _, answered = self._rings.pop(call)
        if self._learns:
            self._learns.rate.ended(str(call), self.now, answered=answered)
        if not answered:
            self._see()
            return
        self.answers += self.now >= self._from
        if self.idle:
            self._connect(call)
        else:
            self._waiting.append(call)
            self._at(self.now + self.world.tolerance_seconds, "gives_up", call)

    def _connect(self, call: int) -> None:
        self.idle -= 1
        self._talks[call] = self.now
        self.pacer.connected(self.now)
        self._at(self.now + talks(self.world, self.rng, 1)[0], "talk_ended", call)

    def _gives_up(self, call: int) -> None:
        if call in self._waiting:
            self._waiting.remove(call)
            self.abandons += self.now >= self._from
            self.pacer.abandoned(self.now)

    def _talk_ended(self, call: int) -> None:
        since = self._talks.pop(call)
        self._talked += self._measured(since)
        if self._learns:
            self._learns.talk.add(self.now - since)
        self._wrap_ups[call] = self.now
        self._at(self.now + self.world.wrap_up_seconds, "wrap_up_ended", call)

    def _wrap_up_ended(self, call: int) -> None:
        since = self._wrap_ups.pop(call)
        self._wrapped += self._measured(since)
        if self._learns:
            self._learns.wrap_up.add(self.now - since)
        if self._leaving:
            self._leaving -= 1
            self._goes()
        else:
            self._free()

    def _see(self) -> None:
        """Tell the ledger at once what has become less, so that it knows what an abandon comes from."""
        if self._learns:
            lines, waiting = len(self._rings), len(self._waiting)
            self._learns.ledger.seen(idle=self.idle, ringing=lines, waiting=waiting)

    def _free(self) -> None:
        self.idle += 1
        self._see()
        if self._waiting:
            self._connect(self._waiting.popleft())

    def _leaves(self, _number: int) -> None:
        if self.idle:
            self.idle -= 1
            self._left += 1
            self._goes()
        elif self._talks or self._wrap_ups:
            self._leaving = min(self._leaving + 1, len(self._talks) + len(self._wrap_ups))
        self._at(self.now + self.rng.exponential(3600.0 / self.world.leaving_per_hour), "leaves")

    def _goes(self) -> None:
        self.away += 1
        self._at(self.now + self.world.away_seconds, "comes")

    def _comes(self, _number: int) -> None:
        self.away -= 1
        self._free()

    def _measured(self, since: float) -> float:
        return max(0.0, self.now - max(since, self._from))


def compare(world: World, modes: Sequence[Mode], seeds: int) -> dict[Mode, list[Outcome]]:
    """Each mode in the same world, with the same seeds."""
    return {
        mode: [Simulation(replace(world, mode=mode), seed).run() for seed in range(seeds)] for mode in modes
    }
