from company import queue
from driven_acd import Driven, names

from ctiserver.core.commands import StartRecording
from ctiserver.core.events import VoicesNoted
from ctiserver.core.inputs import RecordingFailed, VoicesHeard
from ctiserver.core.requests import Hold, PauseRecording


def test_a_queue_that_records_on_demand_does_not_begin_by_itself() -> None:
    acd = Driven("ann", queues=(queue("service", record=False, record_on_demand=True),))
    acd.queue("c1")
    acd.answers("c1")
    assert names(acd.joins("c1")) == ["ContactConnected"]


def test_each_segment_has_a_file_of_its_own_and_begins_unpaused() -> None:
    acd = Driven("ann", "bob")
    acd.queue("c1")
    acd.talks("c1")
    first = acd.contact("c1").recording
    acd.say(PauseRecording(at=20.0, request_id="r", by="ann", agent="ann"))
    said = acd.agent_hangs_up("c1", at=15.9)
    assert names(said)[:2] == ["StopRecording", "CancelTimer"]
    acd.answers("c1", at=20.0)
    again = [one for one in acd.joins("c1", at=21.0) if isinstance(one, StartRecording)]
    assert [one.recording for one in again] == [acd.contact("c1").recording] != [first]
    assert not acd.contact("c1").recording_paused


def test_who_spoke_is_noted_for_as_long_as_somebody_knows_the_recording() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    acd.talks("c1")
    heard = VoicesHeard(at=70.0, recording=acd.contact("c1").recording, caller=((0.5, 2.0),))
    acd.caller_hangs_up("c1")
    assert acd.say(heard) == [
        VoicesNoted(at=70.0, contact="c1", recording=heard.recording, caller=((0.5, 2.0),), agent=())
    ]
    acd.say(RecordingFailed(at=71.0, recording=heard.recording, reason="gone"))
    assert acd.say(heard) == []


def test_a_file_that_ends_in_the_middle_of_the_talk_costs_the_recording_and_nothing_else() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    acd.talks("c1")
    recording = acd.contact("c1").recording
    assert names(acd.say(RecordingFailed(at=20.0, recording=recording, reason="disk full"))) == [
        "RecordingLost"
    ]
    assert names(acd.say(Hold(at=21.0, request_id="r", by="ann", agent="ann")))[-1] == "ContactHeld"
    assert "StopRecording" not in names(acd.caller_hangs_up("c1"))
