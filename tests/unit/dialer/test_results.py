from typing import Any

import pytest

from ctiserver.core.inputs import LegFailed
from dialer.results import of_failure


def failed(reason: Any, **how: Any) -> tuple[str, str]:
    return of_failure(LegFailed(at=1.0, leg="x", reason=reason, **how))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sip_code", "q850", "result", "decided_by"),
    [
        (486, 17, "busy", "customer"),
        (480, 19, "no_answer", "carrier"),
        (503, 34, "congestion", "carrier"),
        (404, 1, "invalid_number", "carrier"),
        (603, 21, "rejected", "customer"),
        (403, 21, "rejected", "carrier"),
        (410, 22, "disconnected", "carrier"),
        (0, 17, "busy", "customer"),
        (488, 58, "unreachable", "carrier"),
        (0, 0, "unreachable", "carrier"),
    ],
)
def test_sip_goes_before_q850(sip_code: int, q850: int, result: str, decided_by: str) -> None:
    told = failed("busy", sip_code=sip_code, q850=q850, decided_by="agent")
    assert told == (result, decided_by)


def test_our_own_ring_time_is_told_from_a_carriers_480() -> None:
    assert failed("no_answer", q850=19, decided_by="center") == ("no_answer", "system")


def test_a_number_that_never_rang_is_unreachable() -> None:
    assert failed("unreachable", decided_by="center") == ("unreachable", "system")
    assert failed("refused", decided_by="switch") == ("unreachable", "system")


def test_without_a_permit_nothing_was_dialled() -> None:
    assert failed("not_permitted", decided_by="center") == ("not_permitted", "system")


def test_what_ended_unseen_and_unlogged_is_unknown() -> None:
    assert failed("no_answer", decided_by="switch", resync=True) == ("unknown", "system")
    assert failed("no_answer", decided_by="center", resync=True) == ("no_answer", "system")
