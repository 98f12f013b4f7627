"""What we believe of the switch: a fold of commands, inputs and a few events.

Invariant: it holds only what some living leg, recording, look-up or timer still needs, so that it stays as
small as the calls in progress. `pending` are the commands whose outcome has not come back; after a restart,
or when the link was down, they are performed again, which is harmless because their ids name what they make.
What is a state rather than a deed (the topology of a contact, the fuse of a leg, silence in a recording) is pending.
"""

from typing import Any, Self

import msgspec

from ctiserver.asterisk.believed import LegBelief, Pending, PlaybackBelief
from ctiserver.core import inputs
from ctiserver.core.commands import (
    Answer,
    Arrange,
    AwaitSilence,
    CancelTimer,
    ClaimLeads,
    DetectMachine,
    DialCustomer,
    DialLeg,
    DialOutside,
    DiscardRecording,
    DropLeg,
    FollowVoice,
    ForgetSecret,
    ListenSecretly,
    LookUp,
    MuteRecording,
    Play,
    RunAction,
    SetFuse,
    StartRecording,
    StartTimer,
    StopPlaying,
    StopRecording,
)
from ctiserver.core.events import ContactArrived
from ctiserver.core.ids import ContactId, LegId, PlaybackId, RecordingId, SecretId, TimerId
from ctiserver.core.message import Command, Input, Message

_MEDIA = (Play, StopPlaying, StartRecording, FollowVoice, MuteRecording, StopRecording, DiscardRecording)
_DEEDS: dict[type[Command], str] = {
    DropLeg: "drop",
    SetFuse: "fuse",
    DetectMachine: "detect",
    AwaitSilence: "silence",
}


