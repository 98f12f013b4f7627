"""What becomes of a day's records as a simulation is given them."""

from typing import Any

from acd.given_calls import Named
from crm_core.reports.queue_figures import Offered, Talk, Visit
from crm_core.reports.served_call_backs import ServedCallBack
from ctiserver.app.given_day import Recorded


def visit(contact: str, entered: float, left: float, result: str = "answered") -> Visit:
    return Visit(
        contact=contact,
        queue="sales",
        value_class="A",
        entered_at=entered,
        left_at=left,
        result=result,
        within_seconds=20.0,
        short_seconds=5.0,
    )


def talk(contact: str, at: float, seconds: float, agent: str = "bob", passed_on_to: str = "") -> Talk:
    return Talk(
        contact=contact,
        queue="sales",
        value_class="A",
        agent=agent,
        answered_at=at,
        over_at=at + seconds,
        talk_seconds=seconds,
        after_seconds=0.0,
        transferred=bool(passed_on_to),
        passed_on_to=passed_on_to,
    )


def offer(contact: str, made: float, ended: float, result: str) -> Offered:
    return Offered(
        contact=contact,
        queue="sales",
        value_class="A",
        agent="bob",
        made_at=made,
        result=result,
        ended_at=ended,
    )


def back(**more: Any) -> ServedCallBack:
    told: dict[str, Any] = {
        "asked_at": 100.0,
        "waits_from": 100.0,
        "chosen_at": (900.0,),
        "stood_from": 40.0,
        "answered_at": 912.0,
    }
    return ServedCallBack(contact="back", queue="sales", value_class="B", **(told | more))


def test_who_is_passed_on_is_a_call_for_that_agent_in_the_place_of_his_first_wait() -> None:
    first, second = Recorded(
        [visit("c", 10.0, 30.0), visit("c", 130.0, 150.0)],
        [talk("c", 30.0, 100.0, passed_on_to="ann"), talk("c", 150.0, 60.0, "ann")],
    ).calls(named_wait_seconds=20.0)
    assert (first.named, first.service_seconds) == (None, 100.0)
    assert second.named == Named(agent="ann", seconds=20.0, giver="bob")
    assert (second.at, second.arrived_at, second.service_seconds) == (130.0, 10.0, 60.0)


def test_ringing_in_vain_is_told_apart_and_a_visit_that_ended_elsewhere_is_no_call() -> None:
    [only] = Recorded(
        [visit("c", 0.0, 40.0, "abandoned"), visit("d", 0.0, 40.0, "callback")],
        [],
        [offer("c", 5.0, 20.0, "expired"), offer("c", 25.0, 40.0, "withdrawn")],
    ).calls(named_wait_seconds=20.0)
    assert (only.ring_seconds, only.unanswered_seconds, only.patience_seconds) == (30.0, 15.0, 40.0)


def test_a_call_back_comes_when_it_could_be_made_and_keeps_an_agent_while_its_telephone_rings() -> None:
    [in_turn] = Recorded([], [talk("back", 912.0, 80.0)], (), [back()]).calls(named_wait_seconds=20.0)
    assert (in_turn.at, in_turn.arrived_at, in_turn.called_back) == (110.0, 40.0, True)
    assert (in_turn.ring_seconds, in_turn.service_seconds) == (12.0, 80.0)


def test_a_call_back_is_made_neither_before_its_hour_nor_soon_after_a_ring_in_vain() -> None:
    [at_its_hour] = Recorded([], [], (), [back(waits_from=800.0)]).calls(named_wait_seconds=20.0)
    [again] = Recorded([], [], (), [back(chosen_at=(700.0, 900.0))]).calls(named_wait_seconds=20.0)
    assert (at_its_hour.at, again.at) == (800.0, 820.0)
    assert (at_its_hour.waits_from, again.waits_from) == (800.0, 100.0)
