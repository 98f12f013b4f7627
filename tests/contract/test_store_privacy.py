"""A person is erased on both databases: nothing of him is left, what the company must keep stays without him."""

from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from crm_core import audit, customers, merges, outbox, permission, search
from crm_core.accounts import Account
from crm_core.base import Base
from crm_core.contact_points import keep_phone
from crm_core.customers import Customer, add_customer
from crm_core.db import Store
from crm_core.imports import Import, ImportRow
from crm_core.interactions import Interaction, Segment
from crm_core.invoices import Invoice
from crm_core.permission import do_not_call
from crm_core.phone_numbers import E164
from crm_core.privacy import erasure, legal_holds
from crm_core.privacy.erasure import Erasure, erase
from crm_core.privacy.parts import PARTS
from crm_core.provenance import UNKNOWN_ORIGIN
from crm_core.spellings import Spelling
from crm_core.value import costs
from ctiserver.core.errors import NotFound, Refusal
from ctiserver.core.permit import Channel, Purpose, Refused, Rule
from tests.contract.person import CONTACT, MARK, everything, fill

NUMBER, SHARED = E164("+56971884213"), E164("+56226381234")
NOW = 100_000.0
ANA, RUT = "Ana Zúñiga Quispe", "12345678-5"


def people(session: Session) -> None:
    session.add(Account(id=2, name="Other", country="CL", language="es", time_zone="America/Santiago"))
    names = {"name": "Ana", "surname": "Zúñiga", "second_surname": "Quispe", "rut": RUT}
    ana = add_customer(
        session, 1, now=1.0, phones=[NUMBER, SHARED], notes=MARK, birth_date="1984-03-27", **names
    )
    bruno = add_customer(session, 1, now=1.0, phones=[SHARED], name="Bruno", surname="Zúñiga")
    assert (ana.id, bruno.id) == (1, 2)
    fill(session, ana, bruno, NUMBER)


@pytest.fixture
def filled(store: Store) -> Store:
    store.write(people)
    return store


def erased(store: Store, customer_id: int = 1, typed: str = ANA, *, now: float = NOW) -> Erasure:
    return store.write(erase, 1, customer_id, confirmation=typed, ground="asked", by="boss", now=now)


def rows(store: Store, table: str) -> list[Any]:
    return store.read(lambda session: session.execute(Base.metadata.tables[table].select()).all())


def count(store: Store, table: str) -> int:
    wanted = select(func.count()).select_from(Base.metadata.tables[table])
    return store.read(lambda session: int(session.scalar(wanted) or 0))


def test_nothing_of_a_person_of_whom_every_table_held_something_is_left(filled: Store) -> None:
    before = filled.read(everything)
    done = erased(filled)
    assert [kind for kind, _ in done.files_left] == ["attachment", "recording", "import", "name"]
    assert [one.id for one in filled.read(erasure.with_files_left)] == [done.id]
    filled.write(erasure.files_removed, done.id, [], now=NOW)
    assert filled.read(erasure.with_files_left) == []
    after = filled.read(everything)
    for mark in (MARK, NUMBER, RUT, "Quispe", "quispe", "1984-03-27", "Ana"):
        assert mark in before or mark == "quispe", mark
        assert mark not in after, (mark, after[after.index(mark) - 300 : after.index(mark) + 100])
    assert set(done.counts) == set(PARTS)
    assert "Bruno" in after
    assert SHARED in after
    for table, part in PARTS.items():
        gone = {"phones", "facts", "lifecycle_stages", "spoken_names"}  # the other customer's remain
        if not part.stays and table not in gone:
            assert rows(filled, table) == [], table


