"""Commands as requests to Asterisk, and what its refusals mean.

What Asterisk refuses comes back as an input, so that the engines decide what follows. What is gone needs
nothing: its end is told anyway. What got no answer because the link fell is still pending in the belief. An
id that exists already (409) means that the command was performed before.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from ctiserver.asterisk import ari_wire
from ctiserver.asterisk.arranger import Arranger
from ctiserver.asterisk.asking import Asking, Send
from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.carriers import Carrier
from ctiserver.asterisk.clock import Clock
from ctiserver.asterisk.dialling import Dialling
from ctiserver.asterisk.fuses import Fuses
from ctiserver.asterisk.legs import Seen
from ctiserver.asterisk.live_audio import LiveAudio
from ctiserver.asterisk.permitted import PermitBook
from ctiserver.asterisk.recorder import Recorder
from ctiserver.asterisk.resync import Orphans
from ctiserver.asterisk.secret_keys import SecretKeys
from ctiserver.asterisk.translate import Translator
from ctiserver.asterisk.voices import Voices
from ctiserver.core.commands import (
    Answer,
    Arrange,
    AwaitSilence,
    DetectMachine,
    DialCustomer,
    DialLeg,
    DialOutside,
    DiscardRecording,
    DropLeg,
    FollowVoice,
    ForgetSecret,
    Listen,
    ListenSecretly,
    MuteRecording,
    Play,
    PlayDigits,
    SetFuse,
    StartRecording,
    StopListening,
    StopPlaying,
    StopRecording,
)
from ctiserver.core.errors import SwitchError, SwitchRefused
from ctiserver.core.ids import ConversationId, LegId, ListeningId, PlaybackId, RecordingId
from ctiserver.core.inputs import (
    LegEnded,
    LegFailed,
    LegSilent,
    PromptEnded,
    RecordingFailed,
    RecordingStored,
    SpeechMissed,
)
from ctiserver.core.message import Command, Input

log = structlog.get_logger()


class Performer:
    """Never raises. `belief` is the owner's; it says which contact a leg, a prompt, a recording belongs to."""

    def __init__(
        self,
        *,
        request: Send,
        app: str,
        installation: str,
        recordings: Path,
        clock: Clock,
        media: Callable[[Play], Sequence[str]],
        translator: Translator,
        tell: Callable[[list[Input]], None],
        permits: PermitBook,
        carriers: Mapping[str, Carrier],
        hear: Callable[[Listen, str], None],
        secrets: SecretKeys,
    ) -> None:
        self.belief = Belief()
        self._send = Asking(request).ask
        self._app = app
        self._clock = clock
        self._media = media
        self._translator = translator
        self._tell = tell
        self._arranger = Arranger(request, installation, app, lambda contact: self.belief.wanted(contact))
        self._recorder = Recorder(request, app, recordings, translator, tell, clock)
        self._voices = Voices(request, tell)
        self._live_audio = LiveAudio(request, app, hear, self._deaf)
        self._secrets = secrets
        self._fuses = Fuses(clock, self._send_fuse)
        self.dialling = Dialling(
            ask=self._send,
            app=app,
            clock=clock,
            key=self._key,
            translator=translator,
            tell=tell,
            permits=permits,
            carriers=carriers,
        )

    def adopt(self, seen: Seen) -> None:
        """The bridges that there are, and the prompts that play."""
        seen.unsure = {leg for leg, it in self.belief.legs.items() if it.silenced}
        self._arranger.seen = seen
        for key, playback in self.belief.playbacks.items():
            if playback.started:
                self._fuses.prompt_begins(playback.leg, key)

    def rest(self) -> None:
        """The link is down: no more renewals."""
        self._fuses.forget_all()
        self.dialling.forget()
        self._live_audio.forget()
        self._voices.forget()

    def delete(self, unwanted: Orphans) -> None:
        """Ends channels and bridges that nobody wants."""
        if unwanted.channels or unwanted.bridges:
            log.warning("orphans_deleted", channels=unwanted.channels, bridges=unwanted.bridges)
        for channel in unwanted.channels:
            self._send(ari_wire.hang_up(channel), channel)
        for bridge in unwanted.bridges:
            self._send(ari_wire.destroy_bridge(bridge), bridge)

    def told(self, one: Input) -> None:
        """Cleans up behind what has ended; called before the owner, and so the belief, hears of it."""
        match one:
            case LegEnded(leg=leg) | LegFailed(leg=leg):
                self._fuses.forget(leg)
                self._live_audio.leg_ended(leg)
                self._voices.leg_ended(leg, one.at)
                self._arranger.leg_ended(leg, self._key(leg))
            case LegSilent(leg=leg):
                self._send(ari_wire.stop_awaiting_silence(leg), self._key(leg))
            case RecordingStored(recording=recording) | RecordingFailed(recording=recording):
                self._voices.over(recording, one.at)
                self._recorder.over(recording, self._recording_key(recording))
            case PromptEnded(playback=playback):
                self._fuses.prompt_ended(playback)

    def put_back(self, leg: LegId) -> None:
        """A leg that is not where it is wanted, though that was asked for."""
        if contact := self.belief.legs[leg].contact:
            self._arranger.look_again(contact, contact)

    def snoop_is_there(self, recording: RecordingId) -> None:
        """The channel that a recording listens through has entered the application."""
        self._recorder.snoop_is_there(recording, self._recording_key(recording))

    def voice(self, event: dict[str, Any], at: float) -> None:
        """Somebody begins to speak, or has spoken and is silent."""
        speaking = event["type"] == "ChannelTalkingStarted"
        seconds = float(event.get("duration") or 0) / 1000
        self._voices.heard(LegId(event["channel"]["id"]), speaking, seconds, at)

    def ear_is_there(self, conversation: ConversationId) -> None:
        """The channel through which a supervisor listens has entered the application."""
        self._arranger.ear_is_there(conversation)

    def media_is_there(self, channel: str) -> None:
        """Somebody takes the sound of a leg."""
        self._live_audio.media_is_there(channel)

    def _deaf(self, listening: ListeningId) -> None:
        self._tell([SpeechMissed(at=self._clock.now(), listening=listening, reason="failed")])

    # Commands

    def perform(self, command: Command) -> None:
        """Does it; commands that are not the switch's (timers, look-ups) are left alone."""
        match command:
            case Answer(leg=leg):
                self._send(ari_wire.answer(leg), self._key(leg))
            case DialLeg() | DialCustomer() | DialOutside():
                self.dialling.dial(command)
            case DetectMachine():
                self._detect(command)
            case DropLeg(leg=leg):
                self._translator.dropped(leg)
                self.dialling.dropped(leg)
                self._send(ari_wire.hang_up(leg), self._key(leg))
            case Arrange(contact=contact):
                self._arranger.arrange(command, contact)
            case SetFuse():
                self._fuses.set(command)
            case ListenSecretly():
                self._secrets.listen(command)
            case ForgetSecret():
                self._tell(self._secrets.stop(command, self._clock.now()))
            case _:
                self._perform_media(command)

    def _perform_media(self, command: Command) -> None:
        match command:
            case Play():
                self._play(command)
            case StopPlaying(playback=playback):
                over = self._prompt_over(playback, failed=False)
                self._send(ari_wire.stop_playing(playback), self._playback_key(playback), gone=over)
                self._fuses.prompt_ended(
                    playback
                )  # before the next begins, whose own silence renews the fuse
            case PlayDigits(leg=leg, pii_digits=digits):
                self._send(ari_wire.play_digits(leg, digits), self._key(leg))
            case Listen(leg=leg):
                self._live_audio.start(command, self._key(leg))
            case AwaitSilence(leg=leg, seconds=seconds):
                self._translator.awaiting_silence(leg)
                self._send(ari_wire.await_silence(leg, seconds), self._key(leg))
            case StopListening(listening=listening):
                self._live_audio.stop(listening)
            case _:
                self._perform_recording(command)

    def _perform_recording(self, command: Command) -> None:
        match command:
            case StartRecording(recording=recording, leg=leg):
                self._recorder.start(recording, leg, self._key(leg))
            case FollowVoice(leg=leg):
                self._translator.following(leg)
                self._voices.follow(command, self._key(leg), self._clock.now())
            case MuteRecording(recording=recording, muted=muted):
                self._recorder.mute(recording, muted, self._recording_key(recording))
            case StopRecording(recording=recording):
                self._voices.leave(recording, self._recording_key(recording))
                self._recorder.stop(recording, self._recording_key(recording))
            case DiscardRecording(recording=recording):
                self._recorder.discard(recording)

    def _detect(self, command: DetectMachine) -> None:
        """A leg that is out of the application is told of only if that was asked for; one that is out comes back."""
        leg = command.leg

        def refused(error: SwitchError) -> None:
            self._tell(self._translator.not_judged(leg, str(error), self._clock.now()))

        self._translator.detecting(leg)
        self._send(ari_wire.subscribe(self._app, [leg]), self._key(leg))
        self._send(ari_wire.detect_machine(leg, command.seconds), self._key(leg), refused=refused)

    def _play(self, command: Play) -> None:
        self._translator.playing(command.playback)
        failed = self._prompt_over(command.playback, failed=True)
        try:
            media = self._media(command)
        except Exception as error:
            log.exception("prompt_not_found", says=command.says)
            failed(SwitchRefused(0, str(error)))
            return
        self._fuses.prompt_begins(command.leg, command.playback)
        request = ari_wire.play(command.leg, command.playback, media, command.language)
        self._send(request, self._key(command.leg), gone=failed, refused=failed)

    def _prompt_over(self, playback: PlaybackId, *, failed: bool) -> Callable[[SwitchError], None]:
        def over(_error: SwitchError) -> None:
            self._tell(self._translator.prompt_over(playback, self._clock.now(), failed=failed))

        return over

    def _send_fuse(self, leg: LegId, seconds: float) -> None:
        self._send(ari_wire.set_fuse(leg, seconds), self._key(leg))

    # Requests with the same key stay in order: those of a contact, or of a leg that has none yet

    def _key(self, leg: LegId) -> str:
        belief = self.belief.legs.get(leg)
        return (belief and belief.contact) or leg

    def _playback_key(self, playback: PlaybackId) -> str:
        belief = self.belief.playbacks.get(playback)
        return self._key(belief.leg) if belief else playback

    def _recording_key(self, recording: RecordingId) -> str:
        leg = self.belief.recordings.get(recording)
        return self._key(leg) if leg else recording
