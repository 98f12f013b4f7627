"""A thread of low priority that takes turns: at once again while there is more to do, else after a while.

A database that is away or a disk that is full is told and costs the turn; the next one is tried as ever.
"""

import os
import threading
from collections.abc import Callable

import structlog

from ctiserver.core.errors import StoreError

_log = structlog.get_logger()
NICENESS = 10


class BackgroundTurns:
    """A thread from `start` to `stop`."""

    def __init__(self, name: str, turn: Callable[[], bool], *, every_seconds: float) -> None:
        """`turn`: whether there may be more to do at once; may raise StoreError and OSError."""
        self._name, self._turn, self._every_seconds = name, turn, every_seconds
        self._stopping = threading.Event()

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def stop(self) -> None:
        """Take no further turn; one under way ends by itself."""
        self._stopping.set()

    def _run(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        while not self._stopping.wait(self._every_seconds):
            try:
                while self._turn() and not self._stopping.is_set():
                    pass
            except StoreError as error:
                _log.warning("work in the background waits for the database", of=self._name, error=str(error))
            except OSError as error:
                _log.error("work in the background needs the disk", of=self._name, error=str(error))
