"""Faxes to customers on both databases: one for each thing, claimed once, permitted, tried again, given up."""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core import attachments, faxes_out
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.faxes_out import LEASE_SECONDS, TOO_LATE_SECONDS, Attempt, Tried
from crm_core.outbox import OutboxItem
from crm_core.permission import do_not_call, legal_profiles
from crm_core.permission.permits import PermitUse
from crm_core.permission.profile import shipped
from crm_core.phone_numbers import E164
from crm_core.provenance import UNKNOWN_ORIGIN
from ctiserver.core.errors import NotFound, Refusal
from ctiserver.core.permit import Purpose

NUMBER, PDF, NOW = "+56971884213", b"%PDF-1.4 one page", 1_790_000_000.0
SENT, BUSY = Tried("sent", 1, True), Tried("busy")


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Store:
    def furnish(session: Session) -> None:
        for name in ("Ana", "Eva"):
            add_customer(session, 1, name=name, phones=[E164(NUMBER)], now=1.0)
        for content in (PDF, b"plain text"):
            attachments.attach(session, tmp_path, 1, 1, "carta", content, origin=UNKNOWN_ORIGIN, now=1.0)
        for row in shipped():
            legal_profiles.confirm(session, 1, row, expected_version=0, by="a", name="a", now=1.0)

    store.write(furnish)
    return store


def posted(
    office: Store,
    key: str = "1",
    attachment_id: int = 1,
    customer_id: int = 1,
    purpose: Purpose = Purpose.EMERGENCY,
) -> str:
    return office.write(
        faxes_out.post,
        1,
        customer_id,
        number=NUMBER,
        attachment_id=attachment_id,
        purpose=purpose,
        about=("test", key),
        by="ann",
        now=NOW,
    ).id


def item(office: Store, item_id: str) -> OutboxItem:
    return office.read(lambda session: session.get_one(OutboxItem, item_id))


def claimed(office: Store, now: float = NOW) -> Attempt:
    found = office.write(faxes_out.claim, "test", now)
    assert found is not None
    return found


def test_a_fax_about_the_same_thing_is_one_and_is_claimed_once(office: Store) -> None:
    assert posted(office) == posted(office)
    first = claimed(office)
    assert (first.pii_number, first.attachment_id, first.ordinal) == (NUMBER, 1, 1)
    assert office.write(faxes_out.claim, "other", NOW + 1) is None
    assert office.write(faxes_out.claim, "other", NOW + LEASE_SECONDS + 1) is None, "under way is under way"
    assert office.read(faxes_out.under_way) == [first]
    uses = office.read(lambda session: session.scalars(select(PermitUse.use)).all())
    assert uses == [first.id], "the permit was used for this very attempt"


def test_one_that_was_sent_is_done_however_often_it_is_told(office: Store) -> None:
    item_id, first = posted(office), claimed(office)
    for _ in range(2):
        office.write(faxes_out.settle, first, SENT, retry_at=None, now=NOW + 60)
    sent = item(office, item_id)
    assert (faxes_out.state_of(sent), sent.done_at, len(sent.body["tries"])) == ("sent", NOW + 60, 1)
    assert office.read(faxes_out.under_way) == []


def test_another_attempt_has_an_id_and_a_permit_of_its_own_and_the_last_one_gives_up(office: Store) -> None:
    item_id, first = posted(office), claimed(office)
    office.write(faxes_out.settle, first, BUSY, retry_at=NOW + 600, now=NOW + 30)
    assert not office.read(faxes_out.is_due, NOW + 599)
    second = claimed(office, NOW + 600)
    assert (second.ordinal, second.id == first.id) == (2, False)
    assert office.read(lambda session: session.scalar(select(func.count()).select_from(PermitUse))) == 2
    office.write(faxes_out.settle, second, BUSY, retry_at=None, now=NOW + 630)
    lost = item(office, item_id)
    assert (faxes_out.state_of(lost), lost.last_error) == ("failed", "busy")
    assert [row.id for row in office.read(faxes_out.faxes_of, 1, 1).rows] == [item_id]


def test_who_must_not_be_contacted_gets_none(office: Store) -> None:
    item_id = posted(office, purpose=Purpose.SALES)
    office.write(do_not_call.add, 1, NUMBER, source="he said so", by="ann", now=NOW)
    assert office.write(faxes_out.claim, "test", NOW) is None
    refused = item(office, item_id)
    assert faxes_out.state_of(refused) in ("failed", "waiting")
    assert "do_not_call" in (refused.last_error or "")


def test_one_that_is_too_late_is_given_up(office: Store) -> None:
    item_id = posted(office)
    assert office.write(faxes_out.claim, "test", NOW + TOO_LATE_SECONDS) is None
    assert item(office, item_id).last_error == "too_late"


def test_only_the_customers_own_documents_are_sent(office: Store) -> None:
    with pytest.raises(Refusal) as wrong:
        posted(office, attachment_id=2)
    assert wrong.value.error_id == "not_faxable"
    with pytest.raises(NotFound):
        posted(office, customer_id=2)
