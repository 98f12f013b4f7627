"""Routing in simulation: reference rows beside ours in long runs, told waits, a million calls, and a decision's time.

No servers. The decision is that of the engine of profiles (`acd.waiting_room`): 100 000 waiting in 50 skill sets and 8
slopes, 2 000 agents who each serve some of them; a caller comes for each who is served, so that the room stays full.
Beside it stands a bare heap of as many, from which the least is taken and into which another is put.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from acd.simulate import Simulation, compare
from acd.simulated_estimates import Teller
from acd.simulated_world import CallerClass, Discipline, Outcome, Pool, World
from acd.staffing import Demand, expected
from bench import machine
from bench.report import RESULTS
from bench.routing_decisions import (
    AGENTS,
    SKILL_SETS,
    SLOPES,
    WAITING,
    bytes_per_contact,
    heap_microseconds,
    live_microseconds,
    room_microseconds,
)
from ctiserver.core.interval import interval

_SEEDS = range(6)
_CALLS = 250_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure of a published row, and what the simulation says of it."""

    name: str
    known: float
    of: Callable[[Outcome], float]


def main(_arguments: Sequence[str] = ()) -> None:
    """Measure, print, and write the results."""
    lines = ["# Routing in simulation", "", machine.yardstick(), ""]
    figures: dict[str, Any] = {}
    for part in (_million, _rows, _told, _decisions):
        text, found = part()
        print("\n".join(text), flush=True)
        lines += text
        figures |= found
    (RESULTS / "routing.md").write_text("\n".join(lines))
    (RESULTS / "routing.json").write_text(json.dumps(figures, indent=1) + "\n")


def _center(
    calls: Sequence[float],
    agents: int,
    discipline: Discipline = "fifo",
    slopes: Sequence[float] = (1.0, 1.0, 1.0),
    head_start: float = 0.0,
    patience: float | None = None,
) -> World:
    """Time in mean services; the first class is the most valuable and has the head start."""
    classes = tuple(
        CallerClass(
            name=str(number + 1),
            calls_per_hour=3600 * rate,
            service_seconds=1.0,
            patience_seconds=patience,
            value=-float(number),
            slope=slopes[number],
            head_start_seconds=0.0 if number else head_start,
        )
        for number, rate in enumerate(calls)
    )
    pool = Pool(name="all", count=agents, queues={"queue": 0})
    return World(classes=classes, pools=(pool,), discipline=discipline, calls=_CALLS, warm_up_calls=5_000)


def _n_model() -> World:
    one = CallerClass(
        name="1", calls_per_hour=4 * 3600, service_seconds=1.0, patience_seconds=2.0, queue="one"
    )
    return World(
        classes=(one, replace(one, name="2", calls_per_hour=3 * 3600, queue="two")),
        pools=(
            Pool(name="A", count=4, queues={"one": 0}),
            Pool(name="B", count=5, queues={"one": 0, "two": 1}),
        ),
        calls=_CALLS,
        warm_up_calls=5_000,
    )


def _wait(name: str, known: float) -> Row:
    return Row(name=f"wait {name}", known=known, of=lambda run: run.classes[name].wait_seconds)


def _waits(*known: float) -> list[Row]:
    return [_wait(str(number + 1), wait) for number, wait in enumerate(known)]


def _abandons(known: float) -> Row:
    return Row(name="abandons", known=known, of=lambda run: run.classes["1"].abandoned)


def _busy(name: str, known: float) -> Row:
    return Row(name=f"occupancy {name}", known=known, of=lambda run: run.occupancy[name])


def _known() -> list[tuple[str, World, list[Row]]]:
    """The published waits, abandons and occupancies; shares of services within a time are not run."""
    return [
        ("Erlang C 0.8, 1 agent", _center([0.8], 1), _waits(4.0)),
        ("Erlang C 8, 10 agents", _center([8], 10), _waits(0.2046)),
        ("Erlang C 48, 50 agents", _center([48], 50), _waits(0.3472)),
        ("Erlang A 48, 50 agents", _center([48], 50, patience=2.0), [*_waits(0.0618), _abandons(0.0309)]),
        ("Erlang A 8, 10 agents", _center([8], 10, patience=2.0), [*_waits(0.0776), _abandons(0.0388)]),
        ("Erlang A 9, 10 agents", _center([9], 10, patience=2.0), [*_waits(0.1340), _abandons(0.0670)]),
        ("Cobham .3, .5", _center([0.3, 0.5], 1, "priority"), _waits(1.1429, 5.7143)),
        ("Cobham 2, 3, 3", _center([2, 3, 3], 10, "priority"), _waits(0.0511, 0.1023, 0.4092)),
        ("Cobham 3, 6", _center([3, 6], 10, "priority"), _waits(0.0955, 0.9553)),
        ("slopes 2:1", _center([0.3, 0.5], 1, "accumulating", (2.0, 1.0)), _waits(2.8235, 4.7059)),
        ("slopes 4:1", _center([0.3, 0.5], 1, "accumulating", (4.0, 1.0)), _waits(2.0645, 5.1613)),
        (
            "slopes 4:2:1",
            _center([2, 3, 3], 10, "accumulating", (4.0, 2.0, 1.0)),
            _waits(0.1120, 0.1786, 0.2923),
        ),
        ("slopes 3:1", _center([3, 6], 10, "accumulating", (3.0, 1.0)), _waits(0.3344, 0.8359)),
        ("head start .25", _center([3, 6], 10, "head_start", head_start=0.25), _waits(0.5783, 0.7142)),
        ("head start 1", _center([3, 6], 10, "head_start", head_start=1.0), _waits(0.3872, 0.8097)),
        ("N-model", _n_model(), [*_waits(0.0371, 0.2021), _busy("A", 0.7180), _busy("B", 0.7501)]),
    ]


