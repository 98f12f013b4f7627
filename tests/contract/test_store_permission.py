"""Permission to contact on both databases: who is refused, by which rule, until when; and that a permit works once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core import audit
from crm_core.accounts import Account
from crm_core.contact_points import Address, Email
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.interaction_writer import apply_batch
from crm_core.permission import check, consents, do_not_call, legal_profiles, permit, use
from crm_core.permission.permits import PermitRow
from crm_core.permission.profile import shipped
from crm_core.phone_numbers import E164
from crm_core.products import OwnedProduct, Product
from crm_core.reader_positions import EventId
from ctiserver.core.errors import Conflict, NotFound, Refusal, StaleVersion
from ctiserver.core.events import CallOutFailed, ContactArrived
from ctiserver.core.ids import AgentKey
from ctiserver.core.permit import Channel, Permit, Purpose, Refused, Rule

SANTIAGO = ZoneInfo("America/Santiago")
MOBILE, LANDLINE = E164("+56971884213"), E164("+56222293066")
PHONE, EMAIL = Channel.PHONE, Channel.EMAIL


def at(day: int, hour: int, minute: int = 0) -> float:
    """In September 2026: the 14th is a Monday, the 18th and 19th are holidays."""
    return datetime(2026, 9, day, hour, minute, tzinfo=SANTIAGO).timestamp()


NOW = at(14, 10)


class Desk:
    """What a test does, in few words; a permit is for the machine unless it says otherwise."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.ana = self.customer([MOBILE, LANDLINE])
        for row in shipped():
            self.store.write(
                legal_profiles.confirm, 1, row, expected_version=0, by="admin", name="admin", now=at(1, 10)
            )

    def customer(self, phones: list[E164], **fields: Any) -> int:
        return self.store.write(
            lambda session: add_customer(session, 1, name="Ana", phones=phones, now=1.0, **fields).id
        )

    def ask(self, **changes: Any) -> Permit | Refused:
        asked = {
            "customer_id": self.ana,
            "address": MOBILE,
            "channel": PHONE,
            "purpose": Purpose.SERVICE,
            "automatic": True,
            "now": NOW,
        } | changes
        return self.store.write(lambda session: permit(session, 1, **asked))

    def granted(self, **changes: Any) -> Permit:
        answer = self.ask(**changes)
        assert isinstance(answer, Permit), answer
        return answer

    def refused(self, **changes: Any) -> Refused:
        answer = self.ask(**changes)
        assert isinstance(answer, Refused), answer
        return answer

    def use(self, held: Permit, now: float = NOW, address: str = "", use_id: str = "leg-1") -> None:
        self.store.write(use, held, address or held.pii_address, use_id, now=now)

    def contact(self, **changes: Any) -> None:
        held = self.granted(**changes)
        self.use(held, changes.get("now", NOW), use_id=f"leg-{held.permit_id}")

    def say(self, given: bool, now: float = NOW, **changes: Any) -> None:
        said = {"channel": "any", "purpose": "any", "source": "call", "wording": "May we?", "by": "ann"}
        self.store.write(consents.note, 1, self.ana, given=given, now=now, **said | changes)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def refusal_of(desk: Desk, held: Permit, **how: Any) -> str:
    with pytest.raises(Refusal) as refused:
        desk.use(held, **how)
    return refused.value.error_id


def test_a_permit_is_a_stored_row_and_works_once_for_its_use(desk: Desk) -> None:
    held = desk.granted(valid_seconds=60.0)
    assert held.expires_at == NOW + 60
    assert desk.store.read(lambda session: session.get_one(PermitRow, held.permit_id).address) == MOBILE
    desk.use(held)
    desk.use(held)  # the same leg again, after kill -9: the same use
    desk.use(held, now=NOW + 7200)
    assert refusal_of(desk, held, use_id="leg-2") == "permit_used"


