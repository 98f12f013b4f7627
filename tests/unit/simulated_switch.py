"""The outside of the simulated center: callers' and agents' phones, prompts, recordings, the customer store.

Each command puts its outcome on an agenda, to come after a delay from the seed; when it comes, it is `put` as an input.
"""

import heapq
from collections.abc import Callable
from random import Random
from typing import Any, Literal

import msgspec

from ctiserver.core import commands as c
from ctiserver.core import inputs as i
from ctiserver.core.customers import Candidate
from ctiserver.core.message import Command, Input
from ctiserver.core.topology import Conversation
from ctiserver.core.turn import Turn

Phone = Literal["answers", "answers_silently", "never", "busy", "rejects", "unreachable", "answers_and_drops"]
PHONES: tuple[Phone, ...] = (
    "answers",
    "answers_silently",
    "never",
    "busy",
    "rejects",
    "unreachable",
    "answers_and_drops",
)
OUTSIDE = "outside"
"""All telephones that are not ours, in `phones`; where they are not named there, each is as it likes."""
StoreMood = Literal["quick", "late", "error", "never"]


class Leg(msgspec.Struct):
    """A channel of the simulated switch. `agent` None: a caller, or whoever else has a telephone that is not ours."""

    agent: str | None
    up: bool = False
    conversation: Any = None


