"""Scheduled dials on both databases: claimed once, with a Permit, and ended once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm_core import dial_claims, dial_record, dials
from crm_core.contact_points import Email
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.dials import Dial
from crm_core.outbox import OutboxItem
from crm_core.permission import consents, do_not_call, granted, legal_profiles
from crm_core.permission.permits import PermitRow
from crm_core.permission.profile import shipped
from crm_core.phone_numbers import E164
from ctiserver.core import events as e
from ctiserver.core.errors import Refusal
from ctiserver.core.leads import Lead
from ctiserver.core.permit import Purpose, Rule

SANTIAGO = ZoneInfo("America/Santiago")
NUMBER = E164("+56971884213")


def at(day: int, hour: int, minute: int = 0) -> float:
    """In September 2026: the 14th is a Monday, the 18th and 19th are holidays."""
    return datetime(2026, 9, day, hour, minute, tzinfo=SANTIAGO).timestamp()


NOW = at(14, 10)


class Desk:
    """What a test does, in few words."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.ana = self.customer(NUMBER)
        self.claims = 0
        for row in shipped():
            store.write(
                legal_profiles.confirm, 1, row, expected_version=0, by="admin", name="admin", now=at(1, 10)
            )

    def customer(self, number: E164) -> int:
        return self.store.write(
            lambda session: (
                add_customer(
                    session, 1, name="Ana", phones=[number], now=1.0, value_class="A", language="en"
                ).id
            )
        )

    def plan(self, key: str = "W-1/1", **changes: Any) -> Dial:
        usual: dict[str, Any] = {
            "number": NUMBER,
            "purpose": Purpose.SERVICE,
            "about": ("order_closing", key),
            "not_before": NOW,
            "not_after": at(17, 20),
            "by": "orders",
            "now": NOW - 60,
            "survey": "visit",
            "values": {"order": "W-1"},
            "technician": "juan",
        }
        customer = changes.pop("customer", self.ana)
        return self.store.write(dials.schedule, 1, customer, **usual | changes)

    def claim(self, now: float = NOW, claim: str = "", owner: str = "cti-a") -> Any:
        self.claims += 1
        name: Any = claim or f"c{self.claims}"
        return self.store.write(
            dial_claims.claim_next,
            claim=name,
            attempt=f"{name}-1",
            owner=owner,
            now=now,  # type: ignore[arg-type]
        )

    def lead(self, now: float = NOW, **how: Any) -> Lead:
        found = self.claim(now, **how)
        assert isinstance(found, Lead), found
        return found

    def tell(self, kind: type[e.LeadEvent], lead: Lead, now: float = NOW + 5, **fields: Any) -> Dial:
        event = kind(at=now, account_id=1, dial_id=lead.dial_id, attempt=lead.attempt, **fields)
        self.store.write(dial_record.record, event)
        return self.row(lead.dial_id)

    def reached(self, lead: Lead) -> Dial:
        return self.tell(
            e.LeadReached, lead, contact="x", pii_number=NUMBER, customer=lead.customer, language="es"
        )

    def row(self, dial_id: int) -> Dial:
        return self.store.read(dials.dial, 1, dial_id)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_a_dial_about_the_same_thing_is_scheduled_once(desk: Desk) -> None:
    first = desk.plan()
    assert (first.state, first.language, first.next_at, first.attempts) == ("planned", "en", NOW, 0)
    assert desk.plan(survey="other").id == first.id
    assert desk.plan("W-1/2").id != first.id
    assert desk.store.read(dials.about_this, 2, "order_closing", "W-1/1") is None
    assert [row.about_key for row in desk.store.read(dials.newest, 1).rows] == ["W-1/2", "W-1/1"]
    assert desk.store.read(dials.newest, 1, state="done").rows == []
    first_page = desk.store.read(dials.newest, 1, limit=1)
    behind = desk.store.read(dials.newest, 1, cursor=first_page.next)
    assert ([row.about_key for row in behind.rows], behind.next) == (["W-1/1"], None)


@pytest.mark.parametrize(
    ("changes", "error_id"),
    [
        ({"flow": "main"}, "flow_or_survey"),
        ({"survey": ""}, "flow_or_survey"),
        ({"not_after": NOW}, "wrong_window"),
        ({"attempts_at_most": 0}, "wrong_attempts"),
    ],
)
def test_a_dial_that_makes_no_sense_is_refused(desk: Desk, changes: dict[str, Any], error_id: str) -> None:
    with pytest.raises(Refusal) as refused:
        desk.plan(**changes)
    assert refused.value.error_id == error_id


