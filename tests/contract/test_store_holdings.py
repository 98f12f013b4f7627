"""What customers have, their relatives and files, and the timeline of it all, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from crm_core import attachments, holdings
from crm_core.activities import Activity
from crm_core.cases import Case
from crm_core.contracts import Contract
from crm_core.customer_notes import CustomerNote, write_note
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.devices import Device
from crm_core.interactions import Interaction
from crm_core.invoices import Invoice, open_amounts
from crm_core.order_entry import place
from crm_core.payables import Payable
from crm_core.payments import Payment
from crm_core.permission.consents import Consent
from crm_core.products import OwnedProduct, define_product, owns
from crm_core.provenance import Origin, Source
from crm_core.relationships import end_relationship, relate, relatives
from crm_core.timeline import PARTS, timeline
from ctiserver.core.errors import NotFound, Refusal, StaleVersion

BILLING = Origin(source=Source.SYSTEM, by="billing")
ANN = Origin(source=Source.AGENT, by="ann", contact_id="contact-1")


def add(store: Store, **fields: Any) -> int:
    return store.write(lambda session: add_customer(session, 1, **({"name": "Ana", "now": 0.0} | fields)).id)


def keep(store: Store, kind: Any, customer_id: int, key: str, now: float = 5.0, **fields: Any) -> Any:
    return store.write(holdings.keep, kind, 1, customer_id, key, origin=BILLING, now=now, **fields)


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    yield seen
    event.remove(store.engine, "before_cursor_execute", note)


def test_telling_a_thing_twice_changes_nothing_and_telling_it_anew_changes_it(store: Store) -> None:
    ana = add(store)
    first = keep(store, Invoice, ana, "B-17", number="17", amount_minor=19_990, dated_at=3.0, due_at=9.0)
    assert (first.version, first.status, first.source, first.by) == (1, "open", "system", "billing")
    again = keep(store, Invoice, ana, "B-17", 6.0, number="17", amount_minor=19_990, dated_at=3.0, due_at=9.0)
    assert (again.id, again.version, again.updated_at) == (first.id, 1, 5.0)
    paid = keep(store, Invoice, ana, "B-17", 7.0, status="paid")
    assert (paid.id, paid.version, paid.updated_at, paid.amount_minor) == (first.id, 2, 7.0, 19_990)
    with pytest.raises(StaleVersion):
        keep(store, Invoice, ana, "B-17", status="open", expected_version=1)


def test_things_name_one_another_by_their_keys(store: Store) -> None:
    ana = add(store)
    store.write(define_product, 1, "gas", name="Gas", price_minor=1_000, now=1.0)
    contract = keep(store, Contract, ana, "C-1", product="gas", amount_minor=12_000)
    invoice = keep(store, Invoice, ana, "B-1", contract="C-1", amount_minor=12_000)
    payment = keep(store, Payment, ana, "P-1", invoice="B-1", amount_minor=5_000)
    assert (invoice.contract_id, payment.invoice_id) == (contract.id, invoice.id)
    assert store.read(open_amounts, 1, ana) == {"CLP": 7_000}
    keep(store, Payment, ana, "P-1", status="returned")
    assert store.read(open_amounts, 1, ana) == {"CLP": 12_000}
    keep(store, OwnedProduct, ana, "O-1", product="gas", until=50.0)
    assert [store.read(owns, 1, ana, "gas", at=at) for at in (10.0, 60.0)] == [True, False]
    for wrong in ({"invoice": "B-99"}, {"status": "eaten"}, {"colour": "red"}):
        with pytest.raises((NotFound, Refusal)):
            keep(store, Payment, ana, "P-2", **wrong)


def test_only_a_supplier_is_owed_money(store: Store) -> None:
    ana, supplier = add(store), add(store, name="Tubos SpA", kind="company", is_supplier=True)
    with pytest.raises(Refusal, match="supplier"):
        keep(store, Payable, ana, "F-1", amount_minor=1)
    assert keep(store, Payable, supplier, "F-1", amount_minor=1).status == "received"


def test_lists_go_by_customer_status_and_change_and_never_cross_an_account(store: Store) -> None:
    ana, ben = add(store), add(store)
    for number in range(5):
        keep(
            store,
            Device,
            ana,
            f"D-{number}",
            number=f"SN-{number}",
            dated_at=float(number),
            now=float(number),
        )
    keep(store, Device, ben, "D-9", number="SN-9", status="broken")
    first = store.read(holdings.listed, Device, 1, customer_id=ana, limit=3)
    rest = store.read(holdings.listed, Device, 1, customer_id=ana, limit=3, cursor=first.next)
    assert [row.number for row in (*first.rows, *rest.rows)] == [f"SN-{n}" for n in (4, 3, 2, 1, 0)]
    assert rest.next is None

    def numbers(**filters: Any) -> list[str]:
        return [row.number for row in store.read(holdings.listed, Device, 1, **filters).rows]

    assert numbers(status="broken") == ["SN-9"]
    assert numbers(number="SN-2") == ["SN-2"]
    assert numbers(changed_since=4.0) == ["SN-4", "SN-9"]
    assert store.read(holdings.listed, Device, 2).rows == []
    with pytest.raises(NotFound):
        store.read(holdings.one, Device, 2, first.rows[0].id)


def test_an_agent_takes_an_order_down_in_the_call(store: Store) -> None:
    ana = add(store)
    store.write(define_product, 1, "hose", name="Hose", price_minor=4_990, now=1.0)
    lines = [{"product": "hose", "quantity": 2}, {"text": "Visit", "unit_price_minor": 10_000}]
    order = store.write(place, 1, ana, lines, currency="CLP", origin=ANN, now=5.0, request_id="r1")
    assert (order.amount_minor, order.status, order.contact_id, order.dated_at) == (
        19_980,
        "placed",
        "contact-1",
        5.0,
    )
    assert order.lines[0] == {"product": "hose", "text": "Hose", "quantity": 2, "unit_price_minor": 4_990}
    again = store.write(place, 1, ana, lines, currency="CLP", origin=ANN, now=6.0, request_id="r1")
    assert again.id == order.id
    for wrong in ([], [{"product": "sofa"}], [{"product": "hose", "quantity": 0}], [{"text": "Visit"}]):
        with pytest.raises(Refusal):
            store.write(place, 1, ana, wrong, currency="CLP", origin=ANN, now=5.0)


def test_a_relationship_is_read_from_both_ends_and_kept_once(store: Store) -> None:
    ana, gas, ben = add(store), add(store, name="Gas", kind="company"), add(store, name="Ben")
    store.write(relate, 1, ana, "works_at", gas, origin=ANN, now=1.0, role="buyer")
    store.write(relate, 1, gas, "employs", ana, origin=ANN, now=2.0, role="treasurer")
    store.write(relate, 1, ben, "family", ana, origin=ANN, now=2.0)
    seen = {who: store.read(relatives, 1, who) for who in (ana, gas)}
    assert [(one.kind, one.name, one.role) for one in seen[gas]] == [("employs", "Ana", "treasurer")]
    assert [(one.kind, one.name) for one in seen[ana]] == [("family", "Ben"), ("works_at", "Gas")]
    store.write(end_relationship, 1, gas, seen[gas][0].relationship_id, now=9.0)
    assert [one.until for one in store.read(relatives, 1, ana)] == [None, 9.0]
    for kind, other in (("eats", gas), ("family", ana)):
        with pytest.raises(Refusal):
            store.write(relate, 1, ana, kind, other, origin=ANN, now=1.0)
    with pytest.raises(NotFound):
        store.write(relate, 1, ana, "family", 999, origin=ANN, now=1.0)


def test_a_file_is_kept_once_under_its_hash_and_leaves_with_its_last_owner(
    store: Store, tmp_path: Path
) -> None:
    ana, ben, folder = add(store), add(store), tmp_path / "files"

    def attach(who: int, name: str, content: bytes = b"%PDF-1.7 contract") -> attachments.Attachment:
        return store.write(attachments.attach, folder, 1, who, name, content, origin=ANN, now=1.0)

    first, second = attach(ana, "../../etc/contrato.pdf"), attach(ben, "copy.pdf")
    assert (first.name, first.content_type, first.sha256) == (
        "contrato.pdf",
        "application/pdf",
        second.sha256,
    )
    assert len([file for file in folder.rglob("*") if file.is_file()]) == 1
    assert attachments.content_of(folder, first) == b"%PDF-1.7 contract"
    with pytest.raises(NotFound):
        store.read(attachments.attachment, 1, ana, second.id)
    assert not store.write(lambda session: attachments.remove(session, session.merge(first)))
    assert attachments.content_of(folder, second)
    assert store.write(lambda session: attachments.remove(session, session.merge(second)))
    attachments.drop_file(folder, second)
    assert [file for file in folder.rglob("*") if file.is_file()] == []
    for content in (b"", b"MZ\x90\0", b"<html>", b"\xff\xfe\0a", b" <script>"):
        with pytest.raises(Refusal):
            attach(ana, "x.pdf", content)


def furnish(session: Session) -> int:
    """A customer with one thing of each kind that the timeline knows, and two notes at the same instant."""
    ana = add_customer(session, 1, name="Ana", is_supplier=True, now=0.0)
    define_product(session, 1, "gas", name="Gas", now=1.0)
    for place_in_time, (name, kind) in enumerate(holdings.KINDS.items()):
        extra = {"product": "gas"} if kind is OwnedProduct else {}
        holdings.keep(
            session, kind, 1, ana.id, name, origin=BILLING, now=1.0, dated_at=10.0 + place_in_time, **extra
        )
    for text in ("one", "two"):
        write_note(session, 1, ana.id, text, by="ann", at=30.0)
    case = {
        "kind": "help",
        "state": "new",
        "is_open": True,
        "priority": "normal",
        "channel": "voice",
        "opened_by": "ann",
    }
    times = {"opened_at": 41.0, "updated_at": 41.0, "next_due_at": 50.0, "resolve_seconds": 60.0}
    session.add(Case(account_id=1, customer_id=ana.id, subject="No gas", **case, **times))
    task = {"kind": "task", "owner": "ann", "created_by": "ann", "created_at": 42.0, "updated_at": 42.0}
    session.add(Activity(account_id=1, customer_id=ana.id, subject="Call her", due_at=60.0, **task))
    said = {"channel": "phone", "purpose": "sales", "source": "call", "wording": "", "proof": "", "by": "ann"}
    session.add(Consent(account_id=1, customer_id=ana.id, given=True, at=43.0, noted_at=43.0, **said))
    session.add(
        Interaction(
            id="c1", account_id=1, customer_id=ana.id, arrived_at=40.0, last_epoch=1, last_seq=1, last_n=1
        )
    )
    session.add(
        attachments.Attachment(
            account_id=1,
            customer_id=ana.id,
            name="a",
            sha256="0",
            content_type="text/plain",
            size_bytes=1,
            known_at=35.0,
        )
    )
    return ana.id


def test_the_timeline_is_everything_once_the_latest_first_page_by_page(store: Store) -> None:
    ana = store.write(furnish)
    whole = store.read(timeline, 1, ana, limit=100)
    assert {line.kind for line in whole.rows} == {*PARTS} & {line.kind for line in whole.rows}
    assert {"contact", "note", "stage", "attachment", "order", "payable"} <= {
        line.kind for line in whole.rows
    }
    assert len(whole.rows) == 9 + 2 + 1 + 1 + 1 + 3
    assert [line.at for line in whole.rows] == sorted((line.at for line in whole.rows), reverse=True)
    seen, cursor = [], None
    while True:
        found = store.read(timeline, 1, ana, limit=2, cursor=cursor)
        seen += found.rows
        if (cursor := found.next) is None:
            break
    assert seen == whole.rows
    assert {line.kind for line in store.read(timeline, 1, ana, kinds=["order"]).rows} == {"order"}
    assert store.read(timeline, 2, ana).rows == []
    for wrong in ({"kinds": ["dreams"]}, {"cursor": "x"}):
        with pytest.raises(Refusal):
            store.read(timeline, 1, ana, **wrong)


def test_a_page_of_a_long_timeline_is_one_statement_that_reads_no_more_than_its_lines(store: Store) -> None:
    ana = store.write(furnish)
    rows = [
        {"account_id": 1, "customer_id": ana, "at": float(number), "by": "ann", "text": "note"}
        for number in range(2_000)
    ]
    store.write(lambda session: session.execute(insert(CustomerNote), rows) and None)
    first = store.read(timeline, 1, ana, limit=50)
    with counted(store) as statements:
        page = store.read(timeline, 1, ana, limit=50, cursor=first.next)
    assert len(statements) == 1
    assert statements[0].count("LIMIT") == len(PARTS) + 1
    assert len(page.rows) == 50
