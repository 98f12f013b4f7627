"""The crank: written, then decided, then done; killed at any moment it goes on where it was."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from company import AVAILABLE, configured

from ctiserver.app.center import Center
from ctiserver.app.runtime import Runtime
from ctiserver.core.commands import Answer, LookUp
from ctiserver.core.customers import Candidate
from ctiserver.core.events import (
    AgentStatusChanged,
    ContactArrived,
    ContactEnded,
    OfferRinging,
    RequestAnswered,
)
from ctiserver.core.ids import LegId
from ctiserver.core.inputs import CallArrived, LookedUp, LookUpFailed, TimerFired
from ctiserver.core.live_rows import ScreenPop
from ctiserver.core.message import Command, Event, Input
from ctiserver.core.requests import Dispose, SetStatus
from ctiserver.core.turn import Turn
from ctiserver.core.wire import decode_event, decode_input
from ctiserver.journal.file import Journal
from ctiserver.journal.line import Derived, Entry
from ctiserver.journal.readers import JournalReader
from ctiserver.journal.snapshot import Snapshot
from tests.simulated_switch import SimulatedPhone, SimulatedSwitch
from tests.unit.asterisk.hand_clock import HandClock

DID, NUMBER = "+56221234567", "+56922220001"
CUSTOMER = Candidate(customer_id=7, pii_name="Ana", value_class="A")
FORTY_SECONDS, STEPS = 40.0, 60


class OnTheSpot:
    """A scheduler whose threads are the caller's own."""

    def __init__(self, clock: HandClock) -> None:
        self.call_later = clock.call_later

    def in_thread(self, work: Callable[[], None], done: Callable[[Exception | None], None]) -> None:
        work()
        done(None)