def test_sums_of_money_and_the_reports_stay_as_they_were(filled: Store) -> None:
    def figures(session: Session) -> Any:
        return (
            session.execute(select(func.count(), func.sum(Invoice.amount_minor))).all(),
            sum(costs.sums(session, 1).values()),
            session.execute(select(Interaction.arrived_at, Interaction.queue, Interaction.outcome)).all(),
            session.execute(select(Segment.agent, Segment.answered_at)).all(),
        )

    before = filled.read(figures)
    erased(filled)
    assert filled.read(figures) == before
    (contact,) = rows(filled, "interactions")
    assert (contact.customer_id, contact.ani, contact.collected, contact.to_call_back) == (
        None,
        "",
        {},
        False,
    )


def test_he_is_not_found_any_more_by_anything(filled: Store) -> None:
    erased(filled)
    for typed in ("Quispe", "quispi", NUMBER, RUT):
        assert filled.read(search.find, 1, typed, 5) == [], typed
    assert [hit.customer.id for hit in filled.read(search.find, 1, "zuñiga", 5)] == [2]
    words = set(filled.read(lambda session: session.scalars(select(Spelling.word)).all()))
    assert "zuniga" in words
    assert "quispe" not in words
    with pytest.raises(NotFound):
        filled.read(customers.customer, 1, 1)
    with pytest.raises(NotFound):
        erased(filled)
    done = filled.read(erasure.erasure_of, 1, 1)
    assert done is not None
    assert (done.by, done.ground) == ("boss", "asked")


def test_whoever_was_erased_is_not_called_again_when_a_list_brings_his_number_back(filled: Store) -> None:
    erased(filled)

    def again(session: Session) -> Any:
        new = add_customer(session, 1, now=NOW, phones=[NUMBER], name="Lead 7")
        ask = {"channel": Channel.PHONE, "purpose": Purpose.SALES, "automatic": False, "now": NOW}
        return permission.check(session, 1, new.id, NUMBER, **ask)  # type: ignore[arg-type]

    refused = filled.write(again)
    assert isinstance(refused, Refused)
    assert refused.rule is Rule.DO_NOT_CALL
    assert filled.read(do_not_call.of_address, 1, SHARED) == []
    (entry,) = filled.read(do_not_call.of_address, 1, NUMBER)
    assert filled.write(do_not_call.add, 1, NUMBER, source="call", by="ann", now=NOW).id == entry.id
    assert filled.read(do_not_call.of_address, 2, NUMBER) == []


def test_what_others_quote_of_him_goes_too(filled: Store) -> None:
    def quoted(session: Session) -> None:
        outbox.post(session, "e.1", "webhook", {"data": {"contact": CONTACT}}, due_at=1.0, target="1")
        outbox.post(session, "e.2", "webhook", {"data": {"pii_number": NUMBER}}, due_at=1.0, target="1")
        outbox.post(session, "e.3", "webhook", {"data": {"customer_id": 2}}, due_at=1.0, target="1")
        noted = {"account_id": 1, "at": 1.0, "by": "ann"}
        audit.note(session, action="do_not_call.added", subject=NUMBER, **noted)
        audit.note(
            session, action="attach customer", subject=f"contact {CONTACT}", after={"customer_id": 1}, **noted
        )
        audit.note(
            session, action="change customer", subject="customer 2", after={"notes": f"de {RUT}"}, **noted
        )
        audit.note(session, action="change customer", subject="customer 2", after={"name": "Bruno"}, **noted)
        job = session.scalars(select(Import)).one()
        line = {"import_id": job.id, "state": "rejected", "before": {}, "reasons": [["rut", "x"]]}
        for number, cells in (
            (8, ["Ana", "9 7188-4213"]),
            (9, ["Ana", "12.345.678-5"]),
            (10, ["Eva", "abc"]),
        ):
            session.execute(insert(ImportRow).values(**line, line=number, cells=cells))
        late = {"account_id": 1, "arrived_at": 9.0, "last_epoch": 1, "last_seq": 1, "last_n": 1}
        session.add(Interaction(id="shared", customer_id=2, candidate_ids=[2, 1, 21], ani=SHARED, **late))
        session.add(Interaction(id="keyed", collected={"rut": RUT}, ani="+56229998877", **late))
        session.add(Interaction(id="before", ani=NUMBER[1:], **late))

    filled.write(quoted)
    erased(filled)
    assert [row.id for row in rows(filled, "outbox")] == ["e.3"]
    told = [(row.action, row.subject, row.after) for row in rows(filled, "audit")]
    assert ("do_not_call.added", "erased", {}) in told
    assert ("attach customer", f"contact {CONTACT}", {}) in told
    assert ("change customer", "customer 2", {}) in told
    assert ("change customer", "customer 2", {"name": "Bruno"}) in told
    lines = {row.line: row.cells for row in rows(filled, "import_rows")}
    assert (lines[8], lines[9], lines[10]) == ([], [], ["Eva", "abc"])
    contacts = {row.id: row for row in rows(filled, "interactions")}
    assert (contacts["shared"].customer_id, contacts["shared"].candidate_ids) == (2, [2, 21])
    assert contacts["shared"].ani == SHARED
    assert (contacts["keyed"].collected, contacts["keyed"].ani, contacts["before"].ani) == ({}, "", "")


