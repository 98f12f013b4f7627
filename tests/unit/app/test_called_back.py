"""The center in long random days on which callers ask to be called back: none is lost, none called for nothing."""

from random import Random

import pytest
from company import AVAILABLE, configured, queue
from random_walk import BROWSERS, disturb
from test_center import assert_quiet, assert_restored_goes_on
from world import World

from acd.calling_back import ATTEMPTS_AT_MOST
from acd.contact_state import Stage
from ctiserver.core import commands as c
from ctiserver.core import events as e
from ctiserver.core import inputs as i
from ctiserver.core.outside import Outside

OUTSIDE = Outside(trunks=("pstn",), caller_number="+56221230000")
QUEUES = (
    queue("service", call_back_key="3"),
    queue("technical", requires={"gas": 50}, call_back_key="3"),
    queue("emergency", emergency=True, survey=None, wrap_up_seconds=30.0),
)
STEPS = 700


class CallingBack(World):
    """A world in which who waits may ask, and his telephone answers, or does not."""

    queues = QUEUES

    def __init__(self, seed: int) -> None:
        super().__init__(seed, configured(at=1000.0, agents=BROWSERS, queues=self.queues, outside=OUTSIDE))

    def _tables(self) -> i.ConfigurationApplied:
        version = f"w{self.seq}"
        return configured(self.at, version=version, agents=BROWSERS, queues=self.queues, outside=OUTSIDE)

    def ask(self) -> None:
        """Somebody who waits asks for it."""
        waiting = [it for it in self.contacts.values() if it.stage is Stage.WAITING and it.leg]
        if waiting:
            self.put(self._tables())  # whatever was configured meanwhile
            self.press(self.random.choice(waiting).leg, "31" + self.random.choice("112"))


def walked(seed: int) -> CallingBack:
    random, world = Random(seed), CallingBack(seed)
    for key in ("ann", "bob"):
        world.choose(key, AVAILABLE)
    for _ in range(STEPS):
        disturb(world, random)
        if random.random() < 0.3:
            world.ask()
    world.finish()
    return world


@pytest.mark.parametrize("seed", range(6))
def test_who_asked_is_reached_or_given_up_after_two_attempts_or_called_off(seed: int) -> None:
    world = walked(seed)
    said = [one for turn in world.turns for one in turn.said]
    placed = {one.contact for one in said if isinstance(one, e.CallbackPlaced)}
    reached = {one.contact for one in said if isinstance(one, e.CallbackReached)}
    given_up = {one.contact for one in said if isinstance(one, e.CallbackFailed) and one.again_at is None}
    cancelled = {one.contact for one in said if isinstance(one, e.CallbackCancelled)}
    assert placed
    assert reached | given_up | cancelled == placed
    assert len(reached) + len(given_up) + len(cancelled) == len(placed)
    rung = [one for one in said if isinstance(one, e.CallbackReserved)]
    assert all(one.attempt <= ATTEMPTS_AT_MOST for one in rung)
    legs = [one.leg for one in rung]
    assert legs == [one.leg for one in said if isinstance(one, c.DialOutside) and one.leg in legs]
    assert_quiet(world)


def test_a_restored_center_goes_on_with_every_call_back() -> None:
    assert_restored_goes_on(walked(2), every=53)
