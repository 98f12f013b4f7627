"""Callers are asked before they wait; no agent knows of it."""

from typing import Any

import pytest
from company import QUEUES, SURVEY, queue
from driven_ivr import CONTACT, Driven, nodes, plays

from ctiserver.core.commands import StartTimer
from ctiserver.core.events import (
    ContactEnded,
    ContactQueued,
    SurveyAccepted,
    SurveyAnswered,
    SurveyBegun,
    SurveyDeclined,
    SurveyEnded,
    SurveyOffered,
)
from ctiserver.core.message import Message
from ctiserver.core.tables import Document
from ivr.invitation import is_drawn

BEFORE = {"satisfaction": Document(version="before", content=SURVEY | {"asked": "before_queue"})}


def invited(**changes: Any) -> Driven:
    """He chose a person and is asked first."""
    ivr = Driven(**{"surveys": BEFORE} | changes)
    ivr.said = ivr.press("0")  # type: ignore[attr-defined]
    return ivr


def kinds(said: list[Message], *wanted: type[Message]) -> list[str]:
    return [type(one).__name__ for one in said if isinstance(one, wanted)]


def test_he_is_asked_before_he_is_queued_and_no_agent_is_named() -> None:
    ivr = invited()
    said: list[Message] = ivr.said  # type: ignore[attr-defined]
    assert plays(said) == [("invitation",)]
    assert kinds(said, ContactQueued) == []
    [offered] = [one for one in said if isinstance(one, SurveyOffered)]
    assert (offered.agent, offered.version) == (None, "before")
    assert ivr.heard() == [StartTimer(timer=f"ivr:key:{CONTACT}", due_at=7.0)]  # type: ignore[arg-type]


def test_who_accepts_hears_the_questions_when_his_agent_has_left() -> None:
    ivr = invited()
    said = ivr.press("1")
    assert kinds(said, SurveyAccepted, ContactQueued) == ["SurveyAccepted", "ContactQueued"]
    assert nodes(said) == []  # he is at the same node still
    ivr.is_accepted()
    left = ivr.agent_leaves()
    assert kinds(left, SurveyOffered, SurveyBegun) == ["SurveyBegun"]
    assert plays(left) == [("how-well",)]
    answers = ivr.press("52")
    assert [one.value for one in answers if isinstance(one, SurveyAnswered)] == [5, 0]
    assert [one.complete for one in answers if isinstance(one, SurveyEnded)] == [True]


@pytest.mark.parametrize(("key", "declined"), [("2", ["SurveyDeclined"]), ("7", []), ("0", [])])
def test_every_other_key_is_a_no_and_takes_him_to_his_place(key: str, declined: list[str]) -> None:
    ivr = invited()
    said = ivr.press(key)
    assert kinds(said, SurveyDeclined) == declined
    assert kinds(said, ContactQueued) == ["ContactQueued"]
    ivr.is_accepted()
    assert plays(ivr.agent_leaves()) == [("goodbye",)]


def test_silence_is_a_no_too() -> None:
    ivr = invited()
    ivr.heard()
    assert kinds(ivr.silence(), SurveyDeclined, ContactQueued) == ["ContactQueued"]


def test_the_emergency_key_goes_before_everything() -> None:
    ivr = invited()
    said = ivr.press("9")
    assert nodes(said) == ["advice"]
    ivr.heard()
    assert ivr.session.queue == "emergency"


def test_who_hangs_up_meanwhile_never_waited() -> None:
    [ended] = [one for one in invited().hang_up() if isinstance(one, ContactEnded)]
    assert ended.where == "ivr"


def test_nobody_is_asked_on_the_way_to_an_emergency_nor_twice() -> None:
    emergency = (*QUEUES[:2], queue("emergency", emergency=True))
    ivr = Driven(surveys=BEFORE, queues=emergency)
    ivr.press("9")
    assert kinds(ivr.heard(), SurveyOffered, ContactQueued) == ["ContactQueued"]
    again = invited()
    again.press("2")
    assert again.session.takes_part is False


def test_a_queue_asks_the_share_of_its_callers_that_it_names() -> None:
    none = Driven(surveys=BEFORE, queues=(queue("service", survey_percent=0), *QUEUES[1:]))
    assert kinds(none.press("0"), SurveyOffered, ContactQueued) == ["ContactQueued"]
    drawn = sum(is_drawn(f"cti-a-1-{n}", 30) for n in range(5000))  # type: ignore[arg-type]
    assert 1350 < drawn < 1650
    assert is_drawn(CONTACT, 100)
    assert not is_drawn(CONTACT, 0)
