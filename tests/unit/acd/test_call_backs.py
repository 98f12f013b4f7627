"""A call-back keeps the place of who asked for it; an agent is kept for him before his telephone rings."""

from typing import Any

import msgspec
import pytest
from company import AVAILABLE, LOGGED_OUT, QUEUES, agent, configured, queue
from driven_acd import Driven, names, offered, only

from acd.contact_state import Stage
from ctiserver.core import commands as c
from ctiserver.core import events as e
from ctiserver.core.errors import Refusal
from ctiserver.core.inputs import LegAnswered, LegEnded, LegFailed
from ctiserver.core.message import Message
from ctiserver.core.outside import Outside, OutsideLimits, OutsideRule
from ctiserver.core.requests import CancelCallback, MoveContact, TransferToAgent
from ctiserver.core.tables import Hours

NUMBER = "+56971884213"
OUTSIDE = Outside(trunks=("pstn",), caller_number="+56221230000")
AGENTS = (agent("ann", "service"),)
LINGER = 10.0
ANN: Any = "ann"
BOB: Any = "bob"


def floor_with(*available: str, **changes: Any) -> Driven:
    return Driven(*available, **{"outside": OUTSIDE, "agents": AGENTS} | changes)


def asks(acd: Driven, contact: Any, at: float, number: str = NUMBER, **more: Any) -> Any:
    """He who waits asks; the new contact's id."""
    wish: dict[str, Any] = {"account_id": 1, "pii_number": number, "language": "es", "queue": "service"}
    said = acd.say(e.CallbackAsked(at=at, contact=contact, **wish | more))
    [placed] = only(said, e.CallbackPlaced)
    return placed.contact


def due(acd: Driven, contact: Any, at: float) -> list[Message]:
    return acd.fires(f"acd:call_back:{contact}", at)


def test_he_keeps_his_place_before_those_who_came_later_and_is_rung_for_an_agent_who_is_kept() -> None:
    acd = floor_with()
    acd.queue("c1", at=10.0)
    acd.queue("c2", at=20.0)
    said = acd.say(
        e.CallbackAsked(
            at=30.0,
            contact="c1",
            account_id=1,
            pii_number=NUMBER,
            language="es",
            queue="service",  # type: ignore[arg-type]
        )
    )
    told = ["ContactArrived", "CallerIdentified", "ContactQueued", "CallbackPlaced"]
    assert [name for name in names(said) if name in told] == told
    assert "c1" not in acd.acd.floor.ledger.contacts
    [placed] = only(said, e.CallbackPlaced)
    assert due(acd, placed.contact, 40.0) == []
    said = acd.status("ann", AVAILABLE, at=50.0)
    assert offered(said) == [(placed.contact, "ann", "only")]
    [reserved] = only(said, e.CallbackReserved)
    [dialled] = only(said, c.DialOutside)  # type: ignore[type-var]
    assert (reserved.agent, reserved.attempt, dialled.leg) == ("ann", 1, reserved.leg)
    assert dialled.route.pii_number == NUMBER
    assert "DialLeg" not in names(said)  # her phone does not ring before he has answered

    said = acd.say(LegAnswered(at=55.0, leg=reserved.leg, trunk="pstn"))
    [ring] = only(said, c.DialLeg)  # type: ignore[type-var]
    assert ring.auto_answer
    assert only(said, e.CallbackReached)[0].pii_number == NUMBER
    acd.talks(placed.contact, at=57.0)
    assert acd.contact(placed.contact).stage is Stage.TALKING


def test_while_he_may_still_be_on_the_line_he_is_not_rung() -> None:
    acd = floor_with()
    acd.queue("c1", at=10.0)
    contact = asks(acd, "c1", 30.0)
    assert offered(acd.status("ann", AVAILABLE, at=31.0)) == []
    assert offered(due(acd, contact, 30.0 + LINGER)) == [(contact, "ann", "only")]


