"""What every switch does with commands: the simulated one that unit tests use, and AriSwitch on Asterisk."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest

import sounds
from ctiserver.asterisk.belief import Belief
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
from ctiserver.core.ids import ContactId, LegId
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
    PromptEnded,
    PromptStarted,
    RecordingDiscarded,
    RecordingStored,
)
from ctiserver.core.message import Command, Input
from ctiserver.core.permit import Channel, Permit, Purpose
from tests.integration.ari_center import AriCenter, arrange, hold, talk
from tests.integration.asterisk import DID_ES, PrivateAsterisk, private_asterisk
from tests.integration.reactor_thread import ReactorThread
from tests.integration.sipp import Caller
from tests.simulated_switch import SimulatedPhone, SimulatedSwitch
from tests.unit.asterisk.hand_clock import HandClock

Told = TypeVar("Told", bound=Input)


class Rig(Protocol):
    """A switch and the world around it. A phone is known by its endpoint, a call by its leg."""

    inputs: list[Input]

    def perform(self, *commands: Command) -> None: ...
    def wait(self, kind: type[Told], seconds: float = 15.0, **fields: object) -> Told: ...
    def new_id(self, what: str) -> Any: ...
    def call(self, number: str) -> LegId: ...
    def press(self, leg: LegId, key: str) -> None: ...
    def hang_up(self, leg: LegId) -> None: ...
    def phone(
        self,
        *,
        ring_seconds: float | None = 0.2,
        reject_code: int | None = None,
        talks: bool = False,
        says: str = "",
    ) -> str: ...
    def stop(self) -> None: ...
    def start(self) -> object: ...
    def burn(self, seconds: float) -> None: ...


class SimulatedRig:
    """Time moves while somebody waits."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.belief = Belief()
        self.inputs: list[Input] = []
        self.switch = SimulatedSwitch(clock=self.clock, emit=self._told)
        self._named = 0

    def perform(self, *commands: Command) -> None:
        for command in commands:
            self.belief.note(command)
            self.switch.perform(command)

    def wait(self, kind: type[Told], seconds: float = 15.0, **fields: object) -> Told:
        for _ in range(round(seconds * 100)):
            if found := _of(self.inputs, kind, fields):
                return found[0]
            self.clock.advance(0.01)
        raise AssertionError(f"no {kind.__name__} {fields} in {self.inputs}")

    def new_id(self, what: str) -> Any:
        self._named += 1
        return f"test-a-1-{what}{self._named}-1"

    def call(self, number: str) -> LegId:
        return self.switch.arrive(DID_ES, number)

    def press(self, leg: LegId, key: str) -> None:
        self.switch.press(leg, key)

    def hang_up(self, leg: LegId) -> None:
        self.switch.hang_up(leg)

    def phone(
        self,
        *,
        ring_seconds: float | None = 0.2,
        reject_code: int | None = None,
        talks: bool = False,
        says: str = "",
    ) -> str:
        endpoint = f"PJSIP/{self.new_id('phone')}"
        self.switch.phones[endpoint] = SimulatedPhone(
            answer_after_seconds=ring_seconds,
            reject_code=reject_code,
            answered_by="machine" if talks else "unsure",
        )
        return endpoint

    def stop(self) -> None:
        self.switch.cut()

    def start(self) -> object:
        for one in self.switch.resync(self.belief):
            self._told(one)
        self.switch.reissue(self.belief)
        return self

    def burn(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def _told(self, one: Input) -> None:
        self.belief.note(one)
        self.inputs.append(one)


class AsteriskRig:
    """Callers and phones are SIPp's."""

    def __init__(self, asterisk: PrivateAsterisk, thread: ReactorThread, world: ExitStack) -> None:
        self._asterisk = asterisk
        self._world = world
        self._center = world.enter_context(AriCenter(asterisk, thread))
        self._callers: dict[LegId, Caller] = {}
        self.inputs = self._center.inputs
        self.perform = self._center.perform
        self.wait = self._center.wait
        self.new_id = self._center.new_id
        self.stop = self._center.stop
        self.start = self._center.start

    def call(self, number: str) -> LegId:
        caller = self._world.enter_context(self._asterisk.call(DID_ES, number=number, tone_hertz=440))
        leg = self.wait(CallArrived, pii_number=number).leg
        self._callers[leg] = caller
        return leg

    def press(self, leg: LegId, key: str) -> None:
        self._callers[leg].wait_answered().press(key)

    def hang_up(self, leg: LegId) -> None:
        self._callers[leg].wait_answered().hang_up()

    def phone(
        self,
        *,
        ring_seconds: float | None = 0.2,
        reject_code: int | None = None,
        talks: bool = False,
        says: str = "",
    ) -> str:
        tone = 400 if talks else 0
        phone = self._asterisk.phone(ring_seconds=ring_seconds, reject_code=reject_code, tone_hertz=tone)
        if says:
            phone.audio.say(Path(sounds.__path__[0]) / "es" / f"{says}.wav")
        name = self.new_id("phone").replace("-", "")
        return self._center.provision(name, self._world.enter_context(phone))

    def burn(self, seconds: float) -> None:
        """Time passes by itself; the caller is in the fallback when Asterisk says so."""
        self._center.wait_fallback()


def _of(inputs: list[Input], kind: type[Told], fields: dict[str, object]) -> list[Told]:
    return [
        one
        for one in inputs
        if isinstance(one, kind) and all(getattr(one, name) == value for name, value in fields.items())
    ]


@pytest.fixture(scope="module")
def real(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[PrivateAsterisk, ReactorThread]]:
    thread = ReactorThread()
    with private_asterisk(tmp_path_factory.mktemp("asterisk")) as asterisk:
        yield asterisk, thread
    thread.stop()


@pytest.fixture(params=["simulated", pytest.param("asterisk", marks=pytest.mark.integration)])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    if request.param == "simulated":
        yield SimulatedRig()
        return
    asterisk, thread = request.getfixturevalue("real")
    with ExitStack() as world:
        yield AsteriskRig(asterisk, thread, world)
    asterisk.wait_quiet()


@pytest.fixture
def leg(rig: Rig) -> LegId:
    """An answered call."""
    leg = rig.call("+56911111111")
    rig.wait(CallArrived, leg=leg, did=DID_ES)
    rig.perform(Answer(leg=leg))
    rig.wait(LegAnswered, leg=leg)
    return leg


def dial(rig: Rig, contact: str, endpoint: str, ring_seconds: float = 10) -> LegId:
    agent: LegId = rig.new_id("agent")
    rig.perform(DialLeg(leg=agent, contact=ContactId(contact), endpoint=endpoint, ring_seconds=ring_seconds))
    return agent


class TestSwitch:
    def test_a_caller_presses_keys_and_hangs_up(self, rig: Rig, leg: LegId) -> None:
        rig.press(leg, "5")
        assert rig.wait(DigitPressed, leg=leg).pii_digit == "5"
        rig.hang_up(leg)
        assert rig.wait(LegEnded, leg=leg).by == "caller"

    def test_a_dropped_caller_was_ended_by_the_center(self, rig: Rig, leg: LegId) -> None:
        rig.perform(DropLeg(leg=leg), DropLeg(leg=leg))
        assert rig.wait(LegEnded, leg=leg).by == "center"
        assert len(_of(rig.inputs, LegEnded, {})) == 1

    def test_a_prompt_starts_and_ends(self, rig: Rig, leg: LegId) -> None:
        prompt = rig.new_id("prompt")
        rig.perform(Play(playback=prompt, leg=leg, says=("hello-world",), language="en"))
        rig.wait(PromptStarted, playback=prompt)
        assert not rig.wait(PromptEnded, playback=prompt).failed
        rig.perform(DropLeg(leg=leg))
        rig.wait(LegEnded, leg=leg)

    def test_a_stopped_prompt_ends_once(self, rig: Rig, leg: LegId) -> None:
        prompt = rig.new_id("prompt")
        rig.perform(Play(playback=prompt, leg=leg, says=("demo-congrats",), language="en"))
        rig.wait(PromptStarted, playback=prompt)
        rig.perform(StopPlaying(playback=prompt), StopPlaying(playback=prompt))
        assert not rig.wait(PromptEnded, playback=prompt).failed
        rig.perform(StopPlaying(playback=prompt), DropLeg(leg=leg))
        rig.wait(LegEnded, leg=leg)
        assert len(_of(rig.inputs, PromptEnded, {})) == 1

    def test_a_phone_rings_is_answered_and_dropped(self, rig: Rig) -> None:
        agent = dial(rig, "c1", rig.phone())
        rig.wait(LegRinging, leg=agent)
        rig.wait(LegAnswered, leg=agent)
        rig.perform(DropLeg(leg=agent))
        assert rig.wait(LegEnded, leg=agent).by == "center"

    def test_a_phone_says_no(self, rig: Rig) -> None:
        agent = dial(rig, "c1", rig.phone(reject_code=486))
        failed = rig.wait(LegFailed, leg=agent)
        assert (failed.reason, failed.sip_code, failed.decided_by) == ("busy", 486, "agent")

    def test_a_phone_is_not_answered(self, rig: Rig) -> None:
        agent = dial(rig, "c1", rig.phone(ring_seconds=None), ring_seconds=1)
        failed = rig.wait(LegFailed, leg=agent)
        assert (failed.reason, failed.sip_code, failed.decided_by) == ("no_answer", 0, "center")

    def test_a_ringing_phone_is_dropped(self, rig: Rig) -> None:
        agent = dial(rig, "c1", rig.phone(ring_seconds=None))
        rig.wait(LegRinging, leg=agent)
        rig.perform(DropLeg(leg=agent))
        failed = rig.wait(LegFailed, leg=agent)
        assert (failed.reason, failed.decided_by) == ("no_answer", "center")

    def test_an_unknown_phone_is_refused(self, rig: Rig) -> None:
        failed = rig.wait(LegFailed, leg=dial(rig, "c1", "PJSIP/nobody"))
        assert (failed.reason, failed.decided_by) == ("refused", "switch")

    def test_a_customer_is_not_dialled_on_a_permit_that_nobody_knows(self, rig: Rig) -> None:
        leg, number = rig.new_id("customer"), "+56971884213"
        permit = Permit(
            permit_id=1,
            account_id=1,
            customer_id=1,
            pii_address=number,
            channel=Channel.PHONE,
            purpose=Purpose.SALES,
            expires_at=9e9,
        )
        rig.perform(
            DialCustomer(
                leg=leg,
                contact=ContactId("c1"),
                permit=permit,
                pii_number=number,
                trunk="pstn",
                ring_seconds=9,
            )
        )
        failed = rig.wait(LegFailed, leg=leg)
        assert (failed.reason, failed.decided_by) == ("not_permitted", "center")

    def test_who_speaks_on_and_on_is_a_machine(self, rig: Rig) -> None:
        leg = dial(rig, "c1", rig.phone(talks=True))
        rig.wait(LegAnswered, leg=leg)
        rig.perform(DetectMachine(leg=leg, seconds=1.5))
        judged = rig.wait(MachineJudged, leg=leg)
        assert (judged.answered_by, judged.resync) == ("machine", False)
        assert judged.seconds > 0
        rig.perform(DropLeg(leg=leg))
        assert rig.wait(LegEnded, leg=leg).by == "center"

    def test_who_says_nothing_may_be_anybody_also_after_the_link_was_down(self, rig: Rig) -> None:
        leg = dial(rig, "c1", rig.phone())
        rig.wait(LegAnswered, leg=leg)
        rig.perform(DetectMachine(leg=leg, seconds=1.5))
        rig.stop()
        rig.start()
        assert rig.wait(MachineJudged, leg=leg).answered_by == "unsure"
        assert not _of(rig.inputs, LegEnded, {})
        rig.perform(DropLeg(leg=leg))
        rig.wait(LegEnded, leg=leg)
        assert len(_of(rig.inputs, MachineJudged, {})) == 1

    def test_it_is_told_once_when_who_picked_up_has_finished(self, rig: Rig) -> None:
        leg = dial(rig, "c1", rig.phone(says="clock-5"))
        rig.wait(LegAnswered, leg=leg)
        rig.perform(AwaitSilence(leg=leg, seconds=0.7))
        rig.wait(LegSpoke, leg=leg)
        rig.wait(LegSilent, leg=leg)
        rig.perform(DropLeg(leg=leg))
        rig.wait(LegEnded, leg=leg)
        assert len(_of(rig.inputs, LegSilent, {})) == 1
        assert len(_of(rig.inputs, LegSpoke, {})) == 1

    def test_legs_are_arranged_and_rearranged(self, rig: Rig, leg: LegId) -> None:
        contact, waiting, talking = rig.new_id("contact"), rig.new_id("hold"), rig.new_id("talk")
        rig.perform(hold(contact, waiting, leg), hold(contact, waiting, leg))
        rig.wait(LegJoined, leg=leg, conversation=waiting)
        agent = dial(rig, contact, rig.phone())
        rig.wait(LegAnswered, leg=agent)
        rig.perform(talk(contact, talking, leg, agent))
        rig.wait(LegLeft, leg=leg, conversation=waiting)
        rig.wait(LegJoined, leg=leg, conversation=talking)
        rig.wait(LegJoined, leg=agent, conversation=talking)
        rig.perform(arrange(contact))
        rig.wait(LegLeft, leg=leg, conversation=talking)
        rig.wait(LegLeft, leg=agent, conversation=talking)
        assert len(_of(rig.inputs, LegJoined, {})) == 3
        rig.perform(DropLeg(leg=leg), DropLeg(leg=agent), hold(contact, waiting, leg))
        rig.wait(LegEnded, leg=leg)
        rig.wait(LegEnded, leg=agent)

    def test_a_recording_is_stored_once(self, rig: Rig, leg: LegId) -> None:
        recording, prompt = rig.new_id("recording"), rig.new_id("prompt")
        rig.perform(
            StartRecording(recording=recording, leg=leg),
            Play(playback=prompt, leg=leg, says=("hello-world",), language="en"),
        )
        rig.wait(PromptEnded, playback=prompt)
        rig.perform(StopRecording(recording=recording))
        assert rig.wait(RecordingStored, recording=recording).seconds == pytest.approx(1.2, abs=0.5)
        rig.perform(DropLeg(leg=leg))
        rig.wait(LegEnded, leg=leg)
        assert len(_of(rig.inputs, RecordingStored, {})) == 1
        for _ in range(2):  # one that is gone already is as good
            rig.perform(DiscardRecording(recording=recording))
            rig.wait(RecordingDiscarded, recording=recording)
            rig.inputs.clear()

    def test_a_recording_ends_with_its_caller(self, rig: Rig, leg: LegId) -> None:
        recording, prompt = rig.new_id("recording"), rig.new_id("prompt")
        rig.perform(
            StartRecording(recording=recording, leg=leg),
            Play(playback=prompt, leg=leg, says=("hello-world",), language="en"),
        )
        rig.wait(PromptEnded, playback=prompt)
        rig.hang_up(leg)
        rig.wait(LegEnded, leg=leg)
        assert rig.wait(RecordingStored, recording=recording).seconds > 0

    def test_a_fuse_burns_down_when_nobody_renews_it(self, rig: Rig, leg: LegId) -> None:
        rig.perform(SetFuse(leg=leg, seconds=1.5, refresh_seconds=0.5))
        rig.stop()
        rig.burn(2)
        rig.start()
        ended = rig.wait(LegEnded, leg=leg)
        assert (ended.by, ended.resync) == ("fallback", True)
        rig.hang_up(leg)

    def test_a_caller_who_leaves_while_the_link_is_down_is_told_of(self, rig: Rig, leg: LegId) -> None:
        rig.stop()
        rig.hang_up(leg)
        rig.start()
        assert rig.wait(LegEnded, leg=leg).resync

    def test_commands_given_while_the_link_is_down_are_performed_after(self, rig: Rig, leg: LegId) -> None:
        prompt = rig.new_id("prompt")
        rig.stop()
        rig.perform(Play(playback=prompt, leg=leg, says=("hello-world",), language="en"))
        rig.start()
        rig.wait(PromptEnded, playback=prompt)
        rig.perform(Arrange(contact=ContactId("c1")), DropLeg(leg=leg))
        rig.wait(LegEnded, leg=leg)