def test_a_claim_gives_the_lead_with_its_permit_and_the_row_says_so(desk: Desk) -> None:
    planned = desk.plan()
    assert desk.claim(NOW - 1) is None
    lead = desk.lead()
    assert (lead.dial_id, lead.attempt, lead.ordinal, lead.survey) == (planned.id, "c2-1", 1, "visit")
    assert (lead.permit.customer_id, lead.permit.pii_address) == (desk.ana, NUMBER)
    assert (lead.customer.pii_name, lead.customer.value_class, lead.values) == ("Ana", "A", {"order": "W-1"})
    row = desk.row(planned.id)
    assert (row.state, row.attempts, row.attempt) == ("claimed", 1, "c2-1")
    assert desk.claim() is None


def test_a_claim_that_is_asked_again_gets_what_it_made(desk: Desk) -> None:
    desk.plan()
    lead = desk.lead(claim="again")
    assert desk.store.read(dial_claims.claimed, "again") == [lead]
    assert desk.store.read(granted, lead.permit.permit_id) == lead.permit
    desk.tell(e.LeadFailed, lead, result="busy", decided_by="customer")
    assert desk.store.read(dial_claims.claimed, "again") == []


def test_two_daemons_never_claim_one_dial(desk: Desk) -> None:
    numbers = [E164(f"+5697188{n:04}") for n in range(20)]
    for n, number in enumerate(numbers):
        desk.plan(f"W-{n}/1", customer=desk.customer(number), number=number)
    together = Barrier(2)

    def daemon(owner: str) -> list[str]:
        together.wait()
        found: list[str] = []
        for n in range(100):
            attempt: Any = f"{owner}-{n}"
            lead = desk.store.write(
                dial_claims.claim_next, claim=owner, attempt=attempt, owner=owner, now=NOW
            )
            if isinstance(lead, Lead):
                found.append(f"{lead.dial_id}")
            elif len(found) == 20:
                break
        return found

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(daemon, ("cti-a", "cti-b"))
    assert len(one) + len(other) == 20
    assert len({*one, *other}) == 20
    assert len(desk.store.read(lambda session: session.scalars(select(PermitRow)).all())) == 20


def test_one_person_is_dialled_about_one_thing_at_once(desk: Desk) -> None:
    first, second = desk.plan(), desk.plan("W-2/1")
    lead = desk.lead()
    assert lead.dial_id == first.id
    assert desk.claim() == dial_claims.PassedOver(second.id, "planned", "in_progress")
    assert desk.claim() is None
    desk.tell(e.LeadEnded, lead, result="completed", decided_by="customer")
    assert desk.lead(NOW + 61).dial_id == second.id


def test_who_is_refused_waits_for_the_hour_at_which_he_would_not_be(desk: Desk) -> None:
    planned = desk.plan(not_before=at(14, 22))
    passed = desk.claim(at(14, 22))
    assert passed == dial_claims.PassedOver(planned.id, "planned", Rule.HOURS)
    row = desk.row(planned.id)
    assert row.refused_rule == Rule.HOURS
    assert row.next_at == row.refused_until
    assert row.refused_until is not None
    assert at(15, 7) <= row.refused_until <= at(15, 10)
    assert row.attempts == 0
    desk.lead(row.refused_until)
    assert desk.row(planned.id).refused_rule is None


def test_who_may_never_be_called_is_given_up_and_the_row_says_why(desk: Desk) -> None:
    planned = desk.plan()
    desk.store.write(do_not_call.add, 1, NUMBER, source="call", by="ann", now=NOW)
    assert desk.claim() == dial_claims.PassedOver(planned.id, "refused", Rule.DO_NOT_CALL)
    assert desk.row(planned.id).ended_at == NOW
    soon = desk.plan("W-2/1", not_before=at(14, 22), not_after=at(14, 23), purpose=Purpose.EMERGENCY)
    assert desk.lead(at(14, 22)).dial_id == soon.id


def test_a_dial_whose_time_is_over_is_given_up(desk: Desk) -> None:
    planned = desk.plan(not_after=NOW + 60)
    assert desk.claim(NOW + 60) == dial_claims.PassedOver(planned.id, "failed", "too_late")


def test_a_cancelled_dial_is_not_dialled_and_one_under_way_is_the_last(desk: Desk) -> None:
    cancel = lambda key: desk.store.write(  # noqa: E731
        dials.cancel, 1, "order_closing", key, because="reopened", now=NOW
    )
    planned = desk.plan()
    assert cancel("W-1/1")
    assert not cancel("W-1/1")
    assert not cancel("W-9/9")
    assert desk.row(planned.id).state == "cancelled"
    assert desk.claim() is None
    assert desk.plan().state == "cancelled"  # exactly one about one thing
    desk.plan("W-1/2")
    lead = desk.lead()
    assert cancel("W-1/2")
    assert desk.row(lead.dial_id).state == "claimed"
    row = desk.tell(e.LeadFailed, lead, result="busy", decided_by="customer", retry_at=NOW + 600)
    assert (row.state, row.result, row.ended_at) == ("cancelled", "busy", NOW + 5)


