"""A simulated switch around the real engines, driven by hand and deterministic from its seed.

`World` holds a Center, the Belief and the live view that production keeps, and plays callers, phones, timers and
the customer store: each command puts its outcome on an agenda, to come after a delay from the seed. `step` lets
the next thing on the agenda happen; everything else (a key, a hang-up, a request, something late or unknown) can
be done between any two steps. After each entry `check` holds the invariants of the whole.
"""

import heapq
from collections.abc import Callable
from random import Random
from typing import Any, Literal

import msgspec

from acd.contact_state import Stage
from acd.matching import serves
from ctiserver.app.center import Center
from ctiserver.asterisk.belief import Belief
from ctiserver.core import commands as c
from ctiserver.core import events as e
from ctiserver.core import inputs as i
from ctiserver.core.customers import Candidate
from ctiserver.core.live_view import LiveView
from ctiserver.core.message import Command, Event, Input
from ctiserver.core.requests import Dispose, SetStatus, Status
from ctiserver.core.topology import Conversation
from ctiserver.core.turn import Turn
from ivr.session_state import Phase

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
StoreMood = Literal["quick", "late", "error", "never"]
_STAGE_SEEN = {
    Stage.WAITING: "queued",
    Stage.OFFERED: "offered",
    Stage.JOINING: "joining",
    Stage.TALKING: "talking",
}


class Leg(msgspec.Struct):
    """A channel of the simulated switch. `agent` None: a caller."""

    agent: str | None
    up: bool = False
    conversation: Any = None


