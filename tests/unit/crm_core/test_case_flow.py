"""What may happen to a case of each kind, and the document that draws it."""

from pathlib import Path

import pytest
from case_diagrams import diagram

from crm_core import case_flow
from crm_core.case_flow import (
    CLOCK_STANDS,
    ENDED,
    FIELDS,
    TABLES,
    Event,
    Kind,
    State,
    after,
    checked,
    missing,
)
from ctiserver.core.errors import ConfigError, Refusal

DOCUMENT = Path(__file__).parents[3] / "docs" / "cases.md"


def run(kind: Kind, *events: Event) -> State:
    state = State.NEW
    for event in events:
        state = after(kind, state, event)
    return state


def test_each_of_the_six_kinds_has_a_table_and_fields() -> None:
    assert set(TABLES) == set(FIELDS) == set(Kind)
    assert len(Kind) == 6


@pytest.mark.parametrize("kind", Kind)
def test_every_state_can_be_reached_and_every_case_can_end(kind: Kind) -> None:
    table = TABLES[kind]
    reached, todo = {State.NEW}, [State.NEW]
    while todo:
        for to in table[todo.pop()].values():
            if to not in reached:
                reached.add(to)
                todo.append(to)
    assert reached == set(table)
    can_end = {state for state in table if state in ENDED}
    for _ in table:
        can_end |= {state for state in table if any(to in can_end for to in table[state].values())}
    assert can_end == set(table)


@pytest.mark.parametrize("kind", Kind)
def test_what_the_customer_says_has_a_row_in_every_state(kind: Kind) -> None:
    for state, row in TABLES[kind].items():
        assert Event.CUSTOMER_ANSWERED in row, state
    for state in TABLES[kind].keys() & {State.RESOLVED, State.REJECTED, State.CLOSED, State.WAITING_CUSTOMER}:
        assert after(kind, state, Event.CUSTOMER_ANSWERED) is State.IN_PROGRESS


def test_a_refund_is_paid_only_after_somebody_approved_it() -> None:
    assert run(Kind.CHARGE, Event.START, Event.REQUEST_APPROVAL, Event.APPROVE, Event.PAY) is State.RESOLVED
    for state in (State.NEW, State.IN_PROGRESS, State.AWAITING_APPROVAL):
        for shortcut in (Event.PAY, Event.RESOLVE):
            with pytest.raises(Refusal, match="cannot happen"):
                after(Kind.CHARGE, state, shortcut)


def test_a_warranty_is_accepted_only_after_an_inspection() -> None:
    assert run(Kind.WARRANTY, Event.START, Event.INSPECT, Event.ACCEPT, Event.RESOLVE) is State.RESOLVED
    with pytest.raises(Refusal):
        run(Kind.WARRANTY, Event.START, Event.ACCEPT)


def test_a_visit_may_be_moved_and_leads_back_to_work() -> None:
    assert (
        run(Kind.SERVICE, Event.START, Event.SCHEDULE, Event.SCHEDULE, Event.VISIT_DONE) is State.IN_PROGRESS
    )


def test_the_clock_stands_while_the_customer_is_asked_and_not_while_colleagues_are() -> None:
    assert State.WAITING_CUSTOMER in CLOCK_STANDS
    assert {State.WAITING_OTHERS, State.AWAITING_APPROVAL, State.SCHEDULED} & CLOCK_STANDS == set()


def test_an_event_tells_which_fields_it_needs() -> None:
    assert missing(Kind.CHARGE, Event.REQUEST_APPROVAL, {"amount": 1000, "refund_reason": ""}) == [
        "refund_reason"
    ]
    assert missing(Kind.CHARGE, Event.START, {}) == []


def test_every_wrong_field_is_told_at_once() -> None:
    wrong = {"amount": -5, "refund_reason": "because", "payment_reference": 7, "colour": "red"}
    with pytest.raises(ConfigError) as caught:
        checked(Kind.CHARGE, wrong)
    assert {one.path for one in caught.value.mistakes} == {f"fields.{key}" for key in wrong}
    with pytest.raises(ConfigError, match="2026-07-31"):
        checked(Kind.WARRANTY, {"bought_on": "31/7/2026"})


def test_empty_fields_are_left_out() -> None:
    assert checked(Kind.CHARGE, {"amount": 1000, "invoice": "", "payment_reference": None}) == {
        "amount": 1000
    }


def test_a_word_that_is_no_kind_is_refused_with_the_kinds() -> None:
    with pytest.raises(Refusal, match="information"):
        case_flow.kind_of("complaint")


def test_no_form_step_has_more_than_six_fields() -> None:
    assert all(len(fields) <= 6 for fields in FIELDS.values())


def test_the_document_draws_every_kind_as_it_is() -> None:
    text = DOCUMENT.read_text()
    for kind in Kind:
        assert diagram(kind) in text, "write docs/cases.md anew, see tests/unit/crm_core/case_diagrams.py"