def test_an_attempt_is_followed_to_its_end(desk: Desk) -> None:
    desk.plan()
    lead = desk.lead()
    assert desk.tell(e.LeadDialed, lead, contact="x").state == "claimed"
    assert desk.tell(e.LeadRinging, lead, NOW + 1).state == "ringing"
    assert desk.reached(lead).state == "answered"
    row = desk.tell(e.LeadEnded, lead, NOW + 60, result="completed", decided_by="customer")
    assert (row.state, row.result, row.decided_by, row.ended_at) == (
        "done",
        "completed",
        "customer",
        NOW + 60,
    )
    [attempt] = desk.store.read(lambda session: list(dials.dial(session, 1, lead.dial_id).tries))
    assert (attempt.ringing_at, attempt.answered_at, attempt.contact) == (NOW + 1, NOW + 5, "x")
    late = desk.tell(e.LeadFailed, lead, NOW + 90, result="unknown", decided_by="system", retry_at=NOW + 99)
    assert (late.state, late.result) == ("done", "completed")


@pytest.mark.parametrize(
    ("result", "state"),
    [
        ("no_answer", "no_answer"),
        ("busy", "busy"),
        ("invalid_number", "failed"),
        ("unknown", "unknown"),
        ("not_permitted", "refused"),
    ],
)
def test_a_failed_attempt_is_tried_again_or_given_up(desk: Desk, result: str, state: str) -> None:
    desk.plan()
    lead = desk.lead()
    row = desk.tell(e.LeadFailed, lead, result=result, decided_by="carrier", sip_code=480, retry_at=NOW + 600)
    assert (row.state, row.next_at, row.result) == ("planned", NOW + 600, result)
    again = desk.lead(NOW + 600)
    assert (again.dial_id, again.ordinal) == (lead.dial_id, 2)
    assert (
        desk.tell(e.LeadFailed, lead, result="busy", decided_by="carrier").attempts == 2
    )  # the old one again
    row = desk.tell(e.LeadFailed, again, result=result, decided_by="carrier")
    assert (row.state, row.result, row.letter) == (state, result, None)


def test_who_is_not_reached_is_written_to_where_the_dial_says_so_and_the_rules_permit(desk: Desk) -> None:
    def add(session: Any) -> None:
        session.add(Email(account_id=1, customer_id=desk.ana, address="ana@example.org", known_at=1.0))

    desk.store.write(add)
    desk.plan(afterwards="email")
    row = desk.tell(e.LeadFailed, desk.lead(), result="no_answer", decided_by="system")
    assert (row.state, row.letter) == ("no_answer", f"dial:{row.id}")
    letter = desk.store.read(lambda session: session.get_one(OutboxItem, row.letter))
    assert (letter.kind, letter.body["pii_address"], letter.body["survey"]) == (
        "mail",
        "ana@example.org",
        "visit",
    )
    permit = desk.store.read(granted, letter.body["permit"])
    assert (permit.channel, permit.pii_address) == ("email", "ana@example.org")
    desk.store.write(
        consents.note,
        1,
        desk.ana,
        given=False,
        now=NOW,
        channel="email",
        purpose="any",
        source="call",
        wording="no e-mail",
        by="ann",
    )
    desk.plan("W-2/1", afterwards="email")
    row = desk.tell(e.LeadFailed, desk.lead(NOW + 60), NOW + 90, result="no_answer", decided_by="system")
    assert (row.state, row.letter) == ("no_answer", None)


def test_what_its_owner_does_not_know_is_a_stray(desk: Desk) -> None:
    desk.plan()
    lead = desk.lead(claim="c")
    strays = lambda owner, known, now: [  # noqa: E731
        one.attempt for one in desk.store.read(dial_claims.strays, owner, known, "new", now=now)
    ]
    assert strays("cti-a", [], NOW + 30) == []
    assert strays("cti-a", [], NOW + 61) == [lead.attempt]
    assert strays("cti-a", [lead.attempt], NOW + 61) == []
    assert strays("cti-b", [], NOW + 3600) == []
    assert strays("cti-b", [], NOW + 7 * 3600) == [lead.attempt]
    assert desk.store.read(dial_claims.strays, "cti-a", [], "c", now=NOW + 61) == []


def test_events_of_another_account_change_nothing(desk: Desk) -> None:
    desk.plan()
    lead = desk.lead()
    event = e.LeadRinging(at=NOW, account_id=2, dial_id=lead.dial_id, attempt=lead.attempt)
    desk.store.write(dial_record.record, event)
    assert desk.row(lead.dial_id).state == "claimed"
