"""The dialer's pacing: its modes beside a documented adaptive rule, and how long a decision takes at 1 000 agents.

The rule is that of an open-source dialer as its manual describes it, written anew: lines are the level times the agents
who are ready (those in a call are left out), the level grows every 15 s while the share of drops is below the limit, up
to a maximum of 3, and falls back to 1 above it. What is said here is said against that documented rule, not against any
installation in the field.
"""

import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from bench.report import RESULTS
from ctiserver.core.interval import interval
from dialer.pacing_state import Decision, Scene
from dialer.simulate import Simulation, new_pacer
from dialer.simulated_world import Outcome, World

_SEEDS = 3
_HOURS = {10: 12.0, 50: 4.0, 200: 1.5}
_REFERENCE = {10: (0.740, 0.741, 0.861), 50: (0.741, 0.750, 0.943), 200: (0.742, 0.754, 0.982)}
"""Published figures of the same world: progressive, the adaptive rule, marginal risk."""
_EVERY_SECONDS = 15.0


@dataclass(slots=True)
class AdaptiveRule:
    """Lines by a level that adapts to the share of drops."""

    limit: float = 0.03
    highest: float = 3.0
    level: float = 1.0
    answers: int = 0
    drops: int = 0
    adapted_at: float = 0.0

    def connected(self, at: float) -> None:
        self.answers += 1

    def abandoned(self, at: float) -> None:
        self.answers += 1
        self.drops += 1

    def decide(self, scene: Scene, now: float) -> Decision:
        """Lines up to the level times the ready agents."""
        if now - self.adapted_at >= _EVERY_SECONDS:
            self.adapted_at = now
            over = self.answers > 0 and self.drops / self.answers > self.limit
            self.level = 1.0 if over else min(self.highest, self.level + 0.05)
        lines = round(self.level * scene.idle)
        return Decision(dials=max(0, lines - len(scene.ring_ages) - scene.waiting))


def main(_arguments: Sequence[str] = ()) -> None:
    """Measure, print, and write the results."""
    rows = {agents: _compared(World(agents=agents, hours=hours)) for agents, hours in _HOURS.items()}
    milliseconds = decision_milliseconds(1000)
    text = _table(rows, milliseconds)
    print(text)
    (RESULTS / "pacing.md").write_text(text)
    found = {
        str(agents): {name: [asdict(one) for one in runs] for name, runs in ways.items()}
        for agents, ways in rows.items()
    }
    (RESULTS / "pacing.json").write_text(
        json.dumps({"decision_milliseconds": milliseconds, "runs": found}, indent=1) + "\n"
    )


def decision_milliseconds(agents: int, rounds: int = 200) -> list[float]:
    """Processor time of each decision with so many agents at work, in order: neighbours do not count."""
    world = World(agents=agents, hours=1.0)
    rng = np.random.default_rng(1)
    pacer = new_pacer(world, rng)
    for seconds in rng.gamma(4.0, 4.0, 2000):
        pacer.wrap_up.add(float(seconds))
    taken, dials = [], 0
    for place in range(rounds):
        scene = Scene(
            idle=int(rng.integers(0, 20)),
            waiting=0,
            talk_ages=rng.exponential(120.0, int(0.88 * agents)),
            wrap_up_ages=rng.uniform(0.0, 15.0, int(0.09 * agents)),
            ring_ages=rng.uniform(0.0, 25.0, int(rng.uniform(0.05, 0.35) * agents)),
        )
        began = time.process_time()
        dials += pacer.decide(scene, float(place)).dials
        taken.append(1000.0 * (time.process_time() - began))
    assert dials > rounds, "decisions that dial"
    return sorted(taken)


def _compared(world: World) -> dict[str, list[Outcome]]:
    progressive = replace(world, mode="progressive")
    return {
        "progressive": [Simulation(progressive, seed).run() for seed in range(_SEEDS)],
        "adaptive rule": [Simulation(world, seed, AdaptiveRule()).run() for seed in range(_SEEDS)],
        "marginal risk": [Simulation(world, seed).run() for seed in range(_SEEDS)],
    }


def _table(rows: dict[int, dict[str, list[Outcome]]], milliseconds: Sequence[float]) -> str:
    lines = [
        "# Pacing in simulation",
        "",
        "Utilisation of agents, talk minutes per hour, abandons of the live answers; means of"
        f" {_SEEDS} seeds with 95 % intervals. The adaptive rule is the documented one, written anew from its"
        " description; nothing is said of any installation in the field. The description leaves open how busy"
        " agents and lines count: read as here the rule does better than in the published figure.",
        "",
        "| agents | way | utilisation | published | talk min/h | abandons % |",
        "|---|---|---|---|---|---|",
    ]
    for agents, ways in rows.items():
        for (name, runs), published in zip(ways.items(), _REFERENCE[agents], strict=True):
            told = interval([one.utilisation for one in runs])
            talk = interval([one.talk_minutes_per_hour for one in runs]).mean
            abandons = 100 * sum(one.abandons for one in runs) / max(1, sum(one.answers for one in runs))
            lines.append(
                f"| {agents} | {name} | {told.mean:.3f} ± {told.half_width or 0.0:.3f} | {published:.3f}"
                f" | {talk:.1f} | {abandons:.2f} |"
            )
    p50, p99 = statistics.median(milliseconds), milliseconds[int(0.99 * len(milliseconds))]
    told = "Processor time of a decision at 1 000 agents, every thirtieth with tables learned anew"
    lines += ["", f"{told}: p50 {p50:.2f} ms, p99 {p99:.2f} ms.", ""]
    return "\n".join(lines)
