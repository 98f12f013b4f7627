"""`ctiserver rehearse`: a journalled day again with another profile, contact by contact and side by side."""

import dataclasses
import json
import tomllib
from argparse import Namespace
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from acd.given_calls import Went
from crm_core.permission.calendars import instant
from ctiserver.app.calls import SWITCH
from ctiserver.app.rehearsal import (
    Difference,
    RecordedDay,
    Rehearsal,
    Sameness,
    Side,
    recorded_day,
    rehearse,
    same_version,
)
from ctiserver.core.errors import ConfigError, CtiError, Mistake
from ctiserver.core.ids import QueueKey
from ctiserver.core.tables import Queue
from ctiserver.journal.line import BEGINNING, Entry, Line
from ctiserver.journal.readers import JournalReader
from ctiserver.process import folders
from ctiserver.process.config_file import load

_SHOWN_AT_MOST = 40
_LIMIT = (
    "Callers are assumed to behave as recorded: who hung up hangs up after the same wait, who was answered waits as"
    " long as it takes. Compare the two rehearsals with each other, not with the record."
)


class _Profile(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What may be changed of a queue; what is not named stays."""

    head_start_seconds: dict[str, float] | None = None
    slope: dict[str, float] | None = None
    ceiling_seconds: float | None = None
    requires: dict[str, int] | None = None


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    queues: dict[str, _Profile]


def run(chosen: Namespace) -> None:
    """Prints what would have been otherwise. Raises CtiError for a day or a file that cannot be used."""
    config = load(chosen.config)
    directory = chosen.journal or folders.journal_dir(config)
    zone = ZoneInfo(config.installation.time_zone)
    from_at, until_at = _day(chosen.day, zone)
    day = recorded_day(_lines(directory, entries=True), from_at, until_at)
    if day is None or not day.calls:
        raise CtiError(f"the journal in {directory} tells of no contact in a queue on {chosen.day}")
    changed = {} if chosen.profile is None else read_profile(chosen.profile, day.tables.queues)
    found = rehearse(day, changed)
    whole = next(_lines(directory, entries=True), None)
    same = None
    if isinstance(whole, Entry) and whole.seq == 1:
        same = same_version(_lines(directory, entries=True), f"{config.installation.name}-{SWITCH}")
    print(json.dumps(as_json(day, found, same), indent=2) if chosen.json else as_text(found, same))


def read_profile(file: Path, queues: tuple[Queue, ...]) -> dict[QueueKey, Queue]:
    """The queues that a file changes. Raises ConfigError for what it cannot mean."""
    known = {str(queue.key): queue for queue in queues}
    try:
        asked = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), _File)
    except OSError as error:
        raise ConfigError([Mistake(str(file), f"cannot be read ({error.strerror})")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise ConfigError([Mistake(str(file), str(error))]) from None
    unknown = [
        Mistake(f"{file}: queues.{key}", f"there was no such queue that day; there were {', '.join(known)}")
        for key in asked.queues
        if key not in known
    ]
    if unknown:
        raise ConfigError(unknown)
    return {
        known[key].key: msgspec.structs.replace(
            known[key],
            **{name: value for name, value in msgspec.structs.asdict(new).items() if value is not None},
        )
        for key, new in asked.queues.items()
    }


def as_json(day: RecordedDay, found: Rehearsal, same: Sameness | None) -> dict[str, Any]:
    """Everything, every difference included."""
    told = dataclasses.asdict(found)
    told["calls"] = len(day.calls)
    told["same_version"] = None if same is None else dataclasses.asdict(same)
    return told


def as_text(found: Rehearsal, same: Sameness | None) -> str:
    """Figures side by side, then the calls that would have gone otherwise."""
    lines = [
        f"{'class':<8}{'':<12}{'calls':>7}{'answered':>10}{'abandons':>10}{'SL %':>8}{'ASA s':>8}{'max s':>8}"
    ]
    for name in found.before:
        for which, sides in (
            ("recorded", found.recorded),
            ("as it was", found.before),
            ("changed", found.after),
        ):
            lines.append(f"{name or 'all':<8}{which:<12}{_row(sides[name])}")
    lines += ["", f"{len(found.differences)} contacts would have gone otherwise:"]
    lines += [_told(one) for one in found.differences[:_SHOWN_AT_MOST]]
    if len(found.differences) > _SHOWN_AT_MOST:
        lines.append("... (--json tells all)")
    return "\n".join([*lines, "", _sameness(same), _LIMIT])


def _row(side: Side) -> str:
    def cell(value: float | None, times: float = 1.0) -> str:
        return "-" if value is None else f"{times * value:.1f}"

    return (
        f"{side.calls:>7}{side.answered:>10}{side.abandoned:>10}{cell(side.service_level, 100.0):>8}"
        f"{cell(side.asa_seconds):>8}{cell(side.longest_wait_seconds):>8}"
    )


def _told(one: Difference) -> str:
    before, after = (f"{went.wait_seconds:.0f} s {_by(went)}" for went in (one.before, one.after))
    return f"  {one.contact}  {one.queue} {one.value_class or '-'}  {before} -> {after}"


def _by(went: Went) -> str:
    return went.agent or ("waits still" if went.waits else "gave up")


def _sameness(same: Sameness | None) -> str:
    if same is None:
        return "The journal does not reach back to its first entry: whether this version decides alike is not known."
    if not same.differing:
        return f"This version decides as that of the day did: {same.entries} entries, nothing differs."
    first = ", ".join(map(str, same.differing[:5]))
    return f"This version decides otherwise at {len(same.differing)} of {same.entries} entries, first at {first}."


def _day(written: str, zone: ZoneInfo) -> tuple[float, float]:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise CtiError(f"{written!r} is no day: write it like 2026-11-23") from None
    return instant(day, 0, zone), instant(day + timedelta(days=1), 0, zone)


def _lines(directory: Path, *, entries: bool) -> Iterator[Line]:
    reader = JournalReader(directory, after=BEGINNING, entries=entries)
    while some := reader.read():
        yield from some
