"""Performs commands on Asterisk and tells what happens there, as inputs.

Life: the link comes up -> `on_up(session)` -> the owner notes SwitchUp and calls `resync(belief)` -> hands
the inputs it yields to the engines -> `reissue(belief.pending())`. Between the link's fall and `reissue`,
`perform` does nothing, for the belief remembers; events are kept and translated after `reissue`. The belief
notes each command before it is performed, and each input and event that comes of it.

What Asterisk refuses comes back as an input, so that the engines decide what follows. What is gone needs
nothing: its end is told anyway. What got no answer because the link fell is still pending in the belief. An
id that exists already (409) means that the command was performed before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTCP
from twisted.python.failure import Failure

from ctiserver.asterisk import ari_wire, cel
from ctiserver.asterisk.agents import AgentEndpoint, AgentPhones
from ctiserver.asterisk.ari_service import AriAddress, AriService
from ctiserver.asterisk.ari_wire import Request
from ctiserver.asterisk.arranger import Arranger
from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.clock import Clock
from ctiserver.asterisk.event_time import happened_at
from ctiserver.asterisk.fuses import Fuses
from ctiserver.asterisk.reality import read_reality, recorded_seconds
from ctiserver.asterisk.recorder import Recorder
from ctiserver.asterisk.resync import Orphans, Reality, differences, missed_calls, orphans
from ctiserver.asterisk.translate import AriEvent, Translator
from ctiserver.core.commands import (
    Answer,
    Arrange,
    DialLeg,
    DropLeg,
    Play,
    SetFuse,
    StartRecording,
    StopPlaying,
    StopRecording,
)
from ctiserver.core.errors import CallGone, SwitchError, SwitchRefused
from ctiserver.core.ids import LegId, PlaybackId, RecordingId
from ctiserver.core.inputs import LegEnded, LegFailed, RecordingFailed, RecordingStored
from ctiserver.core.message import Command, Input

_LOOK_SECONDS = 30.0
_WORTH_TELLING_BYTES = 256 << 10

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchFolders:
    """Asterisk's own files that we read: recordings (`<id>.wav`) and the CEL file."""

    recordings: Path
    cel_file: Path


