"""What is recorded of a talk and of a consult in it, and that each file ends however they end."""

from typing import Any

import pytest
from company import agent, queue
from driven_acd import Driven, names, only

from ctiserver.core.commands import MuteRecording, Play, StartRecording, StopRecording
from ctiserver.core.events import (
    ConsultAnswered,
    RecordingKept,
    RecordingLost,
    RecordingResumed,
    VoicesNoted,
)
from ctiserver.core.inputs import (
    AgentLost,
    LegAnswered,
    LegEnded,
    RecordingFailed,
    RecordingStored,
    VoicesHeard,
)
from ctiserver.core.requests import (
    CompleteTransfer,
    HangUp,
    Hold,
    MergeParties,
    PauseRecording,
    ResumeRecording,
    ReturnFromConsult,
    StartConsult,
)

ANN: dict[str, Any] = {"request_id": "r", "by": "ann", "agent": "ann"}
TWO = (
    agent("ann", "service", browser_phone=True),
    agent("bob", "technical", skills={"gas": 80}, browser_phone=True),
)


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


# What an agent says to whom he consults


def consulting(to: str = "bob", **changes: Any) -> tuple[Driven, list[Any]]:
    """Ann consults somebody who has answered, and what that answer brought about."""
    queues = (queue("service", **{"record_consults": True} | changes), queue("technical"))
    acd = Driven("ann", "bob", agents=TWO, queues=queues)
    acd.queue("c1")
    acd.talks("c1")
    whom = {"to": "bob"} if to == "bob" else {"pii_number": to}
    acd.say(StartConsult(at=60.0, **ANN, **whom))
    return acd, acd.say(LegAnswered(at=62.0, leg=other(acd)))


def other(acd: Driven) -> Any:
    [party] = acd.contact("c1").parties
    return party.leg


def ended(said: list[Any], recording: Any) -> bool:
    return said.count(StopRecording(recording=recording)) == 1


def test_a_consult_has_a_file_of_its_own_where_the_queue_wants_it_from_the_answer_on() -> None:
    acd, said = consulting()
    aside = acd.contact("c1").aside
    assert aside not in (None, acd.contact("c1").recording)
    assert StartRecording(recording=aside, leg=other(acd)) in said
    assert only(said, ConsultAnswered)[0].recording == aside
    assert acd.say(RecordingStored(at=90.0, recording=aside, seconds=9.0)) == [
        RecordingKept(at=90.0, contact="c1", recording=aside, seconds=9.0)  # type: ignore[arg-type]
    ]


def test_elsewhere_nobody_records_what_the_two_say() -> None:
    acd, said = consulting(record_consults=False)
    assert (acd.contact("c1").aside, only(said, ConsultAnswered)[0].recording) == (None, None)
    assert "StartRecording" not in names(said)


_ENDINGS: dict[str, Any] = {
    "returned": lambda acd: ReturnFromConsult(at=70.0, **ANN),
    "merged": lambda acd: MergeParties(at=70.0, **ANN),
    "completed": lambda acd: CompleteTransfer(at=70.0, **ANN),
    "the agent hangs up": lambda acd: HangUp(at=70.0, **ANN),
    "the agent's line is gone": lambda acd: LegEnded(at=70.0, leg=acd.agent_leg("c1"), by="agent"),
    "the agent's page is gone": lambda acd: AgentLost(at=70.0, agent="ann"),  # type: ignore[arg-type]
    "the other hangs up": lambda acd: LegEnded(at=70.0, leg=other(acd), by="agent"),
    "the other's page is gone": lambda acd: AgentLost(at=70.0, agent="bob"),  # type: ignore[arg-type]
    "the caller hangs up": lambda acd: LegEnded(at=70.0, leg=acd.contact("c1").leg, by="caller", q850=16),
}


@pytest.mark.parametrize("how", _ENDINGS)
@pytest.mark.parametrize("record", [True, False])
def test_the_file_of_a_consult_ends_once_however_the_consult_ends(how: str, record: bool) -> None:
    acd, _said = consulting(record=record)
    contact = acd.contact("c1")
    aside, talk = contact.aside, contact.recording
    acd.say(PauseRecording(at=65.0, **ANN))
    said = acd.say(_ENDINGS[how](acd))
    assert ended(said, aside)
    assert contact.aside is None
    goes_on = record and contact.recording == talk
    assert contact.recording_paused == goes_on
    assert bool(only(said, RecordingResumed)) == (not record), "a pause of this file alone ends with it"


def test_a_pause_is_silence_in_both_files_and_in_a_consult_that_begins_meanwhile() -> None:
    acd, _said = consulting()
    files = [acd.contact("c1").recording, acd.contact("c1").aside]
    silenced = [MuteRecording(recording=one, muted=True) for one in files]
    assert acd.say(PauseRecording(at=65.0, **ANN))[1:3] == silenced
    acd.say(ReturnFromConsult(at=70.0, **ANN))
    acd.say(StartConsult(at=80.0, **ANN, to="bob"))  # type: ignore[arg-type]
    said = acd.say(LegAnswered(at=82.0, leg=other(acd)))
    again = acd.contact("c1").aside
    assert MuteRecording(recording=again, muted=True) in said
    said = acd.say(ResumeRecording(at=85.0, **ANN))
    assert said[1:3] == [MuteRecording(recording=one, muted=False) for one in (files[0], again)]


def test_a_number_outside_is_told_that_it_is_recorded_where_callers_are_and_a_colleague_is_not() -> None:
    _acd, said = consulting(announce_recording=True)
    assert not [it for it in said if isinstance(it, Play)]
    acd, said = consulting("2 2345 6789", announce_recording=True)
    [notice] = [it for it in said if isinstance(it, Play)]
    assert (notice.leg, notice.says, notice.language) == (other(acd), ("recording-notice",), "es")
    assert not [it for it in consulting("2 2345 6789")[1] if isinstance(it, Play)]


def test_a_file_of_a_consult_that_cannot_be_written_costs_the_file_alone() -> None:
    acd, _said = consulting()
    aside = acd.contact("c1").aside
    said = acd.say(RecordingFailed(at=66.0, recording=aside, reason="disk full"))
    assert said == [RecordingLost(at=66.0, contact="c1", recording=aside, reason="disk full")]  # type: ignore[arg-type]
    assert "StopRecording" not in names(acd.say(ReturnFromConsult(at=70.0, **ANN)))