def test_no_answer_puts_him_two_minutes_back_and_a_second_one_gives_him_up() -> None:
    acd = floor_with("ann")
    acd.status("ann", LOGGED_OUT)
    acd.queue("c1", at=10.0)
    contact = asks(acd, "c1", 30.0)
    due(acd, contact, 40.0)
    acd.status("ann", AVAILABLE, at=41.0)
    before = acd.contact(contact).virtual_arrival
    said = acd.say(LegFailed(at=66.0, leg=acd.contact(contact).leg, reason="no_answer"))
    [failed] = only(said, e.CallbackFailed)
    assert (failed.attempt, failed.reason, failed.again_at) == (1, "no_answer", 186.0)
    assert only(said, e.AgentReleased)[0].agent == "ann"
    assert acd.contact(contact).virtual_arrival == before + 120.0
    due(acd, contact, 186.0)
    said = acd.say(LegFailed(at=200.0, leg=acd.contact(contact).leg, reason="busy"))
    assert only(said, e.CallbackFailed)[0].again_at is None
    [ended] = only(said, e.ContactEnded)
    assert (ended.where, ended.by) == ("queue", "switch")
    assert acd.acd.floor.ledger.contacts == {}


def test_who_calls_again_himself_takes_his_place_over() -> None:
    acd = floor_with()
    acd.queue("c1", at=10.0)
    acd.queue("c2", at=20.0)
    contact = asks(acd, "c1", 30.0, number="+56221234567")
    said = acd.queue("c3", at=60.0)
    [cancelled] = only(said, e.CallbackCancelled)
    assert (cancelled.contact, cancelled.by, cancelled.reason) == (contact, "caller", "called_again")
    assert offered(acd.status("ann", AVAILABLE, at=61.0))[0][0] == "c3"


def test_who_calls_again_himself_has_all_that_the_wait_of_his_call_back_has_earned() -> None:
    timed = queue("service", ceiling_seconds=300.0, longest_wait_seconds=200.0)
    acd = floor_with(queues=(timed, *QUEUES[1:]))
    acd.queue("c1", at=10.0)
    due(acd, asks(acd, "c1", 30.0), 40.0)
    acd.queue("c2", at=340.0, value_class="A")
    said = acd.say(
        e.ContactQueued(
            at=350.0,
            contact="c3",  # type: ignore[arg-type]
            account_id=1,
            leg="leg-c3",  # type: ignore[arg-type]
            queue="service",  # type: ignore[arg-type]
            value_class="C",
            language="es",
            pii_number=NUMBER,
        )
    )
    assert "acd:limit:c3" in [str(one.timer) for one in only(said, c.StartTimer) if one.due_at == 550.0]  # type: ignore[type-var]
    assert offered(acd.status("ann", AVAILABLE, at=360.0)) == [("c3", "ann", "ceiling")]


def test_whose_telephone_rings_while_he_calls_himself_is_not_rung_any_more() -> None:
    acd = floor_with("ann")
    acd.status("ann", LOGGED_OUT)
    acd.queue("c1", at=10.0)
    contact = asks(acd, "c1", 30.0, number="+56221234567")
    due(acd, contact, 40.0)
    acd.status("ann", AVAILABLE, at=41.0)
    leg = acd.contact(contact).leg
    said = acd.queue("c3", at=45.0)
    assert leg in [one.leg for one in only(said, c.DropLeg)]  # type: ignore[type-var]
    assert acd.contact("c3").agent == "ann"
    acd.say(LegEnded(at=46.0, leg=leg, by="center"))
    assert acd.contact("c3").agent == "ann"


def test_at_a_chosen_time_he_lines_up_with_the_wait_that_he_had() -> None:
    acd = floor_with()
    acd.queue("c1", at=10.0, value_class="A")
    contact = asks(acd, "c1", 30.0, due_at=1000.0)
    assert offered(acd.status("ann", AVAILABLE, at=900.0)) == []
    assert acd.contact(contact).virtual_arrival == 10.0 - 120.0 + 970.0
    assert offered(due(acd, contact, 1000.0)) == [(contact, "ann", "only")]


