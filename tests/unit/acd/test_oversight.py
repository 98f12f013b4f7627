from typing import Any

import pytest
from company import AVAILABLE, queue
from driven_acd import Driven, names, only

from ctiserver.core.commands import DropLeg
from ctiserver.core.errors import Refusal
from ctiserver.core.events import ContactClosed, ContactEnded, ContactMoved, ContactQueued, PriorityChanged
from ctiserver.core.inputs import LegEnded
from ctiserver.core.requests import ChangePriority, EndContact, MoveContact

ASKED: dict[str, Any] = {"request_id": "r", "by": "sofia", "contact": "c1"}


def ends(acd: Driven) -> list[Any]:
    return acd.say(EndContact(at=20.0, reason="fraud", **ASKED))


def moves(acd: Driven, queue: Any, at: float = 20.0) -> list[Any]:
    """What is said, and what being queued again makes the ACD say."""
    said = acd.say(MoveContact(at=at, queue=queue, **ASKED))
    [queued] = only(said, ContactQueued)
    return said + acd.say(queued)


def prefers(acd: Driven, contact: Any = "c1", **terms: Any) -> list[Any]:
    return acd.say(ChangePriority(at=20.0, **{**ASKED, "contact": contact, "reason": "is ill", **terms}))


def order(acd: Driven) -> list[str]:
    """Who is offered to one agent, in order."""
    served = []
    acd.status("ann", AVAILABLE)
    while acd.agent("ann").contact:
        served.append(acd.agent("ann").contact)
        acd.caller_hangs_up(served[-1])
    return served


@pytest.mark.parametrize("talks", [False, True])
def test_a_call_that_a_supervisor_ends_is_hung_up_by_a_supervisor(talks: bool) -> None:
    acd = Driven(*(["ann"] if talks else []))
    acd.queue("c1")
    if talks:
        acd.talks("c1")
    said = ends(acd)
    assert said == [
        ContactClosed(at=20.0, contact=ASKED["contact"], by="sofia", reason="fraud"),
        DropLeg(leg="leg-c1"),  # type: ignore[arg-type]
    ]
    gone = acd.say(LegEnded(at=21.0, leg="leg-c1", by="center"))  # type: ignore[arg-type]
    assert only(gone, ContactEnded)[0].by == "supervisor"


def test_a_caller_who_hangs_up_first_has_ended_it_himself() -> None:
    acd = Driven()
    acd.queue("c1")
    ends(acd)
    assert only(acd.caller_hangs_up("c1"), ContactEnded)[0].by == "caller"


def test_who_is_moved_waits_in_the_other_queue_since_he_arrived() -> None:
    acd = Driven()
    acd.queue("c2", at=5.0, queue="technical")
    acd.queue("c1", at=4.0)
    said = moves(acd, "technical")
    assert only(said, ContactMoved) == [
        ContactMoved(at=20.0, contact="c1", by="sofia", queue="technical", from_queue="service")  # type: ignore[arg-type]
    ]
    assert (acd.contact("c1").queue, acd.contact("c1").arrived_at) == ("technical", 4.0)


def test_a_phone_that_rings_for_who_is_moved_rings_no_more() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    leg = acd.agent_leg("c1")
    assert DropLeg(leg=leg) in moves(acd, "technical")


def test_head_start_and_a_better_class_let_him_go_sooner() -> None:
    acd = Driven()
    for at, contact in enumerate(("c1", "c2", "c3")):
        acd.queue(contact, at=float(at))
    assert [
        (it.by, it.reason) for it in only(prefers(acd, "c3", head_start_seconds=30.0), PriorityChanged)
    ] == [("sofia", "is ill")]
    prefers(acd, "c2", value_class="A")
    assert order(acd) == ["c2", "c3", "c1"]


def test_seconds_of_head_start_are_the_same_seconds_whatever_the_slope() -> None:
    acd = Driven(queues=(queue("service", slope={"A": 4.0}),))
    acd.queue("c1", at=0.0, value_class="A")
    before = acd.acd.floor.room["c1"].score(20.0)
    prefers(acd, "c1", head_start_seconds=30.0)
    assert acd.acd.floor.room["c1"].score(20.0) == before + 30.0


@pytest.mark.parametrize(
    ("terms", "error_id"),
    [
        ({"reason": " ", "head_start_seconds": 5.0}, "reason_required"),
        ({}, "bad_request"),
        ({"value_class": "A", "head_start_seconds": 5.0}, "bad_request"),
        ({"head_start_seconds": -5.0}, "wrong_seconds"),
        ({"head_start_seconds": 90_000.0}, "wrong_seconds"),
        ({"value_class": "C"}, "no_better_class"),
        ({"contact": "nobody", "head_start_seconds": 5.0}, "no_such_contact"),
    ],
)
def test_what_cannot_be_a_preference_is_refused_and_changes_nothing(
    terms: dict[str, Any], error_id: str
) -> None:
    acd = Driven()
    acd.queue("c1")
    before = acd.contact("c1").virtual_arrival
    with pytest.raises(Refusal) as refused:
        acd.say(ChangePriority(at=20.0, **{**ASKED, "reason": "is ill", **terms}))
    assert (refused.value.error_id, acd.contact("c1").virtual_arrival) == (error_id, before)


@pytest.mark.parametrize(("queue", "error_id"), [("nowhere", "unknown_queue"), ("service", "same_queue")])
def test_nobody_is_moved_to_where_he_cannot_be(queue: Any, error_id: str) -> None:
    acd = Driven()
    acd.queue("c1")
    with pytest.raises(Refusal) as refused:
        acd.say(MoveContact(at=20.0, queue=queue, **ASKED))
    assert refused.value.error_id == error_id


def test_who_talks_is_neither_moved_nor_preferred() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    acd.talks("c1")
    for request in (
        MoveContact(at=20.0, queue="technical", **ASKED),
        ChangePriority(at=20.0, reason="x", head_start_seconds=1.0, **ASKED),
    ):  # type: ignore[arg-type]
        with pytest.raises(Refusal) as refused:
            acd.say(request)
        assert refused.value.error_id == "not_waiting"
    assert "TalkEnded" not in names(acd.say(EndContact(at=21.0, reason="x", **ASKED)))
