"""The file of `ctiserver simulate acd`: a contact center in TOML, read with every mistake told at once."""

import dataclasses
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from acd.simulated_world import CallerClass, Discipline, Pool, World
from ctiserver.core.errors import ConfigError, Mistake

DISCIPLINES: tuple[Discipline, ...] = ("fifo", "priority", "head_start", "accumulating")
_MOST_CALLS, _MOST_AGENTS, _MOST_CLASSES = 10_000_000, 10_000, 50
_Says = Callable[[str, str], None]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to simulate: a center, by which disciplines, with which seeds."""

    world: World
    disciplines: tuple[Discipline, ...]
    seeds: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Number:
    least: float
    most: float
    whole: bool = False

    def wrong(self, value: object) -> str | None:
        kinds = int if self.whole else int | float
        if not isinstance(value, bool) and isinstance(value, kinds) and self.least <= value <= self.most:
            return None
        return f"write a {'whole ' * self.whole}number from {self.least:g} to {self.most:g}"


_RUN: dict[str, _Number] = {
    "calls": _Number(100, _MOST_CALLS, whole=True),
    "warm_up_calls": _Number(0, _MOST_CALLS, whole=True),
    "service_level_seconds": _Number(0, 86400),
    "seed": _Number(0, 2**32, whole=True),
    "seeds": _Number(1, 100, whole=True),
}
_CLASS: dict[str, _Number] = {
    "calls_per_hour": _Number(0.001, 1e7),
    "service_seconds": _Number(0.001, 86400),
    "service_variation": _Number(0.01, 5),
    "patience_seconds": _Number(0.001, 1e6),
    "value": _Number(-1e12, 1e12),
    "head_start_seconds": _Number(0, 86400),
    "slope": _Number(0.01, 100),
    "ceiling_seconds": _Number(0, 86400),
}
_NEEDED = ("calls_per_hour", "service_seconds")
_LEVEL = _Number(0, 100, whole=True)


def read_plan(file: Path) -> Plan:
    """The file's center; what it leaves out is as in `World` and `CallerClass`. Raises ConfigError."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            [Mistake(str(file), f"cannot be read ({error.strerror}); name an existing file")]
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([Mistake(str(file), f"is not valid TOML: {error}")]) from None
    mistakes: list[Mistake] = []
    plan = _plan(content, lambda key, words: mistakes.append(Mistake(f"{file}: {key}", words)))
    if mistakes or plan is None:
        raise ConfigError(mistakes)
    return plan


def _plan(content: dict[str, Any], wrong: _Says) -> Plan | None:
    """None: something was wrong, and said."""
    said = []

    def say(key: str, words: str) -> None:
        said.append(key)
        wrong(key, words)

    known = [*_RUN, "discipline", "queues", "classes", "agents"]
    _numbers(content, _RUN, "", known, say)
    disciplines = content.get("discipline", "head_start")
    disciplines = disciplines if isinstance(disciplines, list) else [disciplines]
    if not disciplines or any(one not in DISCIPLINES for one in disciplines):
        say("discipline", f"name one or a list of {', '.join(DISCIPLINES)}")
    requires = _requires(content.get("queues", {}), say)
    classes = _tables(content, "classes", _MOST_CLASSES, say)
    for place, one in enumerate(classes):
        _check_class(one, f"classes[{place}]", say)
    queues = sorted({str(one.get("queue", "queue")) for one in classes})
    pools = _tables(content, "agents", _MOST_CLASSES, say)
    for place, one in enumerate(pools):
        _check_pool(one, queues, f"agents[{place}]", say)
    _check_names(classes, "classes", say)
    _check_names(pools, "agents", say)
    for queue in sorted(requires.keys() - set(queues)):
        say(f"queues.{queue}", "no class waits in this queue; name it in a class's `queue`")
    if said:
        return None
    world = World(
        classes=tuple(CallerClass(**one) for one in classes),
        pools=tuple(_pool(one, queues) for one in pools),
        requires=requires,
        discipline=disciplines[0],
        **{
            key: content[key] for key in ("calls", "warm_up_calls", "service_level_seconds") if key in content
        },
    )
    _check_served(world, say)
    first = content.get("seed", 1)
    seeds = tuple(range(first, first + content.get("seeds", 5)))
    return None if said else Plan(world=world, disciplines=tuple(disciplines), seeds=seeds)


