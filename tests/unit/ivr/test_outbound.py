"""A customer whom we called and who answered: what he hears, and how his call is told of."""

from typing import Any

from company import configured
from driven_ivr import nodes, plays

from ctiserver.core import events as e
from ctiserver.core.commands import DropLeg, RunAction, SetFuse
from ctiserver.core.customers import Candidate
from ctiserver.core.inputs import ActionDone, ActionFailed, DigitPressed, LegEnded, PromptEnded
from ctiserver.core.message import Message
from ctiserver.core.turn import Turn
from ivr.session import Ivr

ANA = Candidate(customer_id=7, pii_name="Ana", value_class="A")


class Called:
    """An IVR and one customer who has just answered."""

    def __init__(self, **lead: Any) -> None:
        self.ivr, self.turns = Ivr(), 0
        self.say(configured())
        reached: Any = {
            "account_id": 1,
            "dial_id": 5,
            "attempt": "leg",
            "contact": "c",
            "pii_number": "+56971884213",
            "customer": ANA,
            "language": "en",
        }
        self.said = self.say(e.LeadReached(at=10.0, **reached | lead))

    def say(self, message: Message) -> list[Message]:
        self.turns += 1
        turn = Turn(name=f"t{self.turns}", at=getattr(message, "at", 0.0))
        self.ivr.handle(message, turn)
        return turn.said

    def press(self, digit: str) -> list[Message]:
        return self.say(DigitPressed(at=11.0, leg="leg", pii_digit=digit))  # type: ignore[arg-type]


def test_he_is_a_contact_that_is_known_and_that_comes_of_a_dial() -> None:
    said = Called(survey="satisfaction").said
    arrived, answered, known, fuse = said[:4]
    assert isinstance(arrived, e.ContactArrived)
    assert (arrived.contact, arrived.leg, arrived.dial_id, arrived.language) == ("c", "leg", 5, "en")
    assert isinstance(answered, e.ContactAnswered)
    assert known == e.CallerIdentified(
        at=10.0,
        contact="c",  # type: ignore[arg-type]
        how="dialled",
        candidates=(ANA,),
        value_class="A",
        level="number",
    )
    assert isinstance(fuse, SetFuse)


def test_he_is_asked_the_survey_in_his_language() -> None:
    called = Called(survey="satisfaction")
    assert plays(called.said) == [("invitation", "opt-out-offer")]
    assert plays(called.press("1")) == [("how-well",)]
    answers = [said for said in called.press("5") if isinstance(said, e.SurveyAnswered)]
    assert [(answer.question, answer.value) for answer in answers] == [("satisfaction", 5)]


def test_he_hears_the_flow_from_its_beginning_and_may_have_a_person() -> None:
    called = Called(flow="main")
    assert nodes(called.said) == ["greeting"]
    queued = [said for said in called.press("0") if isinstance(said, e.ContactQueued)]
    assert [(said.queue, said.value_class, said.pii_name) for said in queued] == [("service", "A", "Ana")]


def test_who_hangs_up_in_the_survey_ends_it_and_the_contact() -> None:
    called = Called(survey="satisfaction")
    said = called.say(LegEnded(at=20.0, leg="leg", by="caller", q850=16))  # type: ignore[arg-type]
    ended = [one for one in said if isinstance(one, e.SurveyEnded | e.ContactEnded)]
    assert [type(one) for one in ended] == [e.SurveyEnded, e.ContactEnded]
    assert isinstance(ended[1], e.ContactEnded)
    assert (ended[1].where, ended[1].by) == ("survey", "caller")


def test_who_declines_hears_goodbye_and_is_hung_up() -> None:
    called = Called(survey="satisfaction")
    assert plays(called.press("2")) == [("goodbye",)]
    playback = called.ivr.desk.sessions["c"].playback  # type: ignore[index]
    assert playback is not None
    assert called.say(PromptEnded(at=12.0, playback=playback)) == [DropLeg(leg="leg")]  # type: ignore[arg-type]


