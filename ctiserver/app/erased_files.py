"""The chore that removes files of people who were erased: their attachments, recordings, the tables they came with.

Which files these are stands in the database with the erasure, so that none is forgotten whatever dies in between.
"""

import structlog

from crm_core.db import Store
from crm_core.privacy import erasure
from crm_core.privacy.files import FileName, Folders, remove

_log = structlog.get_logger()


class ErasedFiles:
    """Removes what is left; what cannot be removed is tried again."""

    def __init__(self, store: Store, places: Folders) -> None:
        self._store, self._places = store, places

    def turn(self, now: float) -> bool:
        """Removes files of some erasures; never asks for another turn at once. Raises StoreError."""
        for done in self._store.read(erasure.with_files_left):
            left = [one for one in done.files_left if not remove(self._places, FileName(*one))]
            if left:
                _log.error("files of an erased customer cannot be removed", erasure=done.id, files=len(left))
            if left != done.files_left:
                self._store.write(erasure.files_removed, done.id, left, now=now)
        return False
