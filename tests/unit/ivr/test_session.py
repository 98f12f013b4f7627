from typing import Any

import pytest
from company import FLOW, configured
from driven_ivr import CONTACT, LEG, LOOK_UP, Driven, nodes, plays

from ctiserver.core.commands import Answer, Arrange, CancelTimer, DropLeg, LookUp, Play, SetFuse, StopPlaying
from ctiserver.core.customers import Candidate
from ctiserver.core.events import (
    AbuseReported,
    CallerIdentified,
    ContactAnswered,
    ContactArrived,
    ContactEnded,
    ContactMissed,
    ContactQueued,
    ContactRequeued,
    NodeEntered,
    PlaceTold,
    SurveyEnded,
)
from ctiserver.core.inputs import CallArrived, CallMissed, DigitPressed, LegAnswered, LegFailed, PromptEnded
from ctiserver.core.tables import Document, Number
from ctiserver.core.turn import Turn
from ivr.session import Ivr

ROSA = Candidate(customer_id=7, pii_name="Rosa", value_class="A")
JUAN = Candidate(customer_id=8, pii_name="Juan", value_class=None)


def test_a_call_is_answered_fused_and_looked_up_at_once() -> None:
    assert Driven(answered=False).arrival == [
        ContactArrived(
            at=1.0,
            contact=CONTACT,
            account_id=1,
            leg=LEG,
            did="600",
            pii_number="+56221234567",
            language="es",
            flow="main",
            flow_version="flow-1",
        ),
        Answer(leg=LEG),
        SetFuse(leg=LEG, seconds=60.0, refresh_seconds=20.0),
        LookUp(
            look_up=LOOK_UP,
            kind="customer_by_number",
            key="+56221234567",
            account_id=1,
            deadline_seconds=0.8,
        ),
    ]


def test_the_greeting_begins_when_the_caller_hears_us() -> None:
    ivr = Driven()
    assert ivr.answered == [
        ContactAnswered(at=2.0, contact=CONTACT),
        NodeEntered(at=2.0, contact=CONTACT, node="greeting", kind="say"),
        Play(playback=ivr.session.playback, leg=LEG, says=("greeting",), language="es"),
    ]
    assert ivr.say(LegAnswered(at=3.0, leg=LEG)) == []


def test_an_anonymous_caller_is_not_looked_up() -> None:
    assert [type(message).__name__ for message in Driven(number="").arrival] == [
        "ContactArrived",
        "Answer",
        "SetFuse",
    ]


def test_a_call_that_is_told_twice_is_one_contact() -> None:
    ivr = Driven()
    assert ivr.say(CallArrived(at=3.0, leg=LEG, did="600", pii_number="")) == []
    assert list(ivr.ivr.desk.sessions) == [CONTACT]


@pytest.mark.parametrize("changes", [{"numbers": ()}, {"flows": {}}])
def test_a_call_that_no_flow_is_for_leaves_for_the_dialplans_fallback(changes: dict[str, Any]) -> None:
    ivr = Driven(answered=False, **changes)
    assert ivr.arrival == [SetFuse(leg=LEG, seconds=1.0)]
    assert ivr.hang_up(by="fallback") == []


@pytest.mark.parametrize(("did", "language"), [("600", "en"), ("601", "es"), ("999", "pt")])
def test_the_number_that_was_dialled_leads_to_its_own_row_else_to_that_of_the_star(
    did: str, language: str
) -> None:
    rows = (("*", "pt"), ("600", "en"), ("601", "es"))
    ivr = Driven(numbers=tuple(Number(did=row, flow="main", language=speaks) for row, speaks in rows))
    said = ivr.say(CallArrived(at=3.0, leg="other", did=did, pii_number=""))  # type: ignore[arg-type]
    assert said[0].language == language  # type: ignore[attr-defined]


def test_a_call_keeps_the_flow_it_began_with() -> None:
    ivr = Driven()
    other = FLOW | {"nodes": FLOW["nodes"] | {"greeting": {"type": "hangup"}}}
    ivr.say(configured(at=3.0, version="2", flows={"main": Document(version="flow-2", content=other)}))
    assert nodes(ivr.heard()) == ["main"]
    assert list(ivr.ivr.desk.documents) == ["flow-1", "flow-2", "survey-1"]
    ivr.hang_up()
    ivr.say(configured(at=70.0, version="3", flows={"main": Document(version="flow-2", content=other)}))
    assert list(ivr.ivr.desk.documents) == ["flow-2", "survey-1"]


