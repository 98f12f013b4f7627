"""Recovery: from kill -9 of the calls process to its successor's commands, with callers waiting.

Parts, from the logs of parent and calls process and from the journal:
- *notice*: the parent sees the death and starts the successor;
- *start*: Python, imports, opening journal and database;
- *replay* of all entries since the last snapshot (which is at most a minute old);
- *connect*: the sockets to Asterisk stand;
- *compare* belief with channels, bridges, recordings and the CEL file; the first command follows at once;
- *re-issue* of every command without outcome, of which each waiting caller has two (his bridge, his fuse).

    python -m bench.recovery [--rounds N] [--callers N,N,..]
"""

import argparse
import os
import re
import signal
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from bench import machine, report
from bench.company import Bench, bench
from bench.load import Callers
from ctiserver.journal.line import Entry
from ctiserver.journal.readers import JournalReader
from ctiserver.process import folders
from tests.integration.asterisk import DID_ES
from tests.integration.sipp import until

ARRIVALS_PER_SECOND = 20
_PATIENCE_SECONDS = 600.0
_FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)')
# A child that dies five times within ten seconds is started more slowly.
_BETWEEN_SECONDS = 3.0


def recover(ready: Bench, callers: int) -> dict[str, float]:
    """Kills the calls process once; milliseconds by part, with "total" and the number of entries replayed."""
    center = ready.center
    log = center.folder / "serve.log"
    log_bytes = log.stat().st_size
    before, load = _position(ready), machine.load()
    killed_at = time.time()
    os.kill(center.calls_pid, signal.SIGKILL)
    until(lambda: "recovered" in _told(log, log_bytes), "recovery", 60, center.log)
    told = _told(log, log_bytes)
    synced_at = _synced_at(before)
    center.wait_live()
    there = center.contacts("queued")
    assert len(there) == callers, f"{len(there)} of {callers} callers wait: {center.log()}"
    started_at, replayed_at = _at(told["started"]), _at(told["replayed"])
    replay_seconds = float(told["replayed"]["seconds"])
    moments = {
        "notice": started_at - killed_at,
        "start": replayed_at - replay_seconds - started_at,
        "replay": replay_seconds,
        "connect": _at(told["ari_up"]) - replayed_at,
        "compare": synced_at - _at(told["ari_up"]),
        "first command": synced_at - killed_at,
        "re-issue": _at(told["recovered"]) - synced_at,
        "total": _at(told["recovered"]) - killed_at,
    }
    return {
        **{part: seconds * 1000 for part, seconds in moments.items()},
        "entries": float(told["replayed"]["entries"]),
        "commands": float(told["recovered"]["commands"]),
        "load": load,
    }


def _told(log: Path, offset: int) -> dict[str, dict[str, str]]:
    """The newest line of each event of the calls process (its start, of the parent) behind a byte of the log."""
    with log.open() as file:
        file.seek(offset)
        lines = [{key: value.strip('"') for key, value in _FIELD.findall(line)} for line in file]
    return {line["event"]: line for line in lines if "calls" in (line.get("part"), line.get("child"))}


def _at(line: dict[str, str]) -> float:
    return datetime.fromisoformat(line["timestamp"]).timestamp()


def _position(ready: Bench) -> JournalReader:
    """A reader that stands at the end of the journal."""
    reader = JournalReader(folders.journal_dir(ready.center.asterisk.config), entries=True)
    while reader.read():
        pass
    return reader


def _synced_at(reader: JournalReader) -> float:
    """When the successor had compared."""
    while lines := reader.read():
        for line in lines:
            if isinstance(line, Entry) and msgspec.json.decode(line.body)["type"] == "SwitchSynced":
                return line.at
    raise AssertionError("no SwitchSynced in the journal")


def measure(sizes: Sequence[int], rounds: int) -> list[dict[str, Any]]:
    """One row per number of waiting callers, medians of the rounds."""
    rows = []
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        bench(Path(folder), agents=1) as ready,
        ExitStack() as stack,
    ):
        waiting = 0
        for callers in sizes:
            stack.enter_context(
                Callers(
                    ready.center.asterisk.sip_port,
                    DID_ES,
                    count=callers - waiting,
                    per_second=ARRIVALS_PER_SECOND,
                    patience_seconds=_PATIENCE_SECONDS,
                )
            )
            waiting = callers
            ready.center.wait_stage("queued", callers, seconds=60)
            taken = []
            for _ in range(rounds):
                taken.append(recover(ready, callers))
                print(f"  {callers} callers: {taken[-1]['total']:.0f} ms", flush=True)
                time.sleep(_BETWEEN_SECONDS)
            medians = {part: statistics.median(one[part] for one in taken) for part in taken[0]}
            rows.append({"callers": callers, **medians})
        ready.center.asterisk.command("channel request hangup all")
        ready.wait_quiet()
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="From kill -9 of the calls process to its first command.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--callers", default="10,100,300")
    options = parser.parse_args(arguments)
    sizes = [int(size) for size in options.callers.split(",")]
    yardstick = machine.yardstick()
    rows = measure(sizes, options.rounds)
    notes = [
        f"callers wait in the queue; {options.rounds} rounds each, medians, in milliseconds; `first command` and "
        "`total` count from the kill, the other columns are parts of `total`; `load` is the load average at the kill: "
        "`start` grows with it, the benchmark's own part of it is below 1",
        "no caller was lost in any round",
        yardstick,
    ]
    print(report.write("recovery", "From kill -9 to the first command", rows, notes))


if __name__ == "__main__":
    main()
