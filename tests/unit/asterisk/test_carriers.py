"""Which carrier is asked for a call outside, and what happens when it does not take it."""

from pathlib import Path
from typing import Any

import pytest

from ctiserver.asterisk import ari_switch
from ctiserver.asterisk.carriers import Carrier
from ctiserver.core.commands import DialOutside, DropLeg
from ctiserver.core.dial_limits import Limit
from ctiserver.core.errors import SwitchRefused
from ctiserver.core.ids import ContactId, LegId
from ctiserver.core.inputs import LegAnswered, LegFailed, LegRinging
from ctiserver.core.message import Input
from ctiserver.core.outside import Outside, Spent, route
from tests.unit.asterisk.test_ari_switch import FakeService, World

LEG, OTHER = LegId("cti-a-1-9-1"), LegId("cti-a-1-9-2")
WAY = route(
    Outside(trunks=("first", "second"), caller_number="+56221230000"),
    "+56981234567",
    account_id=1,
    roles=(),
    spent=Spent(),
)
CARRIERS = {
    "first": Carrier(name="first", numbers="national", limit=Limit(lines=1)),
    "second": Carrier(
        name="second", numbers="e164", prefix="00", caller_numbers=("+56229990000",), limit=Limit(lines=1)
    ),
}


def dial(leg: LegId = LEG) -> DialOutside:
    return DialOutside(leg=leg, contact=ContactId("c"), route=WAY, ring_seconds=20)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(ari_switch, "AriService", FakeService)
    return World(tmp_path, carriers=CARRIERS).live()


def dialled(world: World) -> list[tuple[str, str]]:
    """Whom Asterisk was asked to ring, as whom."""
    requests = [one for one in world.ari.requests if (one.method, one.uri) == ("POST", "channels")]
    return [(one.query["endpoint"], one.query["callerId"]) for one in requests]


def ends(world: World, sip_code: int, q850: int = 34, leg: LegId = LEG) -> list[Input]:
    """What is told of a leg that the carrier ends with this answer."""
    world.inputs.clear()
    world.event("ChannelHangupRequest", leg, cause=q850)
    world.event("ChannelDestroyed", leg, cause=q850, tech_cause=sip_code)
    return list(world.inputs)


def test_each_carrier_is_given_the_number_and_the_caller_as_it_wants_them(world: World) -> None:
    world.perform(dial())
    assert dialled(world) == [("PJSIP/981234567@first", '"" <+56221230000>')]
    assert ends(world, 503) == []
    assert dialled(world)[1:] == [("PJSIP/0056981234567@second", '"" <+56229990000>')]
    assert CARRIERS["first"].written("133") == "133"
    assert Carrier(name="x").written("+56981234567") == "+56981234567"
    assert Carrier(name="x", numbers="e164").written("+56981234567") == "56981234567"


def test_the_answer_says_which_carrier_took_the_call(world: World) -> None:
    world.perform(dial())
    ends(world, 500)
    world.event("Dial", LEG, peer={"id": LEG}, dialstatus="RINGING")
    world.event("StasisStart", LEG, args=["dialled"])
    assert [type(one) for one in world.inputs] == [LegRinging, LegAnswered]
    assert world.inputs[1] == LegAnswered(at=1000.0, leg=LEG, trunk="second")


@pytest.mark.parametrize("sip_code", [401, 407, 408, 500, 503, 504])
def test_a_carrier_that_does_not_take_the_call_is_followed_by_the_next_and_then_it_is_told(
    world: World, sip_code: int
) -> None:
    world.perform(dial())
    assert ends(world, sip_code) == []
    [failed] = ends(world, sip_code)
    assert isinstance(failed, LegFailed)
    assert failed.sip_code == sip_code
    assert len(dialled(world)) == 2


@pytest.mark.parametrize("sip_code", [404, 403, 480, 484, 486, 600, 603])
def test_a_word_about_the_number_itself_stands(world: World, sip_code: int) -> None:
    world.perform(dial())
    [failed] = ends(world, sip_code, 1)
    assert isinstance(failed, LegFailed)
    assert len(dialled(world)) == 1


def test_once_it_has_rung_no_other_carrier_rings_it_again(world: World) -> None:
    world.perform(dial())
    world.event("Dial", LEG, peer={"id": LEG}, dialstatus="RINGING")
    [failed] = ends(world, 503)
    assert isinstance(failed, LegFailed)
    assert len(dialled(world)) == 1


def test_a_carrier_out_of_reach_which_asterisk_does_not_even_try_is_followed_by_the_next(
    tmp_path: Path, world: World
) -> None:
    world.ari.answers["POST channels"] = SwitchRefused(500, "Allocation failed")
    world.perform(dial())
    assert len(dialled(world)) == 2
    [failed] = world.inputs
    assert isinstance(failed, LegFailed)
    assert failed.reason == "refused"


def test_whose_lines_are_in_use_is_passed_over_and_with_none_left_the_call_fails_at_once(
    world: World,
) -> None:
    world.perform(dial(), dial(OTHER))
    assert [endpoint.partition("@")[2] for endpoint, _ in dialled(world)] == ["first", "second"]
    third = LegId("cti-a-1-9-3")
    world.perform(dial(third))
    assert len(dialled(world)) == 2
    [failed] = world.inputs
    assert isinstance(failed, LegFailed)
    assert (failed.leg, failed.reason, failed.decided_by) == (third, "refused", "switch")
    ends(world, 486, 17)
    world.perform(dial(LegId("cti-a-1-9-4")))
    assert dialled(world)[2][0].endswith("@first")


def test_a_call_that_came_in_holds_a_line_too(world: World) -> None:
    caller: dict[str, Any] = {"id": "17.1", "name": "PJSIP/first-00000001", "state": "Ring", "caller": {}}
    world.ari.on_event({"type": "StasisStart", "channel": caller | {"dialplan": {}}, "args": ["in", "+56"]})
    world.perform(dial())
    assert dialled(world)[0][0].endswith("@second")


def test_who_hung_up_before_the_carrier_answered_is_not_rung_through_another(world: World) -> None:
    world.perform(dial(), DropLeg(leg=LEG))
    [failed] = ends(world, 503)
    assert isinstance(failed, LegFailed)
    assert len(dialled(world)) == 1


def test_after_a_restart_the_line_that_rings_is_found_by_its_name_and_asked_for_again(world: World) -> None:
    world.perform(dial())
    ends(world, 503)
    world.ari.channels = [
        {"id": LEG, "name": "PJSIP/second-00000002", "state": "Down", "caller": {}, "dialplan": {}}
    ]
    world.ari.on_down()
    world.up()
    world.ari.requests.clear()
    world.switch.reissue(world.belief.pending())
    assert [endpoint.partition("@")[2] for endpoint, _ in dialled(world)] == ["second"]
    world.perform(dial(OTHER))
    assert [endpoint.partition("@")[2] for endpoint, _ in dialled(world)] == ["second", "first"]
