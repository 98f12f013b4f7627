"""A message waits in its queue behind everybody on the line, is given to one agent, and ends with his disposition."""

from typing import Any

import pytest
from company import QUEUES, agent, configured, queue
from driven_acd import Driven, names, offered, only

from acd import message_in_hand
from acd.contact_state import Stage
from ctiserver.core import events as e
from ctiserver.core.errors import Refusal
from ctiserver.core.inputs import AgentLost
from ctiserver.core.message import Message
from ctiserver.core.requests import EndContact, HangUp, Hold, Status
from ctiserver.core.tables import Relaxation

ANN, BOB = agent("ann", "service"), agent("bob", "service")


def floor_with(*available: str, agents: Any = (ANN, BOB)) -> Driven:
    return Driven(*available, agents=agents)


def left(acd: Driven, at: float = 30.0, recording: str = "r1", queue: str = "service") -> list[Message]:
    told: dict[str, Any] = {"contact": "c1", "account_id": 1, "queue": queue, "recording": recording}
    more: dict[str, Any] = {
        "seconds": 8.0,
        "pii_number": "+56221234567",
        "language": "es",
        "value_class": "B",
    }
    return acd.say(e.MessageLeft(at=at, **told | more))


def contact_of(said: list[Message]) -> Any:
    [placed] = only(said, e.MessagePlaced)
    return placed.contact


def given(said: list[Message]) -> list[tuple[str, str]]:
    return [(it.contact, it.agent) for it in only(said, e.MessageGiven)]


def done(acd: Driven, by: str, at: float = 60.0) -> list[Message]:
    return acd.say(HangUp(at=at, request_id="r", by=by, agent=by))  # type: ignore[arg-type]


def test_who_speaks_a_message_waits_no_more() -> None:
    acd = floor_with()
    acd.queue("c1")
    acd.say(e.MessageBegun(at=20.0, contact="c1", queue="service", recording="r1"))  # type: ignore[arg-type]
    assert acd.acd.floor.ledger.contacts == {}


def test_a_free_agent_has_it_in_hand_at_once_and_no_phone_rings() -> None:
    acd = floor_with("ann")
    said = left(acd)
    contact = contact_of(said)
    told = [
        "ContactArrived",
        "CallerIdentified",
        "ContactQueued",
        "MessagePlaced",
        "AgentReserved",
        "MessageGiven",
    ]
    assert [it for it in names(said) if it in told] == told
    assert only(said, e.ContactArrived)[0].channel == "voicemail"
    assert not {"DialLeg", "Arrange"} & set(names(said))
    assert (acd.contact(contact).stage, given(said)) == (Stage.MESSAGE, [(contact, "ann")])
    assert offered(acd.queue("c2", at=40.0)) == []  # she has her hands full


def test_it_comes_after_everybody_who_is_on_the_line_however_long_it_has_waited() -> None:
    acd = floor_with()
    contact = contact_of(left(acd, at=30.0))
    acd.queue("c2", at=500.0)
    assert offered(acd.status("ann", Status.AVAILABLE, at=501.0)) == [("c2", "ann", "only")]
    assert given(acd.status("bob", Status.AVAILABLE, at=502.0)) == [(contact, "bob")]


def test_the_agent_who_is_done_with_it_wraps_up_and_it_is_over() -> None:
    acd = floor_with("ann")
    contact = contact_of(left(acd))
    said = done(acd, "ann")
    assert [it for it in names(said) if it.endswith("Ended") or it.endswith("Started")] == [
        "TalkEnded",
        "ContactEnded",
        "WrapUpStarted",
    ]
    [ended] = only(said, e.ContactEnded)
    assert (ended.contact, ended.where, ended.by) == (contact, "talk", "agent")
    assert "AgentReleased" in names(acd.dispose("ann", contact))


def test_what_needs_a_call_is_refused_while_she_has_a_message() -> None:
    acd = floor_with("ann")
    left(acd)
    with pytest.raises(Refusal) as refused:
        acd.say(Hold(at=40.0, request_id="r", by="ann", agent="ann"))  # type: ignore[arg-type]
    assert refused.value.error_id == "no_call"


def test_one_that_is_forgotten_goes_to_somebody_else_and_she_is_paused() -> None:
    acd = floor_with("ann")
    contact = contact_of(left(acd))
    acd.status("bob", Status.AVAILABLE, at=40.0)
    said = acd.fires(f"acd:message:{contact}", 30.0 + message_in_hand.LONGEST_SECONDS)
    assert (acd.agent("ann").status, given(said)) == (Status.PAUSE, [(contact, "bob")])
    assert acd.contact(contact).segments == 2


