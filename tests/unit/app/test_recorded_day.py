"""What a journalled day tells: who waited, and for how long each kept his agent."""

from typing import Any

import pytest
from msgspec import structs

from acd.given_calls import Named
from ctiserver.app.flow_rehearsal import Rewalked
from ctiserver.app.recorded_day import RecordedDay, recorded_day
from ctiserver.app.rehearsal import rehearse
from ctiserver.app.ways_taken import WayTaken
from ctiserver.core import events as e
from ctiserver.core.ids import AgentKey, QueueKey
from ctiserver.core.rehearsals import Way
from ctiserver.core.tables import Agent, Queue, Tables
from ctiserver.core.wire import encode
from ctiserver.journal.line import Derived

TABLES = Tables(
    queues=(Queue(key=QueueKey("service")),),
    agents=(Agent(key=AgentKey("ann"), queues={QueueKey("service"): 0}),),
)


def day_of(*events: Any, tables: Tables = TABLES) -> RecordedDay:
    lines = [Derived(seq, 1, 1, event.at, encode(event)) for seq, event in enumerate(events, start=1)]
    found = recorded_day(lines, 0.0, 1e6, tables)
    assert found is not None
    return found


def queued(contact: Any, at: float) -> e.ContactQueued:
    told: Any = {"leg": f"leg-{contact}", "queue": "service", "value_class": "B", "language": "es"}
    return e.ContactQueued(at=at, contact=contact, account_id=1, pii_number="", pii_name="", **told)


def connected(contact: Any, at: float) -> e.ContactConnected:
    told: Any = {"agent": "ann", "queue": "service", "leg": "leg-ann"}
    return e.ContactConnected(at=at, contact=contact, segment=1, **told)


def over(contact: Any, at: float) -> e.TalkEnded:
    told: Any = {"agent": "ann", "segment": 1, "by": "caller"}
    return e.TalkEnded(at=at, contact=contact, caller_stays=False, **told)


def arrived(contact: Any, at: float, channel: Any = "voice") -> e.ContactArrived:
    told: Any = {"leg": "", "did": "", "pii_number": "", "flow": "", "flow_version": "", "language": "es"}
    return e.ContactArrived(at=at, contact=contact, account_id=1, channel=channel, **told)


def chosen(contact: Any, at: float, waited: float) -> e.DecisionMade:
    head: Any = {"queue": "service", "contact": contact, "value_class": "B", "preference": 0}
    first = e.Head(score_seconds=waited, emergency=False, waited_seconds=waited, **head)
    told: Any = {"agent": "ann", "queue": "service", "rule": "only"}
    return e.DecisionMade(at=at, contact=contact, heads=(first,), idle_agents=1, excluded={}, **told)


def rung(contact: Any, at: float) -> e.OfferMade:
    told: Any = {"agent": "ann", "queue": "service", "leg": "leg-ann"}
    return e.OfferMade(at=at, contact=contact, **told)


def status(at: float, status: Any) -> e.AgentStatusChanged:
    told: Any = {"agent": "ann", "reason": "", "by": "ann"}
    return e.AgentStatusChanged(at=at, status=status, **told)


def called_back_at(*moments: float, answered_at: float) -> list[Any]:
    """He came at 10, asked at 40, and was tried at these moments."""
    asked: Any = {"queue": "service", "account_id": 1, "pii_number": "", "language": "es"}
    placed: Any = {"contact": "back", "asked_in": "c1"}
    return [
        *(queued("c1", 10.0), e.CallbackAsked(at=40.0, contact="c1", **asked), ended("c1", 45.0)),  # type: ignore[arg-type]
        *(arrived("back", 40.0, "callback"), queued("back", 40.0), e.CallbackPlaced(at=40.0, **placed)),
        *(chosen("back", at, at - 10.0) for at in moments),
        *(connected("back", answered_at), over("back", answered_at + 80.0)),
    ]


def ended(contact: Any, at: float) -> e.ContactEnded:
    return e.ContactEnded(at=at, contact=contact, where="ivr", by="caller")


def test_what_his_agent_does_afterwards_is_none_of_his_time() -> None:
    day = day_of(
        *(queued("c1", 10.0), connected("c1", 20.0), over("c1", 80.0)),
        *(connected("called-by-herself", 500.0), over("called-by-herself", 900.0)),
    )
    assert [(one.contact, one.service_seconds) for one in day.calls] == [("c1", 60.0)]


