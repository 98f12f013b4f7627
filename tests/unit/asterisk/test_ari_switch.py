"""AriSwitch over a link that only remembers what was asked, and answers what a test tells it to."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, succeed

from ctiserver.asterisk import ari_switch, look
from ctiserver.asterisk.ari_request import Request
from ctiserver.asterisk.ari_service import AriAddress
from ctiserver.asterisk.ari_switch import AriSwitch, SwitchFolders
from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.carriers import Carrier
from ctiserver.asterisk.permitted import PermitBook
from ctiserver.core.commands import (
    Answer,
    Arrange,
    AwaitSilence,
    DialLeg,
    DiscardRecording,
    DropLeg,
    FollowVoice,
    MuteRecording,
    Play,
    PlayDigits,
    SetFuse,
    StartRecording,
    StartTimer,
    StopPlaying,
    StopRecording,
)
from ctiserver.core.errors import CallGone, SwitchError, SwitchRefused, SwitchUnreachable
from ctiserver.core.ids import ContactId, ConversationId, LegId, PlaybackId, RecordingId, TimerId
from ctiserver.core.inputs import (
    CallArrived,
    LegAnswered,
    LegEnded,
    LegFailed,
    LegJoined,
    PromptEnded,
    RecordingDiscarded,
    RecordingFailed,
    RecordingStored,
    SwitchSynced,
)
from ctiserver.core.message import Command, Input
from ctiserver.core.topology import Conversation, Kind, Mode
from tests.unit.asterisk.hand_clock import HandClock

CALLER, AGENT, CONTACT = LegId("cti-17.0"), LegId("cti-a-1-2-1"), ContactId("cti-a-1-1")
HOLD, TALK = ConversationId("cti-a-1-3"), ConversationId("cti-a-1-4")
PROMPT, RECORDING = PlaybackId("p1"), RecordingId("cti-a-1-5")
DIAL = DialLeg(leg=AGENT, contact=CONTACT, endpoint="PJSIP/ann", ring_seconds=9)
PLAY = Play(playback=PROMPT, leg=CALLER, says=("hi",), language="es")

NO_CARRIERS: Mapping[str, Carrier] = {}


class FakeService:
    """In the place of AriService: `answers` maps the beginning of "METHOD uri" to JSON or an error."""

    def __init__(self, **callbacks: Any) -> None:
        self.on_up: Callable[[str], None] = callbacks["on_up"]
        self.on_down: Callable[[], None] = callbacks["on_down"]
        self.on_event: Callable[[dict[str, Any]], None] = callbacks["on_event"]
        self.asked: list[str] = []
        self.requests: list[Request] = []
        self.keys: dict[str, str] = {}
        self.answers: dict[str, Any] = {}
        self.channels: list[dict[str, Any]] = []
        self.bridges: list[dict[str, Any]] = []
        self.reconnects = 0

    def request(self, request: Request, key: str = "") -> Deferred[Any]:
        asked = f"{request.method} {request.uri}"
        self.asked.append(asked)
        self.requests.append(request)
        self.keys[asked] = key
        for beginning, answer in self.answers.items():
            if asked.startswith(beginning):
                return fail(answer) if isinstance(answer, SwitchError) else succeed(answer)
        return succeed({"GET channels": self.channels, "GET bridges": self.bridges}.get(asked))

    def settled(self) -> None:
        pass

    def reconnect(self, reason: str) -> None:
        self.reconnects += 1


class World:
    def __init__(
        self, folder: Path, permits: PermitBook | None = None, carriers: Mapping[str, Carrier] = NO_CARRIERS
    ) -> None:
        self.clock = HandClock()
        self.belief = Belief()
        self.inputs: list[Input] = []
        self.folder = folder
        self.switch = AriSwitch(
            reactor=None,  # type: ignore[arg-type]
            address=AriAddress(url="", user="", password=""),
            installation="cti",
            app="cti",
            request_sockets=1,
            folders=SwitchFolders(recordings=folder, cel_file=folder / "cel.json"),
            clock=self.clock,
            random=lambda: 0.5,
            media=self._media,
            emit=self.told,
            on_up=lambda session: None,
            on_down=lambda: None,
            on_replaced=lambda: None,
            permits=permits,
            carriers=carriers,
        )
        self.ari: FakeService = self.switch._ari  # type: ignore[assignment]

    def _media(self, play: Play) -> Sequence[str]:
        if play.says == ("unknown",):
            raise LookupError("no such prompt")
        return [f"sound:{say}" for say in play.says]

    def told(self, one: Input) -> None:
        self.belief.note(one)
        self.inputs.append(one)

    def up(self) -> list[Input]:
        """The link stands; belief and reality are compared, and the inputs noted."""
        found: list[Input] = []
        self.ari.on_up("session")
        self.switch.resync(self.belief).addCallback(found.extend)
        for one in found:
            self.told(one)
        return found

    def live(self) -> "World":
        self.up()
        self.switch.reissue(self.belief.pending())
        self.inputs.clear()
        self.ari.asked.clear()
        self.ari.requests.clear()
        return self

    def perform(self, *commands: Command) -> None:
        for command in commands:
            self.belief.note(command)
            self.switch.perform(command)

    def arrived(self) -> None:
        self.event("StasisStart", CALLER, "Ring", args=["in", "+56"])
        self.inputs.clear()

    def event(self, kind: str, leg: str, state: str = "Up", **more: Any) -> None:
        channel = {"id": leg, "state": state, "caller": {}, "dialplan": {}}
        self.ari.on_event({"type": kind, "channel": channel} | more)

    def playback(self, kind: str, playback: str) -> None:
        uri = f"channel:{CALLER}"
        self.ari.on_event({"type": kind, "playback": {"id": playback, "state": "done", "target_uri": uri}})

    def asked(self) -> list[str]:
        """What was asked since the last time, without queries."""
        asked, self.ari.asked = [one.partition("?")[0] for one in self.ari.asked], []
        return asked


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(ari_switch, "AriService", FakeService)
    return World(tmp_path)


def arrange(conversation: ConversationId, kind: Kind, *legs: LegId) -> Arrange:
    return Arrange(contact=CONTACT, conversations=(Conversation(id=conversation, kind=kind, legs=legs),))


def test_each_command_is_one_request_or_a_few(world: World) -> None:
    world.live().arrived()
    world.perform(
        Answer(leg=CALLER), SetFuse(leg=CALLER, seconds=60), PLAY, StopPlaying(playback=PROMPT), DIAL
    )
    world.perform(PlayDigits(leg=CALLER, pii_digits="12#"))
    world.perform(DropLeg(leg=AGENT), StartTimer(timer=TimerId("t"), due_at=1))
    assert world.asked() == [
        f"POST channels/{CALLER}/answer",
        f"POST channels/{CALLER}/variable",
        f"POST channels/{CALLER}/play/{PROMPT}",
        f"DELETE playbacks/{PROMPT}",
        "POST channels",
        f"POST channels/{CALLER}/dtmf",
        f"DELETE channels/{AGENT}",
    ]


def test_arrangements_ask_for_the_difference_only(world: World) -> None:
    world.live().arrived()
    world.perform(arrange(HOLD, Kind.HOLD, CALLER), arrange(HOLD, Kind.HOLD, CALLER))
    assert world.asked() == [f"POST bridges/{HOLD}", f"POST bridges/{HOLD}/addChannel"]
    world.perform(DIAL, arrange(TALK, Kind.TALK, CALLER, AGENT))
    assert world.asked()[1:] == [
        f"POST bridges/{TALK}",
        f"POST bridges/{TALK}/addChannel",
        f"POST bridges/{TALK}/addChannel",
        f"DELETE bridges/{HOLD}",
    ]


def test_requests_of_one_contact_go_through_one_socket(world: World) -> None:
    world.live().arrived()
    world.perform(arrange(HOLD, Kind.HOLD, CALLER), DIAL, PLAY, StopPlaying(playback=PROMPT))
    world.perform(StartRecording(recording=RECORDING, leg=CALLER), StopRecording(recording=RECORDING))
    world.perform(DropLeg(leg=AGENT))
    assert set(world.ari.keys[asked] for asked in world.ari.asked) == {CONTACT}


def test_a_bridge_whose_last_leg_ended_is_destroyed(world: World) -> None:
    world.live().arrived()
    world.perform(arrange(HOLD, Kind.HOLD, CALLER))
    world.asked()
    world.event("ChannelHangupRequest", CALLER)
    world.event("StasisEnd", CALLER)
    assert world.asked() == [f"DELETE bridges/{HOLD}"]


def test_a_step_that_asterisk_refuses_is_tried_once_more(world: World) -> None:
    world.live().arrived()
    world.ari.answers["POST bridges/cti-a-1-3/addChannel"] = SwitchRefused(500, "no")
    world.perform(arrange(HOLD, Kind.HOLD, CALLER))
    assert world.asked() == [
        f"POST bridges/{HOLD}",
        f"POST bridges/{HOLD}/addChannel",
        "GET bridges",
        f"POST bridges/{HOLD}",
        f"POST bridges/{HOLD}/addChannel",
    ]


def test_a_phone_that_asterisk_will_not_ring_comes_back_as_failed(world: World) -> None:
    world.live().arrived()
    world.ari.answers["POST channels"] = SwitchRefused(500, "Allocation failed")
    world.perform(DIAL)
    assert world.inputs == [LegFailed(at=1000, leg=AGENT, reason="refused", decided_by="switch")]


@pytest.mark.parametrize("says", ["unknown", "hi"])
def test_a_prompt_that_cannot_be_played_comes_back_as_failed(world: World, says: str) -> None:
    world.live().arrived()
    world.ari.answers[f"POST channels/{CALLER}/play"] = SwitchRefused(400, "bad")
    world.perform(Play(playback=PROMPT, leg=CALLER, says=(says,), language="es"))
    assert world.inputs == [PromptEnded(at=1000, playback=PROMPT, failed=True)]


def test_a_prompt_that_is_gone_when_we_stop_it_has_ended(world: World) -> None:
    world.live().arrived()
    world.ari.answers["DELETE playbacks"] = CallGone("gone")
    world.perform(PLAY, StopPlaying(playback=PROMPT), StopPlaying(playback=PROMPT))
    assert world.inputs == [PromptEnded(at=1000, playback=PROMPT)]


def test_what_exists_already_is_no_fault(world: World) -> None:
    world.live().arrived()
    world.ari.answers["POST"] = SwitchRefused(409, "exists")
    world.perform(DIAL, arrange(HOLD, Kind.HOLD, CALLER), StartRecording(recording=RECORDING, leg=CALLER))
    assert world.inputs == []


def test_what_is_gone_needs_nothing(world: World) -> None:
    world.live().arrived()
    world.ari.answers["POST"] = world.ari.answers["DELETE"] = CallGone("gone")
    world.perform(Answer(leg=CALLER), SetFuse(leg=CALLER, seconds=9), arrange(HOLD, Kind.HOLD, CALLER))
    world.perform(DropLeg(leg=CALLER))
    assert world.inputs == []


def test_a_link_that_falls_leaves_the_command_to_the_belief(world: World) -> None:
    world.live().arrived()
    world.ari.answers["POST"] = SwitchUnreachable("down")
    world.perform(PLAY, DIAL, StartRecording(recording=RECORDING, leg=CALLER))
    assert world.inputs == []
    assert len(world.belief.pending()) == 3


def test_a_recording_is_a_snoop_and_then_a_file(world: World) -> None:
    world.live().arrived()
    world.perform(StartRecording(recording=RECORDING, leg=CALLER))
    assert world.asked() == [f"POST channels/{CALLER}/snoop/snoop-{RECORDING}"]
    world.event("StasisStart", f"snoop-{RECORDING}", args=["snoop", RECORDING])
    assert world.asked() == [f"POST channels/snoop-{RECORDING}/record"]
    world.perform(StopRecording(recording=RECORDING))
    assert world.asked() == [
        f"POST recordings/live/{RECORDING}/stop",
        f"DELETE channels/snoop-{RECORDING}",
    ]
    (world.folder / f"{RECORDING}.wav").write_bytes(bytes(44 + 16_000))
    world.ari.on_event({"type": "RecordingFinished", "recording": {"name": RECORDING, "duration": 1}})
    assert world.inputs == [RecordingStored(at=1000, recording=RECORDING, seconds=1.0)]


def test_a_recording_begins_again_where_the_snoop_was_left_without_a_file(world: World) -> None:
    world.live().arrived()
    world.ari.answers[f"POST channels/{CALLER}/snoop"] = SwitchRefused(500, "could not be created")
    world.perform(StartRecording(recording=RECORDING, leg=CALLER))
    assert world.asked()[-1] == f"POST channels/snoop-{RECORDING}/record"
    assert world.inputs == []


def test_a_recording_that_is_paused_before_its_file_began_is_silent_from_the_beginning(world: World) -> None:
    world.live().arrived()
    mute = f"recordings/live/{RECORDING}/mute"
    world.ari.answers[f"POST {mute}"] = CallGone("not yet")
    world.perform(
        StartRecording(recording=RECORDING, leg=CALLER), MuteRecording(recording=RECORDING, muted=True)
    )
    del world.ari.answers[f"POST {mute}"]
    world.event("StasisStart", f"snoop-{RECORDING}", args=["snoop", RECORDING])
    assert world.asked()[-2:] == [f"POST channels/snoop-{RECORDING}/record", f"POST {mute}"]
    world.perform(MuteRecording(recording=RECORDING, muted=False))
    assert world.asked()[-1] == f"DELETE {mute}"


def test_a_recording_that_cannot_be_silenced_ends_rather_than_hear_what_it_must_not(world: World) -> None:
    world.live().arrived()
    world.ari.answers[f"POST recordings/live/{RECORDING}/mute"] = SwitchRefused(500, "no")
    world.perform(
        StartRecording(recording=RECORDING, leg=CALLER), MuteRecording(recording=RECORDING, muted=True)
    )
    assert f"POST recordings/live/{RECORDING}/stop" in world.asked()


def test_a_recording_that_could_not_begin_comes_back_as_failed(world: World) -> None:
    world.live().arrived()
    world.ari.answers[f"POST channels/{CALLER}/snoop"] = SwitchRefused(500, "could not be created")
    world.ari.answers["POST channels/snoop-"] = CallGone("no such channel")
    world.perform(StartRecording(recording=RECORDING, leg=CALLER))
    assert world.inputs == [RecordingFailed(at=1000, recording=RECORDING, reason="500 could not be created")]


def test_a_recording_stopped_before_it_began_is_lost(world: World) -> None:
    world.live().arrived()
    world.ari.answers["POST recordings/live"] = CallGone("gone")
    world.perform(StartRecording(recording=RECORDING, leg=CALLER), StopRecording(recording=RECORDING))
    assert world.inputs == [RecordingFailed(at=1000, recording=RECORDING, reason="it was never begun")]


def test_a_recording_that_nobody_wants_is_deleted_also_if_the_link_falls_in_that_moment(world: World) -> None:
    world.live().ari.on_down()
    world.perform(DiscardRecording(recording=RECORDING))
    assert world.belief.pending() == [DiscardRecording(recording=RECORDING)]
    world.up()
    world.switch.reissue(world.belief.pending())
    assert f"DELETE recordings/stored/{RECORDING}" in world.asked()
    assert world.inputs[-1] == RecordingDiscarded(at=1000, recording=RECORDING)
    assert world.belief.pending() == []


@pytest.mark.parametrize(("answer", "told"), [(CallGone("no file"), 1), (SwitchRefused(500, "no"), 0)])
def test_a_file_that_is_gone_is_as_good_and_one_that_cannot_be_deleted_is_tried_with_the_next_link(
    world: World, answer: SwitchError, told: int
) -> None:
    world.live()
    world.ari.answers[f"DELETE recordings/stored/{RECORDING}"] = answer
    world.perform(DiscardRecording(recording=RECORDING))
    assert world.inputs == [RecordingDiscarded(at=1000, recording=RECORDING)] * told
    assert len(world.belief.pending()) == 1 - told


def test_between_the_links_fall_and_reissue_nothing_is_done(world: World) -> None:
    world.live().arrived()
    world.ari.on_down()
    world.perform(Answer(leg=CALLER), DIAL)
    world.ari.channels = [
        {
            "id": CALLER,
            "state": "Ring",
            "dialplan": {"app_name": "Stasis", "app_data": "cti,in,+56"},
        }
    ]
    world.up()
    assert [one.partition("?")[0] for one in world.ari.asked] == ["GET channels", "GET bridges"]
    world.asked()
    world.switch.reissue(world.belief.pending())
    assert world.asked() == [f"POST channels/{CALLER}/answer", "POST channels"]


def test_events_during_the_comparison_are_told_after_it_and_once(world: World) -> None:
    world.ari.on_up("session")
    world.event("StasisStart", CALLER, "Ring", args=["in", "+56"])
    world.event("ChannelStateChange", CALLER, "Up")
    world.ari.channels = [
        {
            "id": CALLER,
            "state": "Ring",
            "creationtime": "1970-01-01T00:00:01.000+0000",
            "dialplan": {"app_name": "Stasis", "app_data": "cti,in,+56"},
        }
    ]
    found: list[Input] = []
    world.switch.resync(world.belief).addCallback(found.extend)
    assert [type(one) for one in found] == [CallArrived, SwitchSynced]
    for one in found:
        world.told(one)
    world.switch.reissue(world.belief.pending())
    assert world.inputs[2:] == [LegAnswered(at=1000, leg=CALLER)]


def test_what_nobody_wants_is_deleted_before_anything_else(world: World) -> None:
    world.ari.channels = [{"id": "cti-a-1-9-1", "state": "Up", "dialplan": {}}]
    world.ari.bridges = [{"id": "cti-a-1-9-2", "bridge_type": "mixing", "name": "c", "channels": []}]
    world.up()
    world.asked()
    world.switch.reissue([])
    assert world.asked() == ["DELETE channels/cti-a-1-9-1", "DELETE bridges/cti-a-1-9-2"]


def test_a_comparison_that_asterisk_refuses_is_begun_anew(world: World) -> None:
    world.ari.answers["GET channels"] = SwitchRefused(500, "no")
    world.ari.on_up("session")
    failures: list[Any] = []
    world.switch.resync(world.belief).addErrback(failures.append)
    assert len(failures) == world.ari.reconnects == 1


def test_what_is_told_reaches_the_owner_after_the_switch_has_cleaned_up(world: World) -> None:
    world.live().arrived()
    world.perform(SetFuse(leg=CALLER, seconds=60, refresh_seconds=20), arrange(HOLD, Kind.HOLD, CALLER))
    world.event("ChannelEnteredBridge", CALLER, bridge={"id": HOLD})
    world.event("StasisEnd", CALLER)
    world.asked()
    world.clock.advance(100, 1)
    assert [one for one in world.asked() if "variable" in one] == []
    assert world.inputs == [
        LegJoined(at=1000, leg=CALLER, conversation=HOLD),
        LegEnded(at=1000, leg=CALLER, by="fallback"),
    ]


def test_a_long_file_of_events_is_put_aside_when_all_of_it_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "_LONGEST_CEL_BYTES", 100)
    monkeypatch.setattr(look, "_WORTH_TELLING_BYTES", 0)
    file = world.folder / "cel.json"
    line = b'{"eventtype": "CHAN_START", "eventtime": "1", "uniqueid": "a"}\n'
    world.live()
    file.write_bytes(line)
    world.clock.advance(30, 1)
    assert file.exists()
    file.write_bytes(line * 2)
    world.clock.advance(30, 1)
    assert not file.exists()
    file.write_bytes(line)
    world.clock.advance(30, 1)
    assert (world.belief.cel_inode, world.belief.cel_offset) == (file.stat().st_ino, len(line))


def test_an_end_whose_event_was_lost_is_told_within_two_looks(world: World) -> None:
    world.live().arrived()
    world.ari.channels = [
        {"id": CALLER, "state": "Up", "dialplan": {"app_name": "Stasis", "app_data": "cti,in,+56"}}
    ]
    world.clock.advance(90, 1)
    assert world.inputs == []
    world.ari.channels = []
    world.clock.advance(30, 1)
    assert world.inputs == []
    world.clock.advance(60, 1)
    assert [(type(one), one.leg) for one in world.inputs] == [(LegEnded, CALLER)]  # type: ignore[attr-defined]


def test_a_caller_who_cuts_every_prompt_short_has_his_fuse_renewed_all_the_same(world: World) -> None:
    """A key stops a prompt and begins the next in one turn; that the first has ended is told afterwards."""
    world.live().arrived()
    world.perform(SetFuse(leg=CALLER, seconds=60, refresh_seconds=20))
    for number in range(12):
        if number:
            world.perform(StopPlaying(playback=PlaybackId(f"p{number - 1}")))
        world.perform(Play(playback=PlaybackId(f"p{number}"), leg=CALLER, says=("hi",), language="es"))
        if number:
            world.playback("PlaybackFinished", f"p{number - 1}")
        world.playback("PlaybackStarted", f"p{number}")
        world.clock.advance(8, 1)
    lit = [one for one in world.ari.requests if "TIMEOUT(absolute)" in str(one.query)]
    assert len(lit) >= 4, "every 20 to 30 of 96 seconds"


def test_a_recording_whose_caller_hung_up_before_its_file_began_is_told_as_lost(world: World) -> None:
    world.live().arrived()
    world.perform(StartRecording(recording=RECORDING, leg=CALLER))
    world.ari.answers[f"POST channels/snoop-{RECORDING}/record"] = CallGone("no channel")
    world.event("StasisStart", f"snoop-{RECORDING}", args=["snoop", RECORDING])
    world.event("StasisEnd", CALLER)
    assert [type(one) for one in world.inputs] == [RecordingFailed, LegEnded]
    assert not world.belief.recordings


@pytest.mark.parametrize("says_it", [True, False])
def test_a_silence_that_was_waited_for_before_a_talk_does_not_end_the_following_of_a_voice(
    world: World, says_it: bool
) -> None:
    world.live().arrived()
    world.perform(AwaitSilence(leg=CALLER, seconds=4), StartRecording(recording=RECORDING, leg=CALLER))
    if says_it:
        follow = FollowVoice(recording=RECORDING, leg=CALLER, who="caller", recording_at=1000.0)
        world.perform(follow)
        assert not [one for one in world.belief.pending() if isinstance(one, AwaitSilence)]
    world.ari.requests.clear()
    world.event("ChannelTalkingStarted", CALLER)
    world.event("ChannelTalkingFinished", CALLER, duration=800)
    removed = [one for one in world.ari.requests if "TALK_DETECT(remove)" in str(one.query)]
    assert bool(removed) is not says_it


def test_a_mute_that_asterisk_refused_is_asked_for_again_with_the_next_arrangement(world: World) -> None:
    world.live().arrived()
    world.perform(DIAL)
    world.event("StasisStart", AGENT, args=["dialled"])
    listens = Conversation(id=TALK, kind=Kind.TALK, legs=(CALLER, AGENT), modes={AGENT: Mode.LISTEN})
    world.ari.answers[f"POST channels/{AGENT}/mute"] = SwitchRefused(500, "no")
    world.perform(Arrange(contact=CONTACT, conversations=(listens,)))
    world.ari.answers.clear()
    world.asked()
    world.perform(Arrange(contact=CONTACT, conversations=(listens,)))
    assert f"POST channels/{AGENT}/mute" in world.asked()
