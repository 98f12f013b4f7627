"""Simulations from the command line: what the dialer's modes would do in a world that a file describes."""

import dataclasses
import json
import tomllib
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ctiserver.core.errors import ConfigError, Mistake
from ctiserver.core.interval import Interval, interval
from dialer.pacing_state import Mode
from dialer.simulate import compare
from dialer.simulated_world import Outcome, World

MODES: tuple[Mode, ...] = ("progressive", "predictive")
_BOUNDS: dict[str, tuple[float, float]] = {
    "agents": (1, 2000),
    "answer_probability": (0.01, 1.0),
    "answer_delay_seconds": (0.1, 60.0),
    "answer_delay_shape": (0.1, 1000.0),
    "ring_seconds": (5.0, 120.0),
    "early_failures": (0.0, 1.0),
    "talk_seconds": (1.0, 3600.0),
    "talk_variation": (0.01, 5.0),
    "wrap_up_seconds": (0.0, 100.0),
    "tolerance_seconds": (0.0, 10.0),
    "alpha": (0.0, 0.2),
    "tick_seconds": (0.1, 10.0),
    "hours": (0.1, 1000.0),
    "warm_up_hours": (0.0, 100.0),
    "history_answers": (0, 1_000_000),
    "leaving_per_hour": (0.0, 10_000.0),
    "away_seconds": (1.0, 86400.0),
}
_SHOWN: dict[str, tuple[str, float, int]] = {
    "utilisation": ("utilisation %", 100.0, 1),
    "talk_minutes_per_hour": ("talk min/h", 1.0, 1),
    "abandon_rate": ("abandons %", 100.0, 2),
}
"""Figure: its column, by what it is multiplied, its digits."""


def dialer(chosen: Namespace) -> None:
    """Prints how the modes compare. Raises ConfigError with every mistake of the file."""
    world, modes, seeds = read_world(chosen.file)
    found = compare(world, modes, seeds)
    print(json.dumps(as_json(world, found), indent=2) if chosen.json else as_text(world, found))


def read_world(file: Path) -> tuple[World, tuple[Mode, ...], int]:
    """The world, the modes and the number of seeds of a file; what it does not say is as in `World`."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            [Mistake(str(file), f"cannot be read ({error.strerror}); name an existing file")]
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([Mistake(str(file), f"is not valid TOML: {error}")]) from None
    if mistakes := [Mistake(f"{file}: {key}", words) for key, words in _mistakes(content)]:
        raise ConfigError(mistakes)
    modes = tuple(content.pop("modes", MODES))
    seeds = content.pop("seeds", 5)
    return World(**content), modes, seeds


def _mistakes(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    kinds = {one.name: one.type for one in dataclasses.fields(World)}
    for key, value in content.items():
        if key == "modes":
            if not isinstance(value, list) or not value or not set(value) <= set(MODES):
                found.append((key, f"name some of {', '.join(MODES)}"))
        elif key == "seeds":
            if not _is_number(value, whole=True) or not 1 <= value <= 1000:
                found.append((key, "write a whole number from 1 to 1000"))
        elif key not in _BOUNDS:
            found.append((key, f"is not known; there are: {', '.join([*_BOUNDS, 'modes', 'seeds'])}"))
        else:
            least, most = _BOUNDS[key]
            whole = kinds[key] is int
            if not _is_number(value, whole=whole) or not least <= value <= most:
                kind = "whole number" if whole else "number"
                found.append((key, f"write a {kind} from {least:g} to {most:g}"))
    return found


def _is_number(value: object, *, whole: bool) -> bool:
    return not isinstance(value, bool) and isinstance(value, int if whole else int | float)


def as_json(world: World, found: Mapping[Mode, Sequence[Outcome]]) -> dict[str, Any]:
    """The world, and of each mode every figure's mean and half-width, and what each seed gave."""
    return {
        "world": {key: value for key, value in dataclasses.asdict(world).items() if key != "mode"},
        "modes": {
            mode: {
                "figures": {name: dataclasses.asdict(_of(outcomes, name)) for name in _SHOWN},
                "seeds": [dataclasses.asdict(outcome) for outcome in outcomes],
            }
            for mode, outcomes in found.items()
        },
    }


def as_text(world: World, found: Mapping[Mode, Sequence[Outcome]]) -> str:
    """A table with intervals, and utilisation drawn against abandons."""
    seeds = max(len(outcomes) for outcomes in found.values())
    heads = "".join(f"{column:>20}" for column, _, _ in _SHOWN.values())
    lines = [
        f"{world.agents} agents, {100 * world.answer_probability:g} % answer, at most {100 * world.alpha:g} % abandons;"
        f" {world.hours:g} h, {seeds} seeds, 95 % intervals",
        f"{'mode':<14}{heads}{'guard':>10}",
    ]
    for mode, outcomes in found.items():
        cells = "".join(f"{_cell(_of(outcomes, name), *_SHOWN[name][1:]):>20}" for name in _SHOWN)
        lines.append(f"{mode:<14}{cells}{sum(one.guarded for one in outcomes):>10}")
    return "\n".join([*lines, "", *_drawn(found)])


def _of(outcomes: Sequence[Outcome], name: str) -> Interval:
    return interval([float(getattr(outcome, name)) for outcome in outcomes])


def _cell(found: Interval, times: float, digits: int) -> str:
    mean = f"{times * found.mean:.{digits}f}"
    return mean if found.half_width is None else f"{mean} ± {times * found.half_width:.{digits}f}"


def _drawn(found: Mapping[Mode, Sequence[Outcome]]) -> list[str]:
    """Each seed a letter, its mode's first: utilisation upwards, abandons to the right."""
    wide, high = 61, 11
    every = [(mode[:4], one) for mode, outcomes in found.items() for one in outcomes]
    most = max(0.01, *(one.abandon_rate for _, one in every)) if len(every) > 1 else 0.05
    rows = [[" "] * wide for _ in range(high)]
    for mark, one in every:
        across = round((wide - 1) * min(1.0, one.abandon_rate / most))
        up = round((high - 1) * min(1.0, max(0.0, (one.utilisation - 0.5) / 0.5)))
        rows[high - 1 - up][across] = mark[2]
    names = ", ".join(f"{mode[2]} {mode}" for mode in found)
    drawn = [f"{100 - 5 * place:>4} %|{''.join(row)}".rstrip() for place, row in enumerate(rows)]
    return [f"utilisation against abandons ({names})", *drawn, f"{'0':>7}{f'{100 * most:.1f} %':>{wide - 1}}"]
