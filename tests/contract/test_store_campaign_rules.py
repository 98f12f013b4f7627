"""Each rule is broken on purpose under a campaign's lead, and the claim refuses it with the row that says so."""

from datetime import UTC, datetime
from typing import Any

import pytest
from campaign_desk import MOBILE, NOW, CampaignDesk, at
from sqlalchemy.orm import Session

from crm_core import permission, products
from crm_core.contact_points import Email, keep_address
from crm_core.customers import Customer
from crm_core.db import Store
from crm_core.dial_claims import PassedOver
from crm_core.dials import Dial
from crm_core.permission import consents
from crm_core.products import OwnedProduct
from crm_core.provenance import UNKNOWN_ORIGIN
from ctiserver.core.errors import Refusal
from ctiserver.core.permit import Channel, Permit, Purpose, Rule


@pytest.fixture
def desk(store: Store) -> CampaignDesk:
    return CampaignDesk(store)


def refused(desk: CampaignDesk, dial_id: int, rule: Rule, now: float = NOW) -> Dial:
    """The row of the lead whose claim is refused by this rule; nothing was tried."""
    passed = desk.claim(now)
    assert isinstance(passed, PassedOver), passed
    assert (passed.dial_id, passed.rule) == (dial_id, rule)
    row = desk.row(dial_id)
    assert (row.refused_rule, row.attempts, row.attempt) == (rule, 0, None)
    return row


def says_no(desk: CampaignDesk, customer: int, now: float) -> str:
    no = {"given": False, "channel": "phone", "purpose": "sales", "source": "call", "by": "ann"}
    return str(desk.store.write(consents.note, 1, customer, now=now, **no).id)


def test_what_he_owns_is_not_offered_to_him(desk: CampaignDesk) -> None:
    desk.change(purpose="sales", product="boiler")
    planned = desk.lead()

    def own(session: Session) -> None:
        boiler = products.define_product(session, 1, "boiler", now=NOW, name="Boiler")
        row: dict[str, Any] = {
            "account_id": 1,
            "customer_id": desk.row(planned).customer_id,
            "status": "owned",
        }
        session.add(OwnedProduct(product_id=boiler.id, dated_at=1.0, created_at=1.0, updated_at=1.0, **row))

    desk.store.write(own)
    row = refused(desk, planned, Rule.OWNED)
    assert (row.state, row.refused_row) == ("refused", "boiler")
    second = desk.lead(
        customer=row.customer_id, campaign=desk.make("another", purpose="sales", product="boiler")
    )
    assert desk.claim(at(14, 23), campaign=desk.row(second).campaign_id or 0).rule == Rule.OWNED


def test_a_cap_that_was_reached_through_another_channel_stops_the_call(desk: CampaignDesk) -> None:
    desk.change(purpose="sales")
    for n, channel in enumerate((Channel.EMAIL, Channel.LETTER)):
        planned = desk.lead(f"+5697188421{n}")
        wrote_to(desk, desk.row(planned).customer_id, channel)
        row = refused(desk, planned, Rule.CAP)
        assert (row.state, row.refused_row) == ("planned", "house-caps")
        assert row.next_at == row.refused_until == at(15, 8)  # the next day, once the house is open
    assert desk.taken(at(15, 8)).permit.pii_address == "+56971884210"


def wrote_to(desk: CampaignDesk, customer: int, channel: Channel) -> None:
    """A minute ago, about something else."""

    def write(session: Session) -> None:
        address = f"{customer}@example.org"
        session.add(Email(account_id=1, customer_id=customer, address=address, known_at=1.0))
        session.flush()
        held = permission.permit(
            session,
            1,
            customer,
            address,
            channel=channel,
            purpose=Purpose.INFORMATION,
            automatic=True,
            now=NOW - 60,
        )
        assert isinstance(held, Permit)
        permission.use(session, held, address, f"letter-{customer}", now=NOW - 60)

    desk.store.write(write)


