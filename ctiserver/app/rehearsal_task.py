"""One rehearsal, whole: read the day in the journal, walk through the flow, run the queues, tell how far it is.

As a program (`python -m ctiserver.app.rehearsal_task`) it is a child of the jobs process: a Task comes by standard
input, a Progress a line goes to standard output. It ends by itself when nobody reads that any more.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from ctiserver.app.flow_rehearsal import walk_all
from ctiserver.app.recorded_day import of_account, recorded_day
from ctiserver.app.rehearsal import rehearse
from ctiserver.app.ways_taken import WaysReading
from ctiserver.core.errors import Refusal
from ctiserver.core.ids import QueueKey
from ctiserver.core.rehearsals import ProfileChange, Rehearsal
from ctiserver.core.tables import Document, Queue, Tables
from ctiserver.journal.line import BEGINNING, Line
from ctiserver.journal.readers import JournalReader

_NICENESS = 10
_READ_PART = 0.8
"""How much of the work reading is."""
Tell = Callable[[float], object]
"""Hears how much of it is done, from 0 to 1."""


class Task(msgspec.Struct, kw_only=True):
    """What is to be rehearsed. `tables`: in force now; `prefix`: of the entries' names; `flow` "": none is changed."""

    directory: str
    prefix: str
    account_id: int
    from_at: float
    until_at: float
    tables: Tables
    queues: dict[str, ProfileChange] = {}
    flow: str = ""
    document: Document | None = None


class Progress(msgspec.Struct, kw_only=True):
    """How far it is; the last one has what was found, or the id of the reason why there is nothing."""

    part: float
    found: Rehearsal | None = None
    problem: str = ""


def run(task: Task, tell: Tell) -> Rehearsal:
    """What would be otherwise. Raises Refusal if the journal tells of nobody in a queue that day."""
    begins: list[float] = []
    ways = WaysReading(task.prefix, task.tables, task.from_at, task.until_at)
    lines = _lines(task, begins, tell)
    day = recorded_day(lines, task.from_at, task.until_at, task.tables, ways if task.document else None)
    day = of_account(day, task.account_id) if day is not None else None
    if day is None or not day.calls:
        raise Refusal("no_contacts", "the journal tells of no contact in a queue on that day")
    changed = changed_queues(day.tables.queues, task.queues)
    walked, flows = (
        walk_all(ways.of_account(task.account_id), task.flow, task.document) if task.document else ((), None)
    )
    tell(0.95)
    found = rehearse(day, changed, walked)
    late = begins[0] if begins and begins[0] > task.from_at else None
    return msgspec.structs.replace(found, flows=flows, journal_from_at=late)


def changed_queues(queues: tuple[Queue, ...], changes: dict[str, ProfileChange]) -> dict[QueueKey, Queue]:
    """The queues that are changed, of those of that day."""
    return {
        queue.key: msgspec.structs.replace(queue, **_given(changes[queue.key]))
        for queue in queues
        if queue.key in changes
    }


def _given(change: ProfileChange) -> dict[str, Any]:
    fields = msgspec.structs.asdict(change)
    ceiling = fields.pop("ceiling_seconds")
    given = {name: value for name, value in fields.items() if value is not None}
    return given if ceiling is msgspec.UNSET else given | {"ceiling_seconds": ceiling}


def _lines(task: Task, begins: list[float], tell: Tell) -> Iterator[Line]:
    """All lines of the journal; where it begins is noted."""
    reader = JournalReader(Path(task.directory), after=BEGINNING, entries=True)
    while some := reader.read():
        begins.append(some[0].at)
        reach = task.until_at - begins[0]
        tell(_READ_PART * min(1.0, max(0.0, (some[-1].at - begins[0]) / reach)) if reach > 0 else 0.0)
        yield from some


def main() -> None:
    """The child process."""
    os.nice(_NICENESS)
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)

    def say(progress: Progress) -> None:
        sys.stdout.buffer.write(msgspec.json.encode(progress) + b"\n")
        sys.stdout.buffer.flush()

    try:
        say(Progress(part=1.0, found=run(task, lambda part: say(Progress(part=part)))))
    except Refusal as refusal:
        say(Progress(part=1.0, problem=refusal.error_id))


if __name__ == "__main__":
    main()
