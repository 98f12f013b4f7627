"""Calls from end to end: this server against the same Asterisk's `Queue()`.

Both sides get the same callers (answered, a menu with one key, the queue, an agent who talks for a second and hangs
up, a goodbye) and the same phones, in the same Asterisk, alternately, `--rounds` times; figures are medians of the
rounds. On our side all that belongs to a call is done: journal, look-up by number, IVR, decision with its reasons,
screen pop, disposition, and the interaction in the store. Sound is recorded on neither side.

- *waits*: 5 calls a second on 20 agents; then 240 callers at 30 a second on 20 agents, who can serve hardly 20.
- *throughput*: more and more calls a second on 100 agents, until one fails: not answered, or not served and said
  goodbye to within 10 s.

    python -m bench.calls [--rounds N] [--only waits|throughput]
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import app_queue, machine, report
from bench.company import Bench, bench
from bench.decisions import decision_milliseconds
from bench.sides import OURS, QUEUE, Run, answered_per_second, run

SIDES = (QUEUE, OURS)
FEW_AGENTS, MANY_AGENTS = 20, 100
LOADS = {"light": (60, 5), "backlog": (240, 30)}
STEPS = (10, 20, 30, 40, 50, 60, 70, 80, 100, 120)
FIRST_STEP = 3
STEP_SECONDS = 6
PATIENCE_SECONDS = {"waits": 60.0, "throughput": 10.0}
BARE_STEPS = (100, 200, 300, 400, 600)
_TARGETS = (
    "targets for the backlog, from a prototype on two shared cores: Queue() free to next attempt 557 ms, wait p50/p95 "
    "6.1/11.1 s; own queue: decision 0.02 ms, wait 2.8/5.0 s"
)
_CPU = (
    "CPU in ms per call: `sipp` callers and phones, `calls` our calls process, `others` our parent, jobs and Redis, "
    "`bench` the agents' dispositions over the bus; `neighbours` what programs that are not part of the benchmark took "
    "of the machine meanwhile"
)


@contextmanager
def _center(agents: int) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, bench(Path(folder), agents=agents) as ready:
        app_queue.add_queues(ready, (FEW_AGENTS, agents))
        ready.staff(agents)
        yield ready


def waits(rounds: int) -> None:
    """Measures and writes results/waits."""
    runs: dict[tuple[str, str], list[Run]] = {}
    yardstick = machine.yardstick()
    with _center(FEW_AGENTS) as ready:
        for _ in range(rounds):
            for load, (count, per_second) in LOADS.items():
                for side in SIDES:
                    done = run(
                        ready,
                        side,
                        agents=FEW_AGENTS,
                        count=count,
                        per_second=per_second,
                        patience_seconds=PATIENCE_SECONDS["waits"],
                    )
                    runs.setdefault((load, side), []).append(done)
                    _tell(f"{load} {side}: {done.served} served, {done.failed} failed")
        thought = decision_milliseconds(ready)
    rows = [_row(load, side, done) for (load, side), done in runs.items()]
    shares = "/".join(f"{report.percentile(thought, share):.2f}" for share in (0.5, 0.95, 0.99))
    notes = [
        f"{FEW_AGENTS} agents, 1 s talk; light: {_load('light')}; backlog: {_load('backlog')}; "
        f"{rounds} rounds, medians",
        "free: from an agent's hang-up to the next call of his phone while somebody waits (ms); offer: from the entry "
        "into the queue to the call of a phone (ms); wait: from the entry to the bridge with the agent (s)",
        f"our engines' decision with its reasons, replayed: p50/p95/p99 {shares} ms ({len(thought)} decisions)",
        _TARGETS,
        _CPU,
        yardstick,
    ]
    print(report.write("waits", "Waiting for an agent", rows, notes))


def _load(name: str) -> str:
    count, per_second = LOADS[name]
    return f"{count} callers at {per_second}/s"


def _row(load: str, side: str, runs: Sequence[Run]) -> dict[str, Any]:
    def shares(values: Callable[[Run], list[float]], scale: float) -> list[float | str]:
        return [_median_share(runs, values, share, scale) for share in (0.5, 0.95, 0.99)]

    columns: dict[str, Any] = {"load": load, "side": side}
    for name, values, scale in (
        ("free", lambda done: done.timeline.free_to_attempt() if load == "backlog" else [], 1000),
        ("offer", lambda done: done.timeline.queued_to_attempt(), 1000),
        ("wait", lambda done: done.timeline.waits(), 1),
    ):
        by_share = zip(("p50", "p95", "p99"), shares(values, scale), strict=True)
        columns |= {f"{name} {share}": value for share, value in by_share}
    columns["failed"] = sum(done.failed for done in runs)
    return columns | _cpu(runs)


def _median_share(
    runs: Sequence[Run], values: Callable[[Run], list[float]], share: float, scale: float
) -> float | str:
    """The median over the rounds of one percentile; "-" where there was nothing to measure."""
    found = [report.percentile(taken, share) * scale for done in runs if (taken := values(done))]
    return statistics.median(found) if len(found) == len(runs) else "-"


def _cpu(runs: Sequence[Run]) -> dict[str, float]:
    parts = {f"cpu {part}": statistics.median(done.cpu_ms[part] for done in runs) for part in runs[0].cpu_ms}
    return parts | {"neighbours %": statistics.median(done.neighbours_percent for done in runs)}


def throughput(rounds: int) -> None:
    """Measures and writes results/throughput."""
    best: dict[str, list[tuple[int, Run | None]]] = {side: [] for side in SIDES}
    yardstick = machine.yardstick()
    with _center(MANY_AGENTS) as ready:
        bare = _bare(ready)
        for _ in range(rounds):
            for side in SIDES:
                begin = STEPS.index(best[side][-1][0] or STEPS[0]) if best[side] else FIRST_STEP
                best[side].append(_climb(ready, side, max(0, begin - 1)))
    rows = [_best_row(side, found) for side, found in best.items()]
    notes = [
        f"{MANY_AGENTS} agents, 1 s talk; steps of {STEP_SECONDS} s: {', '.join(map(str, STEPS))} calls/s; "
        f"{rounds} rounds, medians; the other columns are of the highest step without failure",
        "targets, from a prototype without journal and records on two shared cores: 120 calls/s own, 140 `Queue()`",
        f"the same SIPp and Asterisk, only answering and hanging up: {bare} calls/s without failure "
        f"(steps {', '.join(map(str, BARE_STEPS))})",
        _CPU,
        yardstick,
    ]
    print(report.write("throughput", "Calls per second without failure", rows, notes))


def _climb(ready: Bench, side: str, begin: int) -> tuple[int, Run | None]:
    """The highest step without failure and its run; goes down when already the first step fails."""
    found: tuple[int, Run | None] = (0, None)
    for per_second in STEPS[begin:]:
        done = _step(ready, side, per_second)
        if done.failed:
            break
        found = (per_second, done)
    if found[0]:
        return found
    for per_second in reversed(STEPS[:begin]):
        done = _step(ready, side, per_second)
        if not done.failed:
            return per_second, done
    return found


def _step(ready: Bench, side: str, per_second: int) -> Run:
    done = run(
        ready,
        side,
        agents=MANY_AGENTS,
        count=per_second * STEP_SECONDS,
        per_second=per_second,
        patience_seconds=PATIENCE_SECONDS["throughput"],
    )
    ready.staff(MANY_AGENTS)
    _tell(f"{side} at {per_second}/s: {done.served} served, {done.failed} failed")
    return done


def _best_row(side: str, found: Sequence[tuple[int, Run | None]]) -> dict[str, Any]:
    runs = [done for _, done in found if done is not None]
    rates = [per_second for per_second, _ in found]
    columns: dict[str, Any] = {
        "side": side,
        "calls_per_second": statistics.median(rates),
        "rounds": "/".join(map(str, rates)),
    }
    if not runs:
        return columns
    for share in (0.5, 0.95):
        columns[f"wait p{share * 100:.0f} ms"] = _median_share(
            runs, lambda done: done.timeline.waits(), share, 1000
        )
    return columns | _cpu(runs)


def _bare(ready: Bench) -> int:
    """What SIPp and Asterisk can do without any queue."""
    found = 0
    for per_second in BARE_STEPS:
        served, failed = answered_per_second(ready, per_second, seconds=2)
        _tell(f"bare at {per_second}/s: {served} served, {failed} failed")
        if failed:
            break
        found = per_second
    return found


def _tell(line: str) -> None:
    print(f"  {line}", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="This server against Queue() of the same Asterisk.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["waits", "throughput"])
    options = parser.parse_args(arguments)
    for name, measure in (("waits", waits), ("throughput", throughput)):
        if options.only in (None, name):
            measure(options.rounds)


if __name__ == "__main__":
    main()
