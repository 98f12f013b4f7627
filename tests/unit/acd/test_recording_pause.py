from typing import Any

import pytest
from company import queue
from driven_acd import Driven, names

from ctiserver.core.commands import CancelTimer, MuteRecording, StartRecording, StartTimer
from ctiserver.core.errors import Refusal
from ctiserver.core.events import RecordingPaused, RecordingResumed, RecordingStarted
from ctiserver.core.requests import PauseRecording, ResumeRecording, StartRecordingNow

TIMER: Any = "acd:recording:c1"
ANN: Any = {"request_id": "r", "by": "ann", "agent": "ann"}


def talking(**changes: Any) -> Driven:
    acd = Driven("ann", queues=(queue("service", **changes),))
    acd.queue("c1")
    acd.talks("c1")
    return acd


def test_a_pause_is_silence_in_the_file_until_it_is_ended_and_says_who_and_why() -> None:
    acd = talking()
    recording = acd.contact("c1").recording
    assert acd.say(PauseRecording(at=20.0, reason="card_data", **ANN)) == [
        StartTimer(timer=TIMER, due_at=320.0),
        MuteRecording(recording=recording, muted=True),
        RecordingPaused(at=20.0, contact="c1", agent="ann", segment=1, by="ann", reason="card_data"),
    ]
    assert acd.say(ResumeRecording(at=50.0, **ANN)) == [
        CancelTimer(timer=TIMER),
        MuteRecording(recording=recording, muted=False),
        RecordingResumed(at=50.0, contact="c1", agent="ann", segment=1, by="ann"),
    ]
    assert acd.say(ResumeRecording(at=51.0, **ANN)) == []


def test_a_pause_that_nobody_ends_is_ended_by_the_center_which_says_so() -> None:
    acd = talking()
    recording = acd.contact("c1").recording
    acd.say(PauseRecording(at=20.0, **ANN))
    assert acd.say(PauseRecording(at=100.0, **ANN)) == [StartTimer(timer=TIMER, due_at=400.0)]
    assert acd.fires(TIMER, at=400.0) == [
        MuteRecording(recording=recording, muted=False),
        RecordingResumed(at=400.0, contact="c1", agent="ann", segment=1, by="center"),
    ]
    assert acd.fires(TIMER, at=401.0) == []


def test_the_pause_ends_with_the_talk() -> None:
    acd = talking()
    acd.say(PauseRecording(at=20.0, **ANN))
    said = acd.agent_hangs_up("c1")
    assert names(said)[:2] == ["StopRecording", "CancelTimer"]
    assert acd.fires(TIMER, at=400.0) == []
    with pytest.raises(Refusal, match="no call"):
        acd.say(PauseRecording(at=410.0, **ANN))


def test_an_agent_begins_a_recording_where_the_queue_leaves_it_to_him_and_once() -> None:
    acd = talking(record=False, record_on_demand=True)
    with pytest.raises(Refusal, match="not being recorded"):
        acd.say(PauseRecording(at=20.0, **ANN))
    said = acd.say(StartRecordingNow(at=20.0, **ANN))
    recording = acd.contact("c1").recording
    assert said[:2] == [
        RecordingStarted(at=20.0, contact="c1", recording=recording, segment=1),
        StartRecording(recording=recording, leg="leg-c1"),
    ]
    with pytest.raises(Refusal, match="already"):
        acd.say(StartRecordingNow(at=21.0, **ANN))


def test_where_nothing_is_recorded_nothing_can_be_begun_or_paused() -> None:
    acd = talking(record=False)
    with pytest.raises(Refusal, match="does not let"):
        acd.say(StartRecordingNow(at=20.0, **ANN))


def test_a_pause_has_one_of_the_reasons_that_the_record_knows() -> None:
    with pytest.raises(Refusal, match="card_data, customer_asked, personal"):
        talking().say(PauseRecording(at=20.0, reason="whim", **ANN))
