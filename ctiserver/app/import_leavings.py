"""The chore that removes what imports leave: files that nobody needs any more, rows after the time for undoing.

A file goes when its import has ended, for undoing works from the rows; one that was uploaded and never begun goes after
as many days as an import can be undone (`imports.UNDO_DAYS`).
"""

from pathlib import Path

import structlog

from crm_core import imports
from crm_core.db import Store

_log = structlog.get_logger()


class ImportLeavings:
    """`folder`: where the files lie."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder = store, folder

    def turn(self, now: float) -> bool:
        """Removes files and a part of the rows; whether there are more rows. Raises StoreError."""
        for job in self._store.read(imports.files_over, now=now):
            try:
                (self._folder / job.stored_as).unlink(missing_ok=True)
            except OSError as error:
                _log.error("the file of an import cannot be removed", import_id=job.id, error=str(error))
            else:
                self._store.write(imports.file_removed, job.id)
        return self._store.write(imports.forget_rows, now=now) > 0
