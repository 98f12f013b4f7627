from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.translate import Translator
from ctiserver.core.commands import DialLeg, DropLeg, Play, StartRecording
from ctiserver.core.ids import ContactId, ConversationId, LegId, PlaybackId, RecordingId
from ctiserver.core.inputs import (
    CallArrived,
    DigitPressed,
    LegAnswered,
    LegEnded,
    LegFailed,
    LegHeld,
    LegJoined,
    LegLeft,
    LegResumed,
    LegRinging,
    MachineJudged,
    PromptEnded,
    PromptStarted,
    RecordingFailed,
    RecordingStored,
)
from ctiserver.core.message import Input

CALLER, AGENT = LegId("cti-17.0"), LegId("cti-a-1-2-1")
PROMPT, RECORDING = PlaybackId("p1"), RecordingId("r1")
Event = dict[str, Any]


def channel(leg: str, state: str = "Up", number: str = "+5691", name: str = "") -> Event:
    return {
        "id": leg,
        "state": state,
        "caller": {"number": number, "name": name},
        "dialplan": {"exten": "5622"},
    }


def event(kind: str, leg: str = CALLER, state: str = "Up", **more: Any) -> Event:
    return {"type": kind, "channel": channel(leg, state)} | more


def dial(status: str) -> Event:
    return {"type": "Dial", "dialstatus": status, "peer": channel(AGENT)}


ENTERED = event("StasisStart", state="Ring", args=["in", "+5622"])
AGENT_ENTERED = event("StasisStart", AGENT, args=["dialled"])
RINGS = event("ChannelStateChange", AGENT, "Ringing")
LEFT = event("StasisEnd")
HANG_UP = event("ChannelHangupRequest", cause=16)


def told(*events: Event, translator: Translator | None = None) -> list[Input]:
    """All inputs, at times 1, 2, 3..."""
    translator = translator or Translator()
    return [one for at, it in enumerate(events, start=1) for one in translator.handle(it, at)]


def dialling() -> Translator:
    translator = Translator()
    translator.dialled(AGENT)
    return translator


def dialled(*events: Event) -> list[Input]:
    return told(*events, translator=dialling())


def test_a_call_arrives_with_the_number_dialled_and_the_callers() -> None:
    assert told(ENTERED) == [CallArrived(at=1, leg=CALLER, did="+5622", pii_number="+5691")]
    assert told(ENTERED | {"args": ["in"]}) == [CallArrived(at=1, leg=CALLER, did="5622", pii_number="+5691")]


@pytest.mark.parametrize("hidden", ["anonymous", "Anonymous", "unknown", "", None])
def test_a_hidden_number_is_none(hidden: str | None) -> None:
    [call] = told(ENTERED | {"channel": channel(CALLER) | {"caller": {"number": hidden, "name": None}}})
    assert isinstance(call, CallArrived)
    assert (call.pii_number, call.pii_name) == ("", "")


@given(st.text(), st.text(max_size=300))
def test_no_caller_id_is_too_strange(number: str, name: str) -> None:
    [call] = told(ENTERED | {"channel": channel(CALLER, number=number, name=name)})
    assert isinstance(call, CallArrived)
    assert len(call.pii_number) <= 64
    assert len(call.pii_name) <= 64
    assert call.pii_name.isprintable()


def test_a_caller_is_answered_once() -> None:
    up = event("ChannelStateChange")
    assert told(ENTERED, ENTERED, up, up)[1:] == [LegAnswered(at=3, leg=CALLER)]


@pytest.mark.parametrize("ringing", [RINGS, dial("RINGING"), dial("PROGRESS")])
def test_a_dialled_leg_rings_once_whatever_says_so(ringing: Event) -> None:
    assert dialled(dial(""), ringing, RINGS, dial("RINGING"), dial("PROGRESS")) == [
        LegRinging(at=2, leg=AGENT)
    ]


def test_a_dialled_leg_is_answered_when_it_enters_the_application() -> None:
    up = event("ChannelStateChange", AGENT)
    assert dialled(up, dial("ANSWER"), AGENT_ENTERED, AGENT_ENTERED, RINGS) == [LegAnswered(at=3, leg=AGENT)]


