"""The simulated ACD against closed forms and published rows (time in mean services), and against the live engine."""

import heapq
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from company import AVAILABLE, queue
from driven_acd import Driven, offered

from acd import waiting_room
from acd.accumulating import Terms
from acd.overtaking import Waited, out_of_bounds
from acd.simulate import Simulation, compare
from acd.simulated_world import CallerClass, Discipline, Outcome, Pool, World, draw_calls
from acd.waiting_room import WaitingRoom
from ctiserver.core.interval import interval
from ctiserver.core.tables import Agent, Queue

SEEDS = range(20, 28)


def center(
    calls: Sequence[float],
    agents: int,
    *,
    discipline: Discipline = "fifo",
    slopes: Sequence[float] = (1.0, 1.0, 1.0),
    head_starts: Sequence[float] = (0.0, 0.0, 0.0),
    patience: float | None = None,
    within: float = 0.5,
    measured: int = 12_000,
) -> World:
    """One queue and one pool; the first class is the most valuable."""
    classes = tuple(
        CallerClass(
            name=str(number + 1),
            calls_per_hour=3600 * rate,
            service_seconds=1.0,
            patience_seconds=patience,
            value=-float(number),
            slope=slopes[number],
            head_start_seconds=head_starts[number],
        )
        for number, rate in enumerate(calls)
    )
    return World(
        classes=classes,
        pools=(Pool(name="all", count=agents, queues={"queue": 0}),),
        discipline=discipline,
        calls=measured,
        warm_up_calls=1_500,
        service_level_seconds=within,
    )


def runs(world: World, seeds: Sequence[int] = SEEDS) -> list[Outcome]:
    return compare(world, [world.discipline], seeds)[world.discipline]


def holds(values: Sequence[float], truth: float, *, at_most: float = 0.15) -> None:
    """The truth lies within half as much again as the 95 % interval, which is narrow enough to say something.

    Some fifty figures are claimed here from the same seeds, and of honest 95 % intervals one in twenty misses. The
    benchmark prints long runs beside the rows.
    """
    told = interval(list(values))
    assert told.half_width is not None
    assert told.half_width <= at_most * truth, f"{told} says too little of {truth}"
    assert abs(told.mean - truth) <= 1.5 * told.half_width, f"{told} does not hold {truth}"


@pytest.mark.parametrize(
    ("calls", "agents", "wait", "within", "level"),
    [(0.8, 1, 4.0000, 1.0, 0.3450), (8.0, 10, 0.2046, 0.5, 0.8495), (48.0, 50, 0.3472, 1 / 3, 0.6435)],
)
def test_first_come_first_served_is_erlang_c(
    calls: float, agents: int, wait: float, within: float, level: float
) -> None:
    found = [run.classes["1"] for run in runs(center([calls], agents, within=within, measured=20_000))]
    holds([one.wait_seconds for one in found], wait, at_most=0.25)
    holds([one.service_level for one in found], level)


@pytest.mark.parametrize(
    ("calls", "agents", "delayed", "abandoned", "wait", "served_wait", "occupancy"),
    [
        (48.0, 50, 0.4678, 0.0309, 0.0618, 0.0603, 0.9303),
        (8.0, 10, 0.3174, 0.0388, 0.0776, 0.0720, 0.7689),
        (9.0, 10, 0.4689, 0.0670, 0.1340, 0.1259, 0.8397),
    ],
)
def test_with_patience_it_is_erlang_a(
    calls: float,
    agents: int,
    delayed: float,
    abandoned: float,
    wait: float,
    served_wait: float,
    occupancy: float,
) -> None:
    found = runs(center([calls], agents, patience=2.0))
    holds([run.classes["1"].delayed for run in found], delayed)
    holds([run.classes["1"].abandoned for run in found], abandoned)
    holds([run.classes["1"].wait_seconds for run in found], wait)
    holds([run.classes["1"].served_wait_seconds for run in found], served_wait)
    holds([run.occupancy["all"] for run in found], occupancy)