def test_a_permit_that_is_not_what_it_says_is_refused(desk: Desk) -> None:
    held = desk.granted(valid_seconds=60.0)
    assert refusal_of(desk, replace(held, permit_id=99)) == "permit_unknown"
    assert refusal_of(desk, replace(held, account_id=2)) == "permit_unknown"
    assert refusal_of(desk, held, address=LANDLINE) == "permit_other_address"
    assert refusal_of(desk, replace(held, pii_address=LANDLINE), address=LANDLINE) == "permit_other_address"
    assert refusal_of(desk, replace(held, channel=Channel.SMS)) == "permit_other_address"
    assert refusal_of(desk, replace(held, purpose=Purpose.EMERGENCY)) == "permit_other_address"
    assert refusal_of(desk, replace(held, expires_at=9e9), now=NOW + 60) == "permit_expired"
    desk.use(held, now=NOW + 59)


def test_a_consent_taken_back_between_grant_and_use_stops_the_contact(desk: Desk) -> None:
    held = desk.granted()
    desk.say(False, now=NOW + 1)
    assert refusal_of(desk, held, now=NOW + 2) == "permit_withdrawn"


@pytest.mark.parametrize("dialled", [False, True])
def test_the_permit_of_an_own_call_that_ends_before_the_number_is_dialled_is_given_back(
    desk: Desk, dialled: bool
) -> None:
    held = desk.granted(valid_seconds=60.0)
    if dialled:
        desk.use(held)
    of: dict[str, Any] = {"at": NOW + 5, "contact": "c-1"}
    nothing: dict[str, Any] = {"leg": "", "did": "", "flow": "", "flow_version": ""}
    begun = ContactArrived(
        account_id=1, pii_number=MOBILE, language="es", channel="outbound", **of, **nothing
    )
    ended = CallOutFailed(agent=AgentKey("ann"), reason="own_phone", permit=held.permit_id, **of)
    desk.store.write(apply_batch, [(EventId(1, 1, n), told) for n, told in enumerate((begun, ended), 1)])
    expires_at = desk.store.read(lambda session: session.get_one(PermitRow, held.permit_id).expires_at)
    assert expires_at == (held.expires_at if dialled else NOW + 5)


def test_a_permit_ends_where_the_hours_end(desk: Desk) -> None:
    assert desk.granted(now=at(14, 20, 58), valid_seconds=600).expires_at == at(14, 21)


def test_the_own_list_comes_first_ends_and_is_audited(desk: Desk) -> None:
    entry = desk.store.write(do_not_call.add, 1, MOBILE, source="call", by="ann", now=NOW)
    assert desk.store.write(do_not_call.add, 1, MOBILE, source="call", by="ann", now=NOW).id == entry.id
    desk.say(False)
    assert desk.refused() == Refused(rule=Rule.DO_NOT_CALL, row=str(entry.id))
    assert isinstance(desk.ask(purpose=Purpose.EMERGENCY), Permit)
    desk.store.write(do_not_call.end, 1, entry.id, by="admin", now=NOW + 60)
    assert desk.refused(now=NOW + 60).rule is Rule.CONSENT_REVOKED
    actions = {row.action for row in desk.store.read(audit.newest, 1)}
    assert {"do_not_call.added", "do_not_call.ended", "consent.revoked", "legal_profile.confirmed"} <= actions


def test_a_register_forbids_what_the_rows_that_name_it_speak_of(desk: Desk) -> None:
    load = lambda numbers: desk.store.write(  # noqa: E731
        do_not_call.replace_register, 1, "No Molestar", numbers, by="admin", now=NOW
    )
    assert load([MOBILE, LANDLINE, MOBILE]) == (2, 0)
    assert desk.refused(purpose=Purpose.SALES).rule is Rule.REGISTER
    assert isinstance(desk.ask(), Permit)
    assert load([LANDLINE]) == (0, 1)
    assert (
        isinstance(desk.ask(purpose=Purpose.SALES, now=NOW + 1), Permit) is False
    )  # asked a moment ago: the cap
    assert desk.store.read(do_not_call.counts, 1, now=NOW) == {"No Molestar": 1}
    with pytest.raises(Refusal):
        desk.store.write(do_not_call.replace_register, 1, "own", [], by="admin", now=NOW)


