"""Duplicates are found, merged and parted again, on both databases."""

from typing import Any

import pytest
from sqlalchemy import select

from crm_core import contact_points, duplicates, interactions, merges
from crm_core.candidates import find_by_number
from crm_core.customers import Customer, add_customer, customer
from crm_core.db import Store
from crm_core.interactions import Interaction
from crm_core.phone_numbers import E164
from crm_core.search import find
from ctiserver.core.errors import NotFound, Refusal

MOBILE, LANDLINE, OFFICE = E164("+56971884213"), E164("+56222293066"), E164("+56226381234")
RUT, OTHER_RUT = "12.345.678-5", "9.876.543-3"


def add(store: Store, *, phones: tuple[E164, ...] = (), account_id: int = 1, **fields: Any) -> int:
    rosa = {"name": "Rosa María", "surname": "Pérez", "second_surname": "González"} | fields
    return store.write(lambda s: add_customer(s, account_id, now=1.0, phones=phones, **rosa).id)


def call(store: Store, contact: str, customer_id: int) -> None:
    row = {"id": contact, "account_id": 1, "arrived_at": 1.0, "customer_id": customer_id, "candidate_ids": []}
    row |= {"menu_path": [], "collected": {}, "decisions": [], "last_epoch": 1, "last_seq": 1, "last_n": 1}
    store.write(lambda session: session.add(Interaction(**row)))


def calls_of(store: Store, customer_id: int) -> set[str]:
    query = select(interactions.Interaction.id).where(Interaction.customer_id == customer_id)
    return set(store.read(lambda session: session.scalars(query).all()))


def test_everything_of_the_merged_record_is_found_with_the_kept_one(store: Store) -> None:
    kept, merged = add(store, phones=(MOBILE,)), add(store, phones=(MOBILE, LANDLINE), rut=RUT)
    call(store, "c1", kept)
    call(store, "c2", merged)
    store.write(merges.merge, 1, kept, merged, by="ann", now=5.0)
    assert calls_of(store, kept) == {"c1", "c2"}
    for number in (MOBILE, LANDLINE):
        assert [found.customer_id for found in store.read(find_by_number, 1, number)] == [kept]
    assert store.read(lambda s: customer(s, 1, kept).rut) == "12345678-5"


def test_a_merged_record_is_nobody_until_the_merge_is_undone(store: Store) -> None:
    kept, merged = add(store), add(store)
    done = store.write(merges.merge, 1, kept, merged, by="ann", now=5.0)
    with pytest.raises(NotFound):
        store.read(customer, 1, merged)
    assert store.read(lambda s: [hit.customer.id for hit in find(s, 1, "Rosa")]) == [kept]
    assert store.read(merges.merged_into, 1, merged) == kept
    store.write(merges.undo, 1, done.id, by="sue", now=6.0)
    assert store.read(lambda s: sorted(hit.customer.id for hit in find(s, 1, "Rosa"))) == sorted(
        (kept, merged)
    )


def test_an_undone_merge_gives_back_what_it_took_and_leaves_what_came_later(store: Store) -> None:
    kept = add(store, phones=(MOBILE,))
    merged = add(store, phones=(MOBILE, LANDLINE), rut=RUT, language="en")
    call(store, "c1", kept)
    call(store, "c2", merged)
    done = store.write(merges.merge, 1, kept, merged, by="ann", now=5.0)
    call(store, "c3", kept)
    store.write(merges.undo, 1, done.id, by="sue", now=6.0)
    assert (calls_of(store, kept), calls_of(store, merged)) == ({"c1", "c3"}, {"c2"})

    def seen(session: Any, customer_id: int) -> tuple[Any, ...]:
        row = customer(session, 1, customer_id)
        return row.rut, row.language, {phone.e164 for phone in row.phones}

    assert store.read(seen, kept) == (None, None, {MOBILE})
    assert store.read(seen, merged) == ("12345678-5", "en", {MOBILE, LANDLINE})


def test_what_somebody_changed_after_the_merge_stays_when_it_is_undone(store: Store) -> None:
    kept, merged = add(store), add(store, language="en")
    done = store.write(merges.merge, 1, kept, merged, by="ann", now=5.0)
    store.write(lambda s: setattr(customer(s, 1, kept), "language", "pt"))
    store.write(merges.undo, 1, done.id, by="sue", now=6.0)
    assert store.read(lambda s: customer(s, 1, kept).language) == "pt"


