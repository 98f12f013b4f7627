"""A queue lets so many wait, for so long; the others go on elsewhere, are offered something, or are sent away."""

from typing import Any

import pytest
from company import QUEUES, agent, configured, queue
from driven_acd import Driven, names, offered, only

from acd.contact_state import Stage
from ctiserver.core import commands as c
from ctiserver.core import events as e
from ctiserver.core.message import Message
from ctiserver.core.outside import Outside
from ctiserver.core.requests import EndContact, MoveContact, Status
from ctiserver.core.tables import Hours

ANN = agent("ann", "service", "other")
CLOSED = Hours(time_zone="UTC", week=((),) * 7)


def floor_with(*others: Any, available: tuple[str, ...] = (), **limits: Any) -> Driven:
    queues = (queue("service", **limits), *others, *(it for it in QUEUES if it.key != "service"))
    return Driven(*available, queues=queues, agents=(ANN,), outside=Outside(trunks=("pstn",)))


def due(acd: Driven, contact: str, at: float) -> list[Message]:
    return acd.fires(f"acd:limit:{contact}", at)


def deflections(said: list[Message]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(it.contact, it.reason, it.offers) for it in only(said, e.ContactDeflected)]


def test_who_finds_the_queue_full_is_offered_what_there_is_and_keeps_his_place_while_he_chooses() -> None:
    acd = floor_with(most_waiting=1, full_offers=("call_back", "message"))
    assert deflections(acd.queue("c1")) == []
    assert deflections(acd.queue("c2", at=20.0)) == [("c2", "full", ("call_back", "message"))]
    assert acd.contact("c2").stage is Stage.WAITING
    acd.caller_hangs_up("c1")
    assert offered(acd.status("ann", Status.AVAILABLE, at=61.0)) == [("c2", "ann", "only")]


def test_two_queues_do_not_send_him_to_each_other_for_ever() -> None:
    other = queue("other", longest_wait_seconds=60.0, overflow_queue="service", full_offers=("message",))
    acd = floor_with(other, longest_wait_seconds=60.0, overflow_queue="other")
    acd.queue("c1", at=10.0)
    for queued in only(due(acd, "c1", 70.0), e.ContactQueued):
        acd.say(queued)
    assert acd.contact("c1").queue == "other"
    assert deflections(due(acd, "c1", 130.0)) == [("c1", "waited", ("message",))]


def test_an_agent_who_is_free_takes_him_however_full_the_queue_may_be() -> None:
    acd = floor_with(most_waiting=1, available=("ann",))
    assert offered(acd.queue("c1")) == [("c1", "ann", "only")]


def test_who_was_asked_to_call_again_waits_no_more_and_an_agent_who_rang_for_him_is_free() -> None:
    acd = floor_with(most_waiting=1)
    acd.queue("c1")
    acd.queue("c2", at=20.0)
    acd.caller_hangs_up("c1")
    acd.status("ann", Status.AVAILABLE, at=61.0)
    said = acd.say(e.ContactTurnedAway(at=62.0, contact="c2", queue="service"))  # type: ignore[arg-type]
    assert [it for it in names(said) if it.endswith(("drawn", "eased"))] == [
        "OfferWithdrawn",
        "AgentReleased",
    ]
    assert acd.acd.floor.ledger.contacts == {}


def test_he_goes_on_in_the_other_queue_with_the_wait_that_he_has() -> None:
    acd = floor_with(queue("other"), longest_wait_seconds=60.0, overflow_queue="other")
    [timer] = [it for it in only(acd.queue("c1"), c.StartTimer) if ":limit:" in it.timer]  # type: ignore[type-var]
    assert timer.due_at == 70.0
    acd.queue("c2", at=40.0, queue="other")
    said = due(acd, "c1", 70.0)
    [gone] = only(said, e.ContactOverflowed)
    assert (gone.queue, gone.from_queue, gone.reason) == ("other", "service", "waited")
    [queued] = only(said, e.ContactQueued)
    acd.say(queued)
    assert (acd.contact("c1").queue, acd.contact("c1").arrived_at) == ("other", 10.0)
    assert offered(acd.status("ann", Status.AVAILABLE, at=71.0))[0][0] == "c1"


@pytest.mark.parametrize(
    "other",
    [queue("other", hours=CLOSED), queue("other", most_waiting=1), queue("other", account_id=2)],
    ids=["closed", "full", "another account's"],
)
def test_another_queue_without_room_is_no_way_out(other: Any) -> None:
    acd = floor_with(other, longest_wait_seconds=60.0, overflow_queue="other")
    acd.queue("c0", queue="other")
    acd.queue("c1")
    assert deflections(due(acd, "c1", 70.0)) == [("c1", "waited", ())]


def test_emergencies_and_who_has_spoken_with_an_agent_wait_without_limit() -> None:
    acd = Driven(queues=(queue("service", most_waiting=1, longest_wait_seconds=60.0, emergency=True),))
    said = [*acd.queue("c1"), *acd.queue("c2")]
    timers = [it.timer for it in said if isinstance(it, c.StartTimer)]
    assert (deflections(said), [it for it in timers if ":limit:" in it]) == ([], [])
    acd = floor_with(longest_wait_seconds=60.0)
    acd.queue("c1")
    acd.contact("c1").segments = 1
    assert due(acd, "c1", 70.0) == []


def test_whose_agent_is_being_rung_is_looked_at_again_later() -> None:
    acd = floor_with(longest_wait_seconds=60.0, available=("ann",))
    acd.queue("c1")
    said = due(acd, "c1", 70.0)
    [again] = only(said, c.StartTimer)  # type: ignore[type-var]
    assert (again.timer, again.due_at) == ("acd:limit:c1", 100.0)


