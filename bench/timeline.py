"""What happened in a run, as Asterisk's own channel events (CEL) tell it, the same for both sides.

A caller waits from the moment he is in the queue (`Queue()` begins; for ours, ContactQueued in the journal) until he is
in a bridge with his agent. An agent is free when his phone's leg has hung up; the next attempt is the
birth of his next leg. A wait for the next attempt counts only if somebody was in the queue at the time.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import msgspec

from bench.company import Bench
from ctiserver.asterisk import cel
from ctiserver.asterisk.conf import cel_file
from ctiserver.core.config import Config
from ctiserver.journal.line import Derived
from ctiserver.journal.segments import list_segments, read_lines
from ctiserver.process import folders


@dataclass(slots=True)
class Timeline:
    """Seconds since the epoch; `queued` and `connected` by the caller's channel, `legs` by the agent's phone."""

    queued: dict[str, float] = field(default_factory=dict)
    connected: dict[str, float] = field(default_factory=dict)
    legs: dict[str, list[tuple[str, float]]] = field(default_factory=dict)

    def waits(self) -> list[float]:
        """Seconds that the callers who were connected waited."""
        return [at - self.queued[channel] for channel, at in self.connected.items() if channel in self.queued]

    def attempts(self) -> list[float]:
        """When a phone was called, in order."""
        return sorted(at for leg in self.legs.values() for what, at in leg if what == "CHAN_START")

    def queued_to_attempt(self) -> list[float]:
        """Seconds from a caller's entry to the call of a phone: the k-th attempt is for the k-th caller."""
        return [max(0.0, at - queued) for queued, at in zip(sorted(self.queued.values()), self.attempts())]  # noqa: B905

    def free_to_attempt(self) -> list[float]:
        """Seconds from an agent's hang-up to the next call of his phone, while somebody waited."""
        queued, attempts = sorted(self.queued.values()), self.attempts()
        return [
            max(0.0, again - free)
            for leg in self.legs.values()
            for (what, free), (then, again) in pairwise(leg)
            if (what, then) == ("HANGUP", "CHAN_START")
            and bisect_left(queued, free) > bisect_left(attempts, free)
        ]


class Recorder:
    """Remembers where the logs end; `timeline()` tells what was added."""

    def __init__(self, bench: Bench) -> None:
        self._config: Config = bench.center.asterisk.config
        end = cel_file(self._config).stat() if cel_file(self._config).exists() else None
        self._cel = (end.st_ino, end.st_size) if end else (0, 0)
        self._phones = {f"PJSIP/{endpoint}" for endpoint in bench.endpoints}
        self._journal_bytes = _journal(self._config).stat().st_size

    def timeline(self) -> Timeline:
        """What happened since."""
        found = Timeline()
        part = cel.read_all(cel_file(self._config), *self._cel)
        for _offset, record in sorted(part.records, key=lambda it: it[1].at):
            self._note(found, record)
        found.queued |= dict(self._queued_by_us())
        return found

    def _note(self, found: Timeline, record: cel.CelRecord) -> None:
        what, channel = record.eventtype, record.uniqueid
        phone = record.channame.rpartition("-")[0]
        if phone in self._phones:
            if what in ("CHAN_START", "HANGUP"):
                found.legs.setdefault(phone, []).append((what, record.at))
        elif what == "APP_START" and record.appname == "Queue":
            found.queued[channel] = record.at
        elif what == "BRIDGE_ENTER" and record.extra.get("bridge_technology") != "holding_bridge":
            found.connected.setdefault(channel, record.at)

    def _queued_by_us(self) -> Iterator[tuple[str, float]]:
        lines = read_lines(_journal(self._config), from_byte=self._journal_bytes, may_be_torn=True)
        for line, _end in lines:
            if isinstance(line, Derived) and b'"ContactQueued"' in line.body:
                yield msgspec.json.decode(line.body)["leg"], line.at


def _journal(config: Config) -> Path:
    folder = folders.journal_dir(config)
    return list_segments(folder)[-1].path(folder)
