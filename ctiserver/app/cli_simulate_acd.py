"""`ctiserver simulate acd`: what a routing discipline would do to each class of callers, with intervals, drawn."""

import dataclasses
import json
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from acd.simulate import compare
from acd.simulated_world import Discipline, Outcome, World
from ctiserver.app.simulated_center_file import read_plan
from ctiserver.core.interval import Interval, interval

_SHOWN: dict[str, tuple[str, float, int]] = {
    "wait_seconds": ("wait s", 1.0, 2),
    "served_wait_seconds": ("ASA s", 1.0, 2),
    "delayed": ("waited %", 100.0, 1),
    "abandoned": ("abandons %", 100.0, 2),
    "service_level": ("service level %", 100.0, 1),
    "longest_wait_seconds": ("longest s", 1.0, 0),
}
"""Figure of a class: its column, by what it is multiplied, its digits."""
_WIDE = 50
Found = Mapping[Discipline, Sequence[Outcome]]


def acd(chosen: Namespace) -> None:
    """Prints how the disciplines compare. Raises ConfigError with every mistake of the file."""
    plan = read_plan(chosen.file)
    found = compare(plan.world, plan.disciplines, plan.seeds)
    print(json.dumps(as_json(plan.world, found), indent=2) if chosen.json else as_text(plan.world, found))


def as_json(world: World, found: Found) -> dict[str, Any]:
    """The world, and of each discipline every figure's mean and half-width by class, and occupancy by pool."""
    described = dataclasses.asdict(world)
    del described["discipline"]
    return {
        "world": described,
        "disciplines": {
            discipline: {
                "classes": {
                    one.name: {name: dataclasses.asdict(_of_class(runs, one.name, name)) for name in _SHOWN}
                    for one in world.classes
                },
                "occupancy": {
                    pool.name: dataclasses.asdict(_occupancy(runs, pool.name)) for pool in world.pools
                },
                "seeds": [dataclasses.asdict(run) for run in runs],
            }
            for discipline, runs in found.items()
        },
    }


def as_text(world: World, found: Found) -> str:
    """A table per discipline, and the waits of all drawn to one scale."""
    seeds = max(len(runs) for runs in found.values())
    agents = sum(pool.count for pool in world.pools)
    lines = [
        f"{agents} agents, {world.calls} calls measured after {world.warm_up_calls}, {seeds} seeds, 95 % intervals;"
        f" service level: answered or gone within {world.service_level_seconds:g} s, of all calls"
    ]
    names = [one.name for one in world.classes] + [pool.name for pool in world.pools]
    wide = max(12, 2 + max(map(len, names)))
    for discipline, runs in found.items():
        heads = "".join(f"{column:>18}" for column, _, _ in _SHOWN.values())
        lines += ["", f"{discipline}", f"{'class':<{wide}}{heads}"]
        for one in world.classes:
            cells = "".join(
                f"{_cell(_of_class(runs, one.name, name), *_SHOWN[name][1:]):>18}" for name in _SHOWN
            )
            lines.append(f"{one.name:<{wide}}{cells}")
        for pool in world.pools:
            busy = _cell(_occupancy(runs, pool.name), 100.0, 1)
            lines.append(f"{pool.name:<{wide}}{pool.count} agents, occupancy {busy} %")
    return "\n".join([*lines, "", *_drawn(world, found, wide)])


def _of_class(runs: Sequence[Outcome], one: str, name: str) -> Interval:
    return interval([float(getattr(run.classes[one], name)) for run in runs])


def _occupancy(runs: Sequence[Outcome], pool: str) -> Interval:
    return interval([run.occupancy[pool] for run in runs])


def _cell(found: Interval, times: float, digits: int) -> str:
    mean = f"{times * found.mean:.{digits}f}"
    return mean if found.half_width is None else f"{mean} ± {times * found.half_width:.{digits}f}"


def _drawn(world: World, found: Found, wide: int) -> list[str]:
    """A bar to the mean wait of each class by discipline; `~` spans the interval."""
    waits = {
        (discipline, one.name): _of_class(runs, one.name, "wait_seconds")
        for discipline, runs in found.items()
        for one in world.classes
    }
    most = max(it.mean + (it.half_width or 0.0) for it in waits.values()) or 1.0
    lines = [f"mean wait of all calls; the full width is {most:.2f} s, ~ the 95 % interval"]
    for (discipline, name), it in waits.items():
        half = it.half_width or 0.0
        columns = _columns(most)
        least, middle, end = (columns(it.mean + by) for by in (-half, 0.0, half))
        bar = "#" * least + "~" * (end - least)
        bar = bar if half else "#" * middle
        lines.append(f"{discipline:<13}{name:<{wide}}|{bar}".rstrip())
    return lines


def _columns(most: float) -> Callable[[float], int]:
    return lambda seconds: round(_WIDE * max(0.0, seconds) / most)