def detecting() -> Translator:
    translator = dialling()
    told(AGENT_ENTERED, translator=translator)
    translator.detecting(AGENT)
    return translator


def test_a_leg_that_is_with_the_detector_comes_back_with_its_verdict() -> None:
    back = event("StasisStart", AGENT, args=["judged", "HUMAN", "HUMAN-400-400"])
    judged = MachineJudged(at=3, leg=AGENT, answered_by="live", cause="HUMAN-400-400", seconds=2)
    assert told(event("StasisEnd", AGENT), RINGS, back, back, translator=detecting()) == [judged]


@pytest.mark.parametrize("status", ["NOTSURE", "", "LIVE"])
def test_what_the_detector_does_not_say_clearly_is_unsure(status: str) -> None:
    [judged] = told(event("StasisStart", AGENT, args=["judged", status]), translator=detecting())
    assert judged == MachineJudged(at=1, leg=AGENT, answered_by="unsure")


def test_a_detector_that_is_not_to_be_had_judges_nobody_and_that_once() -> None:
    translator = detecting()
    unsure = MachineJudged(at=5, leg=AGENT, answered_by="unsure", cause="no such context")
    assert translator.not_judged(AGENT, "no such context", 5) == [unsure]
    assert not translator.not_judged(AGENT, "no such context", 6)
    assert told(event("StasisEnd", AGENT), translator=translator) == [LegEnded(at=1, leg=AGENT, by="switch")]


def test_who_hangs_up_while_the_detector_listens_has_ended_the_call() -> None:
    gone = event("ChannelDestroyed", AGENT, cause=16)
    hang_up = event("ChannelHangupRequest", AGENT, cause=16)
    assert told(event("StasisEnd", AGENT), hang_up, gone, translator=detecting()) == [
        LegEnded(at=3, leg=AGENT, by="agent", q850=16)
    ]
    assert told(hang_up, event("StasisEnd", AGENT), gone, translator=detecting()) == [
        LegEnded(at=2, leg=AGENT, by="agent", q850=16)
    ]


def test_a_caller_who_hangs_up_ended_the_call() -> None:
    assert told(ENTERED, HANG_UP, LEFT)[1:] == [LegEnded(at=3, leg=CALLER, by="caller", q850=16)]


def test_an_agent_who_hangs_up_ended_his_leg() -> None:
    assert dialled(AGENT_ENTERED, event("ChannelHangupRequest", AGENT), event("StasisEnd", AGENT))[1:] == [
        LegEnded(at=3, leg=AGENT, by="agent")
    ]


def test_a_customer_whom_we_called_is_the_caller_when_he_hangs_up() -> None:
    translator = Translator()
    translator.dialled(AGENT, customer=True)
    ends = (AGENT_ENTERED, event("ChannelHangupRequest", AGENT), event("StasisEnd", AGENT))
    assert told(*ends, translator=translator)[1:] == [LegEnded(at=3, leg=AGENT, by="caller")]


def test_a_leg_that_we_dropped_was_ended_by_the_center() -> None:
    translator = Translator()
    told(ENTERED, translator=translator)
    translator.dropped(CALLER)
    assert told(HANG_UP, LEFT, translator=translator) == [LegEnded(at=2, leg=CALLER, by="center", q850=16)]


def test_a_caller_who_leaves_without_a_hang_up_went_to_the_fallback() -> None:
    assert told(ENTERED, LEFT)[1:] == [LegEnded(at=2, leg=CALLER, by="fallback")]


def test_a_leg_that_only_vanishes_was_ended_by_the_switch() -> None:
    assert told(ENTERED, event("ChannelDestroyed", cause=38))[1:] == [
        LegEnded(at=2, leg=CALLER, by="switch", q850=38)
    ]


def test_a_leg_ends_once_and_nothing_is_told_of_it_after() -> None:
    late = [
        event("ChannelDestroyed", cause=16),
        event("ChannelDtmfReceived", digit="1"),
        event("ChannelStateChange"),
        event("ChannelLeftBridge", bridge={"id": "b1"}),
        LEFT,
    ]
    assert len(told(ENTERED, HANG_UP, LEFT, *late)) == 2


