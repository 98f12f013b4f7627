"""The center in long random days on which agents call customers, other numbers and each other."""

from random import Random
from typing import Any

import pytest
from company import AVAILABLE
from random_walk import disturb
from test_called_back import STEPS, CallingBack
from test_center import assert_quiet

from ctiserver.core import commands as c
from ctiserver.core import events as e
from ctiserver.core import requests as r
from ctiserver.core.requests import Status


class CallingOut(CallingBack):
    """A world in which agents call whom they like; who is called outside answers, or does not."""

    def call_somebody(self) -> None:
        """A random agent calls somebody, at the right moment or not."""
        who, to = (self.random.choice(("ann", "bob", "eve", "tom")) for _ in range(2))
        request = {"at": self.at, "request_id": f"o{self.seq}", "by": who, "agent": who}
        call: Any = r.CallColleague(**request, to=to)  # type: ignore[arg-type]
        if self.random.random() < 0.6:
            call = r.CallOut(**request, pii_number="2 2345 6789")  # type: ignore[arg-type]
        self.put(call)

    def hang_up_somebody(self) -> None:
        """One of those who call is done with it."""
        calls = list(self.center._acd.floor.ledger.own_calls.values())
        if calls:
            call = self.random.choice(calls)
            who: Any = self.random.choice([call.agent, call.to or call.agent])
            self.put(r.HangUp(at=self.at, request_id=f"h{self.seq}", by=who, agent=who))

    def finish(self) -> None:
        """Whoever calls still is done with it."""
        self.run(200.0)
        while self.center._acd.floor.ledger.own_calls:
            self.hang_up_somebody()
        super().finish()


def walked(seed: int) -> CallingOut:
    random, world = Random(seed), CallingOut(seed)
    for key in ("ann", "bob", "eve"):
        world.choose(key, AVAILABLE)
    for _ in range(STEPS):
        disturb(world, random)
        if random.random() < 0.1:
            world.choose(
                random.choice(("ann", "bob", "eve", "tom")), random.choice((AVAILABLE, Status.PAUSE))
            )
        if random.random() < 0.2:
            world.call_somebody()
        if random.random() < 0.005:
            world.hang_up_somebody()
    world.finish()
    return world


@pytest.mark.parametrize("seed", range(6))
def test_who_is_called_is_reached_or_the_agent_hears_why_and_nobody_is_left_on_a_line(seed: int) -> None:
    world = walked(seed)
    said = [one for turn in world.turns for one in turn.said]
    begun = [one for one in said if isinstance(one, e.OwnCallBegun)]
    out = {one.call for one in begun if one.to is None}
    reached = {one.contact for one in said if isinstance(one, e.CallOutReached)}
    failed = {one.contact for one in said if isinstance(one, e.CallOutFailed)}
    assert out
    assert reached
    assert reached | failed == out
    assert not reached & failed
    over = [one.call for one in said if isinstance(one, e.OwnCallOver)]
    assert sorted(over) == sorted(failed | {one.call for one in begun if one.to})
    rung = [one.leg for one in said if isinstance(one, c.DialOutside) and one.contact in out]
    assert len(set(rung)) == len(rung)
    assert world.center._acd.floor.ledger.outside.calls == {}
    assert_quiet(world)
