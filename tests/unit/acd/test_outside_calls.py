"""What calls outside cost, counted where they are made."""

from typing import Any

import pytest
from company import agent
from driven_acd import Driven, only

from acd import outside_calls
from ctiserver.core.commands import DialOutside
from ctiserver.core.errors import Refusal
from ctiserver.core.events import OutsideAnswered, OutsideCapLifted, OutsideDialed, OutsideEnded
from ctiserver.core.inputs import LegAnswered, LegEnded, LegFailed
from ctiserver.core.message import Message
from ctiserver.core.outside import Outside, OutsideLimits, OutsideRule
from ctiserver.core.requests import LiftOutsideCap
from ctiserver.core.turn import Turn

ANN: Any = "ann"
MORNING = 1_795_352_400.0  # 2026-11-22 10:00 in Santiago
OUTSIDE = Outside(
    trunks=("first", "second"),
    caller_number="+56221230000",
    rules=(OutsideRule(account_id=1, prefix="+1", roles=("supervisor",), minor_per_minute=600),),
    limits=(OutsideLimits(account_id=1, account_per_day_minor=2000, person_per_day_minor=1000),),
)


@pytest.fixture
def acd() -> Driven:
    agents = (
        agent("ann", "service", roles=("agent", "supervisor")),
        agent("bob", "service", roles=("agent",)),
    )
    return Driven("ann", "bob", agents=agents, outside=OUTSIDE)


def calls(
    acd: Driven, leg: Any, who: Any = "ann", at: float = MORNING, number: str = "+12125550123"
) -> list[Message]:
    turn = Turn(name=f"d-{leg}", at=at)
    way = outside_calls.find(acd.acd.floor, who, number, turn)
    outside_calls.dial(acd.acd.floor, "c1", way, turn, agent=who, leg=leg)  # type: ignore[arg-type]
    return turn.said


def talks(acd: Driven, leg: Any, seconds: float, who: Any = "ann", at: float = MORNING) -> list[Message]:
    calls(acd, leg, who, at)
    acd.say(LegAnswered(at=at, leg=leg, trunk="second"))
    return acd.say(LegEnded(at=at + seconds, leg=leg, by="caller"))


def refused(acd: Driven, who: Any = "ann", at: float = MORNING, number: str = "+12125550123") -> str:
    with pytest.raises(Refusal) as caught:
        outside_calls.find(acd.acd.floor, who, number, Turn(name="r", at=at))
    return caught.value.error_id


def test_a_call_is_dialled_answered_and_paid_for_by_the_second(acd: Driven) -> None:
    said = calls(acd, "o1")
    assert [type(one) for one in said] == [OutsideDialed, DialOutside]
    command = said[1]
    assert isinstance(command, DialOutside)
    assert (command.route.trunks, command.route.minor_per_minute) == (("first", "second"), 600)
    answered = acd.say(LegAnswered(at=MORNING + 5, leg="o1", trunk="second"))  # type: ignore[arg-type]
    assert only(answered, OutsideAnswered)[0].trunk == "second"
    ended = acd.say(LegEnded(at=MORNING + 35.05, leg="o1", by="caller"))  # type: ignore[arg-type]
    [over] = only(ended, OutsideEnded)
    assert (over.result, over.cost_minor, over.trunk, over.agent) == ("answered", 301, "second", ANN)
    assert over.seconds == pytest.approx(30.05)
    assert over.dialed_at == MORNING


def test_a_call_that_nobody_answers_costs_nothing_and_says_why(acd: Driven) -> None:
    calls(acd, "o1")
    [over] = only(
        acd.say(LegFailed(at=MORNING + 20, leg="o1", reason="busy", sip_code=486)),  # type: ignore[arg-type]
        OutsideEnded,
    )
    assert (over.result, over.sip_code, over.cost_minor, over.seconds) == ("busy", 486, 0, 0.0)
    assert acd.acd.floor.ledger.outside.calls == {}


def test_the_caps_of_the_person_and_of_the_account_trip_and_the_next_day_is_new(acd: Driven) -> None:
    talks(acd, "o1", 100)
    assert refused(acd) == "outside_cap_person"
    assert outside_calls.find(acd.acd.floor, "bob", "981234567", Turn(name="t", at=MORNING))  # type: ignore[arg-type]
    assert refused(acd, at=MORNING + 13 * 3600) == "outside_cap_person"
    tomorrow = MORNING + 14.5 * 3600
    assert outside_calls.find(acd.acd.floor, ANN, "+12125550123", Turn(name="t", at=tomorrow))


def test_calls_under_way_count_with_what_they_cost_so_far(acd: Driven) -> None:
    calls(acd, "o1")
    acd.say(LegAnswered(at=MORNING, leg="o1"))  # type: ignore[arg-type]
    assert outside_calls.find(acd.acd.floor, ANN, "+12125550123", Turn(name="t", at=MORNING + 99))
    assert refused(acd, at=MORNING + 100) == "outside_cap_person"
    assert outside_calls.find(acd.acd.floor, "bob", "981234567", Turn(name="t", at=MORNING + 199))  # type: ignore[arg-type]
    assert refused(acd, "bob", MORNING + 200, "981234567") == "outside_cap_account"


