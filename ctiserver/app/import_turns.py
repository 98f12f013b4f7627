"""The chore that takes imports in and takes them back, one chunk a turn.

What it has to go on with stands in the database, so that a process that was killed goes on where it was. An import
whose file cannot be read on, or whose rows the database refuses again and again, ends as failed with a sentence for
whoever made it; what was taken until then can be undone.
"""

from pathlib import Path

import structlog

from crm_core import import_run, import_undo, imports
from crm_core.db import Store
from crm_core.imports import Import
from crm_core.table_files import Reading, TableFile
from ctiserver.core.errors import Conflict, Refusal

_log = structlog.get_logger()
_ATTEMPTS = 5
_GONE = Refusal("file_gone", "the file of this import is no longer here: upload it again")


class ImportTurns:
    """Takes on whatever import waits, in any account. `folder`: where the files lie."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder = store, folder
        self._reading: tuple[int, Reading] | None = None
        self._refused_times = 0

    def turn(self, now: float) -> bool:
        """One chunk of the oldest import that waits; whether there was one. Raises StoreError."""
        job = self._store.read(imports.waiting)
        if job is None:
            self._put_away()
            return False
        try:
            self._go_on(job, now)
            self._refused_times = 0
        except FileNotFoundError:
            self._fail(job, _GONE, now)
        except Refusal as refusal:
            self._fail(job, refusal, now)
        except Conflict as error:  # an agent may have saved the same customer at the same moment
            self._refused_times += 1
            _log.warning("the database refuses a part of an import", import_id=job.id, error=str(error))
            if self._refused_times >= _ATTEMPTS:
                self._fail(
                    job,
                    Refusal("rows_refused", f"the database refuses the rows behind line {job.last_line}"),
                    now,
                )
        return True

    def _go_on(self, job: Import, now: float) -> None:
        if job.state == imports.UNDOING:
            self._store.write(import_undo.undo_chunk, job.id, now=now)
        else:
            self._store.write(import_run.take_chunk, job.id, self._table(job), now=now)

    def _table(self, job: Import) -> Reading:
        if self._reading is None or self._reading[0] != job.id:
            self._put_away()
            path = self._folder / job.stored_as
            self._reading = job.id, Reading(TableFile(path, tuple(job.columns), job.encoding, job.delimiter))
        return self._reading[1]

    def _fail(self, job: Import, why: Refusal, now: float) -> None:
        _log.warning("an import failed", import_id=job.id, error=str(why))
        self._refused_times = 0
        self._store.write(imports.fail, job.id, why, now=now)

    def _put_away(self) -> None:
        if self._reading:
            self._reading[1].close()
        self._reading = None
