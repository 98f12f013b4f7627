"""Callers are told that they are recorded, where their queue wants them told."""

from typing import Any

from company import queue
from driven_ivr import CONTACT, Driven, plays

from ctiserver.core.commands import StopPlaying
from ctiserver.core.events import ContactDeflected, PlaceTold, RecordingStarted

NOTICE = ("recording-notice",)


def waiting(**changes: Any) -> Driven:
    ivr = Driven(queues=(queue("service", announce_recording=True, **changes), queue("technical")))
    ivr.said_in_queue = plays(ivr.press("0"))  # type: ignore[attr-defined]
    return ivr


def recording_starts(ivr: Driven) -> Any:
    return plays(ivr.say(RecordingStarted(at=21.0, contact=CONTACT, recording="r", segment=1)))  # type: ignore[arg-type]


def test_he_hears_it_as_he_begins_to_wait_and_his_place_after_it_and_not_again_in_the_talk() -> None:
    ivr = waiting()
    assert ivr.said_in_queue == [NOTICE]  # type: ignore[attr-defined]
    assert plays(ivr.say(PlaceTold(at=6.0, contact=CONTACT, place=2, language="es"))) == []
    assert plays(ivr.heard()) == [("place:2",)]
    ivr.talks()
    assert recording_starts(ivr) == []


def test_who_is_answered_before_its_end_hears_it_in_the_talk_once() -> None:
    ivr = waiting()
    assert any(isinstance(one, StopPlaying) for one in ivr.is_accepted())
    assert recording_starts(ivr) == [NOTICE]
    ivr.heard()
    assert recording_starts(ivr) == []


def test_who_hears_something_else_in_its_place_hears_it_in_the_talk() -> None:
    ivr = waiting()
    full: Any = {"queue": "service", "reason": "full", "offers": ("message",)}
    ivr.say(ContactDeflected(at=6.0, contact=CONTACT, **full))
    ivr.heard()
    ivr.is_accepted()
    assert recording_starts(ivr) == [NOTICE]


def test_who_is_recorded_on_demand_hears_it_as_that_begins() -> None:
    ivr = waiting(record=False, record_on_demand=True)
    assert ivr.said_in_queue == []  # type: ignore[attr-defined]
    ivr.is_accepted()
    assert recording_starts(ivr) == [NOTICE]


def test_nobody_is_told_where_the_queue_does_not_want_it() -> None:
    ivr = Driven(queues=(queue("service"), queue("technical")))
    assert plays(ivr.press("0")) == []
    ivr.is_accepted()
    assert recording_starts(ivr) == []
