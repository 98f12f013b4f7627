from itertools import combinations
from typing import Any

import msgspec

from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.cel import CelPart, CelRecord
from ctiserver.asterisk.legs import Seen, SeenBridge
from ctiserver.asterisk.resync import Orphans, Reality, differences, lost_ends, missed_calls, orphans
from ctiserver.core.commands import (
    Arrange,
    DetectMachine,
    DialCustomer,
    DialLeg,
    DropLeg,
    Play,
    StartRecording,
)
from ctiserver.core.events import ContactArrived
from ctiserver.core.ids import ContactId, ConversationId, LegId, PlaybackId, RecordingId
from ctiserver.core.inputs import (
    CallArrived,
    CallMissed,
    LegAnswered,
    LegEnded,
    LegFailed,
    LegJoined,
    LegLeft,
    LegRinging,
    MachineJudged,
    PromptEnded,
    PromptStarted,
    RecordingFailed,
    RecordingStored,
    SwitchSynced,
)
from ctiserver.core.message import Input, Message
from ctiserver.core.permit import Permit
from ctiserver.core.topology import Conversation, Kind

CALLER, AGENT = LegId("cti-17.0"), LegId("cti-a-1-2-1")
CONTACT, OLD, NEW = ContactId("c1"), ConversationId("cti-a-1-1"), ConversationId("cti-a-1-2")
PROMPT, RECORDING = PlaybackId("p1"), RecordingId("cti-a-1-3")
NOW = 100.0

CALL = CallArrived(at=1, leg=CALLER, did="+5622", pii_number="")
DIAL = DialLeg(leg=AGENT, contact=CONTACT, endpoint="PJSIP/ann", ring_seconds=9)
RINGING = LegRinging(at=2, leg=AGENT)
_PERMIT = {
    "permit_id": 1,
    "account_id": 1,
    "customer_id": 1,
    "pii_address": "+569",
    "channel": "phone",
    "purpose": "survey",
    "expires_at": 9e9,
}
PLAY = Play(playback=PROMPT, leg=CALLER, says=("hi",), language="es")
RECORD = StartRecording(recording=RECORDING, leg=CALLER)


def arrange(*legs: LegId) -> Arrange:
    return Arrange(contact=CONTACT, conversations=(Conversation(id=OLD, kind=Kind.TALK, legs=legs),))


def belief(*messages: Message) -> Belief:
    it = Belief()
    arrived = ContactArrived(
        at=1,
        contact=CONTACT,
        account_id=1,
        leg=CALLER,
        did="",
        pii_number="",
        language="es",
        flow="",
        flow_version="",
    )
    for message in (CALL, arrived, LegAnswered(at=1, leg=CALLER), *messages):
        it.note(message)
    return it


def caller(state: str = "Up", app: str = "Stasis", data: str = "cti,in,+5622", id: str = CALLER) -> Any:
    return {
        "id": id,
        "state": state,
        "caller": {"number": "+5691", "name": ""},
        "dialplan": {"app_name": app, "app_data": data, "exten": "5622"},
        "creationtime": "1970-01-01T00:00:50.500+0000",
    }


def agent(state: str) -> Any:
    up = state == "Up"
    data = "cti,dialled" if up else "(Outgoing Line)"
    return caller(state, "Stasis" if up else "AppDial2", data, AGENT)


def reality(*channels: Any, **more: Any) -> Reality:
    return Reality(app="cti", channels={one["id"]: one for one in channels}, **more)


def bridges(conversation: ConversationId, *legs: LegId) -> Seen:
    return Seen({conversation: SeenBridge(Kind.TALK, CONTACT, list(legs))})


def record(event: str, at: float, leg: str = CALLER, **more: str) -> CelRecord:
    return CelRecord(eventtype=event, eventtime=str(at), uniqueid=leg, channame=f"PJSIP/{leg}", **more)


def hang_up(at: float, leg: str = CALLER, *, by_itself: bool = True, cause: int = 16) -> CelRecord:
    source = f"PJSIP/{leg}" if by_itself else ""
    return record("HANGUP", at, leg, eventextra=f'{{"hangupcause":{cause},"hangupsource":"{source}"}}')


def cel(*records: CelRecord) -> CelPart:
    return CelPart(tuple((10 * n, one) for n, one in enumerate(records)), 5, 10 * len(records))


