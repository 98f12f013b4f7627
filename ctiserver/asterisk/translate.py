"""ARI's events as inputs.

A leg is a channel: a caller's, whose id Asterisk chose, or one that we dialled under an id of ours. Each leg
rings once, is answered once and ends once, whatever the order and number of Asterisk's events; events about
anything else are none of our business. A dialled leg is answered when it enters the application, for only
then can it be put into a conversation. A caller who leaves the application without a hang-up was taken by
the dialplan's fallback when his fuse burnt down. A leg that is with the detector of machines leaves the application
too, and comes back with its verdict.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ctiserver.asterisk.arrivals import incoming
from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.known_leg import KnownLeg, Reason, failed
from ctiserver.asterisk.machine_verdict import machine_judged
from ctiserver.core.ids import ConversationId, LegId, PlaybackId, RecordingId
from ctiserver.core.inputs import (
    DigitPressed,
    LegAnswered,
    LegEnded,
    LegFailed,
    LegHeld,
    LegJoined,
    LegLeft,
    LegResumed,
    LegRinging,
    LegSilent,
    LegSpoke,
    Party,
    PromptEnded,
    PromptStarted,
    RecordingFailed,
    RecordingStored,
)
from ctiserver.core.message import Input

AriEvent = dict[str, Any]


@dataclass(slots=True)
class Translator:
    """Invariant: `legs` holds exactly the legs whose end was not told yet.

    `file_seconds` measures a recording's file; Asterisk tells whole seconds only.
    """

    legs: dict[LegId, KnownLeg] = field(default_factory=dict)
    playbacks: dict[PlaybackId, bool] = field(default_factory=dict)
    recordings: set[RecordingId] = field(default_factory=set)
    file_seconds: Callable[[RecordingId], float | None] = lambda _recording: None

    def adopt(self, belief: Belief) -> None:
        """Begin again from what is believed after a comparison with reality."""
        self.legs = {
            leg: KnownLeg(
                dialled=it.dialled,
                customer=it.customer,
                ringing=it.state in ("ringing", "up"),
                up=it.state == "up",
                dropped=f"drop {leg}" in belief.open,
                detecting=f"detect {leg}" in belief.open,
                awaiting_silence=f"silence {leg}" in belief.open,
            )
            for leg, it in belief.legs.items()
        }
        self.playbacks = {playback: it.started for playback, it in belief.playbacks.items()}
        self.recordings = set(belief.recordings)

    # What we do ourselves

    def dialled(self, leg: LegId, *, customer: bool = False) -> None:
        """A leg that we ring from now on: one of our phones, or a customer's."""
        self.legs.setdefault(leg, KnownLeg(dialled=True, customer=customer))

    def dropped(self, leg: LegId) -> None:
        """We hang up: whatever follows is our doing."""
        if leg in self.legs:
            self.legs[leg].dropped = True

    def detecting(self, leg: LegId) -> None:
        """A leg that is sent to the detector of machines."""
        if leg in self.legs:
            self.legs[leg].detecting = True

    def awaiting_silence(self, leg: LegId) -> None:
        """A leg whose next silence is to be told."""
        if leg in self.legs:
            self.legs[leg].awaiting_silence, self.legs[leg].spoke = True, False

    def following(self, leg: LegId) -> None:
        """A leg whose voice is followed in a talk: what it fell silent for before is over."""
        if leg in self.legs:
            self.legs[leg].awaiting_silence = False

    def not_judged(self, leg: LegId, cause: str, at: float) -> list[Input]:
        """The detector was not to be had; told once."""
        known = self.legs.get(leg)
        return self._judged(leg, known, ["", cause], at) if known and known.detecting else []

    def playing(self, playback: PlaybackId) -> None:
        """A prompt that we asked for."""
        self.playbacks.setdefault(playback, False)

    def recording(self, recording: RecordingId) -> None:
        """A recording that we asked for."""
        self.recordings.add(recording)

    def refused(self, leg: LegId, at: float, reason: Reason = "refused") -> list[Input]:
        """Asterisk would not even try to ring the phone, or was not asked because it is not permitted."""
        if self.legs.pop(leg, None) is None:
            return []
        by: Party = "center" if reason == "not_permitted" else "switch"
        return [LegFailed(at=at, leg=leg, reason=reason, decided_by=by)]

    def prompt_over(self, playback: PlaybackId, at: float, *, failed: bool) -> list[Input]:
        """A prompt ended; told once."""
        if self.playbacks.pop(playback, None) is None:
            return []
        return [PromptEnded(at=at, playback=playback, failed=failed)]

    def recording_kept(self, recording: RecordingId, seconds: float, at: float) -> list[Input]:
        """A recording whose file is whole; told once."""
        if recording not in self.recordings:
            return []
        self.recordings.discard(recording)
        return [RecordingStored(at=at, recording=recording, seconds=seconds)]

    def recording_lost(self, recording: RecordingId, reason: str, at: float) -> list[Input]:
        """A recording that could not be made; told once."""
        if recording not in self.recordings:
            return []
        self.recordings.discard(recording)
        return [RecordingFailed(at=at, recording=recording, reason=reason)]

    # What Asterisk tells

    def handle(self, event: AriEvent, at: float) -> list[Input]:
        """The inputs that an event means, at most two; () for what is unknown, late or uninteresting."""
        told = _ROWS.get(event.get("type", ""))
        return told(self, event, at) if told else []

    def _entered_application(self, event: AriEvent, at: float) -> list[Input]:
        channel, args = event["channel"], event.get("args", [])
        leg = LegId(channel["id"])
        known = self.legs.get(leg)
        if known is None and args[:1] == ["in"]:
            self.legs[leg] = KnownLeg()
            return [incoming(channel, args, at)]
        if known is not None and known.detecting and args[:1] == ["judged"]:
            return self._judged(leg, known, args[1:], at)
        if known is not None and known.dialled:
            return self._answered(leg, known, at)
        return []

    def _state_changed(self, event: AriEvent, at: float) -> list[Input]:
        leg = LegId(event["channel"]["id"])
        known = self.legs.get(leg)
        if known is None:
            return []
        match event["channel"].get("state"):
            case "Up" if not known.dialled:
                return self._answered(leg, known, at)
            case "Ringing" if known.dialled:
                return self._rings(leg, known, at)
        return []

    def _dialling(self, event: AriEvent, at: float) -> list[Input]:
        leg = LegId(event.get("peer", {}).get("id", ""))
        known = self.legs.get(leg)
        if known is None or not known.dialled:
            return []
        match event.get("dialstatus"):
            case "RINGING" | "PROGRESS":  # a network that plays its own ringing tone says PROGRESS only
                return self._rings(leg, known, at)
            case "" | "ANSWER" | "PROCEEDING":
                return []
        known.decided = True
        return []

    def _hang_up_requested(self, event: AriEvent, at: float) -> list[Input]:
        known = self.legs.get(LegId(event["channel"]["id"]))
        if known is not None:
            known.hung_up = known.decided = True
            if not event.get("soft"):  # else it holds Asterisk's own flags
                known.q850 = int(event.get("cause") or 0)
        return []

    def _held(self, event: AriEvent, at: float) -> list[Input]:
        leg = LegId(event["channel"]["id"])
        if leg not in self.legs:
            return []
        return [LegHeld(at=at, leg=leg) if event["type"] == "ChannelHold" else LegResumed(at=at, leg=leg)]

    def _left_application(self, event: AriEvent, at: float) -> list[Input]:
        leg = LegId(event["channel"]["id"])
        known = self.legs.get(leg)
        if known is None:
            return []
        if known.detecting and not known.hung_up and not known.dropped:
            known.detecting_since = at
            return []
        del self.legs[leg]
        by = known.ended_by("switch" if known.dialled else "fallback")
        return [LegEnded(at=at, leg=leg, by=by, q850=known.q850)]

    def _destroyed(self, event: AriEvent, at: float) -> list[Input]:
        leg = LegId(event["channel"]["id"])
        known = self.legs.pop(leg, None)
        if known is None:
            return []
        q850, sip_code = int(event.get("cause") or 0), int(event.get("tech_cause") or 0)
        if known.up or not known.dialled:
            return [LegEnded(at=at, leg=leg, by=known.ended_by("switch"), q850=q850)]
        return [failed(known, leg, sip_code, q850, at)]

    def _key(self, event: AriEvent, at: float) -> list[Input]:
        leg = LegId(event["channel"]["id"])
        if leg not in self.legs:
            return []
        return [DigitPressed(at=at, leg=leg, pii_digit=str(event.get("digit", ""))[:1])]

    def _spoke(self, event: AriEvent, at: float) -> list[Input]:
        leg = LegId(event["channel"]["id"])
        known = self.legs.get(leg)
        if known is None or not known.awaiting_silence or known.spoke:
            return []
        known.spoke = True
        return [LegSpoke(at=at, leg=leg)]

    def _fell_silent(self, event: AriEvent, at: float) -> list[Input]:
        leg = LegId(event["channel"]["id"])
        known = self.legs.get(leg)
        if known is None or not known.awaiting_silence:
            return []
        known.awaiting_silence = False
        return [LegSilent(at=at, leg=leg)]

    def _joined(self, event: AriEvent, at: float) -> list[Input]:
        leg, bridge = LegId(event["channel"]["id"]), ConversationId(event["bridge"]["id"])
        return [LegJoined(at=at, leg=leg, conversation=bridge)] if leg in self.legs else []

    def _left(self, event: AriEvent, at: float) -> list[Input]:
        leg, bridge = LegId(event["channel"]["id"]), ConversationId(event["bridge"]["id"])
        return [LegLeft(at=at, leg=leg, conversation=bridge)] if leg in self.legs else []

    def _prompt_started(self, event: AriEvent, at: float) -> list[Input]:
        playback = PlaybackId(event["playback"]["id"])
        if self.playbacks.get(playback, True):
            return []  # not ours, or the second of several files
        self.playbacks[playback] = True
        return [PromptStarted(at=at, playback=playback)]

    def _prompt_finished(self, event: AriEvent, at: float) -> list[Input]:
        """A hang-up ends the prompt too: then the end of the leg is the news, not that it was heard."""
        playback = event["playback"]
        leg = self.legs.get(LegId(str(playback.get("target_uri", "")).removeprefix("channel:")))
        if leg is not None and leg.hung_up:
            self.playbacks.pop(PlaybackId(playback["id"]), None)
            return []
        return self.prompt_over(PlaybackId(playback["id"]), at, failed=playback.get("state") == "failed")

    def _recording_finished(self, event: AriEvent, at: float) -> list[Input]:
        recording = RecordingId(event["recording"]["name"])
        if recording not in self.recordings:
            return []
        seconds = self.file_seconds(recording)
        if seconds is None:
            seconds = float(event["recording"].get("duration") or 0)
        return self.recording_kept(recording, seconds, at)

    def _recording_failed(self, event: AriEvent, at: float) -> list[Input]:
        recording = event["recording"]
        reason = str(recording.get("cause") or "Asterisk could not write the file")
        return self.recording_lost(RecordingId(recording["name"]), reason, at)

    # Once each

    def _judged(self, leg: LegId, known: KnownLeg, verdict: list[str], at: float) -> list[Input]:
        seconds = max(0.0, at - known.detecting_since) if known.detecting_since is not None else 0.0
        known.detecting, known.detecting_since = False, None
        return [machine_judged(leg, verdict, at, seconds)]

    def _rings(self, leg: LegId, known: KnownLeg, at: float) -> list[Input]:
        if known.ringing:
            return []
        known.ringing = True
        return [LegRinging(at=at, leg=leg)]

    def _answered(self, leg: LegId, known: KnownLeg, at: float) -> list[Input]:
        if known.up:
            return []
        known.up = known.ringing = True
        return [LegAnswered(at=at, leg=leg)]


_ROWS: dict[str, Callable[[Translator, AriEvent, float], list[Input]]] = {
    "StasisStart": Translator._entered_application,
    "StasisEnd": Translator._left_application,
    "ChannelStateChange": Translator._state_changed,
    "ChannelHangupRequest": Translator._hang_up_requested,
    "ChannelDestroyed": Translator._destroyed,
    "ChannelDtmfReceived": Translator._key,
    "ChannelTalkingStarted": Translator._spoke,
    "ChannelTalkingFinished": Translator._fell_silent,
    "ChannelEnteredBridge": Translator._joined,
    "ChannelLeftBridge": Translator._left,
    "ChannelHold": Translator._held,
    "ChannelUnhold": Translator._held,
    "Dial": Translator._dialling,
    "PlaybackStarted": Translator._prompt_started,
    "PlaybackFinished": Translator._prompt_finished,
    "RecordingFinished": Translator._recording_finished,
    "RecordingFailed": Translator._recording_failed,
}
