"""Who waits leaves a message with a key: recorded, sent or recorded anew, and then the agents' business."""

from typing import Any

from company import QUEUES, queue
from driven_ivr import CONTACT, LEG, Driven, plays

from ctiserver.core.commands import AwaitSilence, DiscardRecording, StartRecording, StartTimer, StopRecording
from ctiserver.core.events import ContactEnded, MessageBegun, MessageLeft, MessageLost, PlaceTold
from ctiserver.core.inputs import LegEnded, LegSilent, LegSpoke, RecordingFailed, RecordingStored
from ctiserver.core.message import Message

SERVICE = queue("service", message_key="4", survey=None)


def waits() -> Driven:
    ivr = Driven(queues=(SERVICE, *QUEUES[1:]))
    ivr.press("0", at=10.0)
    return ivr


def speaks(*, says_something: bool = True) -> tuple[Driven, Any]:
    """He has pressed the key, heard the beep, and speaks; the recording."""
    ivr = waits()
    assert plays(ivr.press("4")) == [("voicemail-ask", "beep")]
    said = ivr.heard()
    [begun] = of(said, MessageBegun)
    assert (begun.queue, [it.leg for it in of(said, StartRecording)]) == ("service", [LEG])
    assert (len(of(said, AwaitSilence)), ivr.session.phase) == (1, "message")
    if says_something:
        assert [it.due_at for it in of(ivr.say(LegSpoke(at=6.0, leg=LEG)), StartTimer)] == [126.0]
        assert ivr.say(LegSpoke(at=7.0, leg=LEG)) == []
    return ivr, begun.recording


def of(said: list[Message], kind: type[Any]) -> list[Any]:
    return [it for it in said if isinstance(it, kind)]


def stored(ivr: Driven, recording: Any, seconds: float = 8.0) -> list[Message]:
    return ivr.say(RecordingStored(at=40.0, recording=recording, seconds=seconds))


def test_he_is_told_of_the_key_with_his_place() -> None:
    ivr = waits()
    told = ivr.say(PlaceTold(at=20.0, contact=CONTACT, place=2, language="es"))
    assert plays(told) == [("place:2", "wait-message", "digits:4")]


def test_the_key_records_and_one_sends_it_once_the_file_is_whole() -> None:
    ivr, recording = speaks()
    said = ivr.press("#")
    assert (len(of(said, StopRecording)), plays(said)) == (1, [("message-keys",)])
    assert of(stored(ivr, recording), MessageLeft) == []  # he may begin anew still
    said = ivr.press("1")
    [left] = of(said, MessageLeft)
    assert (left.queue, left.recording, left.seconds, left.pii_number) == (
        "service",
        recording,
        8.0,
        "+56221234567",
    )
    assert plays(said) == [("message-kept",)]
    [ended] = of(ivr.say(LegEnded(at=60.0, leg=LEG, by="center")), ContactEnded)
    assert ended.where == "goodbye"
    assert ivr.ivr.desk.messages == {}


def test_silence_ends_it_and_silence_sends_it() -> None:
    ivr, recording = speaks()
    assert plays(ivr.say(LegSilent(at=30.0, leg=LEG))) == [("message-keys",)]
    ivr.heard()
    assert plays(ivr.silence()) == [("message-kept",)]
    assert len(of(stored(ivr, recording), MessageLeft)) == 1


def test_who_says_nothing_is_asked_once_more_and_then_it_is_goodbye_and_nothing_is_kept() -> None:
    ivr, first = speaks(says_something=False)
    said = ivr.silence(at=15.0)
    assert (len(of(said, StopRecording)), plays(said)) == (
        1,
        [("message-too-short", "voicemail-ask", "beep")],
    )
    [begun] = of(ivr.heard(at=20.0), MessageBegun)
    assert plays(ivr.silence(at=31.0)) == [("goodbye",)]
    for recording in (first, begun.recording):
        said = stored(ivr, recording, seconds=10.0)
        assert (of(said, MessageLeft), len(of(said, DiscardRecording))) == ([], 1)
    assert ivr.ivr.desk.messages == {}


