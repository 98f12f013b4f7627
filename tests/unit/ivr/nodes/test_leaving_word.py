import pytest
from driven_ivr import CONTACT, LEG, nodes, plays
from single_node import AtNode

from ctiserver.core.commands import (
    AwaitSilence,
    DiscardRecording,
    StartRecording,
    StartTimer,
    StopRecording,
)
from ctiserver.core.events import CallbackAsked, MessageLeft, MessageLost, VoicemailLeft
from ctiserver.core.ids import RecordingId
from ctiserver.core.inputs import LegSilent, LegSpoke, RecordingFailed, RecordingStored

CALLBACK = {"type": "callback", "next": "next", "no_number": "operator"}
VOICEMAIL = {"type": "voicemail", "prompts": ["voicemail-ask"], "next": "next", "longest_seconds": 60}


def test_a_wish_to_be_called_back_is_told_with_his_number() -> None:
    ivr = AtNode(CALLBACK)
    assert [one for one in ivr.answered if isinstance(one, CallbackAsked)] == [
        CallbackAsked(at=2.0, contact=CONTACT, account_id=1, pii_number="+56221234567", language="es")
    ]
    assert nodes(ivr.heard()) == ["next"]


def test_a_caller_without_a_number_goes_where_he_can_type_one() -> None:
    ivr = AtNode(CALLBACK, number="")
    assert ivr.session.node == "operator"


def test_the_number_may_be_one_that_he_typed() -> None:
    ask = {"type": "ask", "prompts": ["which"], "key": "back", "next": "call", "on_failure": "operator"}
    ivr = AtNode(ask | {"max_length": 5}, call=CALLBACK | {"number": "back"})
    assert [one.pii_number for one in ivr.press("22123") if isinstance(one, CallbackAsked)] == ["22123"]


def test_a_message_is_recorded_after_the_beep_until_the_pound_key() -> None:
    ivr = AtNode(VOICEMAIL)
    assert plays(ivr.answered) == [("voicemail-ask", "beep")]
    said = ivr.heard(at=10.0)
    recording = ivr.session.recording
    assert said == [
        StartRecording(recording=recording, leg=LEG),
        AwaitSilence(leg=LEG, seconds=4.0),
        StartTimer(timer=f"ivr:key:{CONTACT}", due_at=20.0),
    ]
    assert ivr.say(LegSpoke(at=12.0, leg=LEG)) == [
        StartTimer(timer=f"ivr:key:{CONTACT}", due_at=72.0)  # all of his time
    ]
    assert ivr.say(LegSpoke(at=13.0, leg=LEG)) == []
    assert ivr.press("123*") == []
    said = ivr.press("#")
    assert StopRecording(recording=recording) in said
    assert nodes(said) == ["next"]
    assert ivr.say(RecordingStored(at=12.0, recording=recording, seconds=8.0)) == [
        VoicemailLeft(at=12.0, contact=CONTACT, account_id=1, recording=recording, seconds=8.0)
    ]


def test_a_message_ends_when_its_time_is_over_or_he_goes_elsewhere() -> None:
    ivr = AtNode(VOICEMAIL)
    ivr.heard()
    assert nodes(ivr.silence()) == ["next"]
    ivr = AtNode(VOICEMAIL)
    ivr.heard()
    recording = ivr.session.recording
    assert StopRecording(recording=recording) in ivr.press("0")


def test_a_pause_ends_it_and_who_says_nothing_leaves_nothing() -> None:
    ivr = AtNode(VOICEMAIL)
    ivr.heard()
    recording = ivr.session.recording
    assert nodes(ivr.say(LegSilent(at=20.0, leg=LEG))) == ["next"]
    assert len(ivr.say(RecordingStored(at=21.0, recording=recording, seconds=9.0))) == 1
    ivr = AtNode(VOICEMAIL)
    ivr.heard()
    recording = ivr.session.recording
    assert nodes(ivr.silence()) == ["next"]
    said = ivr.say(RecordingStored(at=21.0, recording=recording, seconds=10.0))
    assert said == [DiscardRecording(recording=recording)]
    assert ivr.ivr.desk.unwanted == []


