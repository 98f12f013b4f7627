from typing import Any

import pytest
from company import AVAILABLE, LOGGED_OUT, PAUSE, QUEUES, configured, queue
from driven_acd import Driven, names, offered

from ctiserver.core.commands import (
    Arrange,
    CancelTimer,
    DropLeg,
    FollowVoice,
    StartRecording,
    StartTimer,
    StopRecording,
)
from ctiserver.core.errors import Refusal
from ctiserver.core.events import (
    AgentReleased,
    AgentStatusChanged,
    ContactConnected,
    ContactEnded,
    ContactRequeued,
    Disposed,
    RecordingKept,
    RecordingLost,
    RecordingStarted,
    TalkEnded,
    WrapUpEnded,
    WrapUpStarted,
)
from ctiserver.core.inputs import LegFailed, LegJoined, RecordingFailed, RecordingStored


def talking(*agents: str, **changes: Any) -> Driven:
    acd = Driven(*(agents or ("ann",)), **changes)
    acd.queue("c1")
    acd.talks("c1")
    return acd


def test_the_wait_ends_when_both_are_in_the_conversation_and_it_is_recorded() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    acd.answers("c1")
    leg = acd.agent_leg("c1")
    said = acd.joins("c1")
    recording = acd.contact("c1").recording
    assert said == [
        ContactConnected(at=15.0, contact="c1", agent="ann", queue="service", segment=1, leg=leg),
        RecordingStarted(at=15.0, contact="c1", recording=recording, segment=1),
        StartRecording(recording=recording, leg="leg-c1"),
        FollowVoice(recording=recording, leg="leg-c1", who="caller", recording_at=15.0),
        FollowVoice(recording=recording, leg=leg, who="agent", recording_at=15.0),
    ]


def test_only_joining_the_talk_counts_and_each_leg_once() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    acd.answers("c1")
    it = acd.contact("c1")
    for conversation in (it.hold, it.talk, it.talk):
        assert acd.say(LegJoined(at=15.0, leg=it.leg, conversation=conversation)) == []
    assert names(acd.say(LegJoined(at=16.0, leg=it.agent_leg, conversation=it.talk)))[0] == "ContactConnected"
    assert acd.say(LegJoined(at=17.0, leg=it.agent_leg, conversation=it.talk)) == []


def test_a_queue_may_go_unrecorded() -> None:
    acd = Driven("ann", queues=(queue("service", record=False),))
    acd.queue("c1")
    acd.answers("c1")
    assert names(acd.joins("c1")) == ["ContactConnected"]


def test_a_caller_who_stays_is_handed_back_and_the_agent_wraps_up() -> None:
    acd = talking()
    recording = acd.contact("c1").recording
    assert acd.agent_hangs_up("c1", at=60.0) == [
        StopRecording(recording=recording),
        Arrange(contact="c1"),
        TalkEnded(at=60.0, contact="c1", agent="ann", segment=1, by="agent", caller_stays=True),
        WrapUpStarted(at=60.0, contact="c1", agent="ann", segment=1, until=180.0),
        StartTimer(timer="acd:wrap_up:ann", due_at=180.0),
    ]


def test_a_caller_who_hangs_up_ends_the_contact_and_the_agent_wraps_up() -> None:
    acd = talking()
    recording, leg = acd.contact("c1").recording, acd.agent_leg("c1")
    assert acd.caller_hangs_up("c1", at=60.0) == [
        CancelTimer(timer="acd:place:c1"),
        StopRecording(recording=recording),
        DropLeg(leg=leg),
        Arrange(contact="c1"),
        TalkEnded(at=60.0, contact="c1", agent="ann", segment=1, by="caller", caller_stays=False),
        WrapUpStarted(at=60.0, contact="c1", agent="ann", segment=1, until=180.0),
        StartTimer(timer="acd:wrap_up:ann", due_at=180.0),
        ContactEnded(at=60.0, contact="c1", where="talk", by="caller", q850=16),
    ]