@pytest.mark.parametrize(
    ("sip_code", "q850", "reason"),
    [
        (486, 17, "busy"),
        (600, 17, "busy"),
        (480, 19, "no_answer"),
        (408, 18, "no_answer"),
        (603, 21, "rejected"),
        (403, 21, "rejected"),
        (404, 1, "unreachable"),
        (503, 34, "unreachable"),
        (0, 17, "busy"),
        (0, 0, "unreachable"),
    ],
)
def test_the_phones_own_answer_says_why_nobody_answered(sip_code: int, q850: int, reason: Any) -> None:
    destroyed = event("ChannelDestroyed", AGENT, cause=q850, tech_cause=sip_code)
    failed = LegFailed(at=3, leg=AGENT, reason=reason, sip_code=sip_code, q850=q850, decided_by="agent")
    assert dialled(RINGS, event("ChannelHangupRequest", AGENT, cause=q850), destroyed)[1:] == [failed]
    assert dialled(RINGS, dial("BUSY"), destroyed)[1:] == [failed]


def test_our_own_ring_time_is_told_from_a_carriers_480() -> None:
    timed_out = event("ChannelDestroyed", AGENT, cause=19, tech_cause=480)
    assert dialled(RINGS, timed_out)[1:] == [
        LegFailed(at=2, leg=AGENT, reason="no_answer", q850=19, decided_by="center")
    ]


def test_a_phone_that_never_rang_is_unreachable() -> None:
    timed_out = event("ChannelDestroyed", AGENT, "Down", cause=19, tech_cause=480)
    assert dialled(dial(""), timed_out) == [
        LegFailed(at=2, leg=AGENT, reason="unreachable", q850=19, decided_by="center")
    ]


def test_a_ringing_leg_that_we_dropped_failed_by_the_center() -> None:
    translator = dialling()
    translator.dropped(AGENT)
    hang_up = event("ChannelHangupRequest", AGENT, cause=32, soft=True)
    assert told(
        hang_up, dial("NOANSWER"), event("ChannelDestroyed", AGENT, cause=16), translator=translator
    ) == [LegFailed(at=3, leg=AGENT, reason="no_answer", q850=16, decided_by="center")]


def test_a_phone_that_asterisk_would_not_ring_failed_once() -> None:
    translator = dialling()
    assert translator.refused(AGENT, 5) == [LegFailed(at=5, leg=AGENT, reason="refused", decided_by="switch")]
    assert translator.refused(AGENT, 6) == []


def test_keys_and_bridges_are_told_of_our_legs_only() -> None:
    key: Event = {"digit": "5"}
    bridge: Event = {"bridge": {"id": "b1"}}
    others = [
        event("ChannelDtmfReceived", "other", **key),
        event("ChannelEnteredBridge", "snoop-r1", **bridge),
        event("ChannelLeftBridge", "other", **bridge),
    ]
    ours = [
        event("ChannelDtmfReceived", **key),
        event("ChannelEnteredBridge", **bridge),
        event("ChannelLeftBridge", **bridge),
    ]
    assert told(ENTERED, *others, *ours)[1:] == [
        DigitPressed(at=5, leg=CALLER, pii_digit="5"),
        LegJoined(at=6, leg=CALLER, conversation=ConversationId("b1")),
        LegLeft(at=7, leg=CALLER, conversation=ConversationId("b1")),
    ]


def playback(kind: str, state: str = "playing", name: str = PROMPT) -> Event:
    return {"type": kind, "playback": {"id": name, "state": state}}


def test_a_prompt_of_several_files_starts_once_and_ends_once() -> None:
    translator = Translator()
    translator.playing(PROMPT)
    start, end = playback("PlaybackStarted"), playback("PlaybackFinished", "done")
    assert told(start, start, end, end, start, translator=translator) == [
        PromptStarted(at=1, playback=PROMPT),
        PromptEnded(at=3, playback=PROMPT),
    ]


def test_a_prompt_that_cannot_be_played_failed() -> None:
    translator = Translator()
    translator.playing(PROMPT)
    assert told(playback("PlaybackFinished", "failed"), translator=translator) == [
        PromptEnded(at=1, playback=PROMPT, failed=True)
    ]


