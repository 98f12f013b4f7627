"""Who finds no room chooses between a call-back and a message, or is asked to call again."""

from typing import Any

import pytest
from company import QUEUES, queue
from driven_ivr import CONTACT, Driven, plays

from ctiserver.core.events import (
    ContactDeflected,
    ContactMoved,
    ContactOverflowed,
    ContactTurnedAway,
    OfferAccepted,
)
from ctiserver.core.message import Message
from ctiserver.core.outside import Outside

BOTH = ("call_back", "message")


def deflected(*offers: Any) -> tuple[Driven, list[Message]]:
    ivr = Driven(
        number="+56221234567",
        queues=(queue("service", survey=None), *QUEUES[1:]),
        outside=Outside(trunks=("pstn",)),
    )
    ivr.press("0", at=10.0)
    ivr.heard()
    return ivr, again(ivr, *offers)


def again(ivr: Driven, *offers: Any, at: float = 20.0) -> list[Message]:
    told: Any = {"contact": CONTACT, "queue": "service", "reason": "full", "offers": offers}
    return ivr.say(ContactDeflected(at=at, **told))


def away(said: list[Message]) -> list[str]:
    return [it.queue for it in said if isinstance(it, ContactTurnedAway)]


def test_he_is_offered_what_there_is_and_silence_is_goodbye() -> None:
    ivr, said = deflected(*BOTH)
    assert plays(said) == [("queue-full", "wait-call-back", "digits:1", "wait-message", "digits:2")]
    ivr.heard()
    said = ivr.silence()
    assert (plays(said), away(said)) == ([("queue-full-goodbye",)], ["service"])
    assert ivr.session.phase == "leaving"


def test_where_there_is_nothing_he_hears_why_and_goodbye() -> None:
    _, said = deflected()
    assert (plays(said), away(said)) == ([("queue-full", "queue-full-goodbye")], ["service"])


def test_one_asks_to_be_called_and_waiting_on_is_no_way_out() -> None:
    ivr, _ = deflected(*BOTH)
    said = ivr.press("1")
    assert plays(said) == [("wait-call-back-number", "digits:56221234567", "wait-call-back-keys")]
    assert again(ivr, *BOTH, at=140.0) == []  # he is choosing
    said = ivr.press("3")
    assert (plays(said)[-1:], away(said)) == ([("queue-full-goodbye",)], ["service"])


def test_two_leaves_a_message_and_a_key_that_was_not_offered_is_nothing() -> None:
    ivr, _ = deflected("message")
    assert plays(ivr.press("1")) == []
    assert plays(ivr.press("2")) == [("voicemail-ask", "beep")]


def test_an_agent_who_is_free_ends_it_all() -> None:
    ivr, _ = deflected(*BOTH)
    ivr.say(OfferAccepted(at=25.0, contact=CONTACT, agent="ann"))  # type: ignore[arg-type]
    assert (ivr.session.phase, ivr.session.step, ivr.session.deflected) == ("talking", "", False)


def test_who_goes_on_in_another_queue_chooses_as_its_callers_do() -> None:
    ivr = Driven(queues=(queue("service"), queue("other", message_key="5"), *QUEUES[1:]))
    ivr.press("0", at=10.0)
    ivr.heard()
    moved: Any = {"contact": CONTACT, "queue": "other", "from_queue": "service", "reason": "waited"}
    ivr.say(ContactOverflowed(at=20.0, **moved))
    assert plays(ivr.press("5")) == [("voicemail-ask", "beep")]


MOVED: tuple[Any, ...] = (
    ContactMoved(at=25.0, contact=CONTACT, by="sue", queue="technical", from_queue="service"),  # type: ignore[arg-type]
    ContactOverflowed(at=25.0, contact=CONTACT, queue="technical", from_queue="service", reason="waited"),  # type: ignore[arg-type]
)


@pytest.mark.parametrize("moved", MOVED, ids=["by a supervisor", "as another queue has room now"])
def test_who_has_a_place_elsewhere_meanwhile_is_not_sent_away(moved: Any) -> None:
    ivr, _ = deflected(*BOTH)
    assert plays(ivr.say(moved)) == [("wait-on",)]
    assert (ivr.session.queue, ivr.session.step, ivr.session.deflected) == ("technical", "", False)
    assert away(ivr.silence()) == []


def test_who_is_choosing_as_he_gets_a_place_elsewhere_may_wait_on() -> None:
    ivr, _ = deflected(*BOTH)
    ivr.press("1")
    assert plays(ivr.say(MOVED[1])) == []
    said = ivr.press("3")
    assert (plays(said), away(said)) == ([("wait-on",)], [])


def test_who_presses_the_emergency_key_instead_has_a_place_again() -> None:
    ivr, _ = deflected(*BOTH)
    ivr.press("9")
    assert (ivr.session.queue, ivr.session.step, ivr.session.deflected) == ("emergency", "", False)