def test_that_he_is_known_or_worth_more_brings_nobody_back_to_when_he_asked() -> None:
    """The center tells the engine who its own call-back is: he is known already."""
    acd = floor_with()
    acd.queue("c1", at=10.0, value_class="B")
    wish: dict[str, Any] = {"account_id": 1, "pii_number": NUMBER, "language": "es", "queue": "service"}
    said = acd.say(e.CallbackAsked(at=30.0, contact="c1", due_at=1000.0, **wish))  # type: ignore[arg-type]
    [placed] = only(said, e.CallbackPlaced)
    [known] = only(said, e.CallerIdentified)
    assert acd.say(known) == []
    assert acd.contact(placed.contact).virtual_arrival == 10.0 - 45.0 + 970.0
    acd.say(e.CallerIdentified(**{**msgspec.structs.asdict(known), "value_class": "A"}))
    assert acd.contact(placed.contact).virtual_arrival == 10.0 - 120.0 + 970.0


def test_another_queue_brings_nobody_back_to_when_he_asked() -> None:
    acd = floor_with(queues=(queue("service"), queue("technical", ceiling_seconds=300.0)))
    acd.queue("c1", at=10.0, value_class="B")
    contact = asks(acd, "c1", 30.0, due_at=1000.0)
    due(acd, contact, 1000.0)
    said = acd.say(MoveContact(at=1001.0, request_id="r", by="sofia", contact=contact, queue="technical"))  # type: ignore[arg-type]
    for queued in only(said, e.ContactQueued):
        acd.say(queued)
    assert acd.contact(contact).virtual_arrival == 10.0 - 45.0 + 970.0
    assert acd.contact(contact).escalates_at == 10.0 + 970.0 + 300.0


def test_while_his_queue_or_the_hours_of_the_law_are_closed_he_is_parked_and_keeps_his_place() -> None:
    noon = 1_764_000_000.0  # a Monday, 13:00 in Santiago
    hours = Hours(time_zone="America/Santiago", week=(((9 * 60, 14 * 60),),) * 7)
    acd = floor_with(queues=(queue("service", hours=hours), *QUEUES[1:]))
    acd.queue("c1", at=noon)
    contact = asks(acd, "c1", noon + 60, call_until=noon + 9 * 86_400.0)
    due(acd, contact, noon + 70)
    said = acd.status("ann", AVAILABLE, at=noon + 2 * 3600)
    assert [one.due_at for one in only(said, c.StartTimer)] == [noon - 4 * 3600 + 86_400.0]  # type: ignore[type-var]
    assert offered(said) == []
    assert offered(due(acd, contact, noon - 4 * 3600 + 86_400.0)) == [(contact, "ann", "only")]

    late = floor_with()
    late.queue("c1", at=noon)
    contact = asks(late, "c1", noon + 60, call_until=noon + 3600)
    due(late, contact, noon + 70)
    said = late.status("ann", AVAILABLE, at=noon + 7200)
    [parked] = only(said, c.StartTimer)  # type: ignore[type-var]
    assert noon + 3600 + 10 * 3600 < parked.due_at < noon + 86_400.0
    assert offered(due(late, contact, parked.due_at)) == [(contact, "ann", "only")]


def test_somebody_of_ours_calls_it_off_once_and_only_what_waits() -> None:
    acd = floor_with()
    acd.queue("c1", at=10.0)
    contact = asks(acd, "c1", 30.0)

    def cancel(account_id: int = 1) -> list[Message]:
        return acd.say(
            CancelCallback(at=50.0, request_id="r", by="boss", account_id=account_id, contact=contact)
        )

    with pytest.raises(Refusal, match="does not wait"):
        cancel(account_id=2)
    assert only(cancel(), e.CallbackCancelled)[0].by == "boss"
    with pytest.raises(Refusal, match="does not wait"):
        cancel()


