from typing import Any

import pytest
from company import AVAILABLE
from driven_acd import Driven, names, only

from ctiserver.core.commands import Arrange, DropLeg
from ctiserver.core.errors import Refusal
from ctiserver.core.events import ContactHeld, ContactResumed, TalkEnded
from ctiserver.core.inputs import LegHeld, LegResumed
from ctiserver.core.requests import HangUp, Hold, Resume, StartConsult
from ctiserver.core.topology import Kind

ANN: Any = "ann"
ASKED: dict[str, Any] = {"request_id": "r", "by": "ann", "agent": "ann"}


@pytest.fixture
def talking() -> Driven:
    acd = Driven("ann")
    acd.queue("c1", value_class="A")
    acd.talks("c1")
    return acd


def kinds(said: list[Any]) -> list[Kind]:
    arranged = only(said, Arrange)  # type: ignore[arg-type]
    return [it.kind for command in arranged for it in command.conversations]


def test_a_caller_on_hold_hears_music_and_the_agent_nobody(talking: Driven) -> None:
    said = talking.say(Hold(at=30.0, **ASKED))
    assert ContactHeld(at=30.0, contact="c1", agent=ANN) in said
    [arranged] = only(said, Arrange)  # type: ignore[arg-type]
    assert [(it.kind, it.legs) for it in arranged.conversations] == [(Kind.HOLD, ("leg-c1",))]


def test_who_is_taken_back_from_hold_talks_again(talking: Driven) -> None:
    talking.say(Hold(at=30.0, **ASKED))
    said = talking.say(Resume(at=40.0, **ASKED))
    assert ContactResumed(at=40.0, contact="c1", agent=ANN) in said
    assert kinds(said) == [Kind.TALK]


def test_an_agent_who_hangs_up_by_request_leaves_the_caller_to_the_survey(talking: Driven) -> None:
    leg = talking.agent_leg("c1")
    said = talking.say(HangUp(at=60.0, **ASKED))
    assert only(said, TalkEnded)[0].caller_stays
    assert DropLeg(leg=leg) in said


@pytest.mark.parametrize("request_type", [Hold, Resume, HangUp])
def test_without_a_call_there_is_nothing_to_do(request_type: Any) -> None:
    acd = Driven("ann")
    with pytest.raises(Refusal) as refused:
        acd.say(request_type(at=1.0, **ASKED))
    assert refused.value.error_id == "no_call"


def test_a_caller_who_hangs_up_on_hold_ends_the_contact(talking: Driven) -> None:
    talking.say(Hold(at=30.0, **ASKED))
    assert {"TalkEnded", "WrapUpStarted", "ContactEnded"} <= set(names(talking.caller_hangs_up("c1")))


def test_a_telephone_that_holds_the_call_itself_does_what_the_desk_does(talking: Driven) -> None:
    leg = talking.agent_leg("c1")
    said = talking.say(LegHeld(at=30.0, leg=leg))
    assert ContactHeld(at=30.0, contact="c1", agent=ANN) in said
    assert kinds(said) == [Kind.HOLD]
    assert talking.say(LegHeld(at=31.0, leg=leg)) == []
    said = talking.say(LegResumed(at=40.0, leg=leg))
    assert ContactResumed(at=40.0, contact="c1", agent=ANN) in said
    assert kinds(said) == [Kind.TALK]
    assert talking.say(LegResumed(at=41.0, leg=leg)) == []


def test_desk_and_telephone_take_back_what_the_other_held(talking: Driven) -> None:
    leg = talking.agent_leg("c1")
    talking.say(LegHeld(at=30.0, leg=leg))
    assert kinds(talking.say(Resume(at=31.0, **ASKED))) == [Kind.TALK]
    talking.say(Hold(at=32.0, **ASKED))
    assert kinds(talking.say(LegResumed(at=33.0, leg=leg))) == [Kind.TALK]


def test_a_telephone_ends_no_consult_and_a_callers_own_hold_is_his_affair(talking: Driven) -> None:
    talking.status("bob", AVAILABLE)
    assert talking.say(LegHeld(at=30.0, leg=talking.contact("c1").leg)) == []
    talking.say(StartConsult(at=31.0, to="bob", **ASKED))  # type: ignore[arg-type]
    leg = talking.agent_leg("c1")
    assert talking.say(LegHeld(at=32.0, leg=leg)) == talking.say(LegResumed(at=33.0, leg=leg)) == []