def _rows() -> tuple[list[str], dict[str, Any]]:
    lines = [
        "",
        f"## Known rows, {len(_SEEDS)} seeds of {_CALLS} calls",
        "",
        "Time in mean services; the same seeds for all rows, whose errors are hence alike. Of 95 % intervals one in"
        " twenty misses.",
        "",
        "| row | figure | known | simulated | within |",
        "|---|---|---|---|---|",
    ]
    found = []
    for name, world, rows in _known():
        runs = compare(world, [world.discipline], _SEEDS)[world.discipline]
        for row in rows:
            told = interval([row.of(run) for run in runs])
            half = told.half_width or 0.0
            within = abs(told.mean - row.known) <= half
            ours = f"{told.mean:.4f} ± {half:.4f} | {'yes' if within else 'no'}"
            lines.append(f"| {name} | {row.name} | {row.known:.4f} | {ours} |")
            found.append([name, row.name, row.known, told.mean, half])
    return [*lines, ""], {"rows": found}


def _day(load: float) -> World:
    calls = load * 20 * 3600 / 300
    classes = tuple(
        CallerClass(
            name=name,
            calls_per_hour=share * calls,
            service_seconds=300,
            patience_seconds=600,
            value=value,
            head_start_seconds=head_start,
            slope=slope,
        )
        for name, share, value, head_start, slope in (
            ("A", 0.1, 9.0, 120.0, 4.0),
            ("B", 0.3, 5.0, 45.0, 2.0),
            ("C", 0.6, 1.0, 0.0, 1.0),
        )
    )
    pool = Pool(name="all", count=20, queues={"queue": 0})
    return World(classes=classes, pools=(pool,), calls=20_000, warm_up_calls=0)


def _told() -> tuple[list[str], dict[str, Any]]:
    lines = [
        "",
        "## Told waits",
        "",
        "20 agents, 300 s, patience 600 s. Bias and mean absolute error of the told mean in seconds, the errors of"
        " telling the wait so far of the first in the class's line and that of the last who was served, and the share"
        " who were served within the upper end.",
        "",
        "| discipline | load | class | mean wait | bias | error | head of line | last | kept |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    found = []
    disciplines: tuple[Discipline, ...] = ("fifo", "head_start", "accumulating")
    for discipline in disciplines:
        for load in (0.8, 0.95, 1.05):
            world = replace(_day(load), discipline=discipline)
            teller = Teller(world, unmeasured=1000)
            Simulation(world, 1, teller).run()
            for name, one in teller.accuracy().items():
                lines.append(
                    f"| {discipline} | {load} | {name} | {one.mean_wait:.1f} | {one.bias:+.1f} | {one.error:.1f}"
                    f" | {one.head_of_line_error:.1f} | {one.last_delay_error:.1f} | {100 * one.kept:.1f} % |"
                )
                found.append([discipline, load, name, one.mean_wait, one.bias, one.error, one.kept])
    return [*lines, ""], {"told": found}


def _million() -> tuple[list[str], dict[str, Any]]:
    world = replace(_center([2, 3, 3], 10, "accumulating", (4.0, 2.0, 1.0)), calls=1_000_000, warm_up_calls=0)
    began, processor = time.perf_counter(), time.process_time()
    Simulation(world, 1).run()
    seconds, processor = time.perf_counter() - began, time.process_time() - processor
    erlang = expected(Demand(calls_per_second=8.0, handle_seconds=1.0), 10)
    words = (
        f"1 000 000 calls (10 agents, {100 * erlang.delayed:.0f} % have to wait, slopes 4:2:1):"
        f" {seconds:.1f} s, of which {processor:.1f} s on a processor. Target: 60 s."
    )
    return ["## A million calls", "", words, ""], {
        "million_seconds": seconds,
        "million_cpu_seconds": processor,
    }


def _decisions() -> tuple[list[str], dict[str, Any]]:
    ours, live, heap = map(sorted, (room_microseconds(), live_microseconds(), heap_microseconds()))
    lines = [
        "## A decision",
        "",
        f"{WAITING} waiting, {AGENTS} agents, {SLOPES} slopes, {SKILL_SETS} skill sets; microseconds of processor"
        " time for a free agent's choice and the leaving of whom he takes. Target: p99 of 100 on an idle core.",
        "",
        "| | p50 | p99 |",
        "|---|---|---|",
    ]
    found = {}
    for name, taken in (("the waiting room", ours), ("the live engine", live), ("a bare heap", heap)):
        p50, p99 = taken[len(taken) // 2], taken[int(0.99 * len(taken))]
        lines.append(f"| {name} | {p50:.1f} | {p99:.1f} |")
        found[name] = [p50, p99]
    taken_bytes = bytes_per_contact()
    lines += [
        "",
        f"Memory of one who waits: {taken_bytes:.0f} bytes in the room, of one place and without a ceiling.",
    ]
    return [*lines, ""], {"decision_microseconds": found, "bytes_per_contact": taken_bytes}
