"""How a contact ended, in one word."""

from typing import Any

import pytest

from crm_core.interaction_parts import outcome_of
from crm_core.interactions import Interaction
from ctiserver.core.events import ContactEnded


@pytest.mark.parametrize(
    ("fields", "by", "outcome"),
    [
        ({"queued_at": 1.0, "connected_at": 2.0}, "agent", "answered"),
        ({"dial_id": 7}, "center", "reached"),
        ({"dial_id": 7, "queued_at": 1.0}, "center", "abandoned"),  # he heard who called, and that was all
        ({"dial_id": 7, "queued_at": 1.0}, "caller", "abandoned"),
        ({"dial_id": 7, "queued_at": 1.0}, "switch", "disconnected"),
        ({"queued_at": 1.0}, "caller", "abandoned"),
        ({"queued_at": 1.0}, "center", "disconnected"),
        ({}, "caller", "ended_in_ivr"),
        ({}, "fallback", "disconnected"),
    ],
)
def test_the_outcome_says_who_was_served_and_who_was_not(
    fields: dict[str, Any], by: Any, outcome: str
) -> None:
    ended = ContactEnded(at=5.0, contact="c", where="ivr", by=by)  # type: ignore[arg-type]
    assert outcome_of(Interaction(**fields), ended) == outcome
