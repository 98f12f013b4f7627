"""No customer's number is dialled before the store has said that the permit is good."""

from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from ctiserver.asterisk import ari_switch
from ctiserver.asterisk.permitted import ClosedBook
from ctiserver.core.commands import DialCustomer, DialLeg, DropLeg
from ctiserver.core.errors import Refusal
from ctiserver.core.ids import ContactId, LegId
from ctiserver.core.inputs import LegFailed
from ctiserver.core.permit import Channel, Permit, Purpose
from tests.unit.asterisk.test_ari_switch import FakeService, World

LEG, NUMBER = LegId("cti-a-1-9-1"), "+56971884213"
PERMIT = Permit(
    permit_id=7,
    account_id=1,
    customer_id=3,
    pii_address=NUMBER,
    channel=Channel.PHONE,
    purpose=Purpose.SERVICE,
    expires_at=500.0,
)
DIAL = DialCustomer(
    leg=LEG, contact=ContactId("c"), permit=PERMIT, pii_number=NUMBER, trunk="pstn", ring_seconds=20
)


class SlowBook:
    """Answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, str, str]] = []
        self.answers: list[Deferred[None]] = []

    def use(self, permit: Permit, number: str, use: str) -> Deferred[None]:
        self.asked.append((permit.permit_id, number, use))
        self.answers.append(Deferred())
        return self.answers[-1]


@pytest.fixture
def book() -> SlowBook:
    return SlowBook()


@pytest.fixture
def world(tmp_path: Path, book: SlowBook, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(ari_switch, "AriService", FakeService)
    return World(tmp_path, permits=book).live()


def dialled(world: Any) -> list[str]:
    return [asked for asked in world.ari.asked if asked.startswith("POST channels")]


def failures(world: Any) -> list[LegFailed]:
    return [one for one in world.inputs if isinstance(one, LegFailed)]


def test_the_number_is_dialled_when_the_book_has_said_yes_and_not_before(world: Any, book: SlowBook) -> None:
    world.perform(DIAL)
    assert dialled(world) == []
    assert book.asked == [(7, NUMBER, LEG)]
    book.answers[0].callback(None)
    assert len(dialled(world)) == 1
    query = world.ari.requests[-1].query
    assert (query["endpoint"], query["channelId"]) == (f"PJSIP/{NUMBER}@pstn", LEG)


@pytest.mark.parametrize("error", [Refusal("permit_used", "used already"), RuntimeError("no store")])
def test_a_no_or_no_answer_dials_nothing_and_is_told(world: Any, book: SlowBook, error: Exception) -> None:
    world.perform(DIAL)
    book.answers[0].errback(error)
    assert dialled(world) == []
    [failed] = failures(world)
    assert (failed.leg, failed.reason, failed.decided_by) == (LEG, "not_permitted", "center")


def test_a_leg_that_was_dropped_meanwhile_is_not_dialled(world: Any, book: SlowBook) -> None:
    world.perform(DIAL)
    world.perform(DropLeg(leg=LEG))
    book.answers[0].callback(None)
    assert dialled(world) == []
    assert len(failures(world)) == 1


def test_after_a_fallen_link_the_same_leg_asks_again_and_rings_once(world: Any, book: SlowBook) -> None:
    world.perform(DIAL)
    world.ari.on_down()
    book.answers[0].callback(None)
    assert dialled(world) == []
    world.live()
    assert book.asked == [(7, NUMBER, LEG)] * 2
    book.answers[1].callback(None)
    assert len(dialled(world)) == 1
    assert failures(world) == []


@pytest.mark.parametrize("endpoint", ["PJSIP/+56971884213@pstn", "sip:any@192.0.2.1", "PJSIP/a/sip:b@c", ""])
def test_a_dial_without_permit_reaches_our_own_phones_only(world: Any, endpoint: str) -> None:
    world.perform(DialLeg(leg=LEG, contact=ContactId("c"), endpoint=endpoint, ring_seconds=9))
    assert dialled(world) == []
    assert [failed.reason for failed in failures(world)] == ["not_permitted"]


def test_a_switch_without_a_store_knows_no_permit() -> None:
    errors: list[Any] = []
    ClosedBook().use(PERMIT, NUMBER, LEG).addErrback(errors.append)
    assert errors[0].value.error_id == "permit_unknown"
