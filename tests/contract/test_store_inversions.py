"""The ledger of inversions and the question why, from the stream of events, on both databases."""

from typing import Any

import pytest
from msgspec import structs
from sqlalchemy.orm import Session

from crm_core.agents import Skill, add_agent
from crm_core.db import Store
from crm_core.interaction_writer import apply_batch
from crm_core.queues import add_queue, let_serve
from crm_core.reader_positions import EventId
from crm_core.reports.inversion_report import inversion_report, pairs_behind, unjustified_since
from crm_core.users import add_user
from crm_core.why import passed_by, why
from ctiserver.core import events as e
from ctiserver.core.requests import Status


def center(session: Session) -> None:
    session.add(Skill(key="gas", label_es="gas", label_en="gas"))
    session.flush()
    service = add_queue(session, 1, "service", "Service", skills={}, leave_free={"B": 1})
    gas = add_queue(session, 1, "gas", "Gas", skills={"gas": 50})
    for number, (login, level) in enumerate([("ann", 0), ("bob", 80)]):
        add_user(session, login=login, name=login, password="correct horse", roles=["agent"])
        agent = add_agent(
            session, login=login, extension=str(1001 + number), skills={"gas": level} if level else {}
        )
        let_serve(session, agent, service)
        let_serve(session, agent, gas, preference=1)


