"""What may happen to a work order, and the document that draws it."""

import pytest
from order_diagram import DOCUMENT, diagram

from crm_core.work_orders.order_flow import (
    ENDED,
    TABLE,
    Closing,
    Event,
    Flag,
    State,
    after,
    closing_of,
    closing_of_key,
    flags,
    kind_of,
)
from ctiserver.core.errors import Refusal

DAY = 86400.0


def test_every_state_can_be_reached_and_every_order_can_end() -> None:
    reached, todo = {State.CREATED}, [State.CREATED]
    while todo:
        for to in TABLE[todo.pop()].values():
            if to not in reached:
                reached.add(to)
                todo.append(to)
    assert reached == set(TABLE) == set(State)
    for state in set(State) - ENDED:
        assert after(state, Event.CLOSE) is State.CLOSED


def test_a_technician_may_forget_to_say_that_he_is_on_the_way_or_say_it_late() -> None:
    assert after(State.ASSIGNED, Event.ARRIVE) is State.ON_SITE
    assert after(State.ON_SITE, Event.SET_OUT) is State.ON_SITE
    assert after(State.ON_THE_WAY, Event.SET_OUT) is State.ON_THE_WAY


def test_what_is_closed_is_verified_or_reopened_and_takes_no_other_step() -> None:
    assert after(State.CLOSED, Event.VERIFY) is State.VERIFIED
    for ended in ENDED:
        assert after(ended, Event.REOPEN) is State.REOPENED
        for event in set(Event) - {Event.VERIFY, Event.REOPEN}:
            with pytest.raises(Refusal, match="reopen it first") as refused:
                after(ended, event)
            assert refused.value.error_id == "order_closed"


def test_a_reopened_order_goes_its_way_again() -> None:
    state = State.REOPENED
    for event in (Event.ASSIGN, Event.SET_OUT, Event.ARRIVE, Event.CLOSE, Event.VERIFY):
        state = after(state, event)
    assert state is State.VERIFIED


def test_a_step_that_cannot_happen_names_those_that_can() -> None:
    with pytest.raises(Refusal, match="assign, close"):
        after(State.CREATED, Event.ARRIVE)


def test_each_closing_code_has_a_key_on_the_telephone() -> None:
    assert [closing_of_key(key) for key in "1234567"] == list(Closing)
    assert [closing_of_key(key) for key in ("0", "8", "9", "#", "", "12")] == [None] * 6
    assert closing_of_key("6") is Closing.UNSAFE


def test_a_word_that_means_nothing_is_refused_with_those_that_do() -> None:
    with pytest.raises(Refusal, match="installation"):
        kind_of("visit")
    with pytest.raises(Refusal, match="customer_absent"):
        closing_of("finished")


def test_what_is_odd_about_a_closing_is_flagged() -> None:
    fine = {"technician": "ana", "by": "ana", "due_until_at": 10 * DAY, "arrived": True, "now": 9 * DAY}

    def odd(**other: object) -> list[Flag]:
        return flags(**(fine | other))  # type: ignore[arg-type]

    assert odd() == []
    assert odd(now=11 * DAY) == [Flag.LATE]
    assert odd(now=18 * DAY) == [Flag.LATE, Flag.EXPIRED]
    assert odd(by="berta") == [Flag.SOMEONE_ELSES]
    assert odd(technician=None, arrived=False) == [Flag.NOBODYS, Flag.WITHOUT_ARRIVAL]


def test_the_office_closes_anybodys_order_from_its_desk() -> None:
    assert flags(technician=None, by=None, due_until_at=10 * DAY, arrived=False, now=9 * DAY) == []


def test_the_document_draws_the_table_as_it_is() -> None:
    assert diagram() in DOCUMENT.read_text(), (
        "write docs/work-orders.md anew, see tests/unit/crm_core/work_orders/order_diagram.py"
    )