def test_records_merged_into_his_go_with_him(filled: Store) -> None:
    def merged(session: Session) -> None:
        twin = add_customer(
            session, 1, now=2.0, phones=[NUMBER, E164("+56911112222")], name="Anita", rut="9876543-3"
        )
        session.flush()
        keep_phone(session, 1, twin.id, E164("+56933334444"), origin=UNKNOWN_ORIGIN, now=2.0)
        merges.merge(session, 1, 1, twin.id, by="ann", now=3.0)

    filled.write(merged)
    erased(filled)
    after = filled.read(everything)
    for mark in ("Anita", "9876543-3", "+56911112222", "+56933334444"):
        assert mark not in after
    everybody = select(Customer.id).execution_options(with_merged=True).order_by(Customer.id)
    assert filled.read(lambda session: session.scalars(everybody).all()) == [1, 2]


def test_a_legal_hold_forbids_it_until_it_is_lifted(filled: Store) -> None:
    made = filled.write(legal_holds.hold, 1, 1, "  juicio 12-2026 ", by="boss", now=2.0)
    with pytest.raises(Refusal, match="juicio 12-2026") as refused:
        erased(filled)
    assert refused.value.error_id == "legal_hold"
    assert filled.write(legal_holds.lift, 1, 1, made.id, by="boss", now=3.0).lifted_at == 3.0
    assert filled.write(legal_holds.lift, 1, 1, made.id, by="eve", now=4.0).lifted_by == "boss"
    with pytest.raises(NotFound):
        filled.write(legal_holds.lift, 1, 2, made.id, by="boss", now=3.0)
    assert erased(filled).customer_id == 1


def test_nobody_is_erased_by_mistake_or_by_another_company(filled: Store) -> None:
    with pytest.raises(Refusal, match=ANA) as refused:
        erased(filled, typed="Ana")
    assert refused.value.error_id == "wrong_confirmation"
    with pytest.raises(Refusal, match="choose one of"):
        filled.write(erase, 1, 1, confirmation="ana zuniga quispe", ground="because", by="boss", now=NOW)
    with pytest.raises(NotFound):
        filled.write(erase, 2, 1, confirmation=ANA, ground="asked", by="other", now=NOW)
    assert count(filled, "erasures") == 0


@pytest.mark.parametrize(("began", "ended"), [(NOW - 60, None), (NOW - 600, NOW - 60)])
def test_nobody_is_erased_while_his_contact_is_still_being_written_down(
    filled: Store, began: float, ended: float | None
) -> None:
    def calls(session: Session) -> None:
        contact = Interaction(id="now", account_id=1, customer_id=1, arrived_at=began, ended_at=ended)
        contact.last_epoch = contact.last_seq = contact.last_n = 1
        session.add(contact)

    filled.write(calls)
    with pytest.raises(Refusal) as refused:
        erased(filled)
    assert refused.value.error_id == "contact_under_way"
    assert erased(filled, now=NOW + 20_000).customer_id == 1