class Day:
    """What happened, told event by event."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def comes(self, contact: str, value_class: str, at: float, queue: str = "service") -> None:
        its: dict[str, Any] = {"contact": contact, "account_id": 1, "leg": f"leg-{contact}", "pii_number": ""}
        self.events += [
            e.ContactArrived(at=at - 1, did="600", language="es", flow="f", flow_version="1", **its),
            e.ContactQueued(at=at, queue=queue, value_class=value_class, language="es", **its),  # type: ignore[arg-type]
        ]

    def is_served(self, contact: str, agent: str, at: float, *heads: dict[str, Any], **more: Any) -> None:
        decision: dict[str, Any] = {"rule": "score", "idle_agents": 1, "excluded": {}} | more
        its: dict[str, Any] = {"contact": contact, "agent": agent, "queue": heads[0]["queue"]}
        told = tuple(e.Head(**head) for head in heads)
        self.events += [
            e.DecisionMade(at=at, heads=told, **its, **decision),
            e.OfferMade(at=at, leg="leg", **its),  # type: ignore[arg-type]
            e.ContactConnected(at=at + 5, segment=1, leg="leg", **its),  # type: ignore[arg-type]
        ]

    def leaves(self, contact: str, at: float) -> None:
        self.events.append(e.ContactEnded(at=at, contact=contact, where="queue", by="caller", q850=16))  # type: ignore[arg-type]


def head(contact: str, value_class: str, score: float, waited: float, **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"queue": "service", "emergency": False, "preference": 0}
    told = {"contact": contact, "value_class": value_class, "score_seconds": score, "waited_seconds": waited}
    return usual | told | more


@pytest.fixture
def day(store: Store) -> Store:
    """Four services, each passing somebody for another reason."""
    store.write(center)
    it = Day()
    it.comes("early-c", "C", 100.0)
    it.comes("late-a", "A", 290.0)
    it.is_served(
        "early-c", "ann", 300.0, head("early-c", "C", 200.0, 200.0), head("late-a", "A", 130.0, 10.0)
    )
    it.comes("gas-a", "A", 310.0, "gas")
    it.comes("plain-c", "C", 312.0)
    it.comes("kept-b", "B", 313.0)
    it.events.append(
        e.AgentStatusChanged(at=314.0, agent="bob", status=Status.PAUSE, reason="lunch", by="bob")  # type: ignore[arg-type]
    )
    it.is_served(
        "plain-c",
        "ann",
        320.0,
        head("plain-c", "C", 8.0, 8.0),
        rule="only",
        excluded={"left_free": 1, "skill": 1},
    )
    it.is_served("late-a", "bob", 330.0, head("late-a", "A", 160.0, 40.0), head("kept-b", "B", 62.0, 17.0))
    it.leaves("gas-a", 400.0)
    it.comes("last-c", "C", 410.0)
    it.is_served("last-c", "bob", 420.0, head("last-c", "C", 10.0, 10.0), head("kept-b", "B", 152.0, 107.0))
    it.is_served("kept-b", "bob", 500.0, head("kept-b", "B", 232.0, 187.0), rule="only")
    store.write(apply_batch, [(EventId(1, 10 + place, 1), event) for place, event in enumerate(it.events)])
    return store


def test_each_pair_has_one_cause_and_the_sums_are_equal(day: Store) -> None:
    pairs = day.read(pairs_behind, 1, 0.0, 1000.0)
    found = day.read(inversion_report, 1, 0.0, 1000.0)
    assert sum(one.pairs for one in found.causes) == found.pairs == len(pairs)
    assert sum(sum(one.pairs.values()) for one in found.spans) == found.pairs
    assert {one.waited: one.cause for one in pairs if one.served == "plain-c"} == {
        "gas-a": "pause",
        "kept-b": "left_free",
        "late-a": "score",
    }
    assert (found.services, found.starts, found.valued, found.passed) == (5, 3, 3, 3)
    assert found.seconds == 35.0 + 80.0 + 185.0


def test_who_is_to_be_called_is_for_another_or_was_let_ring_has_a_cause_of_his_own(store: Store) -> None:
    store.write(center)
    it = Day()
    it.comes("wish-a", "A", 100.0)
    it.events[0] = structs.replace(it.events[0], channel="callback")
    it.comes("passed-a", "A", 110.0)
    it.is_served("passed-a", "bob", 120.0, head("passed-a", "A", 130.0, 10.0))
    its: dict[str, Any] = {"contact": "passed-a", "agent": "bob"}
    it.events += [
        e.TransferStarted(at=290.0, to="eve", **its),  # type: ignore[arg-type]
        e.TalkEnded(at=290.0, segment=1, by="agent", caller_stays=False, **its),
        e.ContactRequeued(at=290.0, contact="passed-a", queue="service", reason="transferred"),  # type: ignore[arg-type]
    ]
    it.comes("rung-a", "A", 240.0)
    rung: dict[str, Any] = {"contact": "rung-a", "agent": "ann"}
    it.events += [
        e.OfferMade(at=250.0, queue="service", leg="leg-r", **rung),  # type: ignore[arg-type]
        e.OfferExpired(at=265.0, **rung),
        e.ContactRequeued(at=265.0, contact="rung-a", queue="service", reason="missed_offer"),  # type: ignore[arg-type]
    ]
    it.comes("late-c", "C", 280.0)
    it.is_served("late-c", "ann", 300.0, head("late-c", "C", 20.0, 20.0), excluded={"unanswered": 1})
    store.write(apply_batch, [(EventId(1, 10 + place, 1), event) for place, event in enumerate(it.events)])
    found = {
        row.waited: row.cause for row in store.read(pairs_behind, 1, 0.0, 1000.0) if row.served == "late-c"
    }
    assert found == {"wish-a": "call_back_held", "passed-a": "named_for_another", "rung-a": "unanswered"}


def is_called_back(it: Day, contact: str, asked_at: float, due_at: float | None = None) -> dict[str, Any]:
    it.comes(contact, "A", asked_at)
    it.events[-2] = structs.replace(it.events[-2], channel="callback")
    it.events.append(
        e.CallbackPlaced(at=asked_at, contact=contact, asked_in=f"call-{contact}", due_at=due_at)  # type: ignore[arg-type]
    )
    return {"contact": contact, "agent": "bob", "queue": "service"}


def test_while_the_telephone_of_who_is_called_back_rings_an_agent_is_kept_and_not_after_it_was_in_vain(
    store: Store,
) -> None:
    store.write(center)
    it = Day()
    its = is_called_back(it, "wish-a", 100.0)
    told = {"rule": "only", "idle_agents": 1, "excluded": {}}
    first = e.Head(**head("wish-a", "A", 200.0, 90.0))
    it.events.append(e.DecisionMade(at=190.0, heads=(first,), **its, **told))
    it.comes("rings-c", "C", 195.0)
    it.is_served("rings-c", "ann", 200.0, head("rings-c", "C", 5.0, 5.0))
    it.events.append(
        e.CallbackFailed(at=215.0, contact="wish-a", reason="no_answer", attempt=1, again_at=335.0)  # type: ignore[arg-type]
    )
    it.comes("after-c", "C", 220.0)
    it.is_served("after-c", "ann", 230.0, head("after-c", "C", 10.0, 10.0))
    store.write(apply_batch, [(EventId(1, 10 + place, 1), event) for place, event in enumerate(it.events)])
    found = {row.served: row.cause for row in store.read(pairs_behind, 1, 0.0, 1000.0)}
    assert found == {"rings-c": "ringing", "after-c": "call_back_held"}


def test_who_chose_an_hour_to_be_called_does_not_wait_before_it(store: Store) -> None:
    store.write(center)
    it = Day()
    is_called_back(it, "wish-a", 100.0, due_at=400.0)
    it.comes("before-c", "C", 200.0)
    it.is_served("before-c", "ann", 210.0, head("before-c", "C", 10.0, 10.0))
    it.comes("after-c", "C", 405.0)
    it.is_served("after-c", "ann", 410.0, head("after-c", "C", 5.0, 5.0))
    store.write(apply_batch, [(EventId(1, 10 + place, 1), event) for place, event in enumerate(it.events)])
    assert [row.served for row in store.read(pairs_behind, 1, 0.0, 1000.0)] == ["after-c"]


def test_a_decision_against_the_routers_own_order_turns_the_lamp_red(day: Store) -> None:
    wrong = [it for it in day.read(pairs_behind, 1, 0.0, 1000.0) if it.cause == "unjustified"]
    assert [(it.waited, it.served) for it in wrong] == [("kept-b", "last-c")]
    assert day.read(unjustified_since, 1, 0.0) == 1
    assert day.read(unjustified_since, 2, 0.0) == 0


def test_why_one_waited_longer_than_another_has_one_answer(day: Store) -> None:
    found = day.read(why, 1, "late-a", "early-c")
    assert found
    assert (found.cause, found.agent, found.chosen_at) == ("came_first", "ann", 300.0)
    assert (found.served.score_seconds, found.waited.score_seconds) == (200.0, 130.0)
    together = day.read(why, 1, "last-c", "early-c")
    assert together
    assert together.cause == "not_together"
    assert day.read(why, 1, "early-c", "gas-a") is None
    passed = day.read(passed_by, 1, "gas-a")
    assert [(it.served.contact, it.cause) for it in passed] == [("plain-c", "pause")]


def test_an_agent_to_whom_the_customer_comes_back_passes_nobody_again(store: Store) -> None:
    """Who consults and connects chooses himself; the router did once, and one row tells of that."""
    store.write(center)
    it = Day()
    it.comes("plain-c", "C", 100.0)
    it.comes("gas-a", "A", 200.0, "gas")
    it.is_served("plain-c", "ann", 300.0, head("plain-c", "C", 200.0, 200.0), excluded={"skill": 1})
    for segment, (giver, taker) in enumerate([("ann", "bob"), ("bob", "ann")], start=2):
        its: dict[str, Any] = {"contact": "plain-c", "at": 300.0 + 20 * segment}
        it.events += [
            e.TalkEnded(agent=giver, segment=segment - 1, by="agent", caller_stays=False, **its),
            e.TransferCompleted(agent=giver, kind="attended", to=taker, **its),
            e.ContactConnected(
                agent=taker,
                queue="service",  # type: ignore[arg-type]
                segment=segment,
                leg="leg",  # type: ignore[arg-type]
                began="attended",
                from_agent=giver,
                **its,
            ),
        ]
    it.leaves("plain-c", 500.0)
    store.write(apply_batch, [(EventId(1, 10 + place, 1), event) for place, event in enumerate(it.events)])
    found = store.read(inversion_report, 1, 0.0, 1000.0)
    assert (found.services, found.starts, found.pairs) == (1, 1, 1)


def test_two_services_of_one_customer_by_one_agent_that_are_read_at_once_are_two_decisions(
    store: Store,
) -> None:
    store.write(center)
    it = Day()
    it.comes("plain-c", "C", 100.0)
    it.comes("gas-a", "A", 200.0, "gas")
    its: dict[str, Any] = {"contact": "plain-c", "agent": "ann"}
    it.is_served("plain-c", "ann", 300.0, head("plain-c", "C", 200.0, 200.0), excluded={"skill": 1})
    it.events += [
        e.TransferCompleted(at=350.0, kind="blind", to="service", **its),
        e.TalkEnded(at=350.0, segment=1, by="agent", caller_stays=False, **its),
        e.ContactRequeued(at=350.0, contact="plain-c", queue="service", reason="transferred"),  # type: ignore[arg-type]
    ]
    it.is_served("plain-c", "ann", 400.0, head("plain-c", "C", 300.0, 300.0), excluded={"skill": 1})
    it.events[-1] = structs.replace(it.events[-1], segment=2, began="blind", from_agent="ann")
    store.write(apply_batch, [(EventId(1, 10 + place, 1), event) for place, event in enumerate(it.events)])
    assert [row.chosen_at for row in store.read(pairs_behind, 1, 0.0, 1000.0)] == [400.0, 300.0]
    told = store.read(why, 1, "gas-a", "plain-c")
    assert told
    assert told.chosen_at == 300.0


def test_a_message_is_passed_by_another_message_only(store: Store) -> None:
    """It is heard when nobody waits on the line: no score of its own was ever compared with a caller's."""
    store.write(center)
    it = Day()
    for contact, value_class in (("left-a", "A"), ("left-c", "C")):
        it.comes(contact, value_class, 100.0, "gas" if value_class == "A" else "service")
        it.events[-2] = structs.replace(it.events[-2], channel="voicemail")
    it.comes("caller-c", "C", 200.0)
    it.is_served("caller-c", "ann", 300.0, head("caller-c", "C", 100.0, 100.0), excluded={"skill": 1})
    it.is_served("left-c", "ann", 400.0, head("left-c", "C", 300.0, 300.0), excluded={"skill": 1})
    store.write(apply_batch, [(EventId(1, 10 + place, 1), event) for place, event in enumerate(it.events)])
    pairs = store.read(pairs_behind, 1, 0.0, 1000.0)
    assert [(row.served, row.waited, row.cause) for row in pairs] == [("left-c", "left-a", "skill")]
    told = store.read(why, 1, "left-a", "caller-c")
    assert told
    assert told.cause == "message"


