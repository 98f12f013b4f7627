"""Letters by hand on both databases: kept once with their permit, or refused with the rule and nothing kept."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core import letters
from crm_core.contact_points import keep_email
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.letter_by_hand import write_to
from crm_core.outbox import OutboxItem
from crm_core.permission import consents
from crm_core.permission.permits import PermitRow
from crm_core.provenance import UNKNOWN_ORIGIN
from ctiserver.core.errors import NotFound, Refusal
from ctiserver.core.permit import Purpose, Refused

ADDRESS, NOW = "ana@example.cl", 1_790_000_000.0


@pytest.fixture
def office(store: Store) -> Store:
    def furnish(session: Session) -> None:
        keep_email(
            session,
            1,
            add_customer(session, 1, name="Ana", now=1.0).id,
            ADDRESS,
            origin=UNKNOWN_ORIGIN,
            now=1.0,
        )

    store.write(furnish)
    return store


def written(office: Store, key: str = "k", text: str = "Hola", account_id: int = 1) -> OutboxItem | Refused:
    letter = {"address": ADDRESS, "purpose": Purpose.SERVICE, "subject": "Su visita", "text": text}
    return office.write(write_to, account_id, 1, **letter, key=key, by="ann", now=NOW)


def permits(office: Store) -> int:
    return office.read(lambda session: session.scalar(select(func.count()).select_from(PermitRow))) or 0


def test_a_letter_is_written_once_for_its_key_with_one_permit(office: Store) -> None:
    first, again = written(office), written(office, text="Otra vez")
    assert isinstance(first, OutboxItem)
    assert isinstance(again, OutboxItem)
    assert (again.id, again.body["text"], again.body["by"]) == (first.id, "Hola", "ann")
    assert permits(office) == 1
    page = office.read(letters.letters, 1, limit=1)
    assert ([one.id for one in page.rows], page.next) == ([first.id], None)
    assert office.read(letters.letters, 2).rows == []


def test_a_rule_that_refuses_is_the_answer_and_leaves_nothing_behind(office: Store) -> None:
    said = {"channel": "email", "purpose": "service", "source": "call", "by": "ann"}
    office.write(consents.note, 1, 1, given=False, now=NOW, **said)
    answer = written(office)
    assert isinstance(answer, Refused)
    assert answer.rule == "consent_revoked"
    assert (permits(office), office.read(letters.letters, 1).rows) == (0, [])


def test_an_empty_letter_and_another_accounts_customer_are_refused(office: Store) -> None:
    with pytest.raises(Refusal, match="write what it is about"):
        written(office, text=" \n ")
    with pytest.raises(NotFound):
        written(office, account_id=2)
