from typing import Any

import pytest
from company import queue
from driven_acd import Driven, names, only

from ctiserver.core.commands import Arrange, DropLeg
from ctiserver.core.errors import Refusal
from ctiserver.core.events import ContactHeld, ContactRequeued, ContactResumed, TalkEnded, TransferCompleted
from ctiserver.core.requests import HangUp, Hold, Resume, TransferBlind
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


def test_who_is_passed_on_waits_in_the_other_queue_with_the_arrival_he_had(talking: Driven) -> None:
    said = talking.say(TransferBlind(at=60.0, queue="technical", **ASKED))
    assert TransferCompleted(at=60.0, contact="c1", agent=ANN, kind="blind", to="technical") in said
    assert only(said, ContactRequeued)[0].queue == "technical"
    contact = talking.contact("c1")
    assert (contact.queue, contact.arrived_at, contact.virtual_arrival) == ("technical", 10.0, 10.0 - 120.0)
    assert talking.agent("ann").activity == "wrapping_up"
    assert "RecordingStarted" not in names(said)


def test_a_caller_of_one_account_is_not_passed_on_to_the_queue_of_another(talking: Driven) -> None:
    talking.acd.floor.queues["theirs"] = queue("theirs", account_id=2)  # type: ignore[index]
    with pytest.raises(Refusal, match="there is no queue"):
        talking.say(TransferBlind(at=60.0, queue="theirs", **ASKED))
    assert talking.contact("c1").stage == "talking"


@pytest.mark.parametrize("request_type", [Hold, Resume, HangUp])
def test_without_a_call_there_is_nothing_to_do(request_type: Any) -> None:
    acd = Driven("ann")
    with pytest.raises(Refusal) as refused:
        acd.say(request_type(at=1.0, **ASKED))
    assert refused.value.error_id == "no_call"


def test_a_caller_who_hangs_up_on_hold_ends_the_contact(talking: Driven) -> None:
    talking.say(Hold(at=30.0, **ASKED))
    assert {"TalkEnded", "WrapUpStarted", "ContactEnded"} <= set(names(talking.caller_hangs_up("c1")))