def found(it: Belief, there: Reality, *records: CelRecord) -> list[Input]:
    """The differences, without SwitchSynced, which is always last; a second look finds nothing."""
    told = differences(it, there, cel(*records), NOW)
    assert isinstance(told[-1], SwitchSynced)
    assert all(one.resync for one in told)
    for one in told:
        it.note(one)
    assert differences(it, there, CelPart(inode=5, offset=99), NOW)[:-1] == []
    return told[:-1]


def test_what_is_as_believed_gives_nothing() -> None:
    it = belief(LegJoined(at=2, leg=CALLER, conversation=OLD))
    assert found(it, reality(caller(), bridges=bridges(OLD, CALLER))) == []


def test_a_caller_who_left_unseen_is_told_with_time_and_cause_from_the_log() -> None:
    assert found(belief(), reality(), hang_up(42)) == [
        LegEnded(at=42, leg=CALLER, by="caller", q850=16, resync=True)
    ]


def test_a_leg_without_a_trace_was_ended_by_the_switch() -> None:
    assert found(belief(), reality()) == [LegEnded(at=NOW, leg=CALLER, by="switch", resync=True)]


def test_a_leg_that_we_wanted_dropped_was_ended_by_us() -> None:
    assert found(belief(DropLeg(leg=CALLER)), reality(), hang_up(42, by_itself=False)) == [
        LegEnded(at=42, leg=CALLER, by="center", q850=16, resync=True)
    ]


def test_a_caller_in_the_fallback_is_out_of_our_hands() -> None:
    there = reality(caller(app="Queue", data="fallback"))
    assert found(belief(), there, record("FALLBACK", 61)) == [
        LegEnded(at=61, leg=CALLER, by="fallback", resync=True)
    ]


def test_a_caller_who_left_from_the_fallback_was_taken_by_it() -> None:
    assert found(belief(), reality(), record("FALLBACK", 61), hang_up(70)) == [
        LegEnded(at=61, leg=CALLER, by="fallback", resync=True)
    ]


def test_a_phone_that_was_answered_meanwhile_is_answered() -> None:
    answered = record("ANSWER", 44, AGENT)
    assert found(belief(DIAL, RINGING), reality(caller(), agent("Up")), answered) == [
        LegAnswered(at=44, leg=AGENT, resync=True)
    ]


def test_a_verdict_that_came_meanwhile_is_told_once_and_one_to_come_is_waited_for() -> None:
    detect = DetectMachine(leg=AGENT, seconds=1.5)
    it = belief(DIAL, LegAnswered(at=3, leg=AGENT), detect)
    listening = caller("Up", "AMD", ",,,1500", AGENT)
    assert not found(it, reality(caller(), listening))
    assert detect in it.pending()
    judged = caller("Up", "Stasis", "cti,judged,MACHINE,MAXWORDS-6-6", AGENT)
    [told] = found(it, reality(caller(), judged))
    assert told == MachineJudged(at=NOW, leg=AGENT, answered_by="machine", cause="MAXWORDS-6-6", resync=True)
    it.note(told)
    assert detect not in it.pending()
    assert not found(it, reality(caller(), judged))


def test_a_phone_that_rings_meanwhile_rings() -> None:
    assert found(belief(DIAL), reality(caller(), agent("Ringing"))) == [
        LegRinging(at=NOW, leg=AGENT, resync=True)
    ]


def test_a_phone_that_said_no_meanwhile_failed() -> None:
    assert found(belief(DIAL, RINGING), reality(caller()), hang_up(43, AGENT, cause=17)) == [
        LegFailed(at=43, leg=AGENT, reason="busy", q850=17, decided_by="agent", resync=True)
    ]


def test_a_phone_whose_ring_time_ended_meanwhile_failed_by_us() -> None:
    assert found(belief(DIAL, RINGING), reality(caller()), hang_up(43, AGENT, by_itself=False, cause=19)) == [
        LegFailed(at=43, leg=AGENT, reason="no_answer", q850=19, decided_by="center", resync=True)
    ]


def test_a_phone_that_was_answered_and_hung_up_meanwhile_did_both() -> None:
    answered = record("ANSWER", 43, AGENT)
    assert found(belief(DIAL, RINGING), reality(caller()), answered, hang_up(44, AGENT)) == [
        LegAnswered(at=43, leg=AGENT, resync=True),
        LegEnded(at=44, leg=AGENT, by="agent", q850=16, resync=True),
    ]


