"""The center in long random days on which agents call customers, other numbers and each other."""

from functools import cache
from random import Random
from typing import Any

import msgspec
import pytest
from company import AVAILABLE
from random_walk import disturb
from test_called_back import QUEUES as WITH_CALL_BACKS
from test_called_back import STEPS, CallingBack
from test_center import assert_quiet

from acd import message_in_hand
from acd.contact_state import Stage
from ctiserver.core import commands as c
from ctiserver.core import events as e
from ctiserver.core import requests as r
from ctiserver.core.requests import Status

SEEDS = range(10)
QUEUES = tuple(msgspec.structs.replace(it, message_key="4") for it in WITH_CALL_BACKS)


class CallingOut(CallingBack):
    """A world in which agents call whom they like, also from messages; who is called outside answers, or does not."""

    queues = QUEUES

    def leave_word(self) -> None:
        """Somebody who waits leaves a message, and may hang up or say that it is whole."""
        waiting = [it for it in self.contacts.values() if it.stage is Stage.WAITING and it.leg]
        if waiting:
            self.put(self._tables())
            leg = self.random.choice(waiting).leg
            self.press(leg, "4")
            self._later(self.random.uniform(4.0, 20.0), lambda: self.says_enough(leg))

    def says_enough(self, leg: Any) -> None:
        """He has spoken."""
        if leg in self.legs:
            self.press(leg, "#")
            self._later(1.0, lambda: self.press(leg, "1") if leg in self.legs else None)

    def call_somebody(self) -> None:
        """A random agent calls somebody, at the right moment or not; who has a message in hand, more often."""
        who, to = (self.random.choice(("ann", "bob", "eve", "tom")) for _ in range(2))
        hearing = [key for key in self.agents if message_in_hand.of(self.center._acd.floor, key)]
        if hearing and self.random.random() < 0.8:
            who = self.random.choice(hearing)
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


@cache
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
        if random.random() < 0.1:
            world.leave_word()
        if random.random() < 0.005:
            world.hang_up_somebody()
    world.finish()
    return world


@pytest.mark.parametrize("seed", SEEDS)
def test_who_is_called_is_reached_or_the_agent_hears_why_and_nobody_is_left_on_a_line(seed: int) -> None:
    world = walked(seed)
    said = [one for turn in world.turns for one in turn.said]
    begun = [one for one in said if isinstance(one, e.OwnCallBegun)]
    out = {one.call for one in begun if one.to is None}
    reached = {one.contact for one in said if isinstance(one, e.CallOutReached)}
    failed = {one.contact for one in said if isinstance(one, e.CallOutFailed)}
    assert out
    assert reached | failed == out
    assert not reached & failed
    over = [one.call for one in said if isinstance(one, e.OwnCallOver)]
    assert sorted(over) == sorted(failed | {one.call for one in begun if one.to})
    rung = [one.leg for one in said if isinstance(one, c.DialOutside) and one.contact in out]
    assert len(set(rung)) == len(rung)
    assert world.center._acd.floor.ledger.outside.calls == {}
    assert_quiet(world)


def test_of_those_who_are_called_some_are_reached_and_some_are_not() -> None:
    said = [one for seed in SEEDS for turn in walked(seed).turns for one in turn.said]
    assert len([one for one in said if isinstance(one, e.CallOutReached)]) > len(SEEDS)
    assert len([one for one in said if isinstance(one, e.CallOutFailed)]) > len(SEEDS)


def test_messages_are_called_back_from_and_are_done_only_when_somebody_was_reached() -> None:
    done, not_done = 0, 0
    for seed in SEEDS:
        said = [one for turn in walked(seed).turns for one in turn.said]
        begun = {one.contact: one.message for one in said if isinstance(one, e.CallOutBegun) and one.message}
        answered = [(one.call, one.contact) for one in said if isinstance(one, e.MessageAnswered)]
        reached = {one.contact for one in said if isinstance(one, e.CallOutReached)}
        assert sorted(answered) == sorted((call, begun[call]) for call in begun.keys() & reached)
        done, not_done = done + len(answered), not_done + len(begun.keys() - reached)
    assert done
    assert not_done