def test_an_agent_whose_page_is_gone_gives_it_back() -> None:
    acd = floor_with("eve", agents=(agent("eve", "service", browser_phone=True),))
    contact = contact_of(left(acd))
    acd.say(AgentLost(at=40.0, agent="eve"))  # type: ignore[arg-type]
    said = acd.fires("acd:away:eve", 60.0)
    assert only(said, e.ContactRequeued)[0].contact == contact
    assert (acd.contact(contact).stage, acd.agent("eve").status) == (Stage.WAITING, Status.PAUSE)


def test_a_supervisor_ends_one_that_waits_and_one_in_hand() -> None:
    acd = floor_with()
    waiting = contact_of(left(acd))
    asked: dict[str, Any] = {"at": 50.0, "request_id": "r", "by": "sue", "reason": "twice"}
    [ended] = only(acd.say(EndContact(contact=waiting, **asked)), e.ContactEnded)
    assert (ended.where, ended.by) == ("queue", "supervisor")
    acd.status("ann", Status.AVAILABLE, at=51.0)
    in_hand = contact_of(left(acd, at=52.0, recording="r2"))
    said = acd.say(EndContact(contact=in_hand, **asked))
    assert [it for it in names(said) if it in ("DropLeg", "WrapUpStarted")] == ["WrapUpStarted"]


def test_a_queue_that_nobody_serves_any_more_gives_its_messages_to_the_list_of_those_to_call() -> None:
    acd = floor_with()
    contact = contact_of(left(acd))
    said = acd.say(configured(queues=tuple(it for it in QUEUES if it.key != "service"), agents=()))
    assert [(it.contact, it.by) for it in only(said, e.ContactEnded)] == [(contact, "switch")]


def test_a_restart_loses_none() -> None:
    acd = floor_with()
    contact = contact_of(left(acd))
    other = Driven(queues=(queue("service"),), agents=(ANN, BOB))
    other.acd.restore(acd.acd.state())
    assert given(other.status("bob", Status.AVAILABLE, at=90.0)) == [(contact, "bob")]


def test_one_that_is_given_back_where_nobody_serves_it_any_more_goes_to_those_to_call() -> None:
    acd = floor_with("ann")
    contact = contact_of(left(acd))
    acd.say(configured(queues=tuple(it for it in QUEUES if it.key != "service"), agents=()))
    said = acd.fires(f"acd:message:{contact}", at=2000.0)
    assert [(it.contact, it.by) for it in only(said, e.ContactEnded)] == [(contact, "switch")]


def test_one_for_a_queue_that_was_taken_away_meanwhile_is_for_another_of_its_company() -> None:
    acd = floor_with()
    assert contact_of(left(acd, queue="gone"))
    [placed] = only(left(acd, queue="gone", recording="r2"), e.MessagePlaced)
    assert placed.queue == "service"


def test_a_message_that_leaves_her_free_for_others_hides_none_that_need_not() -> None:
    """Class C leaves one agent free, and ann is the only one."""
    acd = Driven(
        agents=(ANN,), queues=(queue("service", leave_free={"C": 1}, slope={}, head_start_seconds={}),)
    )
    said = [acd.say(e.MessageLeft(**_told(value_class))) for value_class in ("C", "B")]
    first, second = (contact_of(one) for one in said)
    assert given(acd.status("ann", Status.AVAILABLE, at=50.0)) == [(second, "ann")]
    assert first in acd.acd.floor.ledger.contacts


def _told(value_class: str) -> dict[str, Any]:
    told = {"contact": f"c{value_class}", "account_id": 1, "queue": "service", "recording": f"r{value_class}"}
    return told | {"at": 30.0, "seconds": 8.0, "pii_number": "", "language": "es", "value_class": value_class}


def test_who_may_serve_callers_that_have_waited_has_their_messages_too() -> None:
    """Else a queue whose own agents are all gone would keep them for ever, while others are free."""
    less = Relaxation(after_seconds=10.0, also_agents_of=("technical",))  # type: ignore[arg-type]
    acd = Driven(
        "eve",
        agents=(ANN, agent("eve", "technical")),
        queues=(queue("service", relaxations=(less,)), queue("technical")),
    )
    first = contact_of(left(acd))
    second = contact_of(left(acd, at=31.0, recording="r2"))
    assert given(acd.fires(f"acd:wider:{first}", at=40.0)) == [(first, "eve")]
    assert given(acd.fires(f"acd:wider:{second}", at=41.0)) == []
    said = [*done(acd, "eve"), *acd.dispose("eve", first)]
    assert given(said) == [(second, "eve")]