def test_consent_is_per_channel_and_purpose_and_its_history_stays(desk: Desk) -> None:
    desk.say(False, channel="phone", purpose="sales")
    assert desk.refused(purpose=Purpose.SALES).rule is Rule.CONSENT_REVOKED
    assert isinstance(desk.ask(purpose=Purpose.SURVEY), Permit)
    desk.say(True, now=NOW + 60, channel="phone", purpose="sales", expires_at=NOW + 120)
    rows = desk.store.read(consents.history, 1, desk.ana)
    assert [(row.given, row.wording, row.by) for row in rows] == [
        (True, "May we?", "ann"),
        (False, "May we?", "ann"),
    ]
    for wrong in (
        {"source": ""},
        {"wording": " "},
        {"channel": "smoke"},
        {"expires_at": NOW},
        {"at": NOW + 9},
    ):
        with pytest.raises(Refusal):
            desk.say(True, **wrong)
    with pytest.raises(NotFound):
        desk.store.read(consents.history, 2, desk.ana)


def test_caps_count_every_channel_and_what_is_still_held(desk: Desk) -> None:
    desk.store.write(lambda session: session.add(_mail(desk.ana)))
    held = desk.granted(channel=EMAIL, address="Ana@example.com", purpose=Purpose.SERVICE, valid_seconds=60)
    refused = desk.refused(purpose=Purpose.SALES)
    assert (refused.rule, refused.row, refused.until) == (Rule.CAP, "house-caps", NOW + 60)
    desk.use(held, now=NOW + 30)
    refused = desk.refused(purpose=Purpose.SALES, now=NOW + 60)
    assert refused.until == at(15, 8)
    assert desk.refused(purpose=Purpose.SALES, now=at(14, 20, 59)).rule is Rule.CAP
    assert desk.refused(purpose=Purpose.SALES, now=refused.until - 60).rule is Rule.HOURS
    assert isinstance(desk.ask(purpose=Purpose.SALES, now=refused.until), Permit)


def test_a_family_on_one_number_is_contacted_as_one(desk: Desk) -> None:
    luis = desk.customer([MOBILE])
    desk.contact(purpose=Purpose.COLLECTIONS)
    refused = desk.refused(customer_id=luis, purpose=Purpose.COLLECTIONS)
    assert (refused.rule, refused.until) == (Rule.CAP, at(21, 8))  # a Monday
    desk.contact(customer_id=luis, purpose=Purpose.COLLECTIONS, now=at(21, 8))
    assert desk.refused(address=LANDLINE, purpose=Purpose.COLLECTIONS, now=NOW).rule is Rule.CAP


def test_two_who_ask_at_once_for_the_last_contact_of_a_week_get_one(desk: Desk) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: desk.ask(purpose=Purpose.COLLECTIONS), range(4)))
    assert sum(isinstance(answer, Permit) for answer in answers) == 1
    held = next(answer for answer in answers if isinstance(answer, Permit))

    def attempt(number: int) -> str:
        try:
            desk.use(held, use_id=f"leg-{number}")
        except (Refusal, Conflict) as error:
            return type(error).__name__
        return "used"

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(attempt, range(4))).count("used") == 1


def test_the_machine_waits_for_an_administrator_and_a_person_is_warned(desk: Desk, store: Store) -> None:
    other = store.write(lambda session: _account(session, "CL"))
    beto = store.write(lambda session: add_customer(session, other, name="Beto", phones=[MOBILE], now=1.0).id)
    ask = {"channel": PHONE, "purpose": Purpose.SERVICE, "now": NOW}
    refused = store.write(lambda s: permit(s, other, beto, MOBILE, automatic=True, **ask))
    assert isinstance(refused, Refused)
    assert (refused.rule, refused.until) == (Rule.UNCONFIRMED, None)
    by_hand = store.write(lambda s: permit(s, other, beto, MOBILE, automatic=False, **ask))
    assert isinstance(by_hand, Permit)
    assert by_hand.warnings == (Rule.UNCONFIRMED,)
    for key in ("cl-service", "house-hours"):
        store.write(legal_profiles.confirm, other, key, expected_version=0, by="boss", name="Boss", now=NOW)
    assert isinstance(store.write(lambda s: permit(s, other, beto, MOBILE, automatic=True, **ask)), Permit)
    with pytest.raises(NotFound):
        store.write(lambda s: permit(s, 1, beto, MOBILE, automatic=True, **ask))


