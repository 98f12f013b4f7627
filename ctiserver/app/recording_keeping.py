"""Keeps recordings: a thread of the jobs process, at low priority.

What the switch has written is compressed, its row says so, and only then does the switch's file go: whatever dies in
between, one of the two is there. What a queue keeps no longer is deleted. A disk that is full loses no call and no
recording: the file stays as it is until there is room.
"""

import time
from collections.abc import Callable
from pathlib import Path

import soundfile
import structlog

from crm_core import recordings
from crm_core.db import Store
from crm_core.recordings import Recording
from ctiserver.app.background_turns import BackgroundTurns
from ctiserver.app.recording_files import compress
from ctiserver.core.config import Config
from ctiserver.process import folders

_log = structlog.get_logger()
EVERY_SECONDS = 5.0
AT_ONCE = 20


class RecordingKeeping:
    """A thread from `start` to `stop`; `now` gives UTC epoch seconds."""

    def __init__(self, store: Store, config: Config, now: Callable[[], float] = time.time) -> None:
        self._store, self._config, self._now = store, config, now
        self._turns = BackgroundTurns("recordings", self.turn, every_seconds=EVERY_SECONDS)

    def start(self) -> None:
        """Begin to keep what waits."""
        self._turns.start()

    def stop(self) -> None:
        """Begin nothing more; a file under way is a draft, and is begun anew some day."""
        self._turns.stop()

    def turn(self) -> bool:
        """Keep some, and delete some whose time is over; whether there may be more. Raises StoreError, OSError."""
        waiting = self._store.read(recordings.to_keep, AT_ONCE)
        for one in waiting:
            self._keep(one)
        gone = self._store.read(recordings.expired, self._now())
        for name in gone:
            folders.kept_recording(self._config, name).unlink(missing_ok=True)
            self._wav(name).unlink(missing_ok=True)
        if gone:
            self._store.write(recordings.went, gone, now=self._now())
            _log.info("recordings deleted: their queues keep them no longer", files=len(gone))
        return len(waiting) == AT_ONCE

    def _keep(self, one: Recording) -> None:
        source, target = self._wav(one.name), folders.kept_recording(self._config, one.name)
        try:
            found = compress(source, target)
        except FileNotFoundError:
            self._store.write(recordings.not_kept, one.name, gone=True, now=self._now())
        except soundfile.LibsndfileError as error:
            _log.error("a recording cannot be compressed", recording=one.name, error=str(error))
            self._store.write(recordings.not_kept, one.name, gone=not source.exists(), now=self._now())
        else:
            if not self._store.write(recordings.kept, one.name, found):
                target.unlink(missing_ok=True)  # whose it was has been erased meanwhile
            source.unlink(missing_ok=True)

    def _wav(self, name: str) -> Path:
        return folders.recordings_dir(self._config) / f"{Path(name).name}.wav"