# Who calls


def class_when_queued(ivr: Driven) -> tuple[str, str]:
    [queued] = [message for message in ivr.press("0") if isinstance(message, ContactQueued)]
    return queued.value_class, queued.pii_name


def test_an_answer_in_time_says_what_the_caller_is_worth() -> None:
    ivr = Driven()
    assert ivr.looked_up(ROSA, JUAN) == [
        CallerIdentified(
            at=1.5, contact=CONTACT, how="number", candidates=(ROSA, JUAN), value_class="A", late=False
        )
    ]
    assert class_when_queued(ivr) == ("A", "Rosa")
    assert ivr.looked_up(JUAN) == []


def test_a_number_that_nobody_has_is_of_the_unknown_class() -> None:
    ivr = Driven(unknown_class="B")
    ivr.looked_up()
    assert class_when_queued(ivr) == ("B", "")


def test_a_customer_who_was_never_classed_is_of_the_unknown_class() -> None:
    ivr = Driven(unknown_class="B")
    ivr.looked_up(JUAN)
    assert class_when_queued(ivr) == ("B", "Juan")


def test_who_is_queued_before_the_answer_is_unknown_and_identified_late() -> None:
    ivr = Driven()
    assert ivr.look_up_fails("late") == []
    assert class_when_queued(ivr) == ("C", "")
    [identified] = ivr.looked_up(ROSA, at=30.0)
    assert identified.late  # type: ignore[attr-defined]


def test_a_look_up_that_failed_for_good_is_forgotten() -> None:
    ivr = Driven()
    assert ivr.look_up_fails("error") == []
    assert ivr.looked_up(ROSA) == []
    assert class_when_queued(ivr) == ("C", "")


def test_an_answer_for_somebody_who_left_is_nothing_to_us() -> None:
    ivr = Driven()
    ivr.hang_up()
    assert ivr.looked_up(ROSA) == []
    assert ivr.look_up_fails("late") == []


# While the ACD has him


def told(place: int) -> PlaceTold:
    return PlaceTold(at=10.0, contact=CONTACT, place=place, language="es")


def test_his_place_is_told_at_once_when_nothing_else_is_being_said() -> None:
    ivr = Driven()
    ivr.press("0")
    assert plays(ivr.say(told(3))) == [("place:3",)]
    assert ivr.heard() == []


def test_his_place_is_told_after_what_is_being_said_and_only_the_last_one() -> None:
    ivr = Driven()
    ivr.press("11")
    assert ivr.say(told(3)) == []
    assert ivr.say(told(2)) == []
    assert plays(ivr.heard()) == [("place:2",)]
    assert ivr.heard() == []


def test_a_place_in_a_line_that_he_left_is_not_told() -> None:
    ivr = Driven()
    ivr.press("11")
    ivr.say(told(3))
    ivr.press("9")
    assert plays(ivr.say(told(1))) == [("place:1",)]
    assert ivr.heard() == []


def test_what_is_being_said_stops_when_an_agent_answers() -> None:
    ivr = Driven()
    ivr.press("11")
    playback = ivr.session.playback
    assert ivr.is_accepted() == [StopPlaying(playback=playback)]
    assert ivr.say(PlaceTold(at=21.0, contact=CONTACT, place=1, language="es")) == []


def test_who_waits_again_hears_his_place_again() -> None:
    ivr = Driven()
    ivr.press("0")
    ivr.is_accepted()
    ivr.say(ContactRequeued(at=21.0, contact=CONTACT, queue="service", reason="hung_up_at_once"))  # type: ignore[arg-type]
    assert plays(ivr.say(PlaceTold(at=25.0, contact=CONTACT, place=1, language="es"))) == [("place:1",)]


# How it ends


def arriving() -> Driven:
    return Driven(answered=False)


def surveyed() -> Driven:
    ivr = Driven()
    ivr.talks()
    ivr.agent_leaves()
    return ivr