def test_who_hangs_up_without_a_word_leaves_nothing_and_who_sends_it_by_key_means_it() -> None:
    ivr, recording = speaks(says_something=False)
    ivr.say(LegEnded(at=12.0, leg=LEG, by="caller"))
    assert [type(it) for it in stored(ivr, recording)] == [DiscardRecording]
    ivr, recording = speaks(says_something=False)
    ivr.press("#")
    ivr.press("1")
    assert len(of(stored(ivr, recording), MessageLeft)) == 1


def test_two_records_it_anew_and_nobody_hears_the_first_one() -> None:
    ivr, first = speaks()
    ivr.press("#")
    stored(ivr, first)
    said = ivr.press("2")
    assert ([it.recording for it in of(said, DiscardRecording)], plays(said)) == (
        [first],
        [("voicemail-ask", "beep")],
    )
    [begun] = of(ivr.heard(), MessageBegun)
    ivr.press("#")
    ivr.press("1")
    assert [it.recording for it in of(stored(ivr, begun.recording), MessageLeft)] == [begun.recording]


def test_one_that_is_begun_anew_before_its_file_is_whole_is_discarded_then() -> None:
    ivr, first = speaks()
    ivr.press("#")
    assert of(ivr.press("2"), DiscardRecording) == []
    assert [it.recording for it in of(stored(ivr, first), DiscardRecording)] == [first]


def test_who_hangs_up_has_left_what_he_said_also_if_the_file_comes_later() -> None:
    ivr, recording = speaks()
    [ended] = of(ivr.say(LegEnded(at=30.0, leg=LEG, by="caller")), ContactEnded)
    assert ended.where == "ivr"
    assert len(of(stored(ivr, recording), MessageLeft)) == 1


def test_one_too_short_to_be_one_is_asked_for_once_more_and_then_is_none() -> None:
    ivr, recording = speaks()
    ivr.press("#")
    stored(ivr, recording, 0.4)
    assert plays(ivr.press("1")) == [("message-too-short", "voicemail-ask", "beep")]
    [begun] = of(ivr.heard(), MessageBegun)
    ivr.press("#")
    stored(ivr, begun.recording, 0.4)
    said = ivr.press("1")
    assert (plays(said), of(said, MessageLeft)) == ([("goodbye",)], [])


def test_a_message_that_could_not_be_recorded_is_told_as_our_fault_and_asked_for_once_more() -> None:
    ivr, recording = speaks()
    [lost] = ivr.say(RecordingFailed(at=20.0, recording=recording, reason="disk"))
    assert isinstance(lost, MessageLost)
    assert (lost.contact, lost.queue, lost.recording, lost.reason) == (CONTACT, "service", recording, "disk")
    ivr.press("#")
    assert plays(ivr.press("1")) == [("technical-problem", "voicemail-ask", "beep")]
    [begun] = of(ivr.heard(), MessageBegun)
    ivr.say(LegSpoke(at=26.0, leg=LEG))
    ivr.say(RecordingFailed(at=27.0, recording=begun.recording, reason="disk"))
    ivr.press("#")
    assert plays(ivr.press("1")) == [("technical-problem", "goodbye")]


def test_a_recording_that_fails_once_he_said_nothing_or_began_anew_loses_nothing() -> None:
    ivr, recording = speaks()
    ivr.press("#")
    ivr.press("2")
    assert ivr.say(RecordingFailed(at=20.0, recording=recording, reason="disk")) == []


def test_a_recording_that_fails_leaves_nothing_behind() -> None:
    ivr, recording = speaks()
    ivr.say(RecordingFailed(at=20.0, recording=recording, reason="disk"))
    ivr.say(LegEnded(at=30.0, leg=LEG, by="caller"))
    assert ivr.ivr.desk.messages == {}