def test_who_was_rung_for_at_once_and_not_answered_waits_no_longer_than_the_others() -> None:
    acd = floor_with(longest_wait_seconds=60.0, available=("ann",))
    [timer] = [it for it in only(acd.queue("c1"), c.StartTimer) if ":limit:" in it.timer]  # type: ignore[type-var]
    assert timer.due_at == 70.0
    acd.fires(f"acd:ring:{acd.agent_leg('c1')}", at=30.0)
    assert deflections(due(acd, "c1", 70.0)) == [("c1", "waited", ())]


def test_who_is_moved_to_a_queue_without_limits_has_none_any_more() -> None:
    acd = floor_with(queue("other"), longest_wait_seconds=60.0, available=("ann",))
    acd.status("ann", Status.PAUSE, at=5.0)
    acd.queue("c1")
    acd.status("ann", Status.AVAILABLE, at=8.0)
    asked = MoveContact(at=30.0, request_id="r", by="sue", contact="c1", queue="other")  # type: ignore[arg-type]
    [queued] = only(acd.say(asked), e.ContactQueued)
    said = acd.say(queued)
    assert offered(said) == [("c1", "ann", "only")]
    assert c.CancelTimer(timer="acd:limit:c1") in said  # type: ignore[arg-type]


def test_who_chose_nothing_that_came_about_is_asked_again() -> None:
    acd = floor_with(longest_wait_seconds=60.0)
    acd.queue("c1")
    said = due(acd, "c1", 70.0)
    assert [it.due_at for it in only(said, c.StartTimer)] == [190.0]  # type: ignore[type-var]
    assert deflections(due(acd, "c1", 190.0)) == [("c1", "waited", ())]


def test_a_supervisor_may_move_somebody_to_a_full_queue() -> None:
    acd = floor_with(queue("other", most_waiting=1))
    acd.queue("c1", queue="other")
    acd.queue("c2")
    asked = MoveContact(at=30.0, request_id="r", by="sue", contact="c2", queue="other")  # type: ignore[arg-type]
    [queued] = only(acd.say(asked), e.ContactQueued)
    assert deflections(acd.say(queued)) == []


def test_without_a_trunk_nobody_is_offered_to_be_called() -> None:
    queues = (queue("service", most_waiting=1, full_offers=("call_back", "message")),)
    acd = Driven(queues=queues, outside=Outside())
    acd.queue("c1")
    assert deflections(acd.queue("c2")) == [("c2", "full", ("message",))]


def test_a_supervisor_still_ends_a_call_that_waits() -> None:
    acd = floor_with()
    acd.queue("c1")
    asked = EndContact(at=30.0, request_id="r", by="sue", contact="c1", reason="test")  # type: ignore[arg-type]
    assert names(acd.say(asked)) == ["ContactClosed", "DropLeg"]


def limited_to(seconds: float | None, at: float) -> Message:
    queues = (
        queue("service", longest_wait_seconds=seconds),
        *(it for it in QUEUES if it.key != "service"),
    )
    return configured(at=at, version=f"at-{at}", queues=queues, agents=(ANN,))


def ends(said: list[Message]) -> list[float]:
    timers = [it for it in said if isinstance(it, c.StartTimer) and it.timer == "acd:limit:c1"]
    return [it.due_at for it in timers]


def test_a_longest_wait_that_is_set_or_changed_holds_for_who_waits_from_when_he_came() -> None:
    acd = floor_with()
    assert ends(acd.queue("c1", at=10.0)) == []
    assert ends(acd.say(limited_to(600.0, 100.0))) == [610.0]
    assert ends(acd.say(limited_to(300.0, 200.0))) == [310.0]
    assert ends(acd.say(limited_to(60.0, 250.0))) == [250.0], "at once, not in the past"
    assert deflections(due(acd, "c1", 250.0)) == [("c1", "waited", ())]


def test_nobody_is_sent_away_by_a_longest_wait_that_was_lifted_while_he_waited() -> None:
    acd = floor_with(longest_wait_seconds=60.0)
    assert ends(acd.queue("c1", at=10.0)) == [70.0]
    said = acd.say(limited_to(None, 40.0))
    assert [it.timer for it in said if isinstance(it, c.CancelTimer) if "limit" in it.timer] == [
        "acd:limit:c1"
    ]
    assert ends(said) == []


def test_who_was_moved_waits_as_long_as_a_changed_queue_lets_him_from_the_move_on() -> None:
    acd = floor_with()
    acd.queue("c1", at=10.0, queue="technical")
    acd.queue("c1", at=100.0)
    assert ends(acd.say(limited_to(300.0, 200.0))) == [400.0]


def test_who_has_a_place_keeps_it_when_fewer_may_wait() -> None:
    acd = floor_with(most_waiting=3)
    acd.queue("c1", at=10.0)
    acd.queue("c2", at=20.0)
    others = (it for it in QUEUES if it.key != "service")
    fewer = configured(
        at=30.0, version="2", queues=(queue("service", most_waiting=1), *others), agents=(ANN,)
    )
    assert deflections(acd.say(fewer)) == []


def test_who_is_choosing_already_chooses_on_when_the_limit_is_lifted() -> None:
    acd = floor_with(longest_wait_seconds=60.0)
    acd.queue("c1", at=10.0)
    assert deflections(due(acd, "c1", 70.0)) == [("c1", "waited", ())]
    said = acd.say(limited_to(None, 80.0))
    assert not [it for it in said if isinstance(it, c.CancelTimer) and "limit" in it.timer]