def test_a_confirmed_row_is_kept_and_a_changed_one_waits_again(desk: Desk) -> None:
    known = {one.profile.key: one for one in desk.store.read(legal_profiles.profiles, 1)}
    before = known["cl-collections-phone"]
    assert (before.confirmed_by, before.version, before.outdated) == ("admin", 1, False)
    row = {
        "key": "cl-collections-phone",
        "country": "CL",
        "purposes": ["collections"],
        "channels": ["phone"],
        "hours": {"mon-fri": "09:00-18:00"},
        "source": "our lawyer",
        "checked_on": "2026-09-01",
        "valid_from": "2021-04-20",
    }
    changed = desk.store.write(legal_profiles.change, 1, row, expected_version=1, by="admin", now=NOW)
    assert (changed.confirmed_at, changed.version, changed.outdated) == (None, 2, True)
    assert desk.refused(purpose=Purpose.COLLECTIONS).rule is Rule.UNCONFIRMED
    for wrong in (0, 1):
        with pytest.raises(StaleVersion):
            desk.store.write(
                legal_profiles.confirm, 1, row["key"], expected_version=wrong, by="x", name="X", now=NOW
            )
    desk.store.write(
        legal_profiles.confirm, 1, row["key"], expected_version=2, by="boss", name="Boss", now=NOW
    )
    assert desk.refused(purpose=Purpose.COLLECTIONS, now=at(14, 18)).until == at(15, 9)


def test_what_he_owns_is_never_offered_and_only_his_own_addresses_are_used(desk: Desk) -> None:
    def own(session: Session) -> None:
        boiler = Product(account_id=1, key="boiler", name="Boiler", updated_at=1.0)
        session.add(boiler)
        session.flush()
        session.add(_owned(desk.ana, boiler.id))

    desk.store.write(own)
    assert desk.refused(purpose=Purpose.SALES, product="boiler") == Refused(rule=Rule.OWNED, row="boiler")
    assert isinstance(desk.ask(purpose=Purpose.SALES, product="heater"), Permit)
    assert desk.refused(address="+56911111111").rule is Rule.ADDRESS
    assert desk.refused(channel=EMAIL, address="nobody@example.com").rule is Rule.ADDRESS


def test_a_question_stores_nothing_and_holidays_are_those_of_his_region(desk: Desk) -> None:
    rows = lambda: desk.store.read(lambda s: s.scalar(select(func.count()).select_from(PermitRow)))  # noqa: E731
    asked = {"channel": PHONE, "purpose": Purpose.COLLECTIONS, "automatic": True}
    june = datetime(2027, 6, 7, 11, tzinfo=SANTIAGO).timestamp()  # a holiday in Arica and nowhere else
    for region, rule in (("CL-RM", None), ("CL-AP", Rule.HOLIDAY), (None, Rule.HOLIDAY)):
        who = desk.customer([MOBILE])
        desk.store.write(lambda session: session.add(_home(who, region)))  # noqa: B023
        answer = desk.store.read(lambda s: check(s, 1, who, MOBILE, now=june, **asked))  # noqa: B023
        assert (answer and answer.rule) == rule
    assert rows() == 0


def _mail(customer_id: int) -> Email:
    return Email(account_id=1, customer_id=customer_id, address="ana@example.com")


def _home(customer_id: int, region: str | None) -> Address:
    return Address(account_id=1, customer_id=customer_id, country="CL", region=region)


def _owned(customer_id: int, product_id: int) -> OwnedProduct:
    times = {"dated_at": 1.0, "created_at": 1.0, "updated_at": 1.0}
    return OwnedProduct(account_id=1, customer_id=customer_id, product_id=product_id, status="owned", **times)


def _account(session: Session, country: str) -> int:
    account = Account(name="other", country=country, language="es", time_zone="America/Santiago")
    session.add(account)
    session.flush()
    return account.id
