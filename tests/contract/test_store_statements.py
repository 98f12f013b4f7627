"""Statements on both databases: asked for by telephone, once, sent to what the record has, on a permit."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import faxes_out, letters, statements
from crm_core.attachments import Attachment
from crm_core.contact_points import keep_email, keep_phone
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.outbox import OutboxItem
from crm_core.payables import Payable
from crm_core.permission import do_not_call, legal_profiles
from crm_core.permission.profile import shipped
from crm_core.phone_numbers import E164
from crm_core.provenance import UNKNOWN_ORIGIN
from crm_core.self_service.registry import Asked
from crm_core.self_service.suppliers import payable_status, send_statement
from crm_core.statements import Way

FAX, EMAIL, PDF, NOW = "+56221112222", "cobranza@example.cl", b"%PDF-1.4 statement", 1_790_000_000.0
SUPPLIER, STRANGER = 1, 2


@pytest.fixture
def office(store: Store) -> Store:
    def furnish(session: Session) -> None:
        for name in ("Proveedora", "Otra"):
            add_customer(session, 1, name=name, phones=[], now=1.0)
        keep_email(session, 1, SUPPLIER, EMAIL, origin=UNKNOWN_ORIGIN, now=1.0)
        keep_phone(session, 1, SUPPLIER, E164(FAX), origin=UNKNOWN_ORIGIN, now=1.0, label="Fax")
        for row in shipped():
            legal_profiles.confirm(session, 1, row, expected_version=0, by="a", name="a", now=1.0)
        for ordinal, (number, status, currency, owner) in enumerate(
            (
                ("F-0077", "paid", "CLP", SUPPLIER),
                ("F-0078", "approved", "CLP", SUPPLIER),
                ("79", "received", "USD", SUPPLIER),
                ("F-0080", "paid", "CLP", STRANGER),
            )
        ):
            session.add(
                Payable(
                    account_id=1,
                    customer_id=owner,
                    external_id=str(ordinal),
                    number=number,
                    status=status,
                    currency=currency,
                    amount_minor=1000 + ordinal,
                    dated_at=NOW - ordinal,
                    due_at=NOW + 86_400,
                    paid_at=NOW if status == "paid" else None,
                    created_at=1.0,
                    updated_at=1.0,
                    source="file",
                    by="import",
                    known_at=1.0,
                )
            )

    store.write(furnish)
    return store


def asked(contact: str = "c-1") -> Asked:
    return Asked(account_id=1, contact=contact, action_id=f"{contact}.1", now=NOW)


def wish(office: Store, way: Way, customer_id: int = SUPPLIER) -> str:
    given = {"customer_id": customer_id, "way": way, "language": "es"}
    return office.write(send_statement.do, asked(), given).outcome


def sent(office: Store, folder: Path, now: float = NOW) -> int:
    taken = office.write(statements.take, now)
    for one in taken:
        office.write(statements.send, folder, one.item_id, "estado.pdf", PDF, now)
    return len(taken)


def outbox(office: Store, kind: str) -> list[OutboxItem]:
    query = select(OutboxItem).where(OutboxItem.kind == kind)
    return office.read(lambda session: list(session.scalars(query)))


@pytest.mark.parametrize(
    ("invoice", "outcome", "values"),
    [
        ("77", "paid", {"payable_amount": "1000", "payable_date": "2026-09-21"}),
        ("0078", "approved", {"payable_amount": "1001", "payable_date": "2026-09-22"}),
        ("79", "other_currency", {}),
        ("80", "unknown", {}),
        ("0", "unknown", {}),
    ],
)
def test_an_invoice_is_found_by_its_digits_and_only_his_own(
    office: Store, invoice: str, outcome: str, values: dict[str, str]
) -> None:
    given = {"customer_id": SUPPLIER, "invoice": invoice}
    told = office.read(payable_status.do, asked(), given)
    assert (told.outcome, told.values) == (outcome, values)


def test_a_statement_has_his_invoices_and_nobody_elses(office: Store) -> None:
    told = office.read(statements.statement, 1, SUPPLIER, "es", NOW)
    assert [one.number for one in told.lines] == ["F-0077", "F-0078", "79"]


def test_by_email_it_is_a_letter_with_the_document_that_he_has_among_his_files(
    office: Store, tmp_path: Path
) -> None:
    assert [wish(office, "email"), wish(office, "email")] == ["accepted", "accepted"]
    assert [sent(office, tmp_path), sent(office, tmp_path)] == [1, 0]
    [letter] = outbox(office, letters.OUTBOX_KIND)
    assert (letter.body["pii_address"], letter.body["files"][0]["name"]) == (EMAIL, "estado.pdf")
    [file] = office.read(lambda session: list(session.scalars(select(Attachment))))
    assert (file.customer_id, file.name) == (SUPPLIER, "estado.pdf")


def test_by_fax_it_goes_to_his_fax_machine(office: Store, tmp_path: Path) -> None:
    assert wish(office, "fax") == "accepted"
    sent(office, tmp_path)
    [fax] = outbox(office, faxes_out.OUTBOX_KIND)
    assert (fax.body["pii_number"], faxes_out.state_of(fax)) == (FAX, "waiting")


def test_who_has_no_address_or_must_not_be_written_to_is_told_at_once(office: Store) -> None:
    assert [wish(office, way, STRANGER) for way in ("email", "fax")] == ["no_address", "no_address"]  # type: ignore[arg-type]
    office.write(do_not_call.add, 1, EMAIL, source="he said so", by="ann", now=NOW)
    assert wish(office, "email") == "refused"
    assert outbox(office, statements.OUTBOX_KIND) == []


def test_what_is_forbidden_meanwhile_is_given_up_with_the_rule(office: Store, tmp_path: Path) -> None:
    wish(office, "email")
    office.write(do_not_call.add, 1, EMAIL, source="he said so", by="ann", now=NOW)
    sent(office, tmp_path)
    [item] = outbox(office, statements.OUTBOX_KIND)
    assert item.dead_at == NOW
    assert item.last_error == "not_permitted: do_not_call"
    assert outbox(office, letters.OUTBOX_KIND) == []
