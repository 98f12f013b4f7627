"""The machine's yardstick and its load, printed beside absolute figures; CPU time of processes.

Two runs can be compared only where the yardstick is the same: a loop of plain Python, best of several, so that a
neighbour's load disturbs it least.
"""

import os
import resource
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

_LOOPS = 200_000
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def loops_per_second() -> float:
    """Turns of an empty Python loop per second, in millions: best of ten."""
    best = 0.0
    for _ in range(10):
        began = time.perf_counter()
        for _turn in range(_LOOPS):
            pass
        best = max(best, _LOOPS / (time.perf_counter() - began))
    return best / 1e6


def load() -> float:
    """How many programs want to run, averaged over the last minute."""
    return os.getloadavg()[0]


def yardstick() -> str:
    """Both, as a sentence for the notes below a table."""
    return (
        f"yardstick: {loops_per_second():.0f} million turns of an empty Python loop a second; "
        f"load average {load():.1f} before the first run"
    )


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU seconds that living processes have used so far, user and system; the dead count nothing."""
    return sum(map(_cpu_seconds, pids))


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def _cpu_of(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def _machine_busy_seconds() -> float:
    """CPU seconds of all programs since the boot: user, nice, system, interrupts."""
    user, nice, system, _idle, _wait, hard, soft = map(int, Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + hard + soft) / _TICKS_PER_SECOND


class CpuWatch:
    """CPU per part between its making and `used()`. `ended children` are those waited for meanwhile."""

    def __init__(self, parts: Mapping[str, Iterable[int]]) -> None:
        self._parts = {name: tuple(pids) for name, pids in parts.items()}
        self._before = self._now()
        self._began, self._busy = time.monotonic(), _machine_busy_seconds()

    def used(self) -> dict[str, float]:
        """Seconds by part, with "bench" (this process) and "ended children"."""
        return {name: seconds - self._before[name] for name, seconds in self._now().items()}

    def neighbours_percent(self) -> float:
        """What part of the machine's cores programs that are not ours took: more than a little spoils figures."""
        others = _machine_busy_seconds() - self._busy - sum(self.used().values())
        cores = os.cpu_count() or 1
        return max(0.0, others / (time.monotonic() - self._began) / cores * 100)

    def _now(self) -> dict[str, float]:
        parts = {name: cpu_seconds(pids) for name, pids in self._parts.items()}
        own = {"bench": resource.RUSAGE_SELF, "ended children": resource.RUSAGE_CHILDREN}
        return parts | {name: _cpu_of(who) for name, who in own.items()}
