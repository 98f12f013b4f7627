"""A world for the dialer: how many agents, who answers and when, how long they talk; and what a run in it came to.

It is the world of the published reference figures, each value to be changed: answers after a gamma-distributed delay,
failures that ring to the end or are known in the first seconds, talk lognormal, a fixed wrap-up. Utilisation is the
share of the agents' time in talk and wrap-up.
"""

import math
from dataclasses import dataclass

import numpy as np

from dialer.pacing_state import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is simulated. Delays in seconds; `warm_up_hours` are not measured.

    `leaving_per_hour`: how often an agent goes away for `away_seconds`.
    """

    agents: int = 50
    answer_probability: float = 0.30
    answer_delay_seconds: float = 12.0
    answer_delay_shape: float = 5.0
    ring_seconds: float = 25.0
    early_failures: float = 0.25
    talk_seconds: float = 150.0
    talk_variation: float = 0.9
    wrap_up_seconds: float = 15.0
    tolerance_seconds: float = 2.0
    alpha: float = 0.03
    mode: Mode = "predictive"
    tick_seconds: float = 0.5
    hours: float = 4.0
    warm_up_hours: float = 0.5
    history_answers: int = 10_000
    leaving_per_hour: float = 0.0
    away_seconds: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run. Shares are of the agents' time or of the live answers."""

    utilisation: float
    talk_minutes_per_hour: float
    abandon_rate: float
    dials: int
    answers: int
    abandons: int
    abandons_by_leaving: int
    guarded: int


def ring(world: World, rng: np.random.Generator) -> tuple[bool, float]:
    """Whether a dial is answered, and when its ringing ends."""
    if rng.random() < world.answer_probability:
        scale = world.answer_delay_seconds / world.answer_delay_shape
        seconds = float(rng.gamma(world.answer_delay_shape, scale))
        return True, min(seconds, world.ring_seconds + 10.0)
    if rng.random() < world.early_failures:
        return False, float(rng.uniform(1.0, 4.0))
    return False, world.ring_seconds


def talks(world: World, rng: np.random.Generator, count: int) -> list[float]:
    """How long so many calls talk, in seconds."""
    spread = math.log(1.0 + world.talk_variation**2)
    middle = math.log(world.talk_seconds) - spread / 2
    told: list[float] = rng.lognormal(middle, math.sqrt(spread), count).tolist()
    return told