def test_a_consent_that_was_taken_back_after_the_loading_stops_the_call(desk: CampaignDesk) -> None:
    desk.change(purpose="sales")
    planned = desk.lead(now=NOW - 3600)
    said = says_no(desk, desk.row(planned).customer_id, NOW - 60)
    row = refused(desk, planned, Rule.CONSENT_REVOKED)
    assert (row.state, row.refused_row) == ("refused", said)


def test_a_consent_that_was_taken_back_after_the_claim_stops_the_call_at_the_door(desk: CampaignDesk) -> None:
    desk.change(purpose="sales")
    planned = desk.lead()
    lead = desk.taken()
    says_no(desk, desk.row(planned).customer_id, NOW + 1)
    with pytest.raises(Refusal, match="consent_revoked"):
        desk.store.write(permission.use, lead.permit, MOBILE, lead.attempt, now=NOW + 2)
    row = desk.failed(lead, "not_permitted", NOW + 2, retry_at=NOW + 62)
    assert row.state == "planned"
    assert desk.claim(NOW + 62).rule == Rule.CONSENT_REVOKED
    assert desk.row(planned).state == "refused"


def test_the_window_moves_with_the_clocks(desk: CampaignDesk) -> None:
    """Chile's clocks go forward on September 6th, 2026: from then on the same instant of UTC is an hour later."""
    saturday, sunday = (datetime(2026, 9, day, 23, 30, tzinfo=UTC).timestamp() for day in (5, 6))
    one, other = desk.lead(MOBILE, now=saturday), desk.lead("+56971884214", now=saturday + 1)
    assert desk.taken(saturday).dial_id == one  # 19:30, the house closes at 20:00
    row = refused(desk, other, Rule.HOURS, sunday)  # 20:30
    assert row.refused_row == "house-hours"
    assert row.next_at == datetime(2026, 9, 7, 11, 0, tzinfo=UTC).timestamp()  # 08:00 on Monday
    in_madrid = desk.lead("+56971884215", now=sunday)
    zone = desk.row(in_madrid).customer_id

    def move(session: Session) -> None:
        session.get_one(Customer, zone).time_zone = "Europe/Madrid"

    desk.store.write(move)
    noon = datetime(2026, 9, 7, 19, 30, tzinfo=UTC).timestamp()  # 16:30 in Santiago, 21:30 where he is
    assert {desk.claim(noon).dial_id for _ in range(2)} == {other, in_madrid}
    assert desk.row(in_madrid).refused_rule == Rule.HOURS


def test_a_holiday_of_his_region_alone_is_kept(desk: CampaignDesk) -> None:
    """August 20th is a holiday in Ñuble and nowhere else in Chile; in 2026 it is a Thursday."""
    desk.change(purpose="collections")
    day = at(20, 10, month=8)
    in_nuble, in_santiago = desk.lead(MOBILE, now=day - 2), desk.lead("+56971884214", now=day - 1)
    for dial_id, region in ((in_nuble, "CL-NB"), (in_santiago, "CL-RM")):
        lives = {"street": "Uno 1", "region": region, "origin": UNKNOWN_ORIGIN, "now": 1.0}
        desk.store.write(keep_address, 1, desk.row(dial_id).customer_id, **lives)
    row = refused(desk, in_nuble, Rule.HOLIDAY, day)
    assert row.refused_row == "cl-collections-phone"
    assert row.next_at == at(21, 8, month=8)
    assert desk.taken(day).dial_id == in_santiago


def test_nobody_is_called_at_a_closed_hour(desk: CampaignDesk) -> None:
    night = at(14, 22)
    planned = desk.lead(now=night)
    row = refused(desk, planned, Rule.HOURS, night)
    assert (row.state, row.refused_row, row.next_at) == ("planned", "house-hours", at(15, 8))
    assert desk.claim(at(15, 7, 59)) is None
    assert desk.taken(at(15, 8)).dial_id == planned
