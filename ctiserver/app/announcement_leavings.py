"""The chore that removes sound files of announcements which nobody can hear any more: no row names them.

An upload writes its file before its row, and a removal its row before its file, so that a row never lacks its file; a
process that dies between the two leaves a file.
"""

from pathlib import Path

import structlog

from crm_core import announcement_sounds
from crm_core.db import Store

_log = structlog.get_logger()


class AnnouncementLeavings:
    """`folder`: where the files lie, those of each company in a folder of its own."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder = store, folder

    def turn(self, now: float) -> bool:
        """Removes what nobody needs; never more to do at once. Raises StoreError, OSError."""
        removed = self._store.read(announcement_sounds.sweep, self._folder, now=now)
        if removed:
            _log.info("sound files that no announcement knows were removed", files=removed)
        return False