COBHAM = [
    ([0.3, 0.5], 1, [1.1429, 5.7143], 4.0),
    ([2, 3, 3], 10, [0.0511, 0.1023, 0.4092], 0.2046),
    ([3, 6], 10, [0.0955, 0.9553], 0.6687),
]
SLOPES = [
    ([0.3, 0.5], 1, [2, 1], [2.8235, 4.7059], 4.0),
    ([0.3, 0.5], 1, [4, 1], [2.0645, 5.1613], 4.0),
    ([2, 3, 3], 10, [4, 2, 1], [0.1120, 0.1786, 0.2923], 0.2046),
    ([3, 6], 10, [3, 1], [0.3344, 0.8359], 0.6687),
]
HEAD_STARTS = [
    (0.0, [0.6687, 0.6687]),
    (0.25, [0.5783, 0.7142]),
    (1.0, [0.3872, 0.8097]),
    (1e9, [0.0955, 0.9553]),
]


@cache
def fifo_waits(calls: tuple[float, ...], agents: int) -> list[float]:
    """The mean wait of all callers, by seed, where the first come is the first served."""
    return [
        sum(rate * run.classes[str(number + 1)].wait_seconds for number, rate in enumerate(calls))
        / sum(calls)
        for run in runs(center(calls, agents))
    ]


def waits_are(world: World, calls: Sequence[float], waits: Sequence[float], fifo: float) -> None:
    """As shares of the wait that the same callers have first come, first served: most of the noise falls out.

    And as service times are alike, the mean of all callers is the same whoever goes first (Kleinrock's conservation).
    """
    found = runs(world)
    all_alike = fifo_waits(tuple(calls), world.pools[0].count)
    for number, wait in enumerate(waits):
        name = str(number + 1)
        shares = [run.classes[name].wait_seconds / of for run, of in zip(found, all_alike, strict=True)]
        holds(shares, wait / fifo, at_most=0.2)
    means = [
        sum(rate * run.classes[str(number + 1)].wait_seconds for number, rate in enumerate(calls))
        / sum(calls)
        for run in found
    ]
    assert [mean / of for mean, of in zip(means, all_alike, strict=True)] == pytest.approx(
        [1.0] * len(found), abs=0.1
    )


@pytest.mark.parametrize(("calls", "agents", "waits", "fifo"), COBHAM)
def test_static_priority_is_cobham(calls: list[float], agents: int, waits: list[float], fifo: float) -> None:
    waits_are(center(calls, agents, discipline="priority"), calls, waits, fifo)


@pytest.mark.parametrize(("calls", "agents", "slopes", "waits", "fifo"), SLOPES)
def test_slopes_are_kleinrock(
    calls: list[float], agents: int, slopes: list[float], waits: list[float], fifo: float
) -> None:
    waits_are(center(calls, agents, discipline="accumulating", slopes=slopes), calls, waits, fifo)


@pytest.mark.parametrize(("head_start", "waits"), HEAD_STARTS)
def test_head_starts_are_as_published_and_none_is_first_come_first_served(
    head_start: float, waits: list[float]
) -> None:
    world = center([3, 6], 10, discipline="head_start", head_starts=[head_start, 0.0])
    waits_are(world, [3, 6], waits, 0.6687)
    if head_start == 0.0:
        few = replace(world, calls=500)
        assert runs(few, [1]) == runs(replace(few, discipline="fifo"), [1])


def test_at_full_load_strict_priority_starves_the_least_and_a_head_start_does_not() -> None:
    """20 agents, 300 s, load 1, a patience of 600 s, a tenth of class A and three of B."""
    classes = tuple(
        CallerClass(
            name=name,
            calls_per_hour=240 * share,
            service_seconds=300.0,
            patience_seconds=600.0,
            value=value,
            head_start_seconds=head_start,
        )
        for name, share, value, head_start in (
            ("A", 0.1, 2.0, 120.0),
            ("B", 0.3, 1.0, 45.0),
            ("C", 0.6, 0.0, 0.0),
        )
    )
    world = World(
        classes=classes,
        pools=(Pool(name="all", count=20, queues={"queue": 0}),),
        calls=12_000,
        warm_up_calls=1_500,
        service_level_seconds=300.0,
    )
    found = compare(world, ["fifo", "priority", "head_start"], SEEDS)

    def mean(discipline: Discipline, name: str, figure: str) -> float:
        return float(np.mean([getattr(run.classes[name], figure) for run in found[discipline]]))

    longest = {name: mean(name, "C", "longest_wait_seconds") for name in ("priority", "head_start")}
    assert longest["priority"] > 1.5 * longest["head_start"]
    late = {name: 1.0 - mean(name, "C", "service_level") for name in ("priority", "head_start")}
    assert late["priority"] == pytest.approx(0.029, abs=0.01)
    assert late["head_start"] < 0.3 * late["priority"]
    assert mean("head_start", "A", "wait_seconds") < 0.5 * mean("fifo", "A", "wait_seconds")


