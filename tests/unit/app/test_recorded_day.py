"""What a journalled day tells: who waited, and for how long each kept his agent."""

from typing import Any

import pytest

from ctiserver.app.recorded_day import RecordedDay, recorded_day
from ctiserver.core import events as e
from ctiserver.core.tables import Tables
from ctiserver.core.wire import encode
from ctiserver.journal.line import Derived


def day_of(*events: Any) -> RecordedDay:
    lines = [Derived(seq, 1, 1, event.at, encode(event)) for seq, event in enumerate(events, start=1)]
    found = recorded_day(lines, 0.0, 1e6, Tables())
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
        queued("m1", 10.0),
        e.MessagePlaced(at=10.0, contact="m1", seconds=8.0, **told),  # type: ignore[arg-type]
        *(connected("m1", 300.0), over("m1", 400.0)),
        e.ContactRequeued(at=400.0, contact="m1", **back),  # type: ignore[arg-type]
        *(connected("m1", 500.0), over("m1", 600.0)),
    )
    assert day.calls == []


def test_each_wait_of_a_contact_has_a_name_of_its_own_however_many_others_came_between() -> None:
    between = [
        it
        for number in range(60)
        for it in (queued(f"c{number}", 100.0 + number), ended(f"c{number}", 200.0 + number))
    ]
    day = day_of(queued("c", 10.0), connected("c", 20.0), *between, queued("c", 500.0), ended("c", 550.0))
    assert len({one.contact for one in day.calls}) == len(day.calls) == len(day.went) == 62