def test_who_came_before_the_span_and_waits_in_it_is_one_of_those_who_may_be_passed(day: Store) -> None:
    found = day.read(inversion_report, 1, 315.0, 1000.0)
    assert (found.valued, found.passed) == (3, 3)
    assert day.read(inversion_report, 1, 390.0, 1000.0).valued == 2


def test_who_was_passed_on_to_one_agent_is_everybodys_again_once_that_one_is_gone(store: Store) -> None:
    store.write(center)
    it = Day()
    it.comes("passed-a", "A", 110.0)
    it.is_served("passed-a", "ann", 120.0, head("passed-a", "A", 130.0, 10.0))
    its: dict[str, Any] = {"contact": "passed-a", "agent": "ann"}
    status: dict[str, Any] = {"agent": "bob", "by": "bob", "reason": ""}
    again: dict[str, Any] = {"contact": "passed-a", "queue": "service"}
    it.comes("first-c", "C", 280.0)
    it.comes("second-c", "C", 281.0)
    it.events += [
        e.AgentStatusChanged(at=100.0, status=Status.AVAILABLE, **status),
        e.TransferStarted(at=290.0, to="bob", **its),  # type: ignore[arg-type]
        e.TalkEnded(at=290.0, segment=1, by="agent", caller_stays=False, **its),
        e.ContactRequeued(at=290.0, reason="transferred", **again),
    ]
    it.is_served("first-c", "ann", 292.0, head("first-c", "C", 12.0, 12.0))
    it.events += [
        e.AgentStatusChanged(at=295.0, status=Status.LOGGED_OUT, **status),
        e.TransferFailed(at=295.0, to="bob", reason="gone", returned_to="queue", **its),  # type: ignore[arg-type]
        e.ContactRequeued(at=295.0, reason="gone", **again),
    ]
    it.is_served("second-c", "ann", 300.0, head("second-c", "C", 19.0, 19.0))
    it.is_served("passed-a", "ann", 350.0, head("passed-a", "A", 360.0, 240.0))
    it.events[-1] = structs.replace(it.events[-1], segment=2)
    store.write(apply_batch, [(EventId(1, 10 + place, 1), event) for place, event in enumerate(it.events)])
    found = {row.served: row.cause for row in store.read(pairs_behind, 1, 0.0, 1000.0)}
    assert found == {"first-c": "named_for_another", "second-c": "score"}
    waited_on = store.read(inversion_report, 1, 0.0, 1000.0).seconds
    assert waited_on == 355.0 - 292.0  # until his second talk, whenever the first was