def test_two_pools_of_which_one_serves_both_classes_are_the_exact_n_model() -> None:
    """A freed B takes class 1 first; class 1 tries A first, which has the fewer queues."""
    calls = CallerClass(
        name="1", calls_per_hour=4 * 3600, service_seconds=1.0, patience_seconds=2.0, queue="one"
    )
    world = World(
        classes=(calls, replace(calls, name="2", calls_per_hour=3 * 3600, queue="two")),
        pools=(
            Pool(name="A", count=4, queues={"one": 0, "two": 0}),
            Pool(name="B", count=5, queues={"one": 0, "two": 1, "spare": 2}, skills={"two": 60}),
        ),
        requires={"two": {"two": 50}},
        calls=16_000,
        warm_up_calls=1_500,
    )
    found = runs(world)
    for name, wait in (("1", 0.0371), ("2", 0.2021)):
        holds([run.classes[name].wait_seconds for run in found], wait)
    for name, busy in (("A", 0.7180), ("B", 0.7501)):
        holds([run.occupancy[name] for run in found], busy)


class Log:
    """Everybody who waited, as the overtaking check wants it, and in the order in which waits ended."""

    def __init__(self, world: World) -> None:
        self.terms: list[Terms] = [world.terms(one) for one in world.classes]
        self.queues = [one.queue for one in world.classes]
        self.waited: list[Waited] = []

    def queued(self, contact: str, kind: int, at: float, room: WaitingRoom) -> None:
        assert room[contact].arrived_at == at

    def served(self, contact: str, kind: int, arrived_at: float, at: float) -> None:
        self._ended(contact, kind, arrived_at, at, served=True)

    def gave_up(self, contact: str, kind: int, arrived_at: float, at: float) -> None:
        self._ended(contact, kind, arrived_at, at, served=False)

    def _ended(self, contact: str, kind: int, arrived_at: float, at: float, *, served: bool) -> None:
        self.waited.append(
            Waited(
                contact=contact,
                place=self.queues[kind],
                arrived_at=arrived_at,
                terms=self.terms[kind],
                left_at=at,
                served=served,
            )
        )


def busy_center(discipline: Discipline) -> World:
    classes = (
        CallerClass(
            name="A", calls_per_hour=60, service_seconds=100, value=9, head_start_seconds=120, slope=4.0
        ),
        CallerClass(
            name="B", calls_per_hour=60, service_seconds=100, value=5, head_start_seconds=45, slope=2.0
        ),
        CallerClass(name="C", calls_per_hour=60, service_seconds=100, value=1, service_variation=0.5),
    )
    patient = tuple(replace(one, patience_seconds=200.0, ceiling_seconds=150.0) for one in classes)
    pool = Pool(name="all", count=4, queues={"queue": 0})
    return World(classes=patient, pools=(pool,), discipline=discipline, calls=1500, warm_up_calls=0)


@pytest.mark.parametrize("discipline", ["fifo", "priority", "head_start", "accumulating"])
def test_no_run_overtakes_beyond_the_bounds(discipline: Discipline) -> None:
    world = busy_center(discipline)
    log = Log(world)
    Simulation(world, 3, log).run()
    assert len(log.waited) > 500
    assert out_of_bounds(log.waited) == []


def test_two_scores_swapped_break_the_bounds_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    honest, world = waiting_room.score, busy_center("accumulating")

    def swapped(virtual: float, slope: float, now: float) -> float:
        return honest(virtual, {4.0: 1.0, 1.0: 4.0}.get(slope, slope), now)

    monkeypatch.setattr(waiting_room, "score", swapped)
    log = Log(world)
    Simulation(world, 3, log).run()
    assert out_of_bounds(log.waited) != []


def test_a_seed_repeats_itself_and_brings_the_same_callers_under_every_discipline() -> None:
    world = center([3, 6], 10, measured=500)
    once, again = (compare(world, ["fifo", "priority"], [1, 2]) for _ in range(2))
    assert once == again
    assert once["fifo"][0] != once["fifo"][1]
    calls = [once[way][0].classes["1"].calls for way in ("fifo", "priority")]
    assert calls[0] == calls[1]