def test_the_queue_that_is_called_for_says_who_calls(acd: Driven) -> None:
    from company import QUEUES, queue

    acd = Driven(
        "ann",
        agents=(agent("ann", "service"),),
        outside=OUTSIDE,
        queues=(queue("service", caller_number="+5622"), *QUEUES[1:]),
    )
    turn = Turn(name="t", at=MORNING)
    way = outside_calls.find(acd.acd.floor, ANN, "981234567", turn, queue="service")  # type: ignore[arg-type]
    assert way.caller_number == "+5622"


def test_what_calls_cost_outlives_a_restart(acd: Driven) -> None:
    talks(acd, "o1", 100)
    calls(acd, "o2", "bob", number="981234567")
    state = acd.acd.state()
    again = Driven(agents=(agent("ann"), agent("bob")), outside=OUTSIDE)
    again.acd.restore(state)
    assert refused(again) == "outside_cap_person"
    assert list(again.acd.floor.ledger.outside.calls) == ["o2"]


def test_who_was_removed_while_he_talks_calls_nobody_outside(acd: Driven) -> None:
    assert refused(acd, "zoe") == "unknown_agent"


def lift(
    acd: Driven, who: Any = None, at: float = MORNING + 200, reason: str = "a fair day", by: str = "boss"
) -> list[Message]:
    request = LiftOutsideCap(at=at, request_id=f"lift-{at}", by=by, account_id=1, agent=who, reason=reason)
    return acd.say(request)


def no_lift(acd: Driven, who: Any = None, at: float = MORNING + 200, **fields: Any) -> str:
    with pytest.raises(Refusal) as caught:
        lift(acd, who, at, **fields)
    return caught.value.error_id


def test_a_persons_cap_that_tripped_is_lifted_by_one_more_cap_and_trips_again(acd: Driven) -> None:
    talks(acd, "o1", 110)
    [lifted] = only(lift(acd, "ann"), OutsideCapLifted)
    assert (lifted.agent, lifted.by, lifted.reason) == (ANN, "boss", "a fair day")
    assert (lifted.spent_minor, lifted.limit_minor) == (1100, 1000)
    talks(acd, "o2", 90, at=MORNING + 300)
    assert refused(acd, at=MORNING + 500) == "outside_cap_account"  # 2000 in all: that one was not lifted
    lift(acd, at=MORNING + 500)
    talks(acd, "o3", 10, at=MORNING + 500)
    assert refused(acd, at=MORNING + 600) == "outside_cap_person"  # 2100: 1000 since it was lifted


def test_what_is_under_way_when_a_cap_is_lifted_counts_from_there_on(acd: Driven) -> None:
    calls(acd, "o1")
    acd.say(LegAnswered(at=MORNING, leg="o1"))  # type: ignore[arg-type]
    [lifted] = only(lift(acd, at=MORNING + 200), OutsideCapLifted)
    assert (lifted.agent, lifted.spent_minor) == (None, 2000)
    assert outside_calls.find(acd.acd.floor, "bob", "981234567", Turn(name="t", at=MORNING + 399))  # type: ignore[arg-type]
    assert refused(acd, "bob", MORNING + 400, "981234567") == "outside_cap_account"


def test_a_lift_outlives_a_restart_and_ends_with_the_day(acd: Driven) -> None:
    talks(acd, "o1", 100)
    lift(acd, "ann")
    again = Driven(agents=(agent("ann"), agent("bob")), outside=OUTSIDE)
    again.acd.restore(acd.acd.state())
    assert outside_calls.find(again.acd.floor, ANN, "981234567", Turn(name="t", at=MORNING + 300))
    tomorrow = MORNING + 14.5 * 3600
    talks(again, "o2", 100, at=tomorrow)
    assert refused(again, at=tomorrow + 200) == "outside_cap_person"


def test_only_a_cap_that_tripped_is_lifted_with_a_reason_and_for_a_person_of_the_account(acd: Driven) -> None:
    assert no_lift(acd, "ann") == "outside_cap_holds"
    assert no_lift(acd) == "outside_cap_holds"
    assert no_lift(acd, "zoe") == "unknown_agent"
    talks(acd, "o1", 100)
    assert no_lift(acd, "ann", reason=" ") == "reason_required"
    lift(acd, "ann")
    assert no_lift(acd, "ann", MORNING + 201) == "outside_cap_holds"


def test_nobody_lifts_his_own_cap(acd: Driven) -> None:
    talks(acd, "o1", 200)
    assert no_lift(acd, "ann", by="ann") == "outside_cap_own"
    assert only(lift(acd, by="ann"), OutsideCapLifted)  # the company's is not his
    assert only(lift(acd, "ann", by="bob"), OutsideCapLifted)


def test_a_cap_of_nothing_cannot_be_lifted_by_once_more_nothing() -> None:
    shut = OutsideLimits(account_id=1, account_per_day_minor=0, person_per_day_minor=0)
    acd = Driven("ann", agents=(agent("ann", "service"),), outside=Outside(trunks=("first",), limits=(shut,)))
    assert no_lift(acd) == no_lift(acd, "ann") == "outside_cap_zero"
