"""The whole center in a long random day on which it also calls customers: each lead ends once, whatever happens."""

from random import Random
from typing import Any

import msgspec
import pytest
from company import AVAILABLE, configured
from random_walk import BROWSERS, disturb
from test_center import assert_quiet, assert_restored_goes_on
from world import World

from ctiserver.core import commands as c
from ctiserver.core import events as e
from ctiserver.core import inputs as i
from ctiserver.core.customers import Candidate
from ctiserver.core.leads import Lead
from ctiserver.core.message import Command
from ctiserver.core.permit import Permit
from ctiserver.core.tables import Dialing

ON = Dialing(trunk="pstn", at_once=3, ring_seconds=20.0)
STEPS = 800


class Calling(World):
    """A world in which `due` customers wait to be called."""

    def __init__(self, seed: int) -> None:
        self.due, self.given = 0, dict[Any, Lead]()
        super().__init__(seed, configured(at=1000.0, agents=BROWSERS, dialing=ON))

    def perform(self, command: Command) -> None:
        match command:
            case c.ClaimLeads():
                self._soon(lambda: self._give(command))
            case c.DialCustomer(leg=leg, ring_seconds=ring_seconds):
                self._ring_outside(leg, ring_seconds)
            case _:
                super().perform(command)

    def _give(self, command: c.ClaimLeads) -> None:
        fresh = [self._lead(f"{command.claim}-{n}") for n in range(min(command.limit, self.due))]
        self.due -= len(fresh)
        self.given |= {lead.attempt: lead for lead in fresh}
        self.put(i.LeadsClaimed(at=self.at, claim=command.claim, leads=tuple(fresh)))

    def _lead(self, attempt: Any) -> Lead:
        number = len(self.given) + 1
        permit = {
            "permit_id": number,
            "account_id": 1,
            "customer_id": number,
            "pii_address": "+569",
            "channel": "phone",
            "purpose": "survey",
            "expires_at": 9e9,
        }
        heard = self.random.choice(({"flow": "main"}, {"survey": "satisfaction"}, {"survey": "removed"}))
        return Lead(
            dial_id=number,
            attempt=attempt,
            ordinal=1,
            permit=msgspec.convert(permit, Permit),
            customer=Candidate(customer_id=number, pii_name="Ana", value_class="A"),
            language="es",
            attempts_at_most=3,
            not_after=9e9,
            **heard,
        )

    def finish(self) -> None:
        """Nobody is called any more."""
        self.due = 0
        self.put(configured(self.at, version="last"))
        super().finish()


def walked(seed: int) -> Calling:
    random, world = Random(seed), Calling(seed)
    for key in ("ann", "bob", "eve"):
        world.choose(key, AVAILABLE)
    for _ in range(STEPS):
        disturb(world, random)
        world.due += random.random() < 0.1
        if random.random() < 0.05:
            world.put(i.SwitchUp(at=world.at, session="boot"))
            world.put(configured(world.at, version=f"d{world.seq}", agents=BROWSERS, dialing=ON))
    world.finish()
    return world


@pytest.mark.parametrize("seed", range(8))
def test_every_lead_is_dialled_once_with_its_permit_and_ends_once(seed: int) -> None:
    world = walked(seed)
    said = [one for turn in world.turns for one in turn.said]
    dialled = [one for one in said if isinstance(one, c.DialCustomer)]
    assert len(dialled) > 5
    assert [one.leg for one in dialled] == list(world.given)
    assert all(one.permit == world.given[one.leg].permit for one in dialled)
    ended = [one.attempt for one in said if isinstance(one, e.LeadFailed | e.LeadEnded)]
    assert sorted(ended) == sorted(world.given)
    results = {one.result for one in said if isinstance(one, e.LeadEnded)}
    assert results & {"completed", "hung_up", "partial", "declined", "cut_off"}
    assert world.center._dialer.book.leads == {}
    assert_quiet(world)


def test_the_same_entries_give_the_same_turns_and_a_restored_center_goes_on() -> None:
    assert_restored_goes_on(walked(3), every=97)
