"""An agent says who his contact is, and what that changes for a caller who still waits."""

from typing import Any

import pytest
from company import agent
from driven_acd import Driven, only

from ctiserver.core.customers import Candidate
from ctiserver.core.errors import Refusal
from ctiserver.core.events import CustomerAttached, PriorityChanged
from ctiserver.core.requests import AttachCustomer, TransferBlind

ANN: Any = "ann"
C1: Any = "c1"
ROSA = Candidate(customer_id=7, pii_name="Rosa", value_class="A")
JUAN = Candidate(customer_id=8, pii_name="Juan", value_class="C")


def attach(acd: Driven, customer: Candidate, contact: Any = C1, by: Any = ANN) -> list[Any]:
    return acd.say(
        AttachCustomer(at=30.0, request_id="r", by=by, agent=by, contact=contact, customer=customer)
    )


def test_who_calls_is_said_while_it_rings_in_the_talk_and_in_the_wrap_up() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    said = CustomerAttached(at=30.0, contact=C1, agent=ANN, customer=ROSA)
    assert attach(acd, ROSA) == [said]
    acd.talks("c1")
    assert attach(acd, ROSA) == [said]
    acd.caller_hangs_up("c1")
    assert attach(acd, ROSA) == [said]
    acd.dispose("ann", "c1")
    with pytest.raises(Refusal) as refused:
        attach(acd, ROSA)
    assert refused.value.error_id == "not_your_contact"


def test_nobody_says_it_of_a_contact_that_another_agent_has() -> None:
    acd = Driven("ann", "bob", agents=(agent("ann", "service"), agent("bob", "technical")))
    acd.queue("c1")
    with pytest.raises(Refusal, match="no contact c1 in hand"):
        attach(acd, ROSA, by="bob")


def test_a_higher_class_moves_up_only_who_still_waits() -> None:
    acd = Driven("ann", agents=(agent("ann", "service"), agent("bob", "technical")))
    acd.queue("c1", value_class="B")
    acd.talks("c1")
    assert only(attach(acd, ROSA), PriorityChanged) == []
    acd.say(TransferBlind(at=29.0, request_id="r2", by="ann", agent=ANN, queue="technical"))  # type: ignore[arg-type]
    [moved] = only(attach(acd, ROSA), PriorityChanged)
    assert (moved.value_class, moved.virtual_arrival) == ("A", 10.0 - 120.0)
    assert only(attach(acd, JUAN), PriorityChanged) == []
    assert acd.contact("c1").value_class == "A"