def test_what_is_not_measured_counts_nowhere() -> None:
    world = center([8], 10, measured=700)
    [run] = runs(world, [1])
    assert run.classes["1"].calls == 700
    assert 0.6 < run.occupancy["all"] < 1.0


class LiveDay:
    """The same day with the live engine. `waits`: of all who had to, until a phone rang for them or they hung up."""

    def __init__(self, world: World, seed: int) -> None:
        agents, self.world = agents_of(world), world
        self.acd = Driven(queues=queues_of(world), agents=agents)
        for agent in agents:
            self.acd.status(agent.key, AVAILABLE)
        self.calls = draw_calls(world, np.random.default_rng(seed), world.calls)
        self.ends: list[tuple[float, str, bool]] = []
        self.came: dict[str, float] = {}
        self.service: dict[str, float] = {}
        self.waits: dict[str, float] = {}

    def run(self) -> dict[str, float]:
        now = 0.0
        for number, gap in enumerate(self.calls.gap_seconds):
            self.until(now + gap)
            now += gap
            contact, one = str(number + 1), self.world.classes[self.calls.kind[number]]
            self.came[contact], self.service[contact] = now, self.calls.service_seconds[number]
            self.take(self.acd.queue(contact, at=now, queue=one.queue, value_class=one.name), now)
            heapq.heappush(self.ends, (now + self.calls.patience_seconds[number], contact, True))
        self.until(float("inf"))
        return self.waits

    def take(self, said: list[Any], at: float) -> None:
        for contact, _, _ in offered(said):
            if at > self.came[contact]:
                self.waits[contact] = at - self.came[contact]
            heapq.heappush(self.ends, (at + self.service.pop(contact), contact, False))

    def until(self, at: float) -> None:
        while self.ends and self.ends[0][0] <= at:
            now, contact, gives_up = heapq.heappop(self.ends)
            waits = contact in self.service
            if gives_up and waits:
                self.waits[contact] = now - self.came[contact]
                del self.service[contact]
            if gives_up == waits:
                self.take(self.acd.caller_hangs_up(contact, at=now), now)


def agents_of(world: World) -> tuple[Agent, ...]:
    return tuple(
        Agent(
            key=f"{pool.name}{number}",  # type: ignore[arg-type]
            queues=dict(pool.queues),  # type: ignore[arg-type]
            skills=dict(pool.skills),
        )
        for pool in world.pools
        for number in range(pool.count)
    )


def queues_of(world: World) -> tuple[Queue, ...]:
    return tuple(
        queue(
            name,
            requires=dict(world.requires.get(name, {})),
            head_start_seconds={it.name: it.head_start_seconds for it in world.classes if it.queue == name},
            slope={it.name: world.terms(it).slope for it in world.classes if it.queue == name},
            ceiling_seconds=next(it.ceiling_seconds for it in world.classes if it.queue == name),
        )
        for name in sorted({one.queue for one in world.classes})
    )


@pytest.mark.parametrize("discipline", ["head_start", "accumulating"])
def test_the_live_engine_makes_the_same_choices_on_the_same_day(discipline: Discipline) -> None:
    one = CallerClass(
        name="A",
        calls_per_hour=90,
        service_seconds=100,
        patience_seconds=90,
        head_start_seconds=40,
        slope=4.0,
        ceiling_seconds=70.0,
        queue="bills",
    )
    world = World(
        classes=(
            one,
            replace(one, name="C", head_start_seconds=0.0, slope=1.0),
            replace(one, name="gas", queue="gas", calls_per_hour=60),
        ),
        pools=(
            Pool(name="simple", count=3, queues={"bills": 0, "gas": 1}, skills={"gas": 30}),
            Pool(name="able", count=4, queues={"gas": 0, "bills": 1, "more": 2}, skills={"gas": 80}),
        ),
        requires={"gas": {"gas": 50}},
        discipline=discipline,
        calls=400,
        warm_up_calls=0,
    )
    log = Log(world)
    Simulation(world, 7, log).run()
    simulated = {one.contact: one.left_at - one.arrived_at for one in log.waited}
    assert len(simulated) > 100
    assert LiveDay(world, 7).run() == pytest.approx(simulated, abs=1e-6)