ELSEWHERE: dict[str, Any] = {
    "left a message": e.MessageBegun(at=30.0, contact="c1", queue="service", recording="r1"),  # type: ignore[arg-type]
    "was asked to call again": e.ContactTurnedAway(at=30.0, contact="c1", queue="service"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("how", ELSEWHERE)
def test_who_waits_no_more_by_his_own_choice_has_not_lost_his_patience(how: str) -> None:
    assert day_of(queued("c1", 10.0), ELSEWHERE[how], ended("c1", 60.0)).calls == []


def test_a_message_is_no_caller_however_often_it_goes_back_to_its_queue() -> None:
    told: Any = {"left_in": "c1", "queue": "service", "recording": "r1"}
    back: Any = {"queue": "service", "reason": "missed_offer"}
    day = day_of(
        arrived("m1", 10.0, "voicemail"),
        queued("m1", 10.0),
        e.MessagePlaced(at=10.0, contact="m1", seconds=8.0, **told),  # type: ignore[arg-type]
        *(connected("m1", 300.0), over("m1", 400.0)),
        e.ContactRequeued(at=400.0, contact="m1", **back),  # type: ignore[arg-type]
        *(connected("m1", 500.0), over("m1", 600.0)),
    )
    assert day.calls == []


@pytest.mark.parametrize("ours", [{"dial_id": 7}, {"channel": "outbound"}])
def test_whom_a_campaign_or_an_agent_called_is_no_caller(ours: dict[str, Any]) -> None:
    came = structs.replace(arrived("lead", 10.0), **ours)
    events = (came, queued("lead", 11.0), connected("lead", 12.0), over("lead", 60.0))
    assert day_of(*events, queued("c1", 20.0), ended("c1", 50.0)).went.keys() == {"c1"}


def test_each_wait_of_a_contact_has_a_name_of_its_own_however_many_others_came_between() -> None:
    between = [
        it
        for number in range(60)
        for it in (queued(f"c{number}", 100.0 + number), ended(f"c{number}", 200.0 + number))
    ]
    day = day_of(queued("c", 10.0), connected("c", 20.0), *between, queued("c", 500.0), ended("c", 550.0))
    assert len({one.contact for one in day.calls}) == len(day.calls) == len(day.went) == 62


def test_a_call_back_is_run_in_the_place_that_it_kept_from_when_it_could_be_made() -> None:
    day = day_of(*called_back_at(200.0, answered_at=215.0))
    [only] = day.calls
    assert (only.contact, only.called_back, only.at, only.arrived_at) == ("back", True, 50.0, 10.0)
    assert (only.ring_seconds, only.service_seconds) == (15.0, 80.0)
    assert day.asked_in == {"back": "c1"}


def test_a_call_back_goes_before_who_came_later_and_is_no_wait_on_the_line() -> None:
    day = day_of(
        status(0.0, "available"),
        *(queued("early", 0.0), connected("early", 0.0), over("early", 199.0)),
        *called_back_at(200.0, answered_at=215.0),
        *(queued("late", 60.0), connected("late", 300.0), over("late", 330.0)),
    )
    found = rehearse(day, {})
    assert found.before[""].calls == found.recorded[""].calls == 2
    assert found.before[""].longest_wait_seconds == pytest.approx(199.0 + 15.0 + 80.0 - 60.0)


def test_who_is_passed_on_waits_for_that_agent_in_the_place_that_he_has() -> None:
    to_bob: Any = {"agent": "ann", "to": "bob"}
    back: Any = {"queue": "service", "reason": "passed_on"}
    day = day_of(
        *(queued("c1", 10.0), connected("c1", 30.0)),
        e.TransferStarted(at=130.0, contact="c1", **to_bob),  # type: ignore[arg-type]
        *(over("c1", 130.0), e.ContactRequeued(at=130.0, contact="c1", **back)),  # type: ignore[arg-type]
        *(connected("c1", 150.0), over("c1", 210.0)),
    )
    first, second = day.calls
    assert (first.named, first.service_seconds) == (None, 100.0)
    assert second.named == Named(agent="bob", seconds=TABLES.timing.named_wait_seconds, giver="ann")
    assert (second.at, second.arrived_at, second.service_seconds) == (130.0, 10.0, 60.0)


def test_an_agent_is_kept_while_he_is_rung_and_the_wait_lasts_until_he_answers() -> None:
    day = day_of(
        status(0.0, "available"),
        *(queued("c1", 10.0), rung("c1", 10.0), connected("c1", 22.0), over("c1", 82.0)),
        *(queued("c2", 20.0), rung("c2", 82.0), connected("c2", 87.0), over("c2", 100.0)),
    )
    assert [one.ring_seconds for one in day.calls] == [12.0, 5.0]
    found = rehearse(day, {})
    assert found.before == found.recorded
    assert found.before[""].longest_wait_seconds == 67.0


def test_who_is_led_elsewhere_by_a_changed_flow_has_asked_for_no_call_back() -> None:
    day = day_of(status(0.0, "available"), *called_back_at(200.0, answered_at=215.0))
    arrived_as: Any = None
    taken = WayTaken("c1", 1, arrived_as, TABLES, end="queue", queue="service", ended_at=10.0)
    elsewhere = Rewalked(taken=taken, after=Way(nodes=("bye",), end="left"), value_class="B")
    assert rehearse(day, {}).after[""].calls == rehearse(day, {}, [elsewhere]).after[""].calls == 0
    gone = {one.contact: one.after for one in rehearse(day, {}, [elsewhere]).differences}
    assert gone == {"c1": None, "back": None}
