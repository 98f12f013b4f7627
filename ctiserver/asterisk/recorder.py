"""Recordings: a channel that snoops on the caller's leg, and a file of what it hears.

By snoop and not by bridge, so that the recording survives transfers and the bridge stays a cheap one. The
snoop must have entered the application before it can be recorded, hence the two steps. A recording that
ended unseen is told by its file.
"""

from collections.abc import Callable
from pathlib import Path

import structlog
from twisted.python.failure import Failure

from ctiserver.asterisk import ari_wire
from ctiserver.asterisk.ari_wire import SNOOP
from ctiserver.asterisk.asking import Send
from ctiserver.asterisk.clock import Clock
from ctiserver.asterisk.reality import recorded_seconds
from ctiserver.asterisk.translate import Translator
from ctiserver.core.errors import CallGone, SwitchError, SwitchRefused, SwitchUnreachable
from ctiserver.core.ids import LegId, RecordingId
from ctiserver.core.inputs import RecordingDiscarded
from ctiserver.core.message import Input

log = structlog.get_logger()
_NEVER_BEGUN = "it was never begun"


class Recorder:
    """Requests of one recording go through one socket (`key`)."""

    def __init__(
        self,
        send: Send,
        app: str,
        folder: Path,
        translator: Translator,
        tell: Callable[[list[Input]], None],
        clock: Clock,
    ) -> None:
        self._send = send
        self._app = app
        self._folder = folder
        self._translator = translator
        self._tell = tell
        self._clock = clock
        self._muted: dict[RecordingId, bool] = {}

    def start(self, recording: RecordingId, leg: LegId, key: str) -> None:
        """Makes the snoop; `snoop_is_there` goes on.

        Asterisk refuses a second snoop of the same name (500): the first may have been left without a file.
        """

        def failed(failure: Failure) -> None:
            match failure.value:
                case SwitchRefused() as error:
                    self._begin(recording, key, str(error))
                case SwitchError() as error:
                    self._lost(recording, error)

        self._translator.recording(recording)
        self._send(ari_wire.snoop(leg, recording, self._app), key).addErrback(failed)

    def snoop_is_there(self, recording: RecordingId, key: str) -> None:
        """Begins the file, now that the snoop has entered the application."""
        self._begin(recording, key)

    def _begin(self, recording: RecordingId, key: str, why_not: str = _NEVER_BEGUN) -> None:
        """Gone: the call has ended, or there never was a snoop; `why_not`: then there is no file. 409: it has begun."""

        def failed(failure: Failure) -> None:
            match failure.value:
                case CallGone():
                    self._ended_unseen(recording, why_not)
                case SwitchRefused(status=409):
                    return
                case SwitchError() as error:
                    self._lost(recording, error)

        begun = self._send(ari_wire.record(recording), key)
        begun.addCallback(lambda _answer: self._mute(recording, key)).addErrback(failed)

    def mute(self, recording: RecordingId, muted: bool, key: str) -> None:
        """Silence in the file, or the sound again; of one that has not begun yet, as soon as it has."""
        self._muted[recording] = muted
        self._mute(recording, key)

    def _mute(self, recording: RecordingId, key: str) -> None:
        if recording in self._muted:
            muted = self._muted[recording]
            sent = self._send(ari_wire.mute_recording(recording, muted), key)
            sent.addErrback(lambda failure: self._not_muted(failure, recording, key))

    def _not_muted(self, failure: Failure, recording: RecordingId, key: str) -> None:
        """What shall not be heard is not to be had: better no more recording than that."""
        refused = isinstance(failure.value, SwitchRefused)
        if refused and self._muted.get(recording):
            self.stop(recording, key)

    def stop(self, recording: RecordingId, key: str) -> None:
        """Ends the file; Asterisk tells when it is whole. The snoop goes with it."""

        def failed(failure: Failure) -> None:
            match failure.value:
                case CallGone():
                    self._ended_unseen(recording)
                case SwitchError() as error:
                    self._lost(recording, error)

        self._send(ari_wire.stop_recording(recording), key).addErrback(failed)
        self.over(recording, key)

    def over(self, recording: RecordingId, key: str) -> None:
        """Removes the snoop, if it is still there."""
        self._muted.pop(recording, None)
        self._send(ari_wire.hang_up(SNOOP + recording), key).addErrback(lambda _failure: None)

    def discard(self, recording: RecordingId) -> None:
        """Deletes its file; one that is gone already is as good. Asked again with the next link if nothing is told."""

        def discarded(_answer: object) -> None:
            self._tell([RecordingDiscarded(at=self._clock.now(), recording=recording)])

        def failed(failure: Failure) -> None:
            match failure.value:
                case CallGone():
                    discarded(None)
                case SwitchRefused() as error:
                    log.warning("recording_not_discarded", recording=recording, reason=str(error))
                case _:
                    failure.trap(SwitchUnreachable)

        self._send(ari_wire.discard_recording(recording), recording).addCallbacks(discarded, failed)

    def _ended_unseen(self, recording: RecordingId, why_not: str = _NEVER_BEGUN) -> None:
        seconds = recorded_seconds(self._folder, recording)
        at = self._clock.now()
        if seconds is None:
            self._tell(self._translator.recording_lost(recording, why_not, at))
        else:
            self._tell(self._translator.recording_kept(recording, seconds, at))

    def _lost(self, recording: RecordingId, error: SwitchError) -> None:
        if not isinstance(error, SwitchUnreachable):
            self._tell(self._translator.recording_lost(recording, str(error), self._clock.now()))