class World:
    """Invariant: what the engines believe and what is so here never contradict each other (see `check`)."""

    def __init__(self, seed: int, first: i.ConfigurationApplied) -> None:
        self.random = Random(seed)
        self.center, self.belief, self.view = Center("test-1"), Belief(), LiveView()
        self.at, self.seq, self.calls = first.at, 0, 0
        self.legs: dict[Any, Leg] = {}
        self.playing: dict[Any, Any] = {}
        self.recording: dict[Any, Any] = {}
        self.asked: dict[Any, c.LookUp] = {}
        self.wanted: dict[Any, tuple[Conversation, ...]] = {}
        self.timers: dict[Any, float] = {}
        self.phones: dict[str, Phone] = {}
        self.store: StoreMood = "quick"
        self.agenda: list[tuple[float, int, Callable[[], None]]] = []
        self.entries: list[Input] = []
        self.turns: list[Turn] = []
        self.ended: dict[Any, int] = {}
        self.arrived: list[Any] = []
        self.put(first)

    # What the engines are told

    def put(self, message: Input) -> Turn:
        """One entry, as the runtime of production handles it; then every command is begun."""
        self.seq += 1
        self.entries.append(message)
        before = self._waiting()
        if isinstance(message, i.TimerFired):
            self.timers.pop(message.timer, None)
        self.belief.note(message)
        turn = self.center.handle(1, self.seq, message)
        self.turns.append(turn)
        for said in turn.said:
            self.belief.note(said)
            if isinstance(said, Event):
                self.view.apply(said)
                self._count(said)
            elif isinstance(said, Command):
                self._perform(said)
        self.check(turn, before)
        return turn

    def _count(self, event: Event) -> None:
        match event:
            case e.ContactArrived(contact=contact):
                self.arrived.append(contact)
            case e.ContactEnded(contact=contact):
                self.ended[contact] = self.ended.get(contact, 0) + 1

    # What the switch does with a command

    def _perform(self, command: Command) -> None:
        match command:
            case c.Answer(leg=leg):
                self._soon(lambda: self._answered(leg))
            case c.DialLeg():
                self._dial(command)
            case c.DropLeg(leg=leg):
                self._soon(lambda: self.drop(leg, "center"))
            case c.Arrange(contact=contact, conversations=conversations):
                self.wanted[contact] = conversations
                self._soon(lambda: self._arrange(contact))
            case c.SetFuse(leg=leg, seconds=seconds, refresh_seconds=None) if seconds < 10:
                self._later(seconds, lambda: self.drop(leg, "fallback"))
            case c.LookUp():
                self._look_up(command)
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
            case c.StopRecording(recording=recording):
                self._soon(lambda: self._recorded(recording))

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self.agenda, (self.at + seconds, len(self.entries) * 1000 + len(self.agenda), act))

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

    # What people do

    def call(self, did: str = "600", number: str | None = None) -> Any:
        """A new caller; his leg."""
        self.calls += 1
        leg = f"caller-{self.calls}"
        number = f"+5622{self.random.randrange(10**7):07}" if number is None else number
        self.legs[leg] = Leg(agent=None)
        self.put(i.CallArrived(at=self.at, leg=leg, did=did, pii_number=number))  # type: ignore[arg-type]
        return leg

    def press(self, leg: Any, keys: str) -> None:
        """Keys, one after the other, at one moment."""
        for key in keys:
            self.put(i.DigitPressed(at=self.at, leg=leg, pii_digit=key))

    def hang_up(self, leg: Any) -> None:
        """Whoever has this phone puts it down."""
        self.drop(leg, "agent" if self.legs[leg].agent else "caller")

    def choose(self, key: str, status: Status, reason: str = "") -> Turn:
        """The agent chooses a status."""
        if status is Status.PAUSE and not reason:
            reason = "lunch"
        request = f"r{self.seq}"
        return self.put(
            SetStatus(at=self.at, request_id=request, by=key, agent=key, status=status, reason=reason)  # type: ignore[arg-type]
        )

    def dispose(self, key: str, code: str = "solved") -> Turn:
        """The agent says how the contact that he has, or owes for, ended."""
        contact: Any = self.agents[key].contact or "none"
        agent: Any = key
        return self.put(
            Dispose(at=self.at, request_id=f"r{self.seq}", by=key, agent=agent, contact=contact, code=code)
        )

    # How time passes

    def step(self) -> bool:
        """Let the next thing happen; whether there was any."""
        timer = min(self.timers, key=lambda key: (self.timers[key], key), default=None)
        if timer and (not self.agenda or self.timers[timer] <= self.agenda[0][0]):
            due_at = self.timers.pop(timer)
            self.at = max(self.at, due_at)
            self.put(i.TimerFired(at=self.at, timer=timer, due_at=due_at))
        elif self.agenda:
            at, _, act = heapq.heappop(self.agenda)
            self.at = max(self.at, at)
            act()
        return bool(self.agenda or self.timers)

    def run(self, seconds: float) -> None:
        """Let all happen that is due within so many seconds."""
        until = self.at + seconds
        while min([*self.timers.values(), *(item[0] for item in self.agenda[:1])], default=until) < until:
            self.step()
        self.at = until

    def finish(self) -> None:
        """Everybody hangs up, the store answers, agents dispose and log out; then all must be quiet."""
        for leg in [key for key, leg in self.legs.items() if leg.agent is None]:
            self.drop(leg, "caller")
        for look_up in list(self.asked):
            self.answer_look_up(look_up)
        while self.step():
            pass
        for key, state in list(self.agents.items()):
            if state.contact:
                self.dispose(key)
            if key in self.agents and key in self.center._acd.floor.roster:
                self.choose(key, Status.LOGGED_OUT)
        while self.step():
            pass

    # What must hold

    @property
    def agents(self) -> dict[Any, Any]:
        return self.center._acd.floor.ledger.agents

    @property
    def contacts(self) -> dict[Any, Any]:
        return self.center._acd.floor.ledger.contacts

    @property
    def sessions(self) -> dict[Any, Any]:
        return self.center._ivr.desk.sessions

    def _waiting(self) -> dict[Any, tuple[str, float]]:
        waiting = [it for it in self.contacts.values() if it.stage is Stage.WAITING]
        return {it.id: (it.queue, it.virtual_arrival) for it in waiting}

    def check(self, turn: Turn, before: dict[Any, tuple[str, float]]) -> None:
        """All that must hold after each entry."""
        assert turn.faults == []
        assert self.timers == self.belief.timers()
        self._each_agent_has_one_contact()
        self._each_contact_is_with_its_caller()
        self._nobody_waits_for_a_free_agent()
        self._the_view_tells_the_truth()
        self._nobody_was_overtaken(turn, before)

    def _each_agent_has_one_contact(self) -> None:
        served = [it for it in self.contacts.values() if it.stage is not Stage.WAITING]
        assert len({it.agent for it in served}) == len(served)
        for it in served:
            state = self.agents[it.agent]
            assert state.contact == it.id
            assert state.activity in ("reserved", "ringing", "talking")
        busy = [s for s in self.agents.values() if s.activity in ("reserved", "ringing", "talking")]
        assert len(busy) == len(served)

    def _each_contact_is_with_its_caller(self) -> None:
        assert set(self.arrived) == set(self.sessions) | set(self.ended)
        assert not set(self.sessions) & set(self.ended)
        assert all(times == 1 for times in self.ended.values())
        assert set(self.contacts) <= set(self.sessions)
        for it in self.sessions.values():
            assert it.leg in self.legs
            waits = it.contact in self.contacts and self.contacts[it.contact].stage in ("waiting", "offered")
            talks = it.contact in self.contacts and not waits
            assert (it.phase is Phase.WAITING) == waits
            assert (it.phase is Phase.TALKING) == talks

    def _nobody_waits_for_a_free_agent(self) -> None:
        floor = self.center._acd.floor
        free = [floor.roster[k] for k, state in self.agents.items() if state.free and k in floor.roster]
        queues = {it.queue for it in self.contacts.values() if it.stage is Stage.WAITING}
        assert not [(q, a.key) for q in queues for a in free if serves(a, floor.queues[q]) is None]

    def _the_view_tells_the_truth(self) -> None:
        assert set(self.view.contacts) == set(self.sessions)
        for it in self.contacts.values():
            seen = self.view.contacts[it.id]
            assert (seen.stage, seen.queue, seen.agent) == (_STAGE_SEEN[it.stage], it.queue, it.agent)
        for key in self.center._acd.floor.roster:
            state, seen_agent = self.agents[key], self.view.agents[key]
            assert (seen_agent.status, seen_agent.activity) == (state.status, state.activity)

    def _nobody_was_overtaken(self, turn: Turn, before: dict[Any, tuple[str, float]]) -> None:
        """Equal slopes: j may overtake i only if a_j - H_j < a_i - H_i (algorithms, section 1)."""
        for event in turn.events:
            if isinstance(event, e.DecisionMade) and event.contact in before:
                queue, chosen = before[event.contact]
                ahead = [it for it, (q, v) in before.items() if q == queue and v < chosen]
                assert not [it for it in ahead if it in self._waiting()]
