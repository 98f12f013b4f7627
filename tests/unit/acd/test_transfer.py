"""Passing a caller on: to a queue, and to one colleague who takes him, or does not."""

from typing import Any

import pytest
from company import AVAILABLE, LOGGED_OUT, PAUSE, agent, configured, queue
from driven_acd import Driven, names, offered, only

from acd.router import Acd
from ctiserver.core.commands import CancelTimer, StartTimer
from ctiserver.core.errors import Refusal
from ctiserver.core.events import (
    ContactRequeued,
    TransferCompleted,
    TransferFailed,
    TransferStarted,
)
from ctiserver.core.requests import TransferBlind, TransferToAgent

ANN: Any = "ann"
BOB: Any = "bob"
C1: Any = "c1"
ASKED: dict[str, Any] = {"request_id": "r", "by": "ann", "agent": "ann"}
TWO = (agent("ann", "service"), agent("bob", "technical", skills={"gas": 80}))


@pytest.fixture
def talking() -> Driven:
    """Ann talks with c1; Bob, who serves another queue, is free."""
    acd = Driven("ann", "bob", agents=TWO)
    acd.queue("c1", value_class="A")
    acd.talks("c1")
    return acd


def pass_to(acd: Driven, to: Any, at: float = 60.0) -> list[Any]:
    return acd.say(TransferToAgent(at=at, to=to, **ASKED))


def failed(said: list[Any]) -> list[tuple[str, str]]:
    return [(it.reason, it.returned_to) for it in only(said, TransferFailed)]


def busy(acd: Driven, key: Any, contact: str, at: float = 20.0) -> None:
    """Give somebody a talk of his own."""
    acd.queue(contact, at=at, queue="technical")
    acd.talks(contact, at + 1)


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


def test_a_colleague_is_asked_although_he_serves_another_queue(talking: Driven) -> None:
    said = pass_to(talking, BOB)
    assert TransferStarted(at=60.0, contact=C1, agent=ANN, to=BOB) in said
    assert offered(said) == [("c1", "bob", "named")]
    assert talking.agent("ann").activity == "wrapping_up"
    done = talking.answers("c1", 62.0) + talking.joins("c1", 63.0)
    assert TransferCompleted(at=63.0, contact=C1, agent=ANN, kind="blind", to="bob") in done
    contact = talking.contact("c1")
    assert (contact.agent, contact.queue, contact.named, contact.passed_by) == ("bob", "service", None, None)


@pytest.mark.parametrize(
    ("to", "error_id"),
    [("ann", "transfer_to_self"), ("nobody", "unknown_agent"), ("bob", "agent_logged_out")],
)
def test_who_cannot_be_asked_is_refused_and_the_talk_goes_on(to: Any, error_id: str) -> None:
    acd = Driven("ann")
    acd.queue("c1")
    acd.talks("c1")
    with pytest.raises(Refusal) as refused:
        pass_to(acd, to)
    assert refused.value.error_id == error_id
    assert (acd.contact("c1").stage, acd.agent("ann").activity) == ("talking", "talking")


def test_a_colleague_of_another_account_is_no_colleague() -> None:
    acd = Driven("ann", "bob", agents=(TWO[0], agent("bob", account_id=2)))
    acd.queue("c1")
    acd.talks("c1")
    with pytest.raises(Refusal, match="there is no agent"):
        pass_to(acd, BOB)


def test_one_on_a_break_or_about_to_take_it_is_refused(talking: Driven) -> None:
    busy(talking, BOB, "c2")
    talking.status("bob", PAUSE, at=30.0)
    with pytest.raises(Refusal) as refused:
        pass_to(talking, BOB)
    assert refused.value.error_id == "agent_on_break"


def test_who_is_not_taken_comes_back_to_whoever_passed_him_on_if_free(talking: Driven) -> None:
    pass_to(talking, BOB)
    talking.dispose("ann", "c1", at=65.0)
    talking.rings("c1", 66.0)
    said = talking.fires(f"acd:ring:{talking.agent_leg('c1')}", 75.0)
    assert failed(said) == [("missed_offer", "agent")]
    assert offered(said) == [("c1", "ann", "named")]
    assert talking.agent("bob").status == "pause"
    talking.talks("c1", 80.0)
    assert talking.agent("ann").activity == "talking"


