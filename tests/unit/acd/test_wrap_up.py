"""What an agent has to say before he is free: why the customer called, how it ended, when to call back."""

from typing import Any

import pytest
from driven_acd import Driven, only

from ctiserver.core.commands import StartTimer
from ctiserver.core.errors import Refusal
from ctiserver.core.events import Disposed, WrapUpExtended
from ctiserver.core.requests import Dispose, ExtendWrapUp
from ctiserver.core.tables import ContactReason, Disposition

ANN: Any = "ann"
C1: Any = "c1"
TIMER: Any = "acd:wrap_up:ann"
RESULTS = (Disposition(code="solved"), Disposition(code="later", asks_call_back=True))
REASONS = (
    ContactReason(key="balance"),
    ContactReason(key="visit"),
    ContactReason(key="theirs", account_id=2),
)


@pytest.fixture
def wrapping_up() -> Driven:
    acd = Driven("ann", dispositions=RESULTS, contact_reasons=REASONS)
    acd.queue("c1")
    acd.talks("c1")
    acd.caller_hangs_up("c1")
    return acd


def dispose(
    acd: Driven, code: str = "solved", reason: str = "balance", call_back_at: float | None = None
) -> Any:
    return acd.say(
        Dispose(
            at=70.0,
            request_id="r",
            by="ann",
            agent=ANN,
            contact=C1,
            code=code,
            contact_reason=reason,
            call_back_at=call_back_at,
        )
    )


def test_reason_and_result_are_two_things_and_both_are_told(wrapping_up: Driven) -> None:
    [told] = only(dispose(wrapping_up), Disposed)
    assert (told.code, told.contact_reason, told.call_back_at) == ("solved", "balance", None)
    assert wrapping_up.agent("ann").activity == "idle"


def test_a_call_back_is_told_with_its_time(wrapping_up: Driven) -> None:
    [told] = only(dispose(wrapping_up, "later", call_back_at=3600.0), Disposed)
    assert told.call_back_at == 3600.0


@pytest.mark.parametrize(
    ("given", "error_id"),
    [
        ({"reason": ""}, "contact_reason_required"),
        ({"reason": "theirs"}, "unknown_contact_reason"),
        ({"code": "later"}, "call_back_required"),
        ({"code": "later", "call_back_at": 70.0}, "call_back_past"),
    ],
)
def test_what_is_missing_or_wrong_is_refused_and_the_wrap_up_goes_on(
    wrapping_up: Driven, given: dict[str, Any], error_id: str
) -> None:
    with pytest.raises(Refusal) as refused:
        dispose(wrapping_up, **given)
    assert refused.value.error_id == error_id
    assert wrapping_up.agent("ann").activity == "wrapping_up"


def test_an_account_without_reasons_needs_none() -> None:
    acd = Driven("ann", contact_reasons=REASONS[2:])
    acd.queue("c1")
    acd.talks("c1")
    acd.caller_hangs_up("c1")
    assert only(dispose(acd, reason=""), Disposed)


def extend(acd: Driven, at: float = 70.0) -> Any:
    return acd.say(ExtendWrapUp(at=at, request_id="r", by="ann", agent=ANN))


def test_a_wrap_up_gets_more_time_as_often_as_the_queue_grants_it(wrapping_up: Driven) -> None:
    assert extend(wrapping_up) == [
        StartTimer(timer=TIMER, due_at=240.0),
        WrapUpExtended(at=70.0, contact=C1, agent=ANN, segment=1, until=240.0),
    ]
    assert extend(wrapping_up, at=200.0)[0] == StartTimer(timer=TIMER, due_at=300.0)
    with pytest.raises(Refusal, match="no more time"):
        extend(wrapping_up, at=210.0)
    assert wrapping_up.fires(TIMER, at=300.0) != []


def test_only_a_wrap_up_that_lasts_gets_more_time_and_the_next_one_begins_anew(wrapping_up: Driven) -> None:
    extend(wrapping_up)
    extend(wrapping_up)
    wrapping_up.fires(TIMER, at=300.0)
    with pytest.raises(Refusal, match="not wrapping"):
        extend(wrapping_up, at=301.0)
    dispose(wrapping_up)
    wrapping_up.queue("c2", at=310.0)
    wrapping_up.talks("c2", at=311.0)
    with pytest.raises(Refusal, match="not wrapping"):
        extend(wrapping_up, at=320.0)
    wrapping_up.caller_hangs_up("c2", at=330.0)
    assert extend(wrapping_up, at=331.0)[0] == StartTimer(timer=TIMER, due_at=510.0)
