"""What is filled in after a contact: checked whole before anything is taken, excused only by a supervisor."""

from typing import Any

import pytest
from driven_acd import Driven, only

from acd.wrap_up_form import LONGEST, check, fields_of
from ctiserver.core.errors import Refusal
from ctiserver.core.events import AgentStatusChanged, Disposed, WrapUpEnded, WrapUpExcused
from ctiserver.core.requests import Dispose, ExcuseWrapUp, SetStatus, Status
from ctiserver.core.tables import WrapUpField

ANN: Any = "ann"
C1: Any = "c1"
QUEUE: Any = "service"
TIMER: Any = "acd:wrap_up:ann"
METER = WrapUpField(key="meter", type="number", required=True)
CAUSE = WrapUpField(key="cause", queue=QUEUE, type="choice", choices=("valve", "pipe"), required=True)
VISIT = WrapUpField(key="visit", type="date")
REMARK = WrapUpField(key="remark")
THEIRS = WrapUpField(key="theirs", account_id=2, required=True)
FORM = (METER, CAUSE, VISIT, REMARK, THEIRS)
WHOLE = {"meter": "12.5", "cause": "pipe"}


def test_a_form_has_the_fields_of_its_queue_and_those_of_all_in_their_order() -> None:
    other: Any = "sales"
    of_sales = WrapUpField(key="price", queue=other)
    assert fields_of((*FORM, of_sales), 1, "service") == [METER, CAUSE, VISIT, REMARK]
    assert fields_of((*FORM, of_sales), 1, "sales") == [METER, VISIT, REMARK, of_sales]
    assert fields_of(FORM, 2, "service") == [THEIRS]


def test_answers_are_kept_as_they_were_written_and_empty_ones_are_none() -> None:
    given = WHOLE | {"visit": " 2026-11-24 ", "remark": "  "}
    assert check(FORM[:4], given) == WHOLE | {"visit": "2026-11-24"}


@pytest.mark.parametrize(
    ("answers", "error_id", "names"),
    [
        ({}, "form_missing", "meter, cause"),
        ({"meter": "12", "cause": " "}, "form_missing", "cause"),
        (WHOLE | {"colour": "red"}, "unknown_wrap_up_field", "colour"),
        (WHOLE | {"meter": "many"}, "wrong_wrap_up_answer", "meter"),
        (WHOLE | {"meter": "inf"}, "wrong_wrap_up_answer", "meter"),
        (WHOLE | {"cause": "rust"}, "wrong_wrap_up_answer", "cause"),
        (WHOLE | {"visit": "24-11-2026"}, "wrong_wrap_up_answer", "visit"),
        (WHOLE | {"remark": "x" * (LONGEST + 1)}, "wrong_wrap_up_answer", "remark"),
    ],
)
def test_what_is_missing_unknown_or_of_another_kind_is_refused_by_name(
    answers: dict[str, str], error_id: str, names: str
) -> None:
    with pytest.raises(Refusal, match=names) as refused:
        check(FORM[:4], answers)
    assert refused.value.error_id == error_id


@pytest.fixture
def wrapping_up() -> Driven:
    acd = Driven("ann", wrap_up_fields=FORM)
    acd.queue("c1")
    acd.talks("c1")
    acd.caller_hangs_up("c1")
    return acd


def dispose(acd: Driven, answers: dict[str, str], at: float = 70.0) -> Any:
    return acd.say(
        Dispose(at=at, request_id="r", by="ann", agent=ANN, contact=C1, code="solved", pii_answers=answers)
    )


def excuse(acd: Driven, at: float = 80.0) -> Any:
    return acd.say(ExcuseWrapUp(at=at, request_id="x", by="sol", agent=ANN))


def test_a_wrap_up_ends_with_its_form_and_not_before(wrapping_up: Driven) -> None:
    with pytest.raises(Refusal, match="meter, cause"):
        dispose(wrapping_up, {})
    assert wrapping_up.agent("ann").activity == "wrapping_up"
    [told] = only(dispose(wrapping_up, WHOLE), Disposed)
    assert told.pii_answers == WHOLE
    assert wrapping_up.agent("ann").free


def test_who_lets_the_time_pass_is_paused_until_the_form_is_filled_in(wrapping_up: Driven) -> None:
    told = wrapping_up.fires(TIMER, at=400.0)
    [paused] = only(told, AgentStatusChanged)
    assert (paused.status, paused.reason, paused.by) == (Status.PAUSE, "form_missing", "center")
    with pytest.raises(Refusal, match="c1"):
        wrapping_up.say(SetStatus(at=401.0, request_id="s", by="ann", agent=ANN, status=Status.AVAILABLE))
    with pytest.raises(Refusal, match="cause"):
        dispose(wrapping_up, {"meter": "1"}, at=402.0)
    dispose(wrapping_up, WHOLE, at=403.0)
    assert wrapping_up.agent("ann").free


def test_a_supervisor_excuses_from_a_wrap_up_that_lasts(wrapping_up: Driven) -> None:
    told = excuse(wrapping_up)
    assert only(told, WrapUpEnded) == [
        WrapUpEnded(at=80.0, contact=C1, agent=ANN, segment=1, disposition=None, by="sol")
    ]
    assert only(told, WrapUpExcused) == [WrapUpExcused(at=80.0, contact=C1, agent=ANN, segment=1, by="sol")]
    assert wrapping_up.agent("ann").free
    assert wrapping_up.agent("ann").contact is None


def test_a_supervisor_excuses_from_what_is_owed_once(wrapping_up: Driven) -> None:
    wrapping_up.fires(TIMER, at=400.0)
    told = excuse(wrapping_up, at=410.0)
    assert only(told, WrapUpEnded) == []
    assert [it.status for it in only(told, AgentStatusChanged)] == [Status.AVAILABLE]
    assert wrapping_up.agent("ann").free
    with pytest.raises(Refusal, match="nothing to wrap up"):
        excuse(wrapping_up, at=411.0)
