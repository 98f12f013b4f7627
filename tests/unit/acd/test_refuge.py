"""Nobody waits for ever in a queue that is gone."""

from typing import Any

import pytest
from company import agent, configured
from driven_acd import Driven, names, offered

from ctiserver.core.commands import TO_FALLBACK_SECONDS, SetFuse
from ctiserver.core.requests import TransferToAgent

TO_FALLBACK = SetFuse(leg="leg-c1", seconds=TO_FALLBACK_SECONDS)  # type: ignore[arg-type]
BOB: Any = "bob"
BEFORE = (agent("ann", "service"), agent("bob"))
AFTER = (agent("ann"), agent("bob"))


@pytest.fixture
def gone() -> Driven:
    """Ann talks with c1, whose queue is taken away meanwhile; nobody names it any more, and Bob is free."""
    acd = Driven("ann", "bob", agents=BEFORE)
    acd.queue("c1")
    acd.talks("c1")
    said = acd.say(configured(at=15.2, version="2", queues=(), agents=AFTER))
    assert TO_FALLBACK not in said, "they go on talking"
    return acd


def test_who_is_given_back_to_a_queue_that_is_gone_goes_to_the_fallback(gone: Driven) -> None:
    said = gone.agent_hangs_up("c1", at=15.5)
    assert said[-1] == TO_FALLBACK
    assert "StartTimer" not in names(said), "no place is told in a queue that is gone"
    assert "ContactEnded" in names(gone.caller_hangs_up("c1", at=17.0))


def test_an_offer_that_fails_leaves_nobody_in_a_queue_that_is_gone() -> None:
    acd = Driven("ann", agents=BEFORE)
    acd.queue("c1")
    assert TO_FALLBACK not in acd.say(configured(at=11.0, version="2", queues=(), agents=AFTER))
    assert acd.phone_fails("c1", "rejected")[-1] == TO_FALLBACK


def test_agents_who_still_name_the_queue_come_before_the_fallback() -> None:
    acd = Driven("ann", agents=BEFORE)
    acd.queue("c1")
    acd.say(configured(at=11.0, version="2", queues=(), agents=BEFORE))
    assert TO_FALLBACK not in acd.phone_fails("c1", "rejected")


def test_the_colleague_who_alone_is_asked_comes_before_the_fallback(gone: Driven) -> None:
    said = gone.say(TransferToAgent(at=60.0, to=BOB, request_id="r", by="ann", agent="ann"))  # type: ignore[arg-type]
    assert offered(said) == [("c1", "bob", "named")]
    assert TO_FALLBACK not in said
    assert gone.phone_fails("c1", "rejected", at=62.0)[-1] == TO_FALLBACK
