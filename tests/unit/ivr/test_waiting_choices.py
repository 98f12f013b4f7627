"""Who waits may choose to be called back: this number or another, read back, now or later; else he waits on."""

from typing import Any

import pytest
from company import QUEUES, queue
from driven_ivr import CONTACT, LEG, Driven, plays

from ctiserver.core.commands import RunAction
from ctiserver.core.events import CallbackAsked, PlaceTold
from ctiserver.core.hours import opens_at
from ctiserver.core.inputs import ActionDone, ActionFailed
from ctiserver.core.message import Message
from ctiserver.core.outside import Outside
from ctiserver.core.tables import Hours

OUTSIDE = Outside(trunks=("pstn",))
SERVICE = queue("service", call_back_key="3", choices_every_seconds=60.0, survey=None)
MONDAY_NOON = 1_764_000_000.0  # 2025-11-24 13:00 in Santiago


def waits(number: str = "+56221234567", **changes: Any) -> Driven:
    usual: dict[str, Any] = {"queues": (SERVICE, *QUEUES[1:]), "outside": OUTSIDE}
    ivr = Driven(number=number, **usual | changes)
    ivr.press("0", at=MONDAY_NOON)
    return ivr


def place(ivr: Driven, at: float) -> list[Message]:
    return ivr.say(PlaceTold(at=at, contact=CONTACT, place=2, language="es"))


def answer(ivr: Driven, **values: str) -> list[CallbackAsked]:
    done = ActionDone(at=MONDAY_NOON + 9, action=ivr.session.action, outcome="yes", values=values)
    return [one for one in ivr.say(done) if isinstance(one, CallbackAsked)]


def test_he_is_told_with_his_place_and_not_each_time() -> None:
    ivr = waits()
    assert plays(place(ivr, 10.0)) == [("place:2", "wait-call-back", "digits:3")]
    ivr.heard()
    assert plays(place(ivr, 40.0)) == [("place:2",)]
    ivr.heard()
    assert plays(place(ivr, 70.0)) == [("place:2", "wait-call-back", "digits:3")]


@pytest.mark.parametrize(
    "changes",
    [{"queues": (queue("service"), *QUEUES[1:])}, {"outside": Outside()}],
    ids=["a queue without the key", "no trunk"],
)
def test_where_nobody_is_called_back_nothing_is_told_and_the_key_does_nothing(changes: Any) -> None:
    ivr = waits(**changes)
    assert plays(place(ivr, 10.0)) == [("place:2",)]
    ivr.heard()
    assert plays(ivr.press("3")) == []


def test_his_own_number_is_read_back_and_the_store_is_asked_whether_he_may_be_called() -> None:
    ivr = waits()
    assert plays(ivr.press("3")) == [("wait-call-back-number", "digits:56221234567", "wait-call-back-keys")]
    assert plays(ivr.press("1")) == [("wait-call-back-when",)]
    [asked] = [one for one in ivr.press("1", at=MONDAY_NOON) if isinstance(one, RunAction)]
    assert (asked.name, asked.arguments) == ("may_call_back", {"number": "+56221234567", "at": ""})
    [wish] = answer(ivr, until="99.0")
    assert (wish.queue, wish.due_at, wish.call_until, wish.pii_number) == (
        "service",
        None,
        99.0,
        "+56221234567",
    )
    assert plays(ivr.say(wish)) == [("wait-call-back-kept",)]
    assert ivr.session.phase == "leaving"


def test_another_number_is_typed_and_one_that_may_not_be_dialled_is_refused_at_once() -> None:
    ivr = waits()
    ivr.press("3")
    assert plays(ivr.press("2")) == [("wait-call-back-type",)]
    refused = ivr.press("12345#")
    assert plays(refused)[-1] == ("wait-call-back-not-possible", "wait-call-back-type")
    assert plays(ivr.press("6001234567#"))[-1] == plays(refused)[-1]  # dear ones are closed
    ivr.press("971884213")
    read = ivr.silence()
    assert plays(read) == [("you-entered", "digits:56971884213", "confirm-keys")]
    ivr.press("11", at=MONDAY_NOON)
    [wish] = answer(ivr)
    assert wish.pii_number == "+56971884213"


def test_a_withheld_number_is_asked_for() -> None:
    assert plays(waits(number="").press("3")) == [("wait-call-back-type",)]


def test_tomorrow_morning_is_within_the_hours_of_the_queue() -> None:
    week = (((9 * 60, 18 * 60),), (), *[((11 * 60, 18 * 60),)] * 5)
    hours = Hours(time_zone="America/Santiago", week=week)
    service = queue("service", call_back_key="3", hours=hours, survey=None)
    ivr = waits(queues=(service, *QUEUES[1:]))
    ivr.press("3")
    ivr.press("1")
    ivr.press("2", at=MONDAY_NOON)
    [wish] = answer(ivr)
    assert wish.due_at == opens_at(hours, MONDAY_NOON + 86_400.0)  # closed on Tuesday: Wednesday at eleven
    assert plays(ivr.say(wish)) == [("wait-call-back-later",)]


def test_where_the_law_forbids_the_hour_he_is_told_and_called_when_it_permits() -> None:
    ivr = waits()
    ivr.press("31")
    ivr.press("1", at=MONDAY_NOON)
    begins = str(MONDAY_NOON + 40_000.0)
    done = ActionDone(at=MONDAY_NOON, action=ivr.session.action, outcome="later", values={"from": begins})
    [wish] = [one for one in ivr.say(done) if isinstance(one, CallbackAsked)]
    assert wish.due_at == MONDAY_NOON + 40_000.0
    assert plays(ivr.say(wish)) == [("wait-call-back-hours",)]


def test_a_store_that_cannot_say_does_not_keep_him_from_it() -> None:
    ivr = waits()
    ivr.press("311", at=MONDAY_NOON)
    failed = ActionFailed(at=MONDAY_NOON, action=ivr.session.action, reason="late")
    assert [one for one in ivr.say(failed) if isinstance(one, CallbackAsked)]


def test_silence_and_three_take_him_back_and_an_agent_ends_it_all() -> None:
    ivr = waits()
    ivr.press("3")
    ivr.heard()
    assert plays(ivr.silence()) == [("wait-on",)]
    ivr.press("3")
    assert plays(ivr.press("3")) == [("wait-on",)]
    ivr.press("31")
    ivr.is_accepted()
    assert (ivr.session.phase, ivr.session.step) == ("talking", "")
    assert ivr.press("1") == []


def test_the_emergency_key_goes_before_and_is_a_digit_in_a_number() -> None:
    ivr = waits()
    ivr.press("32")
    ivr.press("9")
    assert ivr.session.keys == "9"
    ivr.say(PlaceTold(at=20.0, contact=CONTACT, place=1, language="es"))
    assert ivr.session.step == "cb-typed"
    other = waits()
    other.press("3")
    other.press("9")
    assert other.session.queue == "emergency"
    assert LEG