def test_a_message_counts_when_its_caller_has_hung_up() -> None:
    ivr = AtNode(VOICEMAIL)
    ivr.heard()
    recording = ivr.session.recording
    ivr.hang_up()
    assert [type(one) for one in ivr.say(RecordingStored(at=70.0, recording=recording, seconds=9.0))] == [
        VoicemailLeft
    ]
    assert ivr.say(RecordingStored(at=71.0, recording=recording, seconds=9.0)) == []


def test_a_message_for_a_queue_waits_for_its_agents_though_its_caller_has_hung_up() -> None:
    ivr = AtNode(VOICEMAIL | {"queue": "service"})
    ivr.heard()
    recording = ivr.session.recording
    ivr.hang_up()
    [left] = ivr.say(RecordingStored(at=70.0, recording=recording, seconds=9.0))
    assert isinstance(left, MessageLeft)
    assert (left.queue, left.recording, left.seconds) == ("service", recording, 9.0)
    assert (left.contact, left.pii_number) == (CONTACT, "+56221234567")
    assert not ivr.ivr.desk.messages


def test_a_queue_that_is_gone_keeps_nobody_from_leaving_word() -> None:
    ivr = AtNode(VOICEMAIL | {"queue": "gone"})
    ivr.heard()
    recording = ivr.session.recording
    ivr.press("#")
    [left] = ivr.say(RecordingStored(at=70.0, recording=recording, seconds=9.0))
    assert isinstance(left, VoicemailLeft)


def test_what_is_shorter_than_a_word_is_no_message() -> None:
    ivr = AtNode(VOICEMAIL)
    ivr.heard()
    recording = ivr.session.recording or RecordingId("")
    assert ivr.say(RecordingStored(at=9.0, recording=recording, seconds=0.4)) == []
    assert not ivr.ivr.desk.recordings


@pytest.mark.parametrize("hangs_up_first", [False, True])
def test_a_recording_that_failed_is_told_as_a_message_lost(hangs_up_first: bool) -> None:
    ivr = AtNode(VOICEMAIL)
    ivr.heard()
    recording = ivr.session.recording or RecordingId("")
    ivr.say(LegSpoke(at=8.0, leg=LEG))
    if hangs_up_first:
        ivr.hang_up()
    assert ivr.say(RecordingFailed(at=9.0, recording=recording, reason="disk full")) == [
        MessageLost(at=9.0, contact=CONTACT, queue=None, recording=recording, reason="disk full")
    ]
    assert not ivr.ivr.desk.recordings


def test_who_is_not_heard_goes_where_he_is_told_so_and_whose_recording_failed_where_that_is_said() -> None:
    def speaks(**more: str) -> AtNode:
        ivr = AtNode(VOICEMAIL | {"unheard": "operator"} | more)
        ivr.heard()
        return ivr

    assert nodes(speaks().silence()) == ["operator"]
    for more, then in (
        ({}, "operator"),
        ({"queue": "service"}, "operator"),
        ({"failed_to": "next", "next": "operator"}, "next"),
    ):
        ivr = speaks(**more)
        ivr.say(LegSpoke(at=12.0, leg=LEG))
        failed = RecordingFailed(at=13.0, recording=ivr.session.recording, reason="disk")  # type: ignore[arg-type]
        ivr.say(failed)
        assert nodes(ivr.press("#")) == [then]
    ivr = speaks()
    ivr.say(LegSpoke(at=12.0, leg=LEG))
    ivr.say(RecordingStored(at=13.0, recording=ivr.session.recording, seconds=9.0))  # type: ignore[arg-type]
    assert nodes(ivr.press("#")) == ["next"]
