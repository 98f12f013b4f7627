"""A simulated switch around the real engines, driven by hand and deterministic from its seed.

`World` holds a Center, the Belief and the live view that production keeps, and plays callers, phones, timers and
the customer store: each command puts its outcome on an agenda, to come after a delay from the seed. `step` lets
the next thing on the agenda happen; everything else (a key, a hang-up, a request, something late or unknown) can
be done between any two steps. After each entry `check` holds the invariants of the whole.
"""

import heapq
from typing import Any

from invariants import check
from simulated_switch import Leg, SimulatedSwitch

from acd.contact_state import Line, Stage
from ctiserver.app.center import Center
from ctiserver.asterisk.belief import Belief
from ctiserver.core import events as e
from ctiserver.core import inputs as i
from ctiserver.core import requests as r
from ctiserver.core.live_view import LiveView
from ctiserver.core.message import Command, Event, Input
from ctiserver.core.requests import Dispose, SetStatus, Status
from ctiserver.core.turn import Turn


class World(SimulatedSwitch):
    """Invariant: what the engines believe and what is so here never contradict each other (see `invariants`)."""

    def __init__(self, seed: int, first: i.ConfigurationApplied) -> None:
        super().__init__(seed, first.at)
        self.center, self.belief, self.view = Center("test-1"), Belief(), LiveView()
        self.seq, self.calls = 0, 0
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
        before = self.waiting()
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
                self.perform(said)
        check(self, turn, before)
        return turn

    def _count(self, event: Event) -> None:
        match event:
            case e.ContactArrived(contact=contact):
                self.arrived.append(contact)
            case e.ContactEnded(contact=contact):
                self.ended[contact] = self.ended.get(contact, 0) + 1

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
        """Everybody goes home, and what is left to be done is called off; then all must be quiet.

        Again and again, as a message may be whole only when its caller has gone; but not forever.
        """
        for _ in range(4):
            self._let_go()
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

    def _let_go(self) -> None:
        """Whoever has a telephone that is not ours hangs up, agents their own calls, and nobody waits to be called."""
        for leg in [key for key, leg in self.legs.items() if leg.agent is None]:
            self.drop(leg, "caller")
        for call in list(self.center._acd.floor.ledger.own_calls.values()):
            self.put(r.HangUp(at=self.at, request_id=f"h{self.seq}", by=call.agent, agent=call.agent))
        for it in [it for it in self.contacts.values() if not it.leg or it.stage is Stage.RESERVED]:
            self.put(
                r.EndContact(at=self.at, request_id=f"e{self.seq}", by="boss", contact=it.id, reason="x")
            )

    # What the engines hold

    @property
    def agents(self) -> dict[Any, Any]:
        return self.center._acd.floor.ledger.agents

    @property
    def contacts(self) -> dict[Any, Any]:
        return self.center._acd.floor.ledger.contacts

    @property
    def sessions(self) -> dict[Any, Any]:
        return self.center._ivr.desk.sessions

    def waiting(self) -> dict[Any, Line]:
        return {it.id: it.line for it in self.contacts.values() if it.stage is Stage.WAITING}