def test_merges_are_undone_from_the_last_backwards_and_only_once(store: Store) -> None:
    one, two, three = add(store), add(store), add(store)
    first = store.write(merges.merge, 1, two, one, by="ann", now=5.0)
    second = store.write(merges.merge, 1, three, two, by="ann", now=6.0)
    with pytest.raises(Refusal, match="undo that merge first"):
        store.write(merges.undo, 1, first.id, by="ann", now=7.0)
    store.write(merges.undo, 1, second.id, by="ann", now=8.0)
    store.write(merges.undo, 1, first.id, by="ann", now=9.0)
    with pytest.raises(Refusal, match="undone before"):
        store.write(merges.undo, 1, first.id, by="ann", now=10.0)


def test_nobody_is_merged_with_himself_with_a_strangers_record_or_twice(store: Store) -> None:
    kept, merged = add(store), add(store)
    with pytest.raises(Refusal):
        store.write(merges.merge, 1, kept, kept, by="ann", now=5.0)
    with pytest.raises(NotFound):
        store.write(merges.merge, 2, kept, merged, by="ann", now=5.0)
    store.write(merges.merge, 1, kept, merged, by="ann", now=5.0)
    with pytest.raises(NotFound):
        store.write(merges.merge, 1, kept, merged, by="ann", now=6.0)


def test_a_search_finds_duplicates_once_and_leaves_families_alone(store: Store) -> None:
    rosa, again = add(store, phones=(MOBILE,), rut=RUT), add(store, phones=(MOBILE,), second_surname="")
    add(store, phones=(MOBILE,), name="Juana", rut=OTHER_RUT)
    assert store.write(duplicates.search, 1, now=5.0) == 1
    assert store.write(duplicates.search, 1, now=6.0) == 0
    (pair,) = store.read(duplicates.open_pairs, 1)
    assert (pair.one_id, pair.other_id) == (rosa, again)


def test_a_shared_e_mail_and_address_are_evidence(store: Store) -> None:
    def at_home(session: Any, customer_id: int) -> None:
        place = {"street": "Los Aromos 1234, depto. 5", "city": "Ñuñoa"}
        session.add(contact_points.Address(account_id=1, customer_id=customer_id, **place))
        session.add(contact_points.Email(account_id=1, customer_id=customer_id, address="rosa@example.cl"))

    for surname in ("Pérez", "Peres"):
        store.write(at_home, add(store, name="Rosa", surname=surname, second_surname=""))
    assert store.write(duplicates.search, 1, now=5.0) == 1


def test_a_pair_is_merged_or_called_different_and_then_waits_no_longer(store: Store) -> None:
    one, two, three = (add(store, phones=(OFFICE,), rut=rut) for rut in (RUT, None, None))
    store.write(duplicates.search, 1, now=5.0)
    pairs = {(row.one_id, row.other_id): row.id for row in store.read(duplicates.open_pairs, 1)}
    assert set(pairs) == {(one, two), (one, three), (two, three)}
    store.write(duplicates.decide, 1, pairs[one, three], keep=None, by="ann", now=6.0)
    decided = store.write(duplicates.decide, 1, pairs[one, two], keep=one, by="ann", now=7.0)
    assert decided.state == "merged"
    assert store.read(duplicates.open_pairs, 1) == []
    assert store.read(lambda s: s.scalars(select(Customer.id).order_by(Customer.id)).all()) == [one, three]
    store.write(merges.undo, 1, decided.merge_id, by="ann", now=8.0)
    assert [row.id for row in store.read(duplicates.open_pairs, 1)] == [pairs[two, three]]


def test_a_decision_is_taken_back_and_the_pair_waits_again(store: Store) -> None:
    one, two = add(store, phones=(OFFICE,), rut=RUT), add(store, phones=(OFFICE,))
    store.write(duplicates.search, 1, now=5.0)
    (pair,) = store.read(duplicates.open_pairs, 1)
    with pytest.raises(Refusal, match="nothing was decided"):
        store.write(duplicates.reopen, 1, pair.id, by="ann", now=6.0)
    for keep in (None, one, two):
        store.write(duplicates.decide, 1, pair.id, keep=keep, by="ann", now=7.0)
        assert store.read(duplicates.open_pairs, 1) == []
        store.write(duplicates.reopen, 1, pair.id, by="ann", now=8.0)
        assert [row.id for row in store.read(duplicates.open_pairs, 1)] == [pair.id]
    decided = store.write(duplicates.decide, 1, pair.id, keep=two, by="ann", now=9.0)
    assert [row.id for row in store.read(merges.merges_of, 1, one).rows][:1] == [decided.merge_id]
    store.write(duplicates.undo_merge, 1, decided.merge_id, by="ann", now=10.0)
    assert [row.id for row in store.read(duplicates.open_pairs, 1)] == [pair.id]
    with pytest.raises(NotFound):
        store.write(duplicates.reopen, 2, pair.id, by="ann", now=11.0)