class AriSwitch(Service):
    """`perform` never raises: what fails comes back as an input."""

    def __init__(
        self,
        *,
        reactor: IReactorTCP,
        address: AriAddress,
        installation: str,
        app: str,
        request_sockets: int,
        folders: SwitchFolders,
        clock: Clock,
        random: Callable[[], float],
        media: Callable[[Play], Sequence[str]],
        emit: Callable[[Input], None],
        on_up: Callable[[str], None],
        on_down: Callable[[], None],
        on_replaced: Callable[[], None],
    ) -> None:
        self._installation = installation
        self._app = app
        self._folders = folders
        self._clock = clock
        self._media = media
        self._emit = emit
        self._on_up = on_up
        self._on_down = on_down
        self._ari = AriService(
            reactor=reactor,
            address=address,
            app=app,
            request_sockets=request_sockets,
            clock=clock,
            random=random,
            on_up=self._up,
            on_down=self._down,
            on_event=self._event,
            on_replaced=on_replaced,
        )
        self._translator = Translator(
            file_seconds=lambda recording: recorded_seconds(folders.recordings, recording)
        )
        self._arranger = Arranger(self._ari.request, installation)
        self._recorder = Recorder(
            self._ari.request, app, folders.recordings, self._translator, self._told, clock
        )
        self._fuses = Fuses(clock, self._send_fuse)
        self._phones = AgentPhones(self._ari.request)
        self._belief = Belief()
        self._reality = Reality(app=app)
        self._live = False
        self._kept: list[AriEvent] = []
        self._stop_looking: Callable[[], None] = lambda: None

    def startService(self) -> None:
        """Begins to connect."""
        super().startService()  # type: ignore[no-untyped-call]
        self._ari.startService()

    def stopService(self) -> None:
        """Closes the link; calls go on in Asterisk, their fuses burn from now."""
        super().stopService()  # type: ignore[no-untyped-call]
        self._rest()
        self._ari.stopService()

    # Belief and reality

    def resync(self, belief: Belief) -> Deferred[list[Input]]:
        """What happened unseen, the last of them SwitchSynced. The belief is kept and read later on.

        Fails with a SwitchError when the link falls meanwhile: `on_up` comes again.
        """
        self._belief = belief
        return Deferred.fromCoroutine(self._resync())

    async def _resync(self) -> list[Input]:
        belief = self._belief
        self._reality = await read_reality(
            self._ari.request,
            belief,
            app=self._app,
            installation=self._installation,
            recordings=self._folders.recordings,
        )
        records = cel.read_all(self._folders.cel_file, belief.cel_inode, belief.cel_offset)
        return differences(belief, self._reality, records, self._clock.now())

    def reissue(self, commands: Sequence[Command]) -> None:
        """Performs `belief.pending()` and goes live: from here on `perform` acts at once.

        Deletes what nobody wants, then performs, then tells the events that came meanwhile.
        """
        self._translator.adopt(self._belief)
        self._arranger.seen = self._reality.bridges
        self._delete(orphans(self._belief, self._reality, self._installation))
        self._live = True
        for command in commands:
            self.perform(command)
        kept, self._kept = self._kept, []
        for event in kept:
            self._translate(event)
        self._stop_looking = self._clock.call_later(_LOOK_SECONDS, self._look)

    def provision(self, agents: Sequence[AgentEndpoint]) -> Deferred[None]:
        """Makes the agents' endpoints known to Asterisk; sends only what changed since the last time.

        Fails with a SwitchError; `on_up` comes again, and with it the time to call it again.
        """
        return Deferred.fromCoroutine(self._phones.tell(agents))

    # Commands

    def perform(self, command: Command) -> None:
        """Does it; commands that are not the switch's (timers, look-ups) are left alone."""
        if not self._live:
            return
        match command:
            case Answer(leg=leg):
                self._send(ari_wire.answer(leg), self._key(leg))
            case DialLeg():
                self._dial(command)
            case DropLeg(leg=leg):
                self._translator.dropped(leg)
                self._send(ari_wire.hang_up(leg), self._key(leg))
            case Arrange(contact=contact):
                self._arranger.arrange(command, contact)
            case SetFuse():
                self._fuses.set(command)
            case _:
                self._perform_media(command)

    def _perform_media(self, command: Command) -> None:
        match command:
            case Play():
                self._play(command)
            case StopPlaying(playback=playback):
                over = self._prompt_over(playback, failed=False)
                self._send(ari_wire.stop_playing(playback), self._playback_key(playback), gone=over)
            case StartRecording(recording=recording, leg=leg):
                self._recorder.start(recording, leg, self._key(leg))
            case StopRecording(recording=recording):
                self._recorder.stop(recording, self._recording_key(recording))

    def _dial(self, command: DialLeg) -> None:
        leg = command.leg
        self._translator.dialled(leg)

        def refused(_error: SwitchError) -> None:
            self._told(self._translator.refused(leg, self._clock.now()))

        self._send(ari_wire.dial(command, self._app), self._key(leg), gone=refused, refused=refused)

    def _play(self, command: Play) -> None:
        self._translator.playing(command.playback)
        failed = self._prompt_over(command.playback, failed=True)
        try:
            media = self._media(command)
        except Exception as error:
            log.exception("prompt_not_found", says=command.says)
            failed(SwitchRefused(0, str(error)))
            return
        request = ari_wire.play(command.leg, command.playback, media, command.language)
        self._send(request, self._key(command.leg), gone=failed, refused=failed)

    def _prompt_over(self, playback: PlaybackId, *, failed: bool) -> Callable[[SwitchError], None]:
        def over(_error: SwitchError) -> None:
            self._told(self._translator.prompt_over(playback, self._clock.now(), failed=failed))

        return over

    def _send_fuse(self, leg: LegId, seconds: float) -> None:
        if self._live:
            self._send(ari_wire.set_fuse(leg, seconds), self._key(leg))

    def _delete(self, unwanted: Orphans) -> None:
        if unwanted.channels or unwanted.bridges:
            log.warning("orphans_deleted", channels=unwanted.channels, bridges=unwanted.bridges)
        for channel in unwanted.channels:
            self._send(ari_wire.hang_up(channel), channel)
        for bridge in unwanted.bridges:
            self._send(ari_wire.destroy_bridge(bridge), bridge)

    def _send(
        self,
        request: Request,
        key: str,
        *,
        gone: Callable[[SwitchError], None] | None = None,
        refused: Callable[[SwitchError], None] | None = None,
    ) -> None:
        def failed(failure: Failure) -> None:
            error = failure.value
            match error:
                case CallGone():
                    if gone:
                        gone(error)
                case SwitchRefused(status=409):
                    pass  # it was done before a restart
                case SwitchRefused():
                    log.warning("request_refused", uri=request.uri, status=error.status, reason=error.reason)
                    if refused:
                        refused(error)
                case SwitchError():
                    pass  # the link fell: the belief remembers
                case _:
                    log.error("request_failed", uri=request.uri, failure=failure.getTraceback())

        self._ari.request(request, key).addErrback(failed)

    # Requests with the same key stay in order: those of a contact, or of a leg that has none yet

    def _key(self, leg: LegId) -> str:
        belief = self._belief.legs.get(leg)
        return (belief and belief.contact) or leg

    def _playback_key(self, playback: PlaybackId) -> str:
        belief = self._belief.playbacks.get(playback)
        return self._key(belief.leg) if belief else playback

    def _recording_key(self, recording: RecordingId) -> str:
        leg = self._belief.recordings.get(recording)
        return self._key(leg) if leg else recording

    # What the link tells

    def _up(self, session: str) -> None:
        self._kept.clear()
        self._phones.begin(session)
        self._on_up(session)

    def _down(self) -> None:
        self._rest()
        self._on_down()

    def _rest(self) -> None:
        self._live = False
        self._kept.clear()
        self._fuses.forget_all()
        self._stop_looking()

    def _event(self, event: AriEvent) -> None:
        if self._live:
            self._translate(event)
        else:
            self._kept.append(event)

    def _translate(self, event: AriEvent) -> None:
        if event.get("type") == "StasisStart" and event.get("args", [])[:1] == ["snoop"]:
            recording = RecordingId(event["args"][1])
            self._recorder.snoop_is_there(recording, self._recording_key(recording))
        else:
            self._told(self._translator.handle(event, happened_at(event, self._clock.now())))

    def _told(self, inputs: list[Input]) -> None:
        for one in inputs:
            match one:
                case LegEnded(leg=leg) | LegFailed(leg=leg):
                    self._fuses.forget(leg)
                    self._arranger.leg_ended(leg, self._key(leg))
                case RecordingStored(recording=recording) | RecordingFailed(recording=recording):
                    self._recorder.over(recording, self._recording_key(recording))
            self._emit(one)

    # Calls that only the fallback saw, while we live

    def _look(self) -> None:
        Deferred.fromCoroutine(self._missed()).addErrback(_log_failure)

    async def _missed(self) -> None:
        belief = self._belief
        records = cel.read(self._folders.cel_file, belief.cel_inode, belief.cel_offset)
        listed = await self._ari.request(ari_wire.channels(), "channels")
        if not self._live:
            return
        reality = Reality(app=self._app, channels={channel["id"]: channel for channel in listed})
        told = missed_calls(belief, reality, records, self._clock.now())
        if len(told) > 1 or records.offset - belief.cel_offset > _WORTH_TELLING_BYTES:
            self._told(told)
        self._stop_looking = self._clock.call_later(_LOOK_SECONDS, self._look)


def _log_failure(failure: Failure) -> None:
    if not isinstance(failure.value, SwitchError):
        log.error("look_failed", failure=failure.getTraceback())