def test_a_customer_who_answered_and_hung_up_meanwhile_is_the_caller() -> None:
    permit = msgspec.convert(_PERMIT, Permit)
    ring = DialCustomer(
        leg=AGENT, contact=CONTACT, permit=permit, pii_number="+569", trunk="pstn", ring_seconds=9
    )
    answered = record("ANSWER", 43, AGENT)
    found_now = found(belief(ring, RINGING), reality(caller()), answered, hang_up(44, AGENT))
    assert found_now[-1] == LegEnded(at=44, leg=AGENT, by="caller", q850=16, resync=True)


def test_a_phone_that_was_never_dialled_is_still_to_be_dialled() -> None:
    it = belief(DIAL)
    assert found(it, reality(caller())) == []
    assert DIAL in it.pending()


def test_a_restarted_asterisk_has_ended_every_leg() -> None:
    it = belief(DIAL, RINGING, LegAnswered(at=3, leg=AGENT), arrange(CALLER, AGENT))
    assert found(it, reality()) == [
        LegEnded(at=NOW, leg=CALLER, by="switch", resync=True),
        LegEnded(at=NOW, leg=AGENT, by="switch", resync=True),
    ]
    assert it.pending() == []


def test_a_leg_that_changed_its_conversation_left_and_joined() -> None:
    it = belief(LegJoined(at=2, leg=CALLER, conversation=OLD))
    assert found(it, reality(caller(), bridges=bridges(NEW, CALLER))) == [
        LegLeft(at=NOW, leg=CALLER, conversation=OLD, resync=True),
        LegJoined(at=NOW, leg=CALLER, conversation=NEW, resync=True),
    ]


def test_a_prompt_that_is_over_has_ended() -> None:
    it = belief(PLAY, PromptStarted(at=2, playback=PROMPT))
    assert found(it, reality(caller())) == [PromptEnded(at=NOW, playback=PROMPT, resync=True)]


def test_a_prompt_that_plays_has_started_and_is_not_played_again() -> None:
    it = belief(PLAY)
    assert found(it, reality(caller(), playbacks=frozenset({PROMPT}))) == [
        PromptStarted(at=NOW, playback=PROMPT, resync=True)
    ]
    assert PLAY not in it.pending()


def test_a_prompt_nobody_knows_of_is_played() -> None:
    it = belief(PLAY)
    assert found(it, reality(caller())) == []
    assert PLAY in it.pending()


def test_a_recording_that_ended_unseen_is_stored() -> None:
    assert found(belief(RECORD), reality(caller(), stored={RECORDING: 3.5})) == [
        RecordingStored(at=NOW, recording=RECORDING, seconds=3.5, resync=True)
    ]


def test_a_recording_that_runs_is_as_believed() -> None:
    assert found(belief(RECORD), reality(caller(), recordings=frozenset({RECORDING}))) == []


def test_a_recording_whose_caller_is_gone_without_a_file_failed() -> None:
    assert found(belief(RECORD), reality(), hang_up(42))[1:] == [
        RecordingFailed(at=NOW, recording=RECORDING, reason="there is no file", resync=True)
    ]


def test_a_caller_who_came_meanwhile_arrives_at_the_time_he_came() -> None:
    there = reality(caller(), caller("Ring", id="cti-18.0"))
    [arrived] = found(belief(), there)
    assert arrived == CallArrived(
        at=50.5 + 0.001, leg=LegId("cti-18.0"), did="+5622", pii_number="+5691", resync=True
    )


def test_a_caller_who_was_answered_before_we_knew_him_is_answered() -> None:
    told = found(belief(), reality(caller(), caller("Up", id="cti-18.0")))
    assert [type(one) for one in told] == [CallArrived, LegAnswered]


def fallback_call(leg: str, at: float) -> list[CelRecord]:
    return [
        record("CHAN_START", at, leg, exten="5622"),
        record("APP_START", at, leg, userfield="+5691", appname="Stasis", appdata="cti,in,+5622"),
        record("FALLBACK", at + 1, leg, eventextra='{"extra":"emergency"}'),
    ]


def test_a_call_that_only_the_fallback_saw_is_missed() -> None:
    assert found(belief(), reality(caller()), *fallback_call("cti-18.0", 40), hang_up(45, "cti-18.0")) == [
        CallMissed(
            at=45,
            leg=LegId("cti-18.0"),
            did="+5622",
            pii_number="+5691",
            arrived_at=40,
            ended_at=45,
            answered=False,
            emergency=True,
            resync=True,
        )
    ]