def test_an_agent_who_hangs_up_within_two_seconds_gives_the_caller_his_place_back() -> None:
    acd = talking("ann", "bob")
    recording = acd.contact("c1").recording
    said = acd.agent_hangs_up("c1", at=15.9)
    assert said[:5] == [
        StopRecording(recording=recording),
        TalkEnded(at=15.9, contact="c1", agent="ann", segment=1, by="agent", caller_stays=False),
        AgentStatusChanged(at=15.9, agent="ann", status=PAUSE, reason="hung_up_at_once", by="center"),
        AgentReleased(at=15.9, agent="ann", contact="c1"),
        ContactRequeued(at=15.9, contact="c1", queue="service", reason="hung_up_at_once"),
    ]
    assert offered(said) == [("c1", "bob", "only")]
    acd.talks("c1", at=20.0)
    assert acd.agent("bob").segment == 2


def test_a_failure_reported_after_the_answer_ends_the_talk_as_a_hang_up_of_the_switch() -> None:
    acd = talking()
    said = acd.say(LegFailed(at=60.0, leg=acd.agent_leg("c1"), reason="refused"))
    assert TalkEnded(at=60.0, contact="c1", agent="ann", segment=1, by="switch", caller_stays=True) in said
    assert names(said)[0] == "StopRecording"


def test_the_disposition_ends_the_wrap_up_and_the_next_caller_rings() -> None:
    acd = talking()
    acd.queue("c2", at=20.0)
    acd.agent_hangs_up("c1")
    said = acd.dispose("ann", "c1", note="paid")
    assert said[:4] == [
        Disposed(at=70.0, contact="c1", agent="ann", segment=1, code="solved", pii_note="paid"),
        CancelTimer(timer="acd:wrap_up:ann"),
        WrapUpEnded(at=70.0, contact="c1", agent="ann", segment=1, disposition="solved", by="ann"),
        AgentReleased(at=70.0, agent="ann", contact="c1"),
    ]
    assert offered(said) == [("c2", "ann", "only")]


def test_a_disposition_given_during_the_talk_spares_the_wrap_up() -> None:
    acd = talking()
    assert names(acd.dispose("ann", "c1", at=50.0)) == ["Disposed"]
    said = acd.agent_hangs_up("c1")
    assert names(said)[-4:] == ["WrapUpStarted", "CancelTimer", "WrapUpEnded", "AgentReleased"]


def test_when_the_time_is_over_the_agent_is_paused_until_he_says_how_it_ended() -> None:
    acd = talking()
    acd.queue("c2", at=20.0)
    acd.agent_hangs_up("c1")
    assert acd.fires("acd:wrap_up:ann", at=180.0) == [
        WrapUpEnded(at=180.0, contact="c1", agent="ann", segment=1, disposition=None, by="center"),
        AgentStatusChanged(at=180.0, agent="ann", status=PAUSE, reason="disposition_owed", by="center"),
        AgentReleased(at=180.0, agent="ann", contact="c1"),
    ]
    with pytest.raises(Refusal, match="say first how contact c1 ended"):
        acd.status("ann", AVAILABLE, at=181.0)
    said = acd.dispose("ann", "c1", at=200.0)
    assert said[:2] == [
        Disposed(at=200.0, contact="c1", agent="ann", segment=1, code="solved"),
        AgentStatusChanged(at=200.0, agent="ann", status=AVAILABLE, reason="", by="center"),
    ]
    assert offered(said) == [("c2", "ann", "only")]


def test_who_owes_a_disposition_and_goes_to_lunch_stays_at_lunch_when_he_gives_it() -> None:
    acd = talking()
    acd.agent_hangs_up("c1")
    acd.fires("acd:wrap_up:ann", at=180.0)
    acd.status("ann", PAUSE, at=190.0, reason="lunch")
    assert names(acd.dispose("ann", "c1", at=200.0)) == ["Disposed"]
    assert acd.agent("ann").reason == "lunch"


