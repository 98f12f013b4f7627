from typing import Any

import pytest
from driven_acd import Driven

from ctiserver.core.commands import PlayDigits
from ctiserver.core.errors import Refusal
from ctiserver.core.requests import Hold, SendDigits

ANN: Any = {"request_id": "r", "by": "ann", "agent": "ann"}


def test_keys_go_to_the_callers_side_of_a_talk() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    acd.talks("c1")
    assert acd.say(SendDigits(at=20.0, pii_digits="12#", **ANN)) == [
        PlayDigits(leg="leg-c1", pii_digits="12#")  # type: ignore[arg-type]
    ]
    for wrong in ("", "12a", "1" * 33):
        with pytest.raises(Refusal, match="keys 0 to 9"):
            acd.say(SendDigits(at=21.0, pii_digits=wrong, **ANN))
    acd.say(Hold(at=22.0, **ANN))
    with pytest.raises(Refusal, match="no call"):
        acd.say(SendDigits(at=23.0, pii_digits="1", **ANN))
