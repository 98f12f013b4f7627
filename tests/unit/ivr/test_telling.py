"""What callers hear of their wait: place, range, both or nothing, and kept while something else is said."""

from typing import Any

import pytest
from driven_ivr import CONTACT, Driven, plays

from ctiserver.core.events import PlaceTold
from ctiserver.core.message import Message
from ctiserver.core.tables import Tells


def waits() -> Driven:
    ivr = Driven()
    ivr.press("0", at=1.0)
    ivr.heard()
    return ivr


def tell(ivr: Driven, tells: Tells, wait: tuple[float, float] | None = (170.0, 290.0)) -> list[Message]:
    least, most = wait or (None, None)
    known: Any = {"contact": CONTACT, "place": 2, "language": "es"}
    return ivr.say(PlaceTold(at=20.0, at_least_seconds=least, at_most_seconds=most, tells=tells, **known))


@pytest.mark.parametrize(
    ("tells", "said"),
    [
        ("place", [("place:2",)]),
        ("wait", [("wait:170-290",)]),
        ("both", [("place:2", "wait:170-290")]),
        ("none", []),
    ],
)
def test_he_hears_what_the_queue_wants_him_to_hear(tells: Tells, said: list[tuple[str, ...]]) -> None:
    assert plays(tell(waits(), tells)) == said


def test_a_wait_that_nobody_can_tell_is_not_told() -> None:
    assert plays(tell(waits(), "wait", None)) == []
    assert plays(tell(waits(), "both", None)) == [("place:2",)]


def test_what_cannot_be_said_now_is_said_when_he_has_heard_the_rest() -> None:
    ivr = waits()
    tell(ivr, "place")
    assert plays(tell(ivr, "both")) == []
    assert plays(ivr.heard()) == [("place:2", "wait:170-290")]
