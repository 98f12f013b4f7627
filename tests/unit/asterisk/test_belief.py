import json
from typing import Any

import pytest

from ctiserver.asterisk.belief import Belief
from ctiserver.core.commands import (
    Answer,
    Arrange,
    CancelTimer,
    DialLeg,
    DropLeg,
    FollowVoice,
    LookUp,
    MuteRecording,
    Play,
    SetFuse,
    StartRecording,
    StartTimer,
    StopPlaying,
    StopRecording,
)
from ctiserver.core.events import ContactArrived
from ctiserver.core.ids import ContactId, ConversationId, LegId, LookUpId, PlaybackId, RecordingId, TimerId
from ctiserver.core.inputs import (
    CallArrived,
    LegAnswered,
    LegEnded,
    LegFailed,
    LegJoined,
    LegLeft,
    LegRinging,
    LookedUp,
    LookUpFailed,
    PromptEnded,
    PromptStarted,
    RecordingStored,
    SwitchSynced,
    TimerFired,
)
from ctiserver.core.message import Message
from ctiserver.core.topology import Conversation, Kind, Mode

CALLER, AGENT = LegId("x.1"), LegId("agent")
CONTACT = ContactId("c1")
PROMPT, RECORDING, TIMER, LOOK_UP = PlaybackId("p1"), RecordingId("r1"), TimerId("t1"), LookUpId("u1")

ARRIVED: list[Message] = [
    CallArrived(at=1, leg=CALLER, did="+56", pii_number=""),
    ContactArrived(
        at=1,
        contact=CONTACT,
        account_id=1,
        leg=CALLER,
        did="+56",
        pii_number="",
        language="es",
        flow="f",
        flow_version="1",
    ),
]
ANSWER = Answer(leg=CALLER)
DIAL = DialLeg(leg=AGENT, contact=CONTACT, endpoint="PJSIP/ann", ring_seconds=9)
PLAY = Play(playback=PROMPT, leg=CALLER, says=("hi",), language="es")
STOP = StopPlaying(playback=PROMPT)
RECORD, KEEP = StartRecording(recording=RECORDING, leg=CALLER), StopRecording(recording=RECORDING)
FUSE = SetFuse(leg=CALLER, seconds=60, refresh_seconds=20)
LOOK = LookUp(look_up=LOOK_UP, kind="number", key="+56", account_id=1, deadline_seconds=1)


def arrange(*legs: LegId) -> Arrange:
    one = Conversation(id=ConversationId("b1"), kind=Kind.HOLD, legs=legs)
    return Arrange(contact=CONTACT, conversations=(one,))


def belief(*messages: Message) -> Belief:
    it = Belief()
    for message in [*ARRIVED, *messages]:
        it.note(message)
    return it


def test_a_leg_that_was_to_be_silent_once_may_be_silent_still() -> None:
    legs, silent = (CALLER, AGENT), {AGENT: Mode.MUTED}
    talk = Conversation(id=ConversationId("b1"), kind=Kind.TALK, legs=legs, modes=silent)
    it = belief(DIAL, Arrange(contact=CONTACT, conversations=(talk,)), arrange(CALLER, AGENT))
    assert [leg for leg, of in Belief.restore(it.state()).legs.items() if of.silenced] == [AGENT]


def test_a_command_is_pending_until_its_outcome_comes() -> None:
    it = belief(ANSWER, PLAY, RECORD, LOOK)
    assert it.pending() == [ANSWER, PLAY, RECORD, LOOK]
    for outcome in (
        LegAnswered(at=2, leg=CALLER),
        PromptStarted(at=2, playback=PROMPT),
        RecordingStored(at=2, recording=RECORDING, seconds=1),
        LookedUp(at=2, look_up=LOOK_UP, candidates=()),
    ):
        it.note(outcome)
    assert it.pending() == []


@pytest.mark.parametrize(
    "outcome",
    [
        LegRinging(at=2, leg=AGENT),
        LegAnswered(at=2, leg=AGENT),
        LegFailed(at=2, leg=AGENT, reason="busy"),
        LegEnded(at=2, leg=AGENT, by="agent"),
    ],
)
def test_any_word_of_a_dialled_leg_settles_its_dialling(outcome: Message) -> None:
    it = belief(DIAL)
    assert it.pending() == [DIAL]
    it.note(outcome)
    assert it.pending() == []


def test_a_drop_stays_pending_until_the_leg_is_gone() -> None:
    drop = DropLeg(leg=CALLER)
    it = belief(drop, LegAnswered(at=2, leg=CALLER))
    assert it.pending() == [drop]
    it.note(LegEnded(at=3, leg=CALLER, by="center"))
    assert it.pending() == []


def test_the_last_arrangement_and_the_last_fuse_are_always_pending() -> None:
    longer = SetFuse(leg=CALLER, seconds=600)
    it = belief(arrange(CALLER), FUSE, longer, arrange(CALLER, AGENT))
    it.note(LegJoined(at=2, leg=CALLER, conversation=ConversationId("b1")))
    assert it.pending() == [longer, arrange(CALLER, AGENT)]