def never_again(called: Called) -> RunAction:
    said = called.press("9")
    assert [one.survey for one in said if isinstance(one, e.SurveyDeclined)] == ["satisfaction"]
    [asked] = [one for one in said if isinstance(one, RunAction)]
    return asked


def test_who_never_wants_to_be_called_again_says_so_with_a_key_and_hears_that_it_is_noted() -> None:
    called = Called(survey="satisfaction")
    asked = never_again(called)
    assert (asked.name, asked.customer_id) == ("never_call_again", 7)
    assert asked.arguments == {"number": "+56971884213", "key": "9"}
    assert not plays([*called.press("1"), *called.press("9")])
    done = called.say(ActionDone(at=12.0, action=asked.action, outcome="noted"))
    assert plays(done) == [("opt-out-noted",)]
    playback = called.ivr.desk.sessions["c"].playback  # type: ignore[index]
    assert called.say(PromptEnded(at=14.0, playback=playback)) == [DropLeg(leg="leg")]  # type: ignore[arg-type]


def test_nobody_hears_that_it_is_noted_when_it_is_not() -> None:
    called = Called(survey="satisfaction")
    asked = never_again(called)
    failed = called.say(ActionFailed(at=12.0, action=asked.action, reason="late"))
    assert plays(failed) == [("technical-problem",)]


def test_who_hangs_up_while_it_is_noted_has_declined_the_survey() -> None:
    called = Called(survey="satisfaction")
    asked = never_again(called)
    gone = called.say(LegEnded(at=11.5, leg="leg", by="caller", q850=16))  # type: ignore[arg-type]
    assert not [one for one in gone if isinstance(one, e.SurveyEnded)]
    assert called.say(ActionDone(at=12.0, action=asked.action, outcome="noted")) == []


def test_nobody_is_kept_on_a_silent_line_when_there_is_nothing_to_say() -> None:
    assert Called(survey="removed").said == [DropLeg(leg="leg")]  # type: ignore[arg-type]
    assert Called(flow="removed").said == [DropLeg(leg="leg")]  # type: ignore[arg-type]


def test_what_the_dial_is_about_is_known_to_the_flow() -> None:
    called = Called(flow="main", values={"order": "1042", "date": "2026-11-23"})
    [session] = called.ivr.desk.sessions.values()
    assert session.values == {"order": "1042", "date": "2026-11-23"}


def test_whom_a_campaign_called_waits_in_its_queue_at_once_and_hears_nothing() -> None:
    called = Called(queue="service", campaign=7, agent="ann")
    [queued] = [one for one in called.said if isinstance(one, e.ContactQueued)]
    assert (queued.queue, queued.campaign, queued.agent, queued.pii_name) == ("service", 7, "ann", "Ana")
    assert plays(called.said) == []
    assert called.say(queued) == []
    assert called.press("9") == []


def test_who_finds_no_agent_in_time_hears_the_campaigns_flow_or_a_goodbye() -> None:
    gone: Any = {"account_id": 1, "dial_id": 5, "attempt": "leg", "contact": "c", "campaign": 7}
    called = Called(queue="service", campaign=7)
    said = called.say(e.LeadAbandoned(at=12.0, flow="main", **gone))
    assert "greeting" in nodes(said)
    assert [one.flow for one in said if isinstance(one, e.FlowEntered)] == ["main"]
    assert called.say(e.LeadAbandoned(at=13.0, flow="main", **gone)) == []
    [ended] = [
        one
        for one in called.say(LegEnded(at=14.0, leg="leg", by="caller"))  # type: ignore[arg-type]
        if isinstance(one, e.ContactEnded)
    ]
    assert ended.where == "ivr"
    called = Called(queue="service", campaign=7)
    assert plays(called.say(e.LeadAbandoned(at=12.0, flow="no such flow", **gone))) == [("goodbye",)]