class Company:
    """What outlives the process: the disk, Asterisk, the store, the screens. `runtime` is the process."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, HandClock()
        self.switch = SimulatedSwitch(clock=self.clock, emit=lambda message: self.runtime.receive(message))
        self.switch.phones["PJSIP/ann"] = SimulatedPhone(answer_after_seconds=1.0)
        self.told: list[tuple[int, list[Event]]] = []
        self.pops: list[ScreenPop] = []
        self.answers: list[RequestAnswered] = []
        self.asked: list[LookUp] = []
        self.store_answers = True
        self.hears: Callable[[Command], None] = lambda _command: None
        self.journal = self.open_journal()
        self.runtime = self.new_runtime()

    # Ports of the runtime

    def perform(self, command: Command) -> None:
        self.hears(command)
        self.switch.perform(command)

    def reissue(self, _commands: Sequence[Command]) -> None:
        self.switch.reissue(self.runtime.belief)

    def look_up(self, command: LookUp) -> None:
        self.asked.append(command)
        runtime = self.runtime
        if self.store_answers:
            self.clock.call_later(0.01, lambda: self.answer(runtime, command))

    def answer(self, runtime: Runtime, command: LookUp) -> None:
        found = LookedUp(at=self.clock.now(), look_up=command.look_up, candidates=(CUSTOMER,))
        runtime.receive(found)  # a dead process's store tells nobody: its runtime is closed

    def tell(self, seq: int, events: Sequence[Event]) -> None:
        self.told.append((seq, list(events)))

    def pop(self, pop: ScreenPop) -> None:
        self.pops.append(pop)

    # Lives

    def open_journal(self) -> Journal:
        return Journal.open(
            self.folder / "journal",
            epoch_path=self.folder / "epoch",
            scheduler=OnTheSpot(self.clock),
            alarm=lambda error: pytest.fail(str(error)),
            healed=lambda gap: pytest.fail(str(gap)),
        )

    def new_runtime(self) -> Runtime:
        return Runtime(
            center=Center("test-1"),
            journal=self.journal,
            clock=self.clock,
            switch=self,
            directory=self,
            actions=self,
            screens=self,
            answered=self.answers.append,
        )

    def begin(self) -> None:
        self.runtime.recover(None)
        self.runtime.receive(configured(self.clock.now()))
        self.connect()

    def connect(self) -> None:
        self.runtime.switch_up("boot")
        self.runtime.synced(self.switch.resync(self.runtime.belief))

    def die(self) -> None:
        """As by kill -9: what was handed to the system is there, the link is cut, nothing is fired."""
        self.runtime.close()
        self.switch.cut()
        self.journal.close()

    def recover(self, snapshot: Snapshot | None = None) -> None:
        self.journal = self.open_journal()
        self.runtime = self.new_runtime()
        self.runtime.recover(snapshot)

    # Stories

    def ask(self, request: Any, **fields: Any) -> None:
        name = f"r{len(self.answers)}-{self.clock.now()}"
        self.runtime.receive(request(at=self.clock.now(), request_id=name, by="ann", agent="ann", **fields))

    def queued_caller(self) -> LegId:
        leg = self.switch.arrive(DID, NUMBER)
        self.clock.advance(0.5)
        self.switch.press(leg, "0")
        self.clock.advance(0.1)
        return leg

    def lines(self) -> list[Entry | Derived]:
        lines = JournalReader(self.folder / "journal", entries=True).read(1_000_000)
        return [line for line in lines if isinstance(line, Entry | Derived)]

    def inputs(self) -> list[Input]:
        return [decode_input(line.body) for line in self.lines() if isinstance(line, Entry)]

    def events(self) -> list[Event]:
        return [decode_event(line.body) for line in self.lines() if isinstance(line, Derived)]


@contextmanager
def company(folder: Path) -> Iterator[Company]:
    company = Company(folder)
    company.begin()
    yield company
    company.die()


def state(runtime: Runtime) -> Any:
    return msgspec.json.decode(msgspec.json.encode(runtime.state().state))


def snapshot_of(runtime: Runtime) -> Snapshot:
    """As it comes back from the disk."""
    whole = runtime.state()
    return Snapshot(whole.seq, whole.epoch, whole.at, state(runtime))


def test_an_entry_is_written_before_it_is_decided_and_its_events_before_anything_is_done(
    tmp_path: Path,
) -> None:
    with company(tmp_path) as c:
        decide, seen = c.runtime.center.handle, []

        def decides(epoch: int, seq: int, message: Input) -> Turn:
            seen.append(c.inputs()[-1] == message and not isinstance(c.lines()[-1], Derived))
            return decide(epoch, seq, message)

        c.runtime.center.handle = decides  # type: ignore[method-assign]
        c.hears = lambda _command: seen.append(isinstance(c.events()[-1], ContactArrived))
        c.runtime.receive(CallArrived(at=1.0, leg=LegId("leg"), did=DID, pii_number=""))
    assert seen == [True, True, True]


def test_what_comes_of_a_command_at_once_waits_for_its_turn(tmp_path: Path) -> None:
    with company(tmp_path) as c:
        later = SetStatus(at=2.0, request_id="r", by="ann", agent="ann", status=AVAILABLE)  # type: ignore[arg-type]
        c.hears = lambda command: c.runtime.receive(later) if isinstance(command, Answer) else None
        c.runtime.receive(CallArrived(at=1.0, leg=LegId("leg"), did=DID, pii_number=""))
        names = [type(line).__name__ for line in c.lines()[-5:]]
        assert [type(message) for message in c.inputs()[-2:]] == [CallArrived, SetStatus]
        assert names == ["Entry", "Derived", "Entry", "Derived", "Derived"]


def test_screens_are_told_the_events_and_the_pop_comes_as_the_phone_rings(tmp_path: Path) -> None:
    with company(tmp_path) as c:
        c.ask(SetStatus, status=AVAILABLE)
        c.queued_caller()
        assert [pop.contact.candidates for pop in c.pops] == [(CUSTOMER,)]
        seq, events = next((seq, events) for seq, events in c.told if isinstance(events[-1], OfferRinging))
        assert c.pops[0].at == events[-1].at
        assert seq <= c.runtime.view.seq
        assert [answer.error_id for answer in c.answers] == [""]


def test_replay_does_nothing_and_tells_nobody(tmp_path: Path) -> None:
    with company(tmp_path) as c:
        c.ask(SetStatus, status=AVAILABLE)
        c.queued_caller()
        before = state(c.runtime)
        c.die()
        done, told, asked, pops = len(c.switch.performed), len(c.told), len(c.asked), len(c.pops)
        c.recover()
        c.clock.advance(60)
        assert state(c.runtime) == before
        assert (len(c.switch.performed), len(c.told), len(c.asked), len(c.pops)) == (done, told, asked, pops)
        c.connect()


def test_replay_writes_the_events_that_a_kill_prevented_and_no_others(tmp_path: Path) -> None:
    with company(tmp_path) as c:
        c.ask(SetStatus, status=AVAILABLE)
        whole = c.lines()
        c.die()
        [segment] = (tmp_path / "journal").glob("*.journal")
        segment.write_bytes(segment.read_bytes().rpartition(b"\n")[0].rpartition(b"\n")[0] + b"\n")
        assert len(c.lines()) == len(whole) - 1
        c.recover()
        assert c.lines() == whole
        c.connect()


def test_overdue_timers_fire_by_due_time_and_only_after_the_comparison(tmp_path: Path) -> None:
    with company(tmp_path) as c:
        callers = [c.queued_caller() for _ in range(3)]
        c.die()
        c.clock.jump(6)  # each of them should have heard his place by now
        c.recover()
        c.switch.hang_up(callers[1])
        count = len(c.inputs())
        c.clock.advance(1)
        assert len(c.inputs()) == count
        c.connect()
        c.clock.advance(0.1)
        fired = [message for message in c.inputs() if isinstance(message, TimerFired)]
        assert [message.due_at for message in fired] == sorted(message.due_at for message in fired)
        assert len(fired) == 2
        assert all(message.at >= message.due_at for message in fired)


def test_a_look_up_without_an_answer_is_asked_again(tmp_path: Path) -> None:
    with company(tmp_path) as c:
        c.store_answers = False
        c.switch.arrive(DID, NUMBER)
        c.clock.advance(0.1)
        c.die()
        c.recover()
        c.store_answers = True
        c.connect()
        c.clock.advance(0.1)
        assert [one.look_up for one in c.asked] == [c.asked[0].look_up] * 2
        assert [it.value_class for it in c.runtime.view.contacts.values()] == ["A"]
        assert not [message for message in c.inputs() if isinstance(message, LookUpFailed)]


def test_while_the_link_is_down_nothing_is_lost(tmp_path: Path) -> None:
    with company(tmp_path) as c:
        leg = c.queued_caller()
        c.switch.cut()
        c.runtime.switch_down()
        assert not c.runtime.view.switch_up
        c.ask(SetStatus, status=AVAILABLE)
        c.clock.advance(1)
        assert list(c.switch.legs) == [leg]
        c.connect()
        c.clock.advance(2)
        assert [it.stage for it in c.runtime.view.contacts.values()] == ["talking"]


def test_a_fault_of_an_engine_costs_nothing_but_its_own_part(tmp_path: Path) -> None:
    with company(tmp_path) as c:

        def breaks(_message: Any, _turn: Turn) -> None:
            raise ZeroDivisionError

        c.runtime.center._ivr.handle = breaks  # type: ignore[method-assign]
        c.ask(SetStatus, status=AVAILABLE)
        assert isinstance(c.events()[-2], AgentStatusChanged)
        assert [answer.error_id for answer in c.answers] == ["fault"]


def test_nothing_is_handled_once_it_is_closed(tmp_path: Path) -> None:
    with company(tmp_path) as c:
        count = len(c.inputs())
        c.runtime.close()
        c.ask(SetStatus, status=AVAILABLE)
        assert len(c.inputs()) == count


# Whatever happens, whenever it dies


def act(c: Company, random: Random) -> None:
    """One of the things that happen in a day."""
    legs = [leg for leg, it in c.switch.legs.items() if not it.dialled]
    match random.randrange(6):
        case 0 | 1:
            c.switch.arrive(DID, random.choice(["", NUMBER]))
        case 2 if legs:
            c.switch.press(random.choice(legs), random.choice("0129"))
        case 3 if legs:
            c.switch.hang_up(random.choice(legs))
        case 4:
            c.ask(SetStatus, status=AVAILABLE)
        case 5:
            contact = c.runtime.view.agents["ann"].contact or "nobody"
            c.ask(Dispose, contact=contact, code="solved")
        case _:
            pass
    c.clock.advance(random.choice([0.003, 0.2, 1.0, 4.0]))


@pytest.mark.parametrize("seed", range(5))
def test_a_snapshot_and_the_tail_give_what_a_full_replay_gives(tmp_path: Path, seed: int) -> None:
    with company(tmp_path) as c:
        random, snapshots = Random(seed), []
        for step in range(STEPS):
            act(c, random)
            if step % 20 == 10:
                snapshots.append(snapshot_of(c.runtime))
        before = state(c.runtime)
        for snapshot in (*snapshots, None):
            c.die()
            c.recover(snapshot)
            assert state(c.runtime) == before
        c.connect()


@pytest.mark.parametrize("seed", range(12))
def test_killed_at_any_moment_every_contact_ends_once_and_nothing_is_left(tmp_path: Path, seed: int) -> None:
    with company(tmp_path) as c:
        random = Random(seed)
        for _ in range(STEPS):
            act(c, random)
            if random.random() < 0.2:
                c.die()
                c.clock.advance(random.choice([0.1, 3.0]))
                for leg in list(c.switch.legs)[:1]:
                    if random.random() < 0.5:
                        c.switch.hang_up(leg)
                c.recover()
                c.connect()
        for leg in [leg for leg, it in c.switch.legs.items() if not it.dialled]:
            c.switch.hang_up(leg)
        c.clock.advance(FORTY_SECONDS, step_seconds=0.1)
        c.ask(Dispose, contact=c.runtime.view.agents["ann"].contact or "nobody", code="solved")
        c.ask(SetStatus, status="logged_out")
        c.clock.advance(FORTY_SECONDS, step_seconds=0.1)
        arrived = [event.contact for event in c.events() if isinstance(event, ContactArrived)]
        ended = [event.contact for event in c.events() if isinstance(event, ContactEnded)]
        assert arrived
        assert sorted(ended) == sorted(arrived)
        assert (c.switch.legs, c.switch.bridges.bridges, c.runtime.view.contacts) == ({}, {}, {})
        assert c.runtime.view.agents["ann"].activity == "idle"
        left = c.runtime.belief
        assert (left.legs, left.open, left.due, left.playbacks, left.recordings) == ({}, {}, {}, {}, {})
