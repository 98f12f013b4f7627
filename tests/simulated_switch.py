"""A switch of pretend calls: it behaves as AriSwitch on an Asterisk does, on a clock driven by hand.

    switch = SimulatedSwitch(clock=clock, emit=runtime.receive)
    leg = switch.arrive("+56221234567", "+56911111111")
    switch.phones["PJSIP/ann"] = SimulatedPhone(answer_after_seconds=2)

Phones ring and answer, reject or never answer; prompts last `say_seconds` a piece; nothing is told from within
`perform`, but a moment later, as over a network. `cut` loses the link: calls go on, fuses burn, nothing is told
until the owner has compared (`resync`, the real one) and re-issued. `restart` is Asterisk's: every call is gone.
It has no book of permits, and so dials no customer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from msgspec.structs import replace

from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.cel import CelPart
from ctiserver.asterisk.clock import Clock
from ctiserver.asterisk.known_leg import failure_reason
from ctiserver.asterisk.legs import Seen, Step, steps
from ctiserver.asterisk.resync import Channel, Reality, differences, orphans
from ctiserver.core.commands import (
    Answer,
    Arrange,
    AwaitSilence,
    DetectMachine,
    DialCustomer,
    DialLeg,
    DiscardRecording,
    DropLeg,
    Play,
    SetFuse,
    StartRecording,
    StopPlaying,
    StopRecording,
)
from ctiserver.core.ids import LegId, PlaybackId, RecordingId
from ctiserver.core.inputs import (
    CallArrived,
    DigitPressed,
    LegAnswered,
    LegEnded,
    LegFailed,
    LegJoined,
    LegLeft,
    LegRinging,
    LegSilent,
    LegSpoke,
    MachineJudged,
    Party,
    PromptEnded,
    PromptStarted,
    RecordingDiscarded,
    RecordingFailed,
    RecordingStored,
)
from ctiserver.core.leads import AnsweredBy
from ctiserver.core.message import Command, Input

LATENCY_SECONDS = 0.002
Cancel = Callable[[], None]


@dataclass(slots=True)
class SimulatedPhone:
    """What a phone does when it is rung: rejects with a SIP code, answers, or (None) rings on."""

    ring_after_seconds: float = 0.05
    answer_after_seconds: float | None = 1.0
    reject_code: int | None = None
    answered_by: AnsweredBy = "unsure"


@dataclass(slots=True)
class _Leg:
    dialled: bool
    did: str = ""
    number: str = ""
    arrived_at: float = 0.0
    state: Literal["Ring", "Down", "Ringing", "Up"] = "Ring"
    answered_by: AnsweredBy = "unsure"
    detecting: bool = False
    later: list[Cancel] = field(default_factory=list)
    fuse: SetFuse | None = None
    put_out: Cancel = lambda: None


@dataclass(slots=True)
class _Prompt:
    leg: LegId
    cancel: Cancel = lambda: None


class SimulatedSwitch:
    """`performed` are all commands; `legs`, `bridges`, `prompts`, `recordings` are what lives now.

    `fallen` are callers in the dialplan's fallback, who stay there.
    """

    def __init__(self, *, clock: Clock, emit: Callable[[Input], None], installation: str = "test") -> None:
        self._clock = clock
        self._emit = emit
        self._installation = installation
        self.phones: dict[str, SimulatedPhone] = {}
        self.say_seconds = 1.0
        self.performed: list[Command] = []
        self.legs: dict[LegId, _Leg] = {}
        self.fallen: dict[LegId, _Leg] = {}
        self.bridges = Seen()
        self.prompts: dict[PlaybackId, _Prompt] = {}
        self.recordings: dict[RecordingId, tuple[LegId, float]] = {}
        self.stored: dict[RecordingId, float] = {}
        self.live = True
        self._arrived = 0

    # The world

    def arrive(self, did: str, number: str, name: str = "") -> LegId:
        """Somebody calls."""
        self._arrived += 1
        leg = LegId(f"{self._installation}-{int(self._clock.now())}.{self._arrived}")
        self.legs[leg] = _Leg(dialled=False, did=did, number=number, arrived_at=self._clock.now())
        self._tell(lambda at: CallArrived(at=at, leg=leg, did=did, pii_number=number, pii_name=name))
        return leg

    def press(self, leg: LegId, keys: str) -> None:
        """The party on the leg presses keys."""
        for key in keys:
            self._tell(lambda at, key=key: DigitPressed(at=at, leg=leg, pii_digit=key))  # type: ignore[misc]

    def hang_up(self, leg: LegId) -> None:
        """The party on the leg hangs up, or rejects the call."""
        if self.fallen.pop(leg, None):
            return
        it = self.legs[leg]
        if it.dialled and it.state != "Up":
            self._fail(leg, 486)
        else:
            self._end(leg, "agent" if it.dialled else "caller")

    def answer(self, leg: LegId) -> None:
        """The party on a ringing leg picks up."""
        self._rise(leg)

    def cut(self) -> None:
        """The link falls: nothing is told or done any more; renewed fuses burn from now."""
        self.live = False
        for leg, it in self.legs.items():
            if it.fuse is not None and it.fuse.refresh_seconds is not None:
                self._light(leg, it, it.fuse.seconds)

    def restart(self) -> None:
        """Asterisk itself starts again while the link is cut: every call is gone."""
        self.cut()
        for leg in list(self.legs):
            self._end(leg, "switch")

    # The owner

    def resync(self, belief: Belief) -> list[Input]:
        """As AriSwitch.resync, without the log of channel events."""
        return differences(belief, self.reality(), CelPart(), self._clock.now())

    def reissue(self, belief: Belief) -> None:
        """Deletes what nobody wants, performs what is pending, and lives again."""
        unwanted = orphans(belief, self.reality(), self._installation)
        self.live = True
        for channel in unwanted.channels:
            self._end(LegId(channel), "center")
        for bridge in unwanted.bridges:
            self.bridges.bridges.pop(bridge, None)  # type: ignore[call-overload]
        for command in belief.pending():
            self.perform(command)

    def reality(self) -> Reality:
        """What a comparison sees."""
        return Reality(
            app="cti",
            channels={leg: self._channel(leg, it) for leg, it in (self.legs | self.fallen).items()},
            bridges=self.bridges,
            playbacks=frozenset(self.prompts),
            recordings=frozenset(self.recordings),
            stored=dict(self.stored),
        )

    def perform(self, command: Command) -> None:
        """Does what a switch does; other commands are left alone."""
        if not self.live:
            return
        self.performed.append(command)
        match command:
            case Answer(leg=leg):
                self._rise(leg)
            case DialLeg():
                self._dial(command)
            case DialCustomer(leg=leg):
                no = LegFailed(at=0, leg=leg, reason="not_permitted", decided_by="center")
                self._tell(lambda at: _at(no, at))
            case DropLeg(leg=leg):
                self._drop(leg)
            case DetectMachine(leg=leg) if leg in self.legs:
                self._detect(command)
            case Arrange():
                for step in steps(command.contact, command.conversations, self.bridges):
                    self._arrange(step)
            case SetFuse(leg=leg) if leg in self.legs:
                self._set_fuse(command)
            case _:
                self._perform_media(command)

    def _perform_media(self, command: Command) -> None:
        match command:
            case Play():
                self._play(command)
            case StopPlaying(playback=playback):
                self._prompt_over(playback)
            case StartRecording():
                self._record(command)
            case DiscardRecording(recording=recording):
                self._discard(recording)
            case StopRecording(recording=recording):
                self._keep(recording)
            case AwaitSilence(leg=leg, seconds=seconds) if leg in self.legs:
                self._later(self.legs[leg], 0.0, lambda: self._tell(lambda at: LegSpoke(at=at, leg=leg)))
                self._later(self.legs[leg], seconds, lambda: self._tell(lambda at: LegSilent(at=at, leg=leg)))

    # Legs

    def _dial(self, command: DialLeg) -> None:
        leg, phone = command.leg, self.phones.get(command.endpoint)
        if leg in self.legs:
            return
        if phone is None:
            refused = LegFailed(at=0, leg=leg, reason="refused", decided_by="switch")
            self._tell(lambda at: _at(refused, at))
            return
        it = self.legs[leg] = _Leg(dialled=True, state="Down", answered_by=phone.answered_by)
        self._later(it, phone.ring_after_seconds, lambda: self._ring(leg))
        if phone.reject_code is not None:
            code = phone.reject_code
            self._later(it, phone.ring_after_seconds + 0.01, lambda: self._fail(leg, code))
        elif phone.answer_after_seconds is not None:
            self._later(it, phone.ring_after_seconds + phone.answer_after_seconds, lambda: self._rise(leg))
        self._later(it, command.ring_seconds, lambda: self._give_up(leg))

    def _detect(self, command: DetectMachine) -> None:
        leg, it = command.leg, self.legs[command.leg]
        if it.detecting:
            return
        it.detecting = True
        judged = MachineJudged(at=0, leg=leg, answered_by=it.answered_by, seconds=command.seconds)
        self._later(it, command.seconds, lambda: self._tell(lambda at: replace(judged, at=at)))

    def _ring(self, leg: LegId) -> None:
        self.legs[leg].state = "Ringing"
        self._tell(lambda at: LegRinging(at=at, leg=leg))

    def _rise(self, leg: LegId) -> None:
        it = self.legs.get(leg)
        if it is not None and it.state != "Up":
            _cancel(it)
            it.state = "Up"
            self._tell(lambda at: LegAnswered(at=at, leg=leg))

    def _give_up(self, leg: LegId) -> None:
        rang = self.legs[leg].state == "Ringing"
        self._forget(leg)
        self._tell(
            lambda at: LegFailed(
                at=at, leg=leg, reason="no_answer" if rang else "unreachable", q850=19, decided_by="center"
            )
        )

    def _fail(self, leg: LegId, code: int) -> None:
        self._forget(leg)
        failed = LegFailed(at=0, leg=leg, reason=failure_reason(code, 0), sip_code=code, decided_by="agent")
        self._tell(lambda at: _at(failed, at))

    def _drop(self, leg: LegId) -> None:
        it = self.legs.get(leg)
        if it is None:
            return
        if it.dialled and it.state != "Up":
            self._forget(leg)
            dropped = LegFailed(at=0, leg=leg, reason="no_answer", q850=16, decided_by="center")
            self._tell(lambda at: _at(dropped, at))
        else:
            self._end(leg, "center")

    def _end(self, leg: LegId, by: Party) -> None:
        self._forget(leg)
        self._tell(lambda at: LegEnded(at=at, leg=leg, by=by, q850=16))

    def _forget(self, leg: LegId) -> None:
        """The leg is out of everything; what it leaves empty goes."""
        it = self.legs.pop(leg)
        _cancel(it)
        it.put_out()
        for playback in [p for p, prompt in self.prompts.items() if prompt.leg == leg]:
            self._prompt_over(playback)
        for recording in [r for r, (on, _since) in self.recordings.items() if on == leg]:
            self._keep(recording)
        where = self.bridges.where(leg)
        if where is not None:
            empty = self.bridges.take_out(leg)
            self._tell(lambda at: LegLeft(at=at, leg=leg, conversation=where))
            if empty:
                del self.bridges.bridges[empty]

    def _arrange(self, step: Step) -> None:
        before = {leg: self.bridges.where(leg) for leg in self.legs}
        known = {leg for bridge in self.bridges.bridges.values() for leg in bridge.legs}
        self.bridges.apply(step)
        for leg in {leg for bridge in self.bridges.bridges.values() for leg in bridge.legs} - known:
            if leg not in self.legs:
                self.bridges.take_out(leg)  # it ended before the request came
        for leg, old in before.items():
            new = self.bridges.where(leg)
            if old == new:
                continue
            if old is not None:
                self._tell(lambda at, leg=leg, old=old: LegLeft(at=at, leg=leg, conversation=old))  # type: ignore[misc]
            if new is not None:
                self._tell(lambda at, leg=leg, new=new: LegJoined(at=at, leg=leg, conversation=new))  # type: ignore[misc]

    # Fuses

    def _set_fuse(self, command: SetFuse) -> None:
        it = self.legs[command.leg]
        it.put_out()
        it.fuse = command
        if command.refresh_seconds is None:
            self._light(command.leg, it, command.seconds)

    def _light(self, leg: LegId, it: _Leg, seconds: float) -> None:
        it.put_out()
        it.put_out = self._clock.call_later(seconds, lambda: self._burnt_down(leg, it))

    def _burnt_down(self, leg: LegId, it: _Leg) -> None:
        self._end(leg, "switch" if it.dialled else "fallback")
        if not it.dialled:
            self.fallen[leg] = it

    # Media

    def _play(self, command: Play) -> None:
        playback, leg = command.playback, command.leg
        if leg not in self.legs:
            return
        self._tell(lambda at: PromptStarted(at=at, playback=playback))
        seconds = LATENCY_SECONDS + self.say_seconds * len(command.says)
        cancel = self._clock.call_later(seconds, lambda: self._prompt_over(playback))
        self.prompts[playback] = _Prompt(leg, cancel)

    def _prompt_over(self, playback: PlaybackId) -> None:
        prompt = self.prompts.pop(playback, None)
        if prompt is not None:
            prompt.cancel()
            self._tell(lambda at: PromptEnded(at=at, playback=playback))

    def _record(self, command: StartRecording) -> None:
        recording = command.recording
        if recording in self.recordings or recording in self.stored:
            return
        if command.leg in self.legs:
            self.recordings[recording] = command.leg, self._clock.now()
        else:
            self._tell(lambda at: RecordingFailed(at=at, recording=recording, reason="the leg is gone"))

    def _keep(self, recording: RecordingId) -> None:
        if recording in self.recordings:
            _leg, since = self.recordings.pop(recording)
            seconds = self.stored[recording] = self._clock.now() - since
            self._tell(lambda at: RecordingStored(at=at, recording=recording, seconds=seconds))

    def _discard(self, recording: RecordingId) -> None:
        self.stored.pop(recording, None)
        self._tell(lambda at: RecordingDiscarded(at=at, recording=recording))

    # Small things

    def _tell(self, told: Callable[[float], Input]) -> None:
        """A moment later, unless the link is cut by then or was cut when it happened."""
        if not self.live:
            return

        def tell() -> None:
            if self.live:
                self._emit(told(self._clock.now()))

        self._clock.call_later(LATENCY_SECONDS, tell)

    def _later(self, it: _Leg, seconds: float, call: Callable[[], None]) -> None:
        it.later.append(self._clock.call_later(seconds, call))

    def _channel(self, leg: LegId, it: _Leg) -> Channel:
        name, data = "Stasis", "cti,dialled" if it.dialled else f"cti,in,{it.did}"
        if it.dialled and it.state != "Up":
            name, data = "AppDial2", "(Outgoing Line)"
        elif leg in self.fallen:
            name, data = "Queue", "fallback"
        return {
            "id": leg,
            "state": it.state,
            "caller": {"number": it.number, "name": ""},
            "creationtime": datetime.fromtimestamp(it.arrived_at, UTC).isoformat(),
            "dialplan": {"app_name": name, "app_data": data},
        }


def _cancel(it: _Leg) -> None:
    later: Sequence[Cancel] = it.later
    for cancel in later:
        cancel()
    it.later = []


def _at(one: LegFailed, at: float) -> LegFailed:
    return replace(one, at=at)