def test_a_call_that_we_know_is_never_missed() -> None:
    it = belief(LegEnded(at=2, leg=CALLER, by="fallback"))
    assert found(it, reality(), *fallback_call(CALLER, 1), hang_up(45)) == []


def test_a_call_still_in_the_fallback_is_told_when_it_is_over() -> None:
    it = belief()
    there = reality(caller(), caller(app="Queue", data="fallback", id="cti-18.0"))
    records = [record("ANSWER", 39), *fallback_call("cti-18.0", 40)]
    [synced] = differences(it, there, cel(*records), NOW)
    assert synced == SwitchSynced(at=NOW, resync=True, cel_inode=5, cel_offset=10, cel_at=40)
    it.note(synced)
    told = missed_calls(
        it, reality(caller()), cel(*fallback_call("cti-18.0", 40), hang_up(45, "cti-18.0")), NOW
    )
    assert [type(one) for one in told] == [CallMissed, SwitchSynced]


def test_a_missed_call_is_told_once_while_an_earlier_one_is_still_in_the_fallback() -> None:
    it = belief()
    there = reality(caller(), caller(app="Queue", data="fallback", id="cti-18.0"))
    over = [*fallback_call("cti-19.0", 41), hang_up(45, "cti-19.0")]
    records = cel(*fallback_call("cti-18.0", 40), *over)
    told = differences(it, there, records, NOW)
    assert [type(one) for one in told] == [CallMissed, SwitchSynced]
    for one in told:
        it.note(one)
    assert [type(one) for one in missed_calls(it, there, records, NOW)] == [SwitchSynced]


def test_only_what_bears_our_name_and_is_not_wanted_is_an_orphan() -> None:
    there = reality(
        caller(),
        caller(id="cti-a-1-9-1"),
        caller(id="snoop-cti-a-1-9-2"),
        caller(id="ear-cti-a-1-9-3"),
        caller(id="media-cti-a-1-9-3"),
        caller(id=f"snoop-{RECORDING}"),
        caller(id="other-a-1-1"),
        agent("Up"),
        bridges=Seen(
            {
                OLD: SeenBridge(Kind.HOLD, CONTACT, []),
                NEW: SeenBridge(Kind.TALK, CONTACT, []),
                ConversationId("cti-a-1-9-4"): SeenBridge(Kind.TALK, ContactId("cti-a-1-9"), []),
            }
        ),
    )
    it = belief(DIAL, RECORD, arrange(CALLER))
    assert orphans(it, there, "cti") == Orphans(
        ("cti-a-1-9-1", "snoop-cti-a-1-9-2", "ear-cti-a-1-9-3", "media-cti-a-1-9-3"), ("cti-a-1-9-4",)
    ), "the bridges of a contact that has an arrangement go in its turn, over its socket"


def test_whichever_ends_are_never_told_are_found_at_the_second_look_and_no_others() -> None:
    second = LegId("cti-18.0")
    up = [
        DIAL,
        RINGING,
        LegAnswered(at=3, leg=AGENT),
        CallArrived(at=4, leg=second, did="+5622", pii_number=""),
    ]
    channels = {CALLER: caller(), AGENT: agent("Up"), second: caller(id=second)}
    for count in range(4):
        for lost in combinations(channels, count):
            it = belief(*up)
            there = reality(*(channel for leg, channel in channels.items() if leg not in lost))
            told, absent = lost_ends(it, there, cel(), NOW, frozenset())
            assert (told, absent) == ([], frozenset(lost))
            told, absent = lost_ends(it, there, cel(), NOW + 30, absent)
            assert {(type(one), one.leg) for one in told} == {(LegEnded, leg) for leg in lost}  # type: ignore[attr-defined]
            for one in told:
                it.note(one)
            assert lost_ends(it, there, cel(), NOW + 60, absent) == ([], frozenset())


def test_a_phone_that_is_dialled_has_no_channel_yet_and_one_made_meanwhile_is_there_the_next_time() -> None:
    it = belief(DIAL)
    assert lost_ends(it, reality(caller()), cel(), NOW, frozenset()) == ([], frozenset())
    it.note(RINGING)
    _, absent = lost_ends(it, reality(caller()), cel(), NOW, frozenset())
    assert lost_ends(it, reality(caller(), agent("Ringing")), cel(), NOW, absent) == ([], frozenset())
