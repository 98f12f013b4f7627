"""Facts, contact points, custom fields: what is known of a customer, and who said so, on both databases."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm_core import facts
from crm_core.candidates import find_by_number
from crm_core.contact_points import (
    Address,
    Email,
    Phone,
    end,
    keep_address,
    keep_email,
    keep_phone,
    points_of,
)
from crm_core.custom_fields import CustomField, define
from crm_core.customers import Customer, add_customer, change_customer, customer, move_to_stage, settle
from crm_core.db import Store
from crm_core.lifecycle import stages_of
from crm_core.phone_numbers import E164
from crm_core.provenance import Origin, Source
from crm_core.tags import set_tags, tags_in_use, tags_of
from ctiserver.core.errors import NotFound, Refusal, StaleVersion

MOBILE, LANDLINE = E164("+56971884213"), E164("+56222293066")
FILE = Origin(source=Source.FILE, by="import 7")
SAID = Origin(source=Source.CUSTOMER, by="ann", contact_id="contact-1")
READ = Origin(source=Source.DOCUMENT, by="bob")


def add(store: Store, **fields: Any) -> int:
    given = {"name": "Ana", "surname": "Munoz", "origin": FILE} | fields
    return store.write(lambda session: add_customer(session, 1, now=1.0, **given).id)


def change(store: Store, number: int, origin: Origin, now: float, **fields: Any) -> Customer:
    return store.write(change_customer, 1, number, expected_version=None, now=now, origin=origin, **fields)


def test_a_less_trusted_source_is_kept_and_shown_as_a_conflict_but_never_overwrites(store: Store) -> None:
    added = add(store)
    assert change(store, added, SAID, 2.0, surname="Muñoz").surname == "Muñoz"
    assert change(store, added, FILE, 3.0, surname="MUNOS").surname == "Muñoz"
    surname = store.read(facts.standing, 1, added)["surname"]
    assert (surname.shown.value, surname.shown.source, surname.shown.by, surname.shown.at) == (
        "Muñoz",
        Source.CUSTOMER,
        "ann",
        2.0,
    )
    assert [(one.value, one.source) for one in surname.conflicts] == [("MUNOS", Source.FILE)]
    said = store.read(
        lambda session: [(f.value, f.superseded_at) for f in facts.history(session, 1, added, "surname").rows]
    )
    assert said == [("MUNOS", None), ("Muñoz", None), ("Munoz", 3.0)]


def test_a_person_settles_a_conflict_and_nothing_is_lost(store: Store) -> None:
    added = add(store)
    change(store, added, SAID, 2.0, surname="Muñoz")
    (conflict,) = store.read(facts.standing, 1, added)["surname"].conflicts
    settled = store.write(settle, 1, added, conflict.fact_id, by="bob", now=3.0)
    assert (settled.surname, settled.search_text) == ("Munoz", " ana munoz ")
    assert store.read(facts.standing, 1, added)["surname"].conflicts == []
    assert len(store.read(facts.history, 1, added, "surname").rows) == 2
    with pytest.raises(NotFound):
        store.write(settle, 1, added, 999, by="bob", now=4.0)


def test_what_is_older_than_the_facts_becomes_a_fact_of_unknown_source(store: Store) -> None:
    added = add(store)
    store.write(lambda session: [session.delete(fact) for fact in facts.history(session, 1, added).rows])
    change(store, added, SAID, 2.0, surname="Muñoz")
    (old,) = store.read(facts.standing, 1, added)["surname"].conflicts
    assert (old.value, old.source) == ("Munoz", Source.UNKNOWN)


def test_what_a_contact_taught_is_counted_once_and_what_was_known_is_not(store: Store) -> None:
    added = add(store)
    store.write(keep_phone, 1, added, MOBILE, origin=SAID, now=2.0)
    store.write(keep_phone, 1, added, MOBILE, origin=SAID, now=3.0)
    change(store, added, SAID, 2.0, surname="Munoz", language="en", birth_date="1984-03-27")
    change(store, added, SAID, 2.5, language="en")
    assert store.read(facts.learned_per_contact, 1, ["contact-1", "contact-2"]) == {"contact-1": 3}
    assert store.read(facts.learned_per_contact, 2, ["contact-1"]) == {}


def test_contact_points_end_instead_of_vanishing_and_one_of_a_kind_is_preferred(store: Store) -> None:
    added = add(store, phones=[MOBILE, LANDLINE])

    def settle_in(session: Session) -> None:
        keep_phone(session, 1, added, LANDLINE, origin=SAID, now=2.0, preferred=True, label="home")
        keep_phone(session, 1, added, MOBILE, origin=SAID, now=2.0, preferred=True)
        keep_email(session, 1, added, " Ana@Example.CL ", origin=SAID, now=2.0)
        keep_address(session, 1, added, origin=SAID, now=2.0, street="Av. Ñuñoa 12", region="CL-RM")
        keep_address(session, 1, added, origin=SAID, now=2.0, street="av nunoa 12", city="")
        for phone in points_of(session, Phone, 1, added):
            if phone.e164 == MOBILE:
                end(session, phone, by="ann", now=5.0)

    store.write(settle_in)
    phones = store.read(points_of, Phone, 1, added)
    assert [(one.e164, one.label, one.preferred, one.valid_until) for one in phones] == [
        (LANDLINE, "home", False, None),
        (MOBILE, "", False, 5.0),
    ]
    assert [one.address for one in store.read(points_of, Email, 1, added)] == ["ana@example.cl"]
    assert len(store.read(points_of, Address, 1, added)) == 1
    assert store.read(find_by_number, 1, MOBILE) == []
    assert len(store.read(find_by_number, 1, MOBILE, at=4.0)) == 1
    store.write(keep_phone, 1, added, MOBILE, origin=SAID, now=6.0)
    assert len(store.read(find_by_number, 1, MOBILE)) == 1


CHOICES = [{"key": "a", "label_es": "A", "label_en": "A"}]
LABELS = {"label_es": "Campo", "label_en": "Field"}


def test_custom_fields_are_typed_facts(store: Store) -> None:
    for key in ("text", "number", "date", "yes_no"):
        store.write(define, 1, key, type=key, **LABELS)
    store.write(define, 1, "choice", type="choice", choices=CHOICES, **LABELS)
    right = {"text": " gas ", "number": "12.5", "date": "2024-02-29", "yes_no": "no", "choice": "a"}
    added = add(store, custom=right)
    kept = {"text": "gas", "number": 12.5, "date": "2024-02-29", "yes_no": False, "choice": "a"}
    assert store.read(customer, 1, added).custom == kept
    change(store, added, SAID, 2.0, custom={"number": None, "text": "luz"})
    del kept["number"]
    assert store.read(customer, 1, added).custom == {**kept, "text": "luz"}
    assert store.read(facts.standing, 1, added)["custom.text"].conflicts[0].value == "gas"
    for wrong in (
        {"number": "x"},
        {"date": "2023-02-29"},
        {"choice": "b"},
        {"yes_no": "perhaps"},
        {"other": 1},
    ):
        with pytest.raises(Refusal):
            change(store, added, SAID, 3.0, custom=wrong)
    with pytest.raises(Refusal, match="another field"):
        store.write(define, 1, "text", type="number")
    with pytest.raises(StaleVersion):
        store.write(define, 1, "text", expected_version=7, label_es="Otro")
    assert isinstance(store.write(define, 1, "text", expected_version=1, label_es="Otro"), CustomField)


def test_the_stages_of_life_have_their_dates_and_order(store: Store) -> None:
    added = add(store, stage="prospect")
    for stage, now in (("customer", 2.0), ("lost", 3.0), ("won_back", 4.0)):
        store.write(move_to_stage, 1, added, stage, expected_version=None, by="ann", now=now)
    assert [(row.stage, row.at) for row in store.read(stages_of, 1, added)] == [
        ("won_back", 4.0),
        ("lost", 3.0),
        ("customer", 2.0),
        ("prospect", 1.0),
    ]
    with pytest.raises(Refusal, match="at_risk, lost"):
        store.write(move_to_stage, 1, added, "prospect", expected_version=None, by="ann", now=5.0)


def test_tags_are_words_of_the_company(store: Store) -> None:
    first, second = add(store), add(store)
    store.write(set_tags, 1, first, ["VIP ", "vip", "Moroso  Crónico"])
    store.write(set_tags, 1, second, ["vip"])
    assert store.read(tags_of, 1, first) == ["moroso crónico", "vip"]
    assert store.read(tags_in_use, 1) == {"moroso crónico": 1, "vip": 2}
    with pytest.raises(Refusal):
        store.write(set_tags, 1, first, [" "])
