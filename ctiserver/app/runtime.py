"""Turns the crank: an entry is written, then decided, then done.

The order never varies: the journal gets the input before the center sees it, and the events that followed before
any command is performed. Whatever arrives meanwhile waits its turn. A start replays the journal with nothing
performed, so that belief holds what was asked for and what came of it; the switch compares that with what Asterisk
holds, the difference comes in as ordinary inputs, and only then commands without outcome are performed again and
timers armed, overdue ones first.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from ctiserver.app.center import Center
from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.clock import Clock
from ctiserver.core import wire
from ctiserver.core.commands import CancelTimer, ClaimLeads, LookUp, RunAction, StartTimer, StopPlaying
from ctiserver.core.events import ConsultRinging, OfferRinging, RequestAnswered
from ctiserver.core.ids import TimerId
from ctiserver.core.inputs import SwitchDown, SwitchUp, TimerFired
from ctiserver.core.live_rows import ScreenPop
from ctiserver.core.live_view import LiveView
from ctiserver.core.message import Command, Event, Input
from ctiserver.core.turn import Turn
from ctiserver.journal.file import Journal
from ctiserver.journal.line import Entry
from ctiserver.journal.snapshot import Snapshot

_log = structlog.get_logger()


class Switch(Protocol):
    """Performs commands on the telephone system; what comes of them comes back as inputs."""

    def perform(self, command: Command) -> None: ...

    def reissue(self, commands: Sequence[Command]) -> None: ...


class Directory(Protocol):
    """Answers look-ups with LookedUp or LookUpFailed."""

    def look_up(self, command: LookUp) -> None: ...


class Leads(Protocol):
    """Answers ClaimLeads with LeadsClaimed."""

    def claim(self, command: ClaimLeads) -> None: ...


class Actions(Protocol):
    """Does what flows ask for, and tells ActionDone or ActionFailed; the same one twice has one effect."""

    def run(self, command: RunAction) -> None: ...


class Screens(Protocol):
    """Whoever watches; may lose what it is told."""

    def tell(self, seq: int, events: Sequence[Event]) -> None: ...

    def pop(self, pop: ScreenPop) -> None: ...


class Runtime:
    """Invariant: between two entries, belief and view are folds of exactly what the journal holds."""

    def __init__(
        self,
        *,
        center: Center,
        journal: Journal,
        clock: Clock,
        switch: Switch,
        directory: Directory,
        actions: Actions,
        screens: Screens,
        answered: Callable[[RequestAnswered], None],
        leads: Leads | None = None,
    ) -> None:
        """`leads` None: nobody is dialled by himself, and no claim is ever answered."""
        self.center, self.belief, self.view = center, Belief(), LiveView()
        self._journal, self._clock = journal, clock
        self._switch, self._directory, self._screens = switch, directory, screens
        self._answered, self._leads = answered, leads
        self._actions = actions
        self._waiting: deque[Input] = deque()
        self._turning = False
        self._timers: dict[TimerId, Callable[[], None]] = {}
        self._live = False
        self._closed = False

    def recover(self, snapshot: Snapshot | None) -> int:
        """Replay the journal behind a snapshot with nothing performed; how many entries that were."""
        after, count = 0, 0
        if snapshot:
            after = snapshot.seq
            self.center.restore(snapshot.state["center"])
            self.belief = Belief.restore(snapshot.state["belief"])
            self.view = LiveView.restore(snapshot.state["view"])
        for entry in self._journal.replay(after):
            if isinstance(entry, Entry):
                count += 1
                self._replay(entry)
            else:
                _log.warning("the journal has a gap", gap=str(entry))
        return count

    def state(self) -> Snapshot:
        """All that a start needs instead of the journal up to here."""
        state = {
            "center": self.center.state(),
            "belief": self.belief.state(),
            "view": self.view.state(),
        }
        return Snapshot(self._journal.last_seq, self._journal.epoch, self._clock.now(), state)

    def receive(self, message: Input) -> None:
        """Take in what happened, or a request; returns after it, and all it brought about, was handled."""
        self._waiting.append(message)
        if self._turning or self._closed:
            return
        self._turning = True
        try:
            while self._waiting:
                self._turn(self._waiting.popleft())
        finally:
            self._turning = False

    def close(self) -> None:
        """Handle nothing more; what comes now is found by comparison at the next start."""
        self._closed = True
        for cancel in self._timers.values():
            cancel()

    def synced(self, found: Sequence[Input]) -> None:
        """The switch is back and has told what happened unseen: handle it, then do what is still undone."""
        for message in found:
            self.receive(message)
        pending = self.belief.pending()
        self._switch.reissue(pending)
        if not self._live:
            self._go_live(pending)
        _log.info("recovered", found=len(found), commands=len(pending), contacts=len(self.view.contacts))

    def _go_live(self, pending: Sequence[Command]) -> None:
        self._live = True
        for command in pending:
            if isinstance(command, LookUp | ClaimLeads | RunAction):
                self._perform(command)
        for timer, due_at in sorted(self.belief.timers().items(), key=lambda item: item[1]):
            self._arm(timer, due_at)

    def _replay(self, entry: Entry) -> None:
        message = wire.decode_input(entry.body)
        turn = self.center.handle(entry.epoch, entry.seq, message)
        self._journal.append_derived(entry.seq, _lines(turn.events))
        self._fold(entry.seq, message, turn)

    def _turn(self, message: Input) -> None:
        seq = self._journal.append(wire.encode(message), message.at)
        turn = self.center.handle(self._journal.epoch, seq, message)
        for fault in turn.faults:
            _log.error("an engine failed", seq=seq, input=type(message).__name__, exc_info=fault)
        events = turn.events
        self._journal.append_derived(seq, _lines(events))
        self._fold(seq, message, turn)
        for command in sorted(turn.commands, key=_begins_something):
            self._perform(command)
        if events:
            self._screens.tell(seq, events)

    def _fold(self, seq: int, message: Input, turn: Turn) -> None:
        self.belief.note(message)
        for said in turn.said:
            self.belief.note(said)
            if isinstance(said, Event):
                self._show(said)
        self.view.seq = seq

    def _show(self, event: Event) -> None:
        self.view.apply(event)
        if isinstance(event, RequestAnswered):
            self._answered(event)
        elif isinstance(event, OfferRinging | ConsultRinging) and self._live:
            contact = self.view.contacts.get(event.contact)
            rung = event.agent if isinstance(event, OfferRinging) else event.to
            if contact and rung:
                self._screens.pop(ScreenPop(at=event.at, agent=rung, contact=contact))

    def _perform(self, command: Command) -> None:
        match command:
            case StartTimer(timer=timer, due_at=due_at):
                if self._live:
                    self._arm(timer, due_at)
            case CancelTimer(timer=timer):
                if cancel := self._timers.pop(timer, None):
                    cancel()
            case LookUp() | ClaimLeads() | RunAction():
                if self._live:
                    self._ask(command)
            case _:
                self._switch.perform(command)

    def _ask(self, command: LookUp | ClaimLeads | RunAction) -> None:
        if isinstance(command, LookUp):
            self._directory.look_up(command)
        elif isinstance(command, RunAction):
            self._actions.run(command)
        elif self._leads is not None:
            self._leads.claim(command)

    def _arm(self, timer: TimerId, due_at: float) -> None:
        if cancel := self._timers.pop(timer, None):
            cancel()
        seconds = max(0.0, due_at - self._clock.now())
        self._timers[timer] = self._clock.call_later(seconds, lambda: self._fire(timer, due_at))

    def _fire(self, timer: TimerId, due_at: float) -> None:
        del self._timers[timer]
        self.receive(TimerFired(at=self._clock.now(), timer=timer, due_at=due_at))

    def switch_up(self, session: str) -> None:
        """The link to Asterisk stands."""
        self.receive(SwitchUp(at=self._clock.now(), session=session))

    def switch_down(self) -> None:
        """The link to Asterisk is lost."""
        self.receive(SwitchDown(at=self._clock.now()))


def _begins_something(command: Command) -> bool:
    """What stops comes first: a prompt that plays would keep Asterisk from arranging anything."""
    return not isinstance(command, StopPlaying)


def _lines(events: Sequence[Event]) -> list[tuple[int, bytes]]:
    return [(n, wire.encode(event)) for n, event in enumerate(events, start=1)]