def test_a_number_that_may_not_be_dialled_any_more_is_tried_later_and_keeps_no_agent() -> None:
    acd = floor_with(outside=Outside())
    acd.queue("c1", at=10.0)
    contact = asks(acd, "c1", 30.0)
    due(acd, contact, 40.0)
    said = acd.status("ann", AVAILABLE, at=50.0)
    assert only(said, e.CallbackFailed)[0].reason == "no_trunk"
    assert acd.agent("ann").free
    assert acd.contact(contact).stage is Stage.PARKED


def test_who_was_passed_on_to_a_busy_agent_and_would_rather_be_called_is_called_by_anybody_of_his_queue() -> (
    None
):
    acd = floor_with("ann", agents=(*AGENTS, agent("bob", "service")))
    acd.queue("c1", at=10.0)
    acd.talks("c1")
    acd.status("bob", AVAILABLE, at=20.0)
    acd.queue("c2", at=21.0)
    acd.talks("c2", at=22.0)
    acd.say(TransferToAgent(at=60.0, request_id="r", by="ann", agent=ANN, to=BOB))
    assert acd.contact("c1").named == "bob"
    new = acd.contact(asks(acd, "c1", at=61.0))
    assert (new.named, new.passed_by, new.segments, new.origin) == (None, None, 0, "queue")


def test_an_agent_who_is_taken_from_the_roster_while_he_is_kept_is_kept_no_longer() -> None:
    acd = floor_with()
    acd.queue("c1", at=10.0)
    contact = asks(acd, "c1", 30.0)
    due(acd, contact, 40.0)
    acd.status("ann", AVAILABLE, at=41.0)
    leg = acd.contact(contact).leg
    acd.say(configured(at=42.0, version="2", agents=(agent("bob", "service"),), outside=OUTSIDE))
    said = acd.say(LegAnswered(at=45.0, leg=leg))
    assert only(said, e.AgentReleased)
    assert acd.agent("ann").activity == "idle"
    assert acd.contact(contact).stage is Stage.WAITING


def test_who_does_not_answer_while_his_queue_is_taken_away_goes_to_those_to_call() -> None:
    acd = floor_with("ann")
    acd.status("ann", LOGGED_OUT)
    acd.queue("c1", at=10.0)
    contact = asks(acd, "c1", at=20.0)
    due(acd, contact, 30.0)
    acd.status("ann", AVAILABLE, at=35.0)
    leg = acd.contact(contact).leg
    others = tuple(it for it in QUEUES if it.key != "service")
    acd.say(configured(at=40.0, version="2", queues=others, agents=(), outside=OUTSIDE))
    acd.say(LegFailed(at=60.0, leg=leg, reason="no_answer"))
    said = due(acd, contact, 180.0)
    assert [(it.contact, it.by) for it in only(said, e.ContactEnded)] == [(contact, "switch")]


@pytest.mark.parametrize(
    ("changed", "reason", "again_at"),
    [
        ({"rules": (OutsideRule(account_id=1, prefix="+569", allowed=False),)}, "outside_closed", None),
        ({"limits": (OutsideLimits(account_id=1, account_per_day_minor=0),)}, "outside_cap_account", 220.0),
    ],
)
def test_whose_number_a_rule_has_closed_meanwhile_is_given_up_and_a_limit_is_waited_for(
    changed: dict[str, Any], reason: str, again_at: float | None
) -> None:
    acd = floor_with()
    acd.queue("c1", at=10.0)
    contact = asks(acd, "c1", 30.0)
    due(acd, contact, 40.0)
    acd.say(configured(agents=AGENTS, outside=msgspec.structs.replace(OUTSIDE, **changed)))
    said = acd.status("ann", AVAILABLE, at=100.0)
    [failed] = only(said, e.CallbackFailed)
    assert (failed.reason, failed.again_at) == (reason, again_at)
    assert not [one for one in said if isinstance(one, c.DialOutside)]
    assert [one.contact for one in only(said, e.ContactEnded)] == ([contact] if again_at is None else [])
    assert (contact in acd.acd.floor.ledger.contacts) is (again_at is not None)
    assert acd.agent("ann").activity == "idle"
