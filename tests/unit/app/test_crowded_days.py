"""Long random days on which few may wait: they overflow, choose something else or are turned away, and none is lost.

Meanwhile agents call whom they like, supervisors move people and end calls, and whoever asked for it is called back.
"""

from functools import cache
from random import Random
from typing import Any

import pytest
from company import AVAILABLE
from random_walk import NARROW, disturb
from test_called_out import CallingOut
from test_center import assert_quiet, assert_restored_goes_on

from ctiserver.core import events as e


class Crowded(CallingOut):
    """A world in which more call than may wait."""

    queues = NARROW

    def crowd(self) -> None:
        """Somebody calls, and knows his way; the rules are those of a narrow day again."""
        if len([leg for leg in self.legs.values() if leg.agent is None]) > 8:
            return
        self.put(self._tables())
        leg: Any = self.call()
        way = self.random.choice(("0", "0", "12"))
        self._later(9.0, lambda: self.press(leg, way) if leg in self.legs else None)


@cache
def walked(seed: int) -> Crowded:
    random, world = Random(seed), Crowded(seed)
    for key in ("ann", "eve"):
        world.choose(key, AVAILABLE)
    for _ in range(1500):
        disturb(world, random)
        if random.random() < 0.15:
            world.crowd()
        if random.random() < 0.05:
            world.call_somebody()
        if random.random() < 0.03:
            world.ask()
        if random.random() < 0.03:
            world.leave_word()
    world.finish()
    return world


SEEDS = range(10)
HAPPENS = {
    e.ContactOverflowed: {"full", "waited"},
    e.ContactDeflected: {"full", "waited"},
    e.ContactTurnedAway: set(),
    e.CallbackAsked: set(),
    e.MessageLeft: set(),
    e.ContactMoved: set(),
    e.PriorityChanged: set(),
    e.ContactClosed: set(),
    e.SupervisionStarted: set(),
    e.CallOutBegun: set(),
}
"""What these days are about, and for which reasons, where there are several."""


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_finds_no_room_is_served_elsewhere_or_chooses_or_is_turned_away_and_none_is_lost(
    seed: int,
) -> None:
    world = walked(seed)
    assert_quiet(world)
    said = [one for turn in world.turns for one in turn.said]
    placed = [one.contact for one in said if isinstance(one, e.MessagePlaced | e.CallbackPlaced)]
    assert set(placed) <= world.ended.keys()
    turned_away = {one.contact for one in said if isinstance(one, e.ContactTurnedAway)}
    connected = [one for turn in world.turns for one in turn.said if isinstance(one, e.ContactConnected)]
    assert not turned_away & {one.contact for one in connected}


def test_on_these_days_all_of_it_happens() -> None:
    said = [one for seed in SEEDS for turn in walked(seed).turns for one in turn.said]
    for kind, reasons in HAPPENS.items():
        found = [one for one in said if isinstance(one, kind)]
        assert found, kind
        assert reasons <= {getattr(one, "reason", "") for one in found}, kind


def test_a_restored_center_goes_on_with_a_crowd() -> None:
    assert_restored_goes_on(walked(1), every=61)