class SimulatedSwitch:
    """Invariant: nothing comes for a leg, a prompt or a recording that is gone, but its own end."""

    def __init__(self, seed: int, at: float) -> None:
        self.random, self.at = Random(seed), at
        self.legs: dict[Any, Leg] = {}
        self.playing: dict[Any, Any] = {}
        self.recording: dict[Any, Any] = {}
        self.asked: dict[Any, c.LookUp] = {}
        self.wanted: dict[Any, tuple[Conversation, ...]] = {}
        self.timers: dict[Any, float] = {}
        self.phones: dict[str, Phone] = {}
        self.store: StoreMood = "quick"
        self.agenda: list[tuple[float, int, Callable[[], None]]] = []
        self.planned = 0
        self.dropping: set[Any] = set()
        self.falling: set[Any] = set()
        self.acting: set[Any] = set()

    def put(self, message: Input) -> Turn:
        """Tell the engines."""
        raise NotImplementedError

    def perform(self, command: Command) -> None:
        """Begin what is asked for."""
        match command:
            case c.Answer(leg=leg):
                self._soon(lambda: self._answered(leg))
            case c.DialLeg():
                self._dial(command)
            case c.DialOutside(leg=leg, ring_seconds=ring_seconds):
                self._ring_outside(leg, ring_seconds)
            case c.DropLeg(leg=leg):
                self.dropping.add(leg)
                self._soon(lambda: self.drop(leg, "center"))
            case c.Arrange(contact=contact, conversations=conversations):
                self.wanted[contact] = conversations
                self._soon(lambda: self._arrange(contact))
            case c.SetFuse(leg=leg, seconds=seconds, refresh_seconds=None) if seconds < 10:
                self.falling.add(leg)
                self._later(seconds, lambda: self.drop(leg, "fallback"))
            case c.LookUp() | c.RunAction():
                self._ask_store(command)
            case c.StartTimer(timer=timer, due_at=due_at):
                self.timers[timer] = due_at
            case c.CancelTimer(timer=timer):
                self.timers.pop(timer, None)
            case _:
                self._perform_media(command)

    def _perform_media(self, command: Command) -> None:
        match command:
            case c.Play(playback=playback, leg=leg):
                self.playing[playback] = leg
                self._soon(lambda: self._started(playback))
                self._later(self.random.uniform(0.5, 6), lambda: self._played(playback))
            case c.StopPlaying(playback=playback):
                self._soon(lambda: self._played(playback))
            case c.StartRecording(recording=recording, leg=leg):
                self.recording[recording] = leg
                if leg not in self.legs:
                    self._soon(lambda: self._recorded(recording))
            case c.DiscardRecording(recording=recording):
                self._soon(lambda: self.put(i.RecordingDiscarded(at=self.at, recording=recording)))
            case c.StopRecording(recording=recording):
                self._soon(lambda: self._recorded(recording))

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self.planned += 1
        heapq.heappush(self.agenda, (self.at + seconds, self.planned, act))

    def _soon(self, act: Callable[[], None]) -> None:
        self._later(self.random.uniform(0.001, 0.2), act)

    def _answered(self, leg: Any) -> None:
        if leg in self.legs:
            self.legs[leg].up = True
            self.put(i.LegAnswered(at=self.at, leg=leg))

    def _dial(self, command: c.DialLeg) -> None:
        leg, name = command.leg, command.endpoint.removeprefix("PJSIP/")
        self.legs[leg] = Leg(agent=name)
        phone = self.phones.get(name, "answers")
        patience = self.random.uniform(0.5, 8)
        if phone in ("busy", "unreachable"):
            self._soon(lambda: self._fail(leg, phone))
            return
        if phone != "answers_silently":
            self._soon(lambda: self._rings(leg))
        if phone == "rejects":
            self._later(patience, lambda: self._fail(leg, "rejected"))
        elif phone == "never":
            self._later(command.ring_seconds, lambda: self._fail(leg, "no_answer"))
        else:
            self._later(patience, lambda: self._answered(leg))
        if phone == "answers_and_drops":
            self._later(patience + self.random.uniform(0.001, 0.4), lambda: self.drop(leg, "agent"))

    def _ring_outside(self, leg: Any, ring_seconds: float) -> None:
        """A telephone that is not ours is answered, or busy, or rings for nothing."""
        self.legs[leg] = Leg(agent=None)
        mood = self.phones.get(OUTSIDE) or self.random.choice(("answers", "answers", "busy", "never"))
        if mood == "busy":
            self._soon(lambda: self._fail(leg, "busy"))
            return
        self._soon(lambda: self._rings(leg))
        if mood == "never":
            self._later(ring_seconds, lambda: self._fail(leg, "no_answer"))
        else:
            self._later(self.random.uniform(1, 9), lambda: self._answered(leg))

    def _ask_store(self, command: c.LookUp | c.RunAction) -> None:
        if isinstance(command, c.LookUp):
            self._look_up(command)
        else:
            self.acting.add(command.action)
            self._soon(lambda: self._acted(command.action))

    def _acted(self, action: Any) -> None:
        """Whatever the store is asked to do is done, and who may be called may be for a day."""
        self.acting.remove(action)
        values = {"until": str(self.at + 90_000.0)}
        self.put(i.ActionDone(at=self.at, action=action, outcome="yes", values=values))

    def _rings(self, leg: Any) -> None:
        if leg in self.legs and not self.legs[leg].up:
            self.put(i.LegRinging(at=self.at, leg=leg))

    def _fail(self, leg: Any, reason: Literal["busy", "no_answer", "rejected", "unreachable"]) -> None:
        if leg in self.legs and not self.legs[leg].up:
            del self.legs[leg]
            self.put(i.LegFailed(at=self.at, leg=leg, reason=reason))

    def drop(self, leg: Any, by: i.Party) -> None:
        """A leg ends, whoever ends it; its prompts and recordings end with it."""
        if leg not in self.legs:
            return
        gone = self.legs.pop(leg)
        for playback in [p for p, on in self.playing.items() if on == leg]:
            self._soon(lambda playback=playback: self._played(playback))  # type: ignore[misc]
        for recording in [r for r, on in self.recording.items() if on == leg]:
            self._soon(lambda recording=recording: self._recorded(recording))  # type: ignore[misc]
        if gone.agent and not gone.up:
            self.put(i.LegFailed(at=self.at, leg=leg, reason="no_answer", decided_by=by))
        else:
            self.put(i.LegEnded(at=self.at, leg=leg, by=by))

    def _arrange(self, contact: Any) -> None:
        """As the real one: legs that are not up yet stay where they are, and all moves are told."""
        for conversation in self.wanted[contact]:
            for key in conversation.legs:
                leg = self.legs.get(key)
                if leg is None or not leg.up or leg.conversation == conversation.id:
                    continue
                old, leg.conversation = leg.conversation, conversation.id
                if old:
                    self.put(i.LegLeft(at=self.at, leg=key, conversation=old))
                self.put(i.LegJoined(at=self.at, leg=key, conversation=conversation.id))

    def _started(self, playback: Any) -> None:
        if self.playing.get(playback) in self.legs:
            self.put(i.PromptStarted(at=self.at, playback=playback))

    def _played(self, playback: Any) -> None:
        if self.playing.pop(playback, None):
            self.put(i.PromptEnded(at=self.at, playback=playback, failed=self.random.random() < 0.1))

    def _recorded(self, recording: Any) -> None:
        if self.recording.pop(recording, None) is None:
            return
        if self.random.random() < 0.1:
            self.put(i.RecordingFailed(at=self.at, recording=recording, reason="disk full"))
        else:
            self.put(i.RecordingStored(at=self.at, recording=recording, seconds=3.0))

    def _look_up(self, command: c.LookUp) -> None:
        self.asked[command.look_up] = command
        deadline = command.deadline_seconds
        if self.store == "quick":
            self._soon(lambda: self.answer_look_up(command.look_up))
        elif self.store == "error":
            self._soon(lambda: self._fail_look_up(command.look_up, "error"))
        else:
            self._later(deadline, lambda: self._fail_look_up(command.look_up, "late"))
        if self.store == "late":
            wait = deadline + self.random.uniform(0.1, 30)
            self._later(wait, lambda: self.answer_look_up(command.look_up))

    def answer_look_up(self, look_up: Any) -> None:
        """The store knows every number; its last digit says of what class."""
        command = self.asked.pop(look_up, None)
        if command:
            value_class = "CBA"[int(command.key[-1]) % 3]
            candidate = Candidate(customer_id=int(command.key[-4:]), pii_name="X", value_class=value_class)
            self.put(i.LookedUp(at=self.at, look_up=look_up, candidates=(candidate,)))

    def _fail_look_up(self, look_up: Any, reason: Literal["late", "error"]) -> None:
        if look_up in self.asked:
            if reason == "error":
                del self.asked[look_up]
            self.put(i.LookUpFailed(at=self.at, look_up=look_up, reason=reason))