def test_a_prompt_that_we_stopped_is_stopped_again_and_not_played_again() -> None:
    it = belief(PLAY, STOP)
    assert it.pending() == [STOP]
    it.note(PromptEnded(at=2, playback=PROMPT))
    assert it.pending() == []
    it.note(STOP)
    assert it.pending() == []


def test_a_late_look_up_may_still_come() -> None:
    it = belief(LOOK, LookUpFailed(at=2, look_up=LOOK_UP, reason="late"))
    assert it.pending() == [LOOK]
    it.note(LookUpFailed(at=3, look_up=LOOK_UP, reason="error"))
    assert it.pending() == []


def test_a_timer_is_armed_until_it_fires_or_is_cancelled() -> None:
    it = belief(StartTimer(timer=TIMER, due_at=5), StartTimer(timer=TimerId("t2"), due_at=6))
    it.note(StartTimer(timer=TIMER, due_at=7))
    assert it.timers() == {TIMER: 7, TimerId("t2"): 6}
    it.note(TimerFired(at=7, timer=TIMER, due_at=7))
    it.note(CancelTimer(timer=TimerId("t2")))
    assert it.timers() == {}


def test_silence_in_a_recording_is_wanted_for_as_long_as_the_recording_lives() -> None:
    it = Belief()
    mute, sound = (MuteRecording(recording=RECORDING, muted=muted) for muted in (True, False))
    for message in (CallArrived(at=1, leg=CALLER, did="6", pii_number="1"), RECORD, mute):
        it.note(message)
    assert it.pending() == [RECORD, mute]
    it.note(sound)
    assert it.pending() == [RECORD, sound]
    it.note(RecordingStored(at=2, recording=RECORDING, seconds=1))
    assert it.pending() == []
    it.note(mute)
    assert it.pending() == []


def test_a_voice_is_followed_until_its_leg_or_its_recording_ends() -> None:
    it = Belief()
    rosa, ann = (
        FollowVoice(recording=RECORDING, leg=leg, who=who, recording_at=1.0)
        for leg, who in ((CALLER, "caller"), (AGENT, "agent"))
    )
    it.note(CallArrived(at=1, leg=CALLER, did="6", pii_number="1"))
    it.note(rosa)
    assert it.pending() == []
    for message in (RECORD, DIAL, LegAnswered(at=1, leg=AGENT), rosa, ann):
        it.note(message)
    assert it.pending() == [RECORD, rosa, ann]
    it.note(LegEnded(at=2, leg=AGENT, by="agent"))
    assert it.pending() == [RECORD, rosa]
    it.note(RecordingStored(at=3, recording=RECORDING, seconds=2))
    assert it.pending() == []


def test_a_recording_waits_for_its_file_after_its_leg_is_gone() -> None:
    it = belief(RECORD, LegEnded(at=2, leg=CALLER, by="caller"))
    assert it.recordings == {RECORDING: CALLER}
    assert it.pending() == []
    it.note(KEEP)
    assert it.pending() == [KEEP]


def test_a_leg_is_where_it_was_seen_last() -> None:
    first, second = ConversationId("b1"), ConversationId("b2")
    it = belief(LegJoined(at=2, leg=CALLER, conversation=first))
    it.note(LegJoined(at=3, leg=CALLER, conversation=second))
    it.note(LegLeft(at=3, leg=CALLER, conversation=first))
    assert it.legs[CALLER].conversation == second


def test_everything_about_a_contact_goes_with_its_last_leg() -> None:
    it = belief(ANSWER, FUSE, PLAY, DIAL, arrange(CALLER, AGENT), LegAnswered(at=2, leg=AGENT))
    it.note(LegEnded(at=3, leg=CALLER, by="caller"))
    assert it.pending() == [arrange(CALLER, AGENT)]
    it.note(LegEnded(at=4, leg=AGENT, by="center"))
    it.note(SwitchSynced(at=5, cel_inode=1, cel_offset=2, cel_at=5))
    assert it == Belief(cel_inode=1, cel_offset=2)


@pytest.mark.parametrize(
    "late",
    [
        ANSWER,
        PLAY,
        STOP,
        RECORD,
        KEEP,
        FUSE,
        DropLeg(leg=CALLER),
        arrange(CALLER),
        LegRinging(at=9, leg=CALLER),
    ],
)
def test_what_is_about_a_leg_that_is_gone_changes_nothing(late: Message) -> None:
    it = belief(LegEnded(at=2, leg=CALLER, by="caller"))
    before = it.state()
    it.note(late)
    assert it.state() == before


def test_arrivals_are_kept_until_the_cel_file_was_read_past_them() -> None:
    it = belief(LegEnded(at=2, leg=CALLER, by="caller"))
    it.note(SwitchSynced(at=3, cel_at=1))
    assert it.calls == {CALLER: 1}
    it.note(SwitchSynced(at=3, cel_at=1.5))
    assert it.calls == {}


def test_its_state_is_json_and_gives_the_same_belief_again() -> None:
    it = belief(
        ANSWER, FUSE, PLAY, RECORD, DIAL, LOOK, arrange(CALLER, AGENT), StartTimer(timer=TIMER, due_at=5)
    )
    state: dict[str, Any] = json.loads(json.dumps(it.state()))
    again = Belief.restore(state)
    assert again == it
    assert again.pending() == it.pending()