class Belief(msgspec.Struct):
    """Plain containers only; `open` maps what a command is about to the command, in the order given.

    `calls`: arrivals that the CEL file was not read up to yet, dead or alive, and those told as missed: while
    somebody is in the fallback the file is read again from his beginning, and nobody is missed twice.
    """

    legs: dict[LegId, LegBelief] = {}
    contacts: dict[ContactId, list[LegId]] = {}
    playbacks: dict[PlaybackId, PlaybackBelief] = {}
    recordings: dict[RecordingId, LegId] = {}
    due: dict[TimerId, float] = {}
    open: dict[str, Pending] = {}
    calls: dict[LegId, float] = {}
    session: str = ""
    cel_inode: int = 0
    cel_offset: int = 0

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Self:
        """The belief that `state` described. Raises msgspec.ValidationError."""
        return msgspec.convert(state, cls)

    def state(self) -> dict[str, Any]:
        """Plain JSON-able containers for the snapshot."""
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built

    def pending(self) -> list[Command]:
        """Commands without an outcome, in the order given; look-ups are among them."""
        return list(self.open.values())

    def timers(self) -> dict[TimerId, float]:
        """Armed timers and when they are due, in UTC epoch seconds."""
        return dict(self.due)

    def arrangements(self) -> dict[ContactId, Arrange]:
        """The topology wanted for each contact that has a living leg."""
        return {c.contact: c for c in self.open.values() if isinstance(c, Arrange)}

    def wanted(self, contact: ContactId) -> Arrange | None:
        """The topology wanted for a contact."""
        command = self.open.get(f"arrange {contact}")
        return command if isinstance(command, Arrange) else None

    def is_stray(self, leg: LegId) -> bool:
        """Whether a leg is up and not where its contact wants it, as far as was told."""
        it = self.legs.get(leg)
        if it is None or it.state != "up" or it.contact is None:
            return False
        wanted = self.wanted(it.contact)
        places = wanted.conversations if wanted is not None else ()
        return any(leg in place.legs and place.id != it.conversation for place in places)

    def note(self, message: Message) -> None:
        """Takes in a command, an input or an event; what is about something unknown or gone is ignored."""
        match message:
            case Command():
                self._note_command(message)
            case ContactArrived(contact=contact, leg=leg):
                self._belongs(leg, contact)
            case Input():
                self._note_input(message)

    # Commands: what is open until its outcome comes

    def _note_command(self, command: Command) -> None:
        match command:
            case DialLeg() | DialCustomer() | DialOutside():
                customer = not isinstance(command, DialLeg)
                self.legs[command.leg] = LegBelief(state="dialling", dialled=True, customer=customer)
                self._belongs(command.leg, command.contact)
                self._open(f"dial {command.leg}", command)
            case Answer(leg=leg) if leg in self.legs and self.legs[leg].state != "up":
                self._open(f"answer {leg}", command)
            case DropLeg() | SetFuse() | DetectMachine() | AwaitSilence() if command.leg in self.legs:
                self._open(f"{_DEEDS[type(command)]} {command.leg}", command)
            case Arrange():
                self._note_arrange(command)
            case _ if isinstance(command, _MEDIA):
                self._note_media(command)
            case LookUp() | ClaimLeads() | RunAction():
                self._open(_question(command), command)
            case ListenSecretly() | ForgetSecret():
                self._note_secret(command)
            case StartTimer() | CancelTimer():
                self._note_timer(command)

    def _note_timer(self, command: StartTimer | CancelTimer) -> None:
        if isinstance(command, StartTimer):
            self.due[command.timer] = command.due_at
        else:
            self.due.pop(command.timer, None)

    def _note_secret(self, command: ListenSecretly | ForgetSecret) -> None:
        if isinstance(command, ForgetSecret):
            self._close(f"listen {command.leg}")
        elif command.leg in self.legs:
            self._open(f"listen {command.leg}", command)

    def _note_arrange(self, command: Arrange) -> None:
        for conversation in command.conversations:
            for leg in conversation.legs:
                self._belongs(leg, command.contact)
            for leg in conversation.silent():
                if leg in self.legs:
                    self.legs[leg].silenced = True
        if command.contact in self.contacts:
            self._open(f"arrange {command.contact}", command)

    def _note_media(self, command: Command) -> None:
        match command:
            case Play(playback=playback, leg=leg) if leg in self.legs:
                self.playbacks[playback] = PlaybackBelief(leg)
                self._open(f"play {playback}", command)
            case StopPlaying(playback=playback) if playback in self.playbacks:
                self._close(f"play {playback}")
                self._open(f"stop {playback}", command)
            case StartRecording(recording=recording, leg=leg) if leg in self.legs:
                self.recordings[recording] = leg
                self._open(f"record {recording}", command)
            case FollowVoice(leg=leg, recording=recording) if (
                leg in self.legs and recording in self.recordings
            ):
                self._open(f"voice {leg}", command)
                self._close(f"silence {leg}")
            case DiscardRecording(recording=recording):
                self._open(f"discard {recording}", command)
            case MuteRecording(recording=recording) if recording in self.recordings:
                self._open(f"mute {recording}", command)
            case StopRecording(recording=recording) if recording in self.recordings:
                self._open(f"keep {recording}", command)

    # Inputs: outcomes

    def _note_input(self, message: Input) -> None:
        match message:
            case inputs.CallArrived(leg=leg, at=at):
                self.legs[leg] = LegBelief(state="arrived")
                self.calls[leg] = at
            case inputs.LegFailed(leg=leg) | inputs.LegEnded(leg=leg):
                self._gone(leg)
            case inputs.PromptStarted(playback=playback) if playback in self.playbacks:
                self.playbacks[playback].started = True
                self._close(f"play {playback}")
            case inputs.PromptEnded(playback=playback):
                self._forget_playback(playback)
            case inputs.RecordingStored(recording=recording) | inputs.RecordingFailed(recording=recording):
                self._recording_over(recording)
            case inputs.TimerFired(timer=timer):
                self.due.pop(timer, None)
            case inputs.LookedUp(look_up=look_up) | inputs.LookUpFailed(look_up=look_up, reason="error"):
                self._close(f"look up {look_up}")
            case inputs.SwitchUp(session=session):
                self.session = session
            case inputs.SwitchSynced(cel_inode=inode, cel_offset=offset, cel_at=cel_at):
                self.cel_inode, self.cel_offset = inode, offset
                self.calls = {leg: at for leg, at in self.calls.items() if at >= cel_at}
            case _:
                self._note_progress(message)

    def _note_progress(self, message: Input) -> None:
        match message:
            case inputs.CallMissed(leg=leg, arrived_at=at):
                self.calls[leg] = at
            case inputs.RecordingDiscarded(recording=recording):
                self._close(f"discard {recording}")
            case inputs.LeadsClaimed(claim=claim):
                self._close(f"claim {claim}")
            case inputs.ActionDone(action=action) | inputs.ActionFailed(action=action):
                self._close(f"run {action}")
            case inputs.SecretHeard(secret=secret):
                self._secret_heard(secret)
            case inputs.MachineJudged(leg=leg) | inputs.LegSilent(leg=leg):
                self._close(f"{'silence' if isinstance(message, inputs.LegSilent) else 'detect'} {leg}")
            case _:
                self._note_leg(message)

    def _note_leg(self, message: Input) -> None:
        match message:
            case inputs.LegRinging(leg=leg) if leg in self.legs:
                self.legs[leg].state = "ringing"
                self._close(f"dial {leg}")
            case inputs.LegAnswered(leg=leg) if leg in self.legs:
                self.legs[leg].state = "up"
                self._close(f"dial {leg}", f"answer {leg}")
            case inputs.LegJoined(leg=leg, conversation=conversation) if leg in self.legs:
                self.legs[leg].conversation = conversation
            case inputs.LegLeft(leg=leg, conversation=conversation) if leg in self.legs:
                if self.legs[leg].conversation == conversation:
                    self.legs[leg].conversation = None

    def _recording_over(self, recording: RecordingId) -> None:
        self.recordings.pop(recording, None)
        self._close(*(f"{what} {recording}" for what in ("record", "mute", "keep")))
        for about, command in list(self.open.items()):
            if isinstance(command, FollowVoice) and command.recording == recording:
                self._close(about)

    def _secret_heard(self, secret: SecretId) -> None:
        for about, command in list(self.open.items()):
            if isinstance(command, ListenSecretly) and command.secret == secret:
                self._close(about)

    # Book-keeping

    def _open(self, about: str, command: Command) -> None:
        self.open.pop(about, None)  # the newer one comes last
        self.open[about] = command  # type: ignore[assignment]

    def _close(self, *abouts: str) -> None:
        for about in abouts:
            self.open.pop(about, None)

    def _belongs(self, leg: LegId, contact: ContactId) -> None:
        belief = self.legs.get(leg)
        if belief is not None and belief.contact is None:
            belief.contact = contact
            self.contacts.setdefault(contact, []).append(leg)

    def _gone(self, leg: LegId) -> None:
        belief = self.legs.pop(leg, None)
        if belief is None:
            return
        self._close(*(f"{what} {leg}" for what in ("answer", "dial", "listen", "voice", *_DEEDS.values())))
        for playback in [p for p, it in self.playbacks.items() if it.leg == leg]:
            self._forget_playback(playback)
        for recording in [r for r, on in self.recordings.items() if on == leg]:
            self._close(f"record {recording}", f"mute {recording}")  # its file may still come
        if belief.contact is not None:
            self._gone_from(belief.contact, leg)

    def _gone_from(self, contact: ContactId, leg: LegId) -> None:
        legs = self.contacts[contact]
        legs.remove(leg)
        if not legs:
            del self.contacts[contact]
            self._close(f"arrange {contact}")

    def _forget_playback(self, playback: PlaybackId) -> None:
        self.playbacks.pop(playback, None)
        self._close(f"play {playback}", f"stop {playback}")


def _question(command: LookUp | ClaimLeads | RunAction) -> str:
    """What the store or another program was asked."""
    if isinstance(command, RunAction):
        return f"run {command.action}"
    return f"look up {command.look_up}" if isinstance(command, LookUp) else f"claim {command.claim}"