def _numbers(
    content: Mapping[str, Any], numbers: Mapping[str, _Number], prefix: str, known: list[str], say: _Says
) -> None:
    for key, value in content.items():
        if key not in known:
            say(f"{prefix}{key}", f"is not known; there are: {', '.join(known)}")
        elif key in numbers and (words := numbers[key].wrong(value)):
            say(f"{prefix}{key}", words)


def _tables(content: Mapping[str, Any], key: str, most: int, say: _Says) -> list[dict[str, Any]]:
    found = content.get(key, [])
    if isinstance(found, list) and 1 <= len(found) <= most and all(isinstance(one, dict) for one in found):
        return found
    say(key, f"write 1 to {most} tables [[{key}]]")
    return []


def _requires(content: Any, say: _Says) -> dict[str, dict[str, int]]:
    if not isinstance(content, dict):
        say("queues", "write tables [queues.NAME]")
        return {}
    found = {}
    for queue, table in content.items():
        skills = (
            table.get("requires", {}) if isinstance(table, dict) and table.keys() <= {"requires"} else None
        )
        if skills is None or not _are_levels(skills):
            say(f"queues.{queue}", "write only: requires = { skill = level }, levels from 0 to 100")
        else:
            found[queue] = skills
    return found


def _are_levels(value: Any) -> bool:
    return isinstance(value, dict) and all(_LEVEL.wrong(level) is None for level in value.values())


def _check_class(one: Mapping[str, Any], path: str, say: _Says) -> None:
    _numbers(one, _CLASS, f"{path}.", ["name", "queue", *_CLASS], say)
    for key in _NEEDED:
        if key not in one:
            say(f"{path}.{key}", "is missing")
    if not isinstance(one.get("queue", "queue"), str):
        say(f"{path}.queue", "write a name")


def _check_pool(one: Mapping[str, Any], queues: list[str], path: str, say: _Says) -> None:
    _numbers(one, {}, f"{path}.", ["name", "count", "queues", "skills"], say)
    if words := _Number(1, _MOST_AGENTS, whole=True).wrong(one.get("count")):
        say(f"{path}.count", words)
    served = one.get("queues", [])
    if not isinstance(served, list) or any(queue not in queues for queue in served):
        say(f"{path}.queues", f"list some of {', '.join(queues)}, the preferred first")
    if not _are_levels(one.get("skills", {})):
        say(f"{path}.skills", "write { skill = level }, levels from 0 to 100")


def _check_names(tables: list[dict[str, Any]], key: str, say: _Says) -> None:
    names = [one.get("name") for one in tables]
    for place, name in enumerate(names):
        if not isinstance(name, str) or not name or names.index(name) != place:
            say(f"{key}[{place}].name", "write a name of its own")


def _pool(one: Mapping[str, Any], queues: list[str]) -> Pool:
    """Queues in a list are preferred in its order; without a list all alike."""
    listed = one.get("queues")
    preferences = {queue: place for place, queue in enumerate(listed)} if listed else dict.fromkeys(queues, 0)
    return Pool(name=one["name"], count=one["count"], queues=preferences, skills=one.get("skills", {}))


def _check_served(world: World, say: _Says) -> None:
    """A class that nobody serves, or a load without patience that grows for ever, would never end well."""
    served = {queue for pool in world.pools for queue in world.served_by(pool)}
    for place, one in enumerate(world.classes):
        if one.queue not in served:
            say(f"classes[{place}].queue", f"no agent serves {one.queue} with the skills that it requires")
    patient = [one for one in world.classes if one.patience_seconds is None]
    load = sum(one.calls_per_hour * one.service_seconds / 3600 for one in patient)
    agents = sum(pool.count for pool in world.pools)
    if load >= agents:
        words = f"those without patience bring {load:.1f} Erlangs to {agents} agents: the line would grow for ever"
        say("classes", words)
