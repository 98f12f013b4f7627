from typing import Any

import pytest
from driven_acd import Driven, only

from ctiserver.core.errors import Refusal
from ctiserver.core.events import NoticeRead, NoticeSent
from ctiserver.core.requests import ReadNotice, TellAgents

ASKED: dict[str, Any] = {"request_id": "r", "by": "sofia", "account_id": 1}


def told(acd: Driven, **whom: Any) -> list[str]:
    said = acd.say(TellAgents(at=20.0, **{**ASKED, "text": "Lunch at one", **whom}))
    sent = only(said, NoticeSent)
    assert {(it.text, it.by) for it in sent} == {("Lunch at one", "sofia")}
    return sorted(it.agent for it in sent)


def test_a_notice_goes_to_whom_it_is_meant_for_if_they_are_there() -> None:
    acd = Driven("ann", "bob")
    assert told(acd) == ["ann", "bob"]
    assert told(acd, to="ann") == ["ann"]
    served = [key for key in ("ann", "bob") if "service" in acd.acd.floor.roster[key].queues]  # type: ignore[index]
    assert told(acd, queue="service") == served


@pytest.mark.parametrize(
    ("whom", "error_id"),
    [
        ({"text": "  "}, "bad_text"),
        ({"text": "x" * 501}, "bad_text"),
        ({"to": "nobody"}, "unknown_agent"),
        ({"queue": "nowhere"}, "unknown_queue"),
        ({"account_id": 2}, "nobody_there"),
        ({"account_id": 2, "to": "ann"}, "unknown_agent"),
        ({"account_id": 2, "queue": "service"}, "unknown_queue"),
    ],
)
def test_a_notice_that_reaches_nobody_is_refused(whom: dict[str, Any], error_id: str) -> None:
    with pytest.raises(Refusal) as refused:
        told(Driven("ann"), **whom)
    assert refused.value.error_id == error_id


def test_what_was_read_is_told() -> None:
    said = Driven("ann").say(
        ReadNotice(at=20.0, request_id="r", by="ann", agent="ann", notice="n1")  # type: ignore[arg-type]
    )
    assert said == [NoticeRead(at=20.0, agent="ann", notice="n1")]  # type: ignore[arg-type]
