"""A contact center for simulations: who calls how often, who serves, by which discipline; and what a run came to.

Calls come at random at a constant rate (Poisson). Services are exponential, or lognormal where a variation is given;
patience is exponential. One seed gives the same callers whatever the discipline, so that disciplines are compared on
the same day.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from acd.accumulating import Terms
from ctiserver.core.ids import AgentKey, QueueKey
from ctiserver.core.serving import serves
from ctiserver.core.tables import Agent, Queue

Discipline = Literal["fifo", "priority", "head_start", "accumulating"]
NEVER_MADE_UP_SECONDS = 1e8
"""A head start per rank that no wait makes up: static priority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerClass:
    """Callers alike. `value` orders the classes; `patience_seconds` None: they wait without end.

    `service_variation`: coefficient of variation of a lognormal service; None: exponential.
    """

    name: str
    calls_per_hour: float
    service_seconds: float
    service_variation: float | None = None
    patience_seconds: float | None = None
    value: float = 0.0
    queue: str = "queue"
    head_start_seconds: float = 0.0
    slope: float = 1.0
    ceiling_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Agents alike. `queues`: preference by queue, lower first."""

    name: str
    count: int
    queues: Mapping[str, int]
    skills: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is simulated. `requires`: least skill levels by queue; the first `warm_up_calls` are not measured."""

    classes: tuple[CallerClass, ...]
    pools: tuple[Pool, ...]
    requires: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    discipline: Discipline = "head_start"
    calls: int = 100_000
    warm_up_calls: int = 5_000
    service_level_seconds: float = 20.0

    def terms(self, one: CallerClass) -> Terms:
        """On what terms a class waits under the discipline; ceilings are part of the last two."""
        match self.discipline:
            case "fifo":
                return Terms()
            case "priority":
                rank = sum(other.value < one.value for other in self.classes)
                return Terms(head_start_seconds=NEVER_MADE_UP_SECONDS * rank)
            case "head_start":
                return Terms(head_start_seconds=one.head_start_seconds, ceiling_seconds=one.ceiling_seconds)
            case "accumulating":
                return Terms(
                    head_start_seconds=one.head_start_seconds,
                    slope=one.slope,
                    ceiling_seconds=one.ceiling_seconds,
                )

    def served_by(self, pool: Pool) -> dict[Hashable, int]:
        """The queues that its agents may serve, each with the preference: by the live ACD's own rule."""
        agent = Agent(
            key=AgentKey(pool.name),
            skills=dict(pool.skills),
            queues={QueueKey(queue): preference for queue, preference in pool.queues.items()},
        )
        return {
            queue: preference
            for queue, preference in pool.queues.items()
            if serves(agent, Queue(key=QueueKey(queue), requires=dict(self.requires.get(queue, {})))) is None
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOutcome:
    """One class in one run; shares are of its calls, waits in seconds. `service_level` counts short abandons as kept.

    `wait_seconds`: the mean of all; `served_wait_seconds`: of those who were answered.
    """

    calls: int
    wait_seconds: float
    served_wait_seconds: float
    longest_wait_seconds: float
    delayed: float
    abandoned: float
    service_level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run: figures by class, and by pool the share of time in which its agents were busy."""

    classes: Mapping[str, ClassOutcome]
    occupancy: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Some calls in the order in which they come; `kind` is the place of the class in the world."""

    gap_seconds: list[float]
    kind: list[int]
    service_seconds: list[float]
    patience_seconds: list[float]


def draw_calls(world: World, rng: np.random.Generator, count: int) -> Calls:
    """The next calls."""
    classes = world.classes
    rates = np.array([one.calls_per_hour for one in classes]) / 3600.0
    kind = np.searchsorted(np.cumsum(rates)[:-1] / rates.sum(), rng.random(count), side="right")
    mean = np.array([one.service_seconds for one in classes])[kind]
    spread = np.array(
        [-1.0 if one.service_variation is None else np.log1p(one.service_variation**2) for one in classes]
    )[kind]
    exponential, normal = rng.standard_exponential(count), rng.standard_normal(count)
    lognormal = np.exp(np.sqrt(np.maximum(spread, 0.0)) * normal - spread / 2)
    patience = np.array([one.patience_seconds or np.inf for one in classes])[kind]
    return Calls(
        gap_seconds=(rng.standard_exponential(count) / rates.sum()).tolist(),
        kind=kind.tolist(),
        service_seconds=(mean * np.where(spread < 0, exponential, lognormal)).tolist(),
        patience_seconds=(patience * rng.standard_exponential(count)).tolist(),
    )
