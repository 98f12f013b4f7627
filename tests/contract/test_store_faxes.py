"""Faxes on both databases: each that came in is one contact and one case, its pages go with the customer."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm_core import attachments, case_fax, case_work, faxes_in
from crm_core.attachments import attachments_of
from crm_core.cases import Case, case, contacts, history
from crm_core.contact_reasons import ContactReason
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.faxes_in import FaxIn
from crm_core.interactions import Interaction
from crm_core.phone_numbers import E164
from ctiserver.core.errors import NotFound

ANA, UNKNOWN, PDF = "+56971884213", "+56911111111", b"%PDF-1.4 one page"


@pytest.fixture
def office(store: Store) -> Store:
    def furnish(session: Session) -> None:
        session.add(ContactReason(account_id=1, key="fax", label_es="Fax", label_en="Fax"))
        for name, number in (("Ana", ANA), ("Eva", "+56922222222")):
            add_customer(session, 1, name=name, phones=[E164(number)], now=1.0)

    store.write(furnish)
    return store


def fax(number: str = ANA, **more: Any) -> FaxIn:
    given = {"contact_id": "test-1000.1", "did": "+56221110000", "number": number, "language": "es"}
    times = {"arrived_at": 1000.0, "ended_at": 1060.0}
    return FaxIn(**(given | times | {"whole": True, "pages": 1, "document": PDF} | more))


def came(office: Store, folder: Path, one: FaxIn) -> Case:
    new = office.write(faxes_in.receive, folder, one, now=1100.0)
    assert new is not None
    return office.read(case, 1, new.id)


def files(office: Store, customer_id: int) -> list[tuple[str, str | None]]:
    rows = office.read(lambda session: attachments_of(session, 1, customer_id).rows)
    return [(row.name, row.contact_id) for row in rows]


def test_a_fax_of_a_known_number_is_his_case_with_its_pages_among_his_files(
    office: Store, tmp_path: Path
) -> None:
    new = came(office, tmp_path, fax())
    assert (new.kind, new.channel, new.reason, new.customer_id) == ("information", "fax", "fax", 1)
    assert (new.origin, new.subject) == (ANA, f"Fax de {ANA}, páginas: 1")
    assert office.read(contacts, 1, new.id) == ["test-1000.1"]
    contact = office.read(lambda session: session.get_one(Interaction, "test-1000.1"))
    assert (contact.channel, contact.outcome, contact.customer_id) == ("fax", "received", 1)
    assert not contact.to_call_back
    pages = office.read(case_fax.fax_of, 1, new.id)
    assert pages is not None
    assert case_fax.content_of(tmp_path, 1, pages) == PDF
    assert files(office, 1) == [(pages.name, "test-1000.1")]


def test_the_same_fax_told_twice_is_one_case(office: Store, tmp_path: Path) -> None:
    came(office, tmp_path, fax())
    assert office.write(faxes_in.receive, tmp_path, fax(), now=1200.0) is None
    assert len(files(office, 1)) == 1


def test_pages_of_an_unknown_sender_follow_the_case_to_whom_people_give_it(
    office: Store, tmp_path: Path
) -> None:
    new = came(office, tmp_path, fax(UNKNOWN, language="en"))
    assert (new.customer_id, new.subject) == (None, f"Fax from {UNKNOWN}, pages: 1")

    def give(customer_id: int | None) -> list[int]:
        version = office.read(case, 1, new.id).version
        office.write(
            case_work.change, 1, new.id, expected_version=version, by="ann", now=2.0, customer_id=customer_id
        )
        return [len(files(office, owner)) for owner in (1, 2)]

    assert [give(1), give(2), give(None), give(1)] == [[1, 0], [0, 1], [0, 0], [1, 0]]
    pages = office.read(case_fax.fax_of, 1, new.id)
    assert pages is not None
    assert case_fax.content_of(tmp_path, 1, pages) == PDF


def test_a_fax_that_failed_is_told_with_what_came(office: Store, tmp_path: Path) -> None:
    part = came(office, tmp_path, fax(whole=False, error="HANGUP"))
    assert part.subject == f"Fax incompleto de {ANA}, páginas recibidas: 1"
    assert [entry.what for entry in office.read(history, 1, part.id)] == ["fax_failed", "fax", "opened"]
    none = came(office, tmp_path, fax("", contact_id="test-1000.2", whole=False, pages=0, document=None))
    assert none.subject == "Fax fallido de número oculto: no llegó ninguna página"
    assert (none.priority, none.customer_id) == ("low", None)
    assert office.read(case_fax.fax_of, 1, none.id) is None


def test_pages_are_gone_with_the_erased_customer(office: Store, tmp_path: Path) -> None:
    new = came(office, tmp_path, fax())
    pages = office.read(case_fax.fax_of, 1, new.id)
    assert pages is not None
    attachments.path_of(tmp_path, 1, pages.sha256).unlink()
    with pytest.raises(NotFound):
        case_fax.content_of(tmp_path, 1, pages)