def test_without_a_free_giver_he_waits_in_his_queue_at_his_old_place(talking: Driven) -> None:
    before = talking.contact("c1").virtual_arrival
    pass_to(talking, BOB)
    said = talking.phone_fails("c1", "rejected", at=66.0)
    assert failed(said) == [("rejected", "queue")]
    assert only(said, ContactRequeued)[-1].reason == "rejected"
    contact = talking.contact("c1")
    assert (contact.line, contact.virtual_arrival) == (("queue", "service"), before)
    assert offered(talking.dispose("ann", "c1", at=70.0)) == [("c1", "ann", "only")]


def test_when_the_giver_does_not_answer_either_he_waits_for_anybody(talking: Driven) -> None:
    pass_to(talking, BOB)
    talking.dispose("ann", "c1", at=65.0)
    talking.phone_fails("c1", "rejected", at=66.0)
    said = talking.phone_fails("c1", "busy", at=67.0)
    assert failed(said) == []
    assert talking.contact("c1").line == ("queue", "service")


def test_a_busy_colleague_is_waited_for_and_takes_him_before_his_own_queue(talking: Driven) -> None:
    busy(talking, BOB, "c2")
    said = pass_to(talking, BOB)
    assert StartTimer(timer="acd:named:c1", due_at=80.0) in said
    assert talking.contact("c1").line == ("agent", "bob")
    talking.queue("c3", at=62.0, queue="technical", value_class="A")
    talking.caller_hangs_up("c2", at=65.0)
    said = talking.dispose("bob", "c2", at=66.0)
    assert offered(said) == [("c1", "bob", "named")]
    assert CancelTimer(timer="acd:named:c1") in said


def test_an_emergency_still_goes_before_who_was_passed_on() -> None:
    acd = Driven("ann", agents=(TWO[0], agent("bob", "technical", "emergency", skills={"gas": 80})))
    acd.queue("c1")
    acd.talks("c1")
    acd.status("bob", AVAILABLE)
    busy(acd, BOB, "c2")
    pass_to(acd, BOB)
    acd.queue("c9", at=62.0, queue="emergency")
    acd.caller_hangs_up("c2", at=65.0)
    assert offered(acd.dispose("bob", "c2", at=66.0)) == [("c9", "bob", "emergency")]


def test_a_colleague_who_stays_busy_is_not_waited_for_longer(talking: Driven) -> None:
    busy(talking, BOB, "c2")
    pass_to(talking, BOB)
    talking.dispose("ann", "c1", at=65.0)
    said = talking.fires("acd:named:c1", 80.0)
    assert failed(said) == [("busy", "agent")]
    assert offered(said) == [("c1", "ann", "named")]


@pytest.mark.parametrize("choice", [PAUSE, LOGGED_OUT])
def test_nobody_waits_for_a_colleague_who_will_not_be_there(talking: Driven, choice: Any) -> None:
    busy(talking, BOB, "c2")
    pass_to(talking, BOB)
    said = talking.status("bob", choice, at=64.0)
    assert failed(said) == [("gone", "queue")]
    assert StartTimer(timer="acd:place:c1", due_at=68.0) in said


def test_nobody_waits_for_a_colleague_who_was_removed(talking: Driven) -> None:
    busy(talking, BOB, "c2")
    pass_to(talking, BOB)
    assert failed(talking.say(configured(64.0, "2", agents=TWO[:1]))) == [("gone", "queue")]


def test_the_emergency_key_takes_him_out_of_the_colleagues_line(talking: Driven) -> None:
    busy(talking, BOB, "c2")
    pass_to(talking, BOB)
    said = talking.queue("c1", at=64.0, queue="emergency", value_class="A")
    assert failed(said) == [("moved", "queue")]
    assert talking.contact("c1").line == ("queue", "emergency")


def test_a_caller_who_leaves_meanwhile_leaves_no_timer(talking: Driven) -> None:
    busy(talking, BOB, "c2")
    pass_to(talking, BOB)
    said = talking.caller_hangs_up("c1", at=64.0)
    assert CancelTimer(timer="acd:named:c1") in said
    assert "ContactEnded" in names(said)


def test_who_waits_for_a_colleague_still_does_after_a_restart(talking: Driven) -> None:
    busy(talking, BOB, "c2")
    pass_to(talking, BOB)
    again = Driven()
    again.acd = Acd()
    again.acd.restore(talking.acd.state())
    again.caller_hangs_up("c2", at=65.0)
    assert offered(again.dispose("bob", "c2", at=66.0)) == [("c1", "bob", "named")]