def thanked() -> Driven:
    ivr = surveyed()
    ivr.press("112")
    return ivr


@pytest.mark.parametrize(
    ("begun", "where"), [(arriving, "ivr"), (Driven, "ivr"), (surveyed, "survey"), (thanked, "goodbye")]
)
@pytest.mark.parametrize("by", ["caller", "center", "fallback", "switch"])
def test_a_call_that_ends_in_our_hands_is_one_contact_ended(begun: Any, where: str, by: Any) -> None:
    ivr = begun()
    ended = ContactEnded(at=60.0, contact=CONTACT, where=where, by=by, q850=16)  # type: ignore[arg-type]
    said = ivr.hang_up(by=by)
    survey_cut_short = [SurveyEnded(at=60.0, contact=CONTACT, survey="satisfaction", complete=False)]
    assert said == [
        CancelTimer(timer=f"ivr:key:{CONTACT}"),
        *(survey_cut_short if where == "survey" else []),
        Arrange(contact=CONTACT),
        ended,
    ]
    assert ivr.hang_up(by=by) == []
    desk = ivr.ivr.desk
    assert (desk.sessions, desk.legs, desk.playbacks, desk.look_ups) == ({}, {}, {}, {})


def test_who_insulted_an_agent_hears_a_polite_goodbye_and_no_survey_and_is_gone() -> None:
    ivr = Driven()
    ivr.talks()
    assert ivr.agent_leaves(caller_stays=False) == []
    said = ivr.say(AbuseReported(at=50.0, contact=CONTACT, agent="ann", segment=1))  # type: ignore[arg-type]
    assert plays(said) == [("abuse-goodbye",)]
    [played] = [it for it in said if isinstance(it, Play)]
    assert ivr.say(PromptEnded(at=56.0, playback=played.playback)) == [DropLeg(leg=LEG)]
    [ended] = [it for it in ivr.hang_up(at=56.1, by="center") if isinstance(it, ContactEnded)]
    assert (ended.where, ended.by) == ("goodbye", "center")


@pytest.mark.parametrize("talks", [False, True])
def test_a_call_that_ends_in_the_acds_hands_is_for_the_acd_to_end(talks: bool) -> None:
    ivr = Driven()
    ivr.press("0")
    if talks:
        ivr.is_accepted()
    assert ivr.hang_up() == [CancelTimer(timer=f"ivr:key:{CONTACT}")]
    assert ivr.ivr.desk.sessions == {}


def test_a_call_that_failed_before_it_was_answered_ended_by_the_switch() -> None:
    ivr = Driven(answered=False)
    assert ivr.say(LegFailed(at=1.2, leg=LEG, reason="refused"))[-1] == ContactEnded(
        at=1.2, contact=CONTACT, where="ivr", by="switch"
    )


def test_what_comes_after_the_end_changes_nothing() -> None:
    ivr = Driven()
    playback = ivr.session.playback
    ivr.hang_up()
    assert ivr.press("9") == []
    assert ivr.silence() == []
    assert ivr.say(PromptEnded(at=61.0, playback=playback)) == []
    assert ivr.say(LegAnswered(at=61.0, leg=LEG)) == []
    assert ivr.agent_leaves() == []


def test_a_missed_call_becomes_a_contact_to_call_back() -> None:
    missed = CallMissed(
        at=99.0,
        leg=LEG,
        did="600",
        pii_number="+56221234567",
        arrived_at=10.0,
        ended_at=20.0,
        answered=False,
        emergency=True,
    )
    ivr = Driven()
    assert ivr.say(missed) == [
        ContactMissed(
            at=99.0,
            contact="t4",  # type: ignore[arg-type]
            account_id=1,
            leg=LEG,
            did="600",
            pii_number="+56221234567",
            arrived_at=10.0,
            ended_at=20.0,
            answered=False,
            emergency=True,
        )
    ]


def test_a_restored_ivr_goes_on_where_it_was() -> None:
    ivr = surveyed()
    again = Ivr()
    again.restore(ivr.ivr.state())
    for key in "112":
        said = ivr.press(key)
        turn = Turn(name=f"t{ivr.turns}", at=5.0)
        again.handle(DigitPressed(at=5.0, leg=LEG, pii_digit=key), turn)
        assert turn.said == said
