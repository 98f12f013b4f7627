"""`ctiserver rehearse`: a journalled day again with another profile or flow, contact by contact and side by side."""

import json
import tomllib
from argparse import Namespace
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from math import inf
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from crm_core.accounts import account
from crm_core.administration import queue_profile
from crm_core.db import Store
from crm_core.permission.calendars import instant
from ctiserver.app import prompt_files, rehearsal_task
from ctiserver.app.center import SWITCH
from ctiserver.app.engine_tables import names_of, read_tables
from ctiserver.app.rehearsal import Sameness, same_version
from ctiserver.app.rehearsal_task import Task
from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError, CtiError, Mistake, NotFound, Refusal, StoreError
from ctiserver.core.rehearsals import Difference, FlowsRehearsed, ProfileChange, Rehearsal, Side, Way, Went
from ctiserver.core.tables import Document, Tables
from ctiserver.journal.line import BEGINNING, Entry, Line
from ctiserver.journal.readers import JournalReader
from ctiserver.process import folders
from ctiserver.process.config_file import load
from ivr.flow_file import read_flow

_SHOWN_AT_MOST = 40
_LIMIT = (
    "Callers are assumed to behave as recorded: who hung up hangs up after the same wait, who was answered waits as"
    " long as it takes, and at each question of a flow each does what he did at the question of that name. Compare the"
    " two rehearsals with each other, not with the record."
)


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    queues: dict[str, ProfileChange]


def run(chosen: Namespace) -> None:
    """Prints what would have been otherwise. Raises CtiError for a day or a file that cannot be used."""
    config = load(chosen.config)
    directory = chosen.journal or folders.journal_dir(config)
    tables, zone = _in_force(config, chosen.account)
    keys = {str(queue.key) for queue in tables.queues if queue.account_id == chosen.account}
    from_at, until_at = _day(chosen.day, zone)
    task = Task(
        directory=str(directory),
        prefix=f"{config.installation.name}-{SWITCH}",
        account_id=chosen.account,
        from_at=from_at,
        until_at=until_at,
        tables=tables,
        queues={} if chosen.profile is None else read_profile(chosen.profile, keys),
        flow=chosen.flow.stem if chosen.flow else "",
        document=_document(config, chosen.flow, keys) if chosen.flow else None,
    )
    try:
        found = rehearsal_task.run(task, lambda _part: None)
    except Refusal as refusal:
        raise CtiError(f"{refusal} ({chosen.day}, {directory})") from None
    whole, same = next(_lines(directory), None), None
    if isinstance(whole, Entry) and whole.seq == 1:
        same = same_version(_lines(directory), task.prefix)
    print(json.dumps(as_json(found, same), indent=2) if chosen.json else as_text(found, same))


def _in_force(config: Config, account_id: int) -> tuple[Tables, ZoneInfo]:
    """What stands for a configuration that the journal does not tell of, and whose midnights end the account's days.

    Where the store cannot say: nothing, and the installation's. Raises NotFound.
    """
    try:
        with Store(config.database.url) as store:
            return read_tables(config, store)[1], ZoneInfo(store.read(account, account_id).time_zone)
    except NotFound:
        raise
    except (StoreError, ConfigError):
        return Tables(), ZoneInfo(config.installation.time_zone)


def _document(config: Config, file: Path, queues: Collection[str]) -> Document:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Mistake(str(file), f"cannot be read ({error})")]) from None
    prompts = set(prompt_files.load(config.prompts.directory).prompts)
    return read_flow(text, str(file), prompts=prompts, queues=queues, **names_of(config, {file.stem}))[1]


def read_profile(file: Path, queues: Collection[str]) -> dict[str, ProfileChange]:
    """What a file changes, by queue. Raises ConfigError for what it cannot mean."""
    try:
        asked = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), _File)
    except OSError as error:
        raise ConfigError([Mistake(str(file), f"cannot be read ({error.strerror})")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise ConfigError([Mistake(str(file), str(error))]) from None
    for change in asked.queues.values():
        if change.ceiling_seconds == inf:  # as TOML, which has no null, says that there is none
            change.ceiling_seconds = None
    unknown = [
        Mistake(f"{file}: queues.{key}", f"there is no such queue; there are {', '.join(sorted(queues))}")
        for key in asked.queues
        if key not in queues
    ]
    wrong = [
        Mistake(f"{file}: queues.{one.path}", one.message, one.error_id)
        for one in queue_profile.rehearsed(asked.queues)
    ]
    if unknown or wrong:
        raise ConfigError([*unknown, *wrong])
    return asked.queues


def as_json(found: Rehearsal, same: Sameness | None) -> dict[str, Any]:
    """All of it as plain values."""
    told: dict[str, Any] = msgspec.to_builtins(found)
    told["calls"] = found.recorded[""].calls
    told["same_version"] = None if same is None else msgspec.to_builtins(same)
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
    return "\n".join([*lines, *_ways(found.flows), "", _sameness(same), _LIMIT])


def _ways(flows: FlowsRehearsed | None) -> list[str]:
    if flows is None:
        return []
    asked = f"{flows.asked_anew} were asked something new"
    head = f"{flows.calls} calls walked again, {flows.unlike} could not be; {asked}:"
    return ["", head, *(f"  {one.end} {one.queue}: {one.before} -> {one.after}" for one in flows.ends)]


def _row(side: Side) -> str:
    def cell(value: float | None, times: float = 1.0) -> str:
        return "-" if value is None else f"{times * value:.1f}"

    return (
        f"{side.calls:>7}{side.answered:>10}{side.abandoned:>10}{cell(side.service_level, 100.0):>8}"
        f"{cell(side.asa_seconds):>8}{cell(side.longest_wait_seconds):>8}"
    )


def _told(one: Difference) -> str:
    before, after = (
        _went(went, way) for went, way in ((one.before, one.way_before), (one.after, one.way_after))
    )
    return f"  {one.contact}  {one.value_class or '-'}  {before} -> {after}"


def _went(went: Went | None, way: Way | None) -> str:
    if went is None:
        return way.end if way is not None else "-"
    by = went.agent or ("waits still" if went.waits else "gave up")
    return f"{went.queue} {went.wait_seconds:.0f} s {by}"


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


def _lines(directory: Path) -> Iterator[Line]:
    reader = JournalReader(directory, after=BEGINNING, entries=True)
    while some := reader.read():
        yield from some