def test_who_chose_to_log_out_owes_his_disposition_all_the_same() -> None:
    acd = talking()
    acd.status("ann", LOGGED_OUT, at=30.0)
    acd.agent_hangs_up("c1")
    acd.fires("acd:wrap_up:ann", at=180.0)
    assert (acd.agent("ann").status, acd.agent("ann").owes) == (LOGGED_OUT, True)
    with pytest.raises(Refusal):
        acd.status("ann", AVAILABLE, at=181.0)
    acd.dispose("ann", "c1", at=200.0)
    assert names(acd.status("ann", AVAILABLE, at=201.0)) == ["AgentStatusChanged"]


def test_a_late_wrap_up_timer_changes_nothing() -> None:
    acd = talking()
    acd.agent_hangs_up("c1")
    acd.dispose("ann", "c1")
    assert acd.fires("acd:wrap_up:ann", at=180.0) == []


def test_the_next_status_takes_effect_when_the_contact_ends() -> None:
    acd = talking()
    assert names(acd.status("ann", PAUSE, at=30.0, reason="lunch")) == ["NextStatusChosen"]
    acd.queue("c2", at=40.0)
    acd.agent_hangs_up("c1")
    said = acd.dispose("ann", "c1")
    assert said[-1] == AgentStatusChanged(at=70.0, agent="ann", status=PAUSE, reason="lunch", by="ann")


@pytest.mark.parametrize(
    ("agent", "contact", "code", "error_id"),
    [
        ("ann", "c2", "solved", "not_your_contact"),
        ("bob", "c1", "solved", "not_your_contact"),
        ("zoe", "c1", "solved", "not_your_contact"),
        ("ann", "c1", "sold", "unknown_disposition"),
        ("ann", "c1", "visit agreed", "unknown_disposition"),
        ("ann", "c1", "complaint", "note_required"),
    ],
)
def test_a_wrong_disposition_is_refused_and_changes_nothing(
    agent: str, contact: str, code: str, error_id: str
) -> None:
    acd = talking()
    before = acd.acd.state()
    with pytest.raises(Refusal) as refused:
        acd.dispose(agent, contact, code, note=" ")
    assert refused.value.error_id == error_id
    assert acd.acd.state() == before


def test_what_was_never_connected_cannot_be_disposed_of() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    for step in (lambda: None, lambda: acd.rings("c1"), lambda: acd.answers("c1")):
        step()
        with pytest.raises(Refusal, match="once it was connected"):
            acd.dispose("ann", "c1")


def test_a_refused_disposition_names_those_that_there_are() -> None:
    acd = talking()
    with pytest.raises(Refusal, match=r"there are: solved, complaint$"):
        acd.dispose("ann", "c1", "sold")


def test_a_recordings_end_is_told_for_its_contact_once() -> None:
    acd = talking()
    recording = acd.contact("c1").recording
    acd.caller_hangs_up("c1")
    stored = RecordingStored(at=61.0, recording=recording, seconds=45.0)
    assert acd.say(stored) == [RecordingKept(at=61.0, contact="c1", recording=recording, seconds=45.0)]
    assert acd.say(stored) == []


def test_a_recording_that_failed_is_told_with_its_reason() -> None:
    acd = talking()
    recording = acd.contact("c1").recording
    assert acd.say(RecordingFailed(at=16.0, recording=recording, reason="disk full")) == [
        RecordingLost(at=16.0, contact="c1", recording=recording, reason="disk full")
    ]


def test_the_wrap_up_of_a_queue_that_was_removed_meanwhile_is_as_long_as_it_was() -> None:
    acd = talking()
    for _ in range(2):
        acd.say(configured(at=30.0, queues=QUEUES[1:]))
    assert StartTimer(timer="acd:wrap_up:ann", due_at=180.0) in acd.agent_hangs_up("c1")