def test_a_prompt_that_a_hang_up_cut_short_was_not_heard() -> None:
    translator = Translator()
    translator.playing(PROMPT)
    cut = playback("PlaybackFinished", "done")
    cut["playback"]["target_uri"] = f"channel:{CALLER}"
    assert told(ENTERED, HANG_UP, cut, LEFT, translator=translator)[1:] == [
        LegEnded(at=4, leg=CALLER, by="caller", q850=16)
    ]
    assert not translator.playbacks


def test_a_recording_is_stored_once_with_the_length_of_its_file() -> None:
    finished = {"type": "RecordingFinished", "recording": {"name": RECORDING, "duration": 7}}
    translator = Translator(file_seconds=lambda recording: 7.25)
    translator.recording(RECORDING)
    assert told(finished, finished, translator=translator) == [
        RecordingStored(at=1, recording=RECORDING, seconds=7.25)
    ]
    elsewhere = Translator()
    elsewhere.recording(RECORDING)
    assert told(finished, translator=elsewhere) == [RecordingStored(at=1, recording=RECORDING, seconds=7)]


def test_a_recording_may_fail() -> None:
    translator = Translator()
    translator.recording(RECORDING)
    failed = {"type": "RecordingFailed", "recording": {"name": RECORDING, "cause": "disk full"}}
    assert told(failed, failed, translator=translator) == [
        RecordingFailed(at=1, recording=RECORDING, reason="disk full")
    ]


def test_a_new_translator_goes_on_from_the_belief() -> None:
    belief = Belief()
    for message in (
        CallArrived(at=1, leg=CALLER, did="", pii_number=""),
        LegAnswered(at=1, leg=CALLER),
        DialLeg(leg=AGENT, contact=ContactId("c"), endpoint="PJSIP/a", ring_seconds=5),
        LegRinging(at=1, leg=AGENT),
        Play(playback=PROMPT, leg=CALLER, says=("a",), language="es"),
        StartRecording(recording=RECORDING, leg=CALLER),
        DropLeg(leg=CALLER),
    ):
        belief.note(message)
    translator = Translator()
    translator.adopt(belief)
    assert told(RINGS, event("ChannelStateChange"), AGENT_ENTERED, HANG_UP, LEFT, translator=translator) == [
        LegAnswered(at=3, leg=AGENT),
        LegEnded(at=5, leg=CALLER, by="center", q850=16),
    ]
    assert told(playback("PlaybackStarted"), translator=translator) == [PromptStarted(at=1, playback=PROMPT)]


EVENTS = [
    ENTERED,
    AGENT_ENTERED,
    RINGS,
    LEFT,
    HANG_UP,
    dial("RINGING"),
    dial("BUSY"),
    dial("ANSWER"),
    event("ChannelStateChange"),
    event("ChannelStateChange", AGENT),
    event("ChannelHangupRequest", AGENT),
    event("StasisEnd", AGENT),
    event("ChannelDestroyed", cause=16),
    event("ChannelDestroyed", AGENT, cause=16),
    event("ChannelDtmfReceived", digit="1"),
    event("ChannelEnteredBridge", bridge={"id": "b1"}),
    {"type": "ContactStatusChange"},
    {"type": "SomethingNew", "channel": {}},
    {},
]


@given(st.lists(st.sampled_from(EVENTS), max_size=30))
def test_in_any_order_a_leg_rings_is_answered_and_ends_once_at_most(events: list[Event]) -> None:
    inputs = dialled(*events)
    for kind in (LegRinging, LegAnswered):
        assert len([one for one in inputs if isinstance(one, kind) and one.leg == AGENT]) <= 1
    assert len([one for one in inputs if isinstance(one, LegEnded | LegFailed) and one.leg == AGENT]) <= 1
    ends = [at for at, one in enumerate(inputs) if isinstance(one, LegEnded | LegFailed) and one.leg == AGENT]
    assert not ends or not any(getattr(one, "leg", None) == AGENT for one in inputs[ends[0] + 1 :])


def test_a_telephone_that_holds_and_takes_back_is_told_and_nobody_elses() -> None:
    translator = Translator()
    told(ENTERED, translator=translator)
    held = told(
        event("ChannelHold"), event("ChannelUnhold"), event("ChannelHold", "other"), translator=translator
    )
    assert held == [LegHeld(at=1, leg=CALLER), LegResumed(at=2, leg=CALLER)]
