"""Who speaks when in a talk that is recorded, told in pieces.

Asterisk tells of each leg when it begins to speak and when it has been silent for a while; that often nobody needs to
know. The spells are collected here, in seconds of the recording, and told once a minute and at its end. After a restart
the legs are followed again; what was collected since the last piece is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from ctiserver.asterisk import ari_wire
from ctiserver.asterisk.ari_request import Request
from ctiserver.asterisk.asking import Send
from ctiserver.core.commands import FollowVoice
from ctiserver.core.ids import LegId, RecordingId
from ctiserver.core.inputs import VoicesHeard
from ctiserver.core.message import Input
from ctiserver.core.spells import Spell, Who

SILENCE_SECONDS = 0.5
"""Shorter pauses are part of speaking."""
EVERY_SECONDS = 60.0


@dataclass(slots=True)
class _Voice:
    """A leg that is followed; `since`: when it began to speak, None: it is silent."""

    recording: RecordingId
    who: Who
    begun_at: float
    since: float | None = None


@dataclass(slots=True)
class _Piece:
    """What was heard since it was last told."""

    told_at: float
    spells: dict[Who, list[Spell]] = field(default_factory=lambda: {"caller": [], "agent": []})


class Voices:
    """Invariant: a piece for each recording that has a leg followed, or had one since its last piece."""

    def __init__(self, send: Send, tell: Callable[[list[Input]], None]) -> None:
        self._send = send
        self._tell = tell
        self._voices: dict[LegId, _Voice] = {}
        self._pieces: dict[RecordingId, _Piece] = {}

    def follow(self, command: FollowVoice, key: str, at: float) -> None:
        """Collect what the leg speaks from now on."""
        self._pieces.setdefault(command.recording, _Piece(at))
        self._voices[command.leg] = _Voice(command.recording, command.who, command.recording_at)
        self._ask(ari_wire.await_silence(command.leg, SILENCE_SECONDS), key)

    def heard(self, leg: LegId, speaking: bool, seconds: float, at: float) -> None:
        """A leg begins to speak, or has spoken for so many seconds and been silent since."""
        voice = self._voices.get(leg)
        if voice is None:
            return
        if speaking:
            voice.since = at
        elif voice.since is not None:
            self._spoke(voice, voice.since + seconds)
            if at - self._pieces[voice.recording].told_at >= EVERY_SECONDS:
                self._tell_piece(voice.recording, at)

    def leave(self, recording: RecordingId, key: str) -> None:
        """The recording ends: whoever is still there is followed no more."""
        for leg in self._legs(recording):
            self._ask(ari_wire.stop_awaiting_silence(leg), key)

    def over(self, recording: RecordingId, at: float) -> None:
        """The file is whole, or lost: the last piece."""
        for leg in self._legs(recording):
            self._end(leg, at)
        self._tell_piece(recording, at)
        self._pieces.pop(recording, None)

    def leg_ended(self, leg: LegId, at: float) -> None:
        """Nobody speaks there any more."""
        if leg in self._voices:
            self._end(leg, at)

    def forget(self) -> None:
        """The link is down: legs are followed again when it is back."""
        self._voices.clear()
        self._pieces.clear()

    def _legs(self, recording: RecordingId) -> list[LegId]:
        return [leg for leg, voice in self._voices.items() if voice.recording == recording]

    def _end(self, leg: LegId, at: float) -> None:
        voice = self._voices.pop(leg)
        if voice.since is not None:
            self._spoke(voice, at)

    def _spoke(self, voice: _Voice, until: float) -> None:
        if voice.since is None:
            return
        since = max(0.0, voice.since - voice.begun_at)
        spell = (round(since, 1), round(max(since, until - voice.begun_at), 1))
        self._pieces[voice.recording].spells[voice.who].append(spell)
        voice.since = None

    def _tell_piece(self, recording: RecordingId, at: float) -> None:
        piece = self._pieces.get(recording)
        if piece is None or not any(piece.spells.values()):
            return
        caller, agent = (tuple(piece.spells[who]) for who in ("caller", "agent"))
        self._pieces[recording] = _Piece(at)
        self._tell([VoicesHeard(at=at, recording=recording, caller=caller, agent=agent)])

    def _ask(self, request: Request, key: str) -> None:
        self._send(request, key).addErrback(lambda _failure: None)  # who is gone says nothing
