"""Customers, users and agents on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from crm_core.accounts import Account
from crm_core.agents import Agent, AgentPhone, Skill, add_agent, phones
from crm_core.candidates import CANDIDATES_AT_MOST, find_by_number
from crm_core.customers import Customer, add_customer, change_customer, customer
from crm_core.db import Store
from crm_core.phone_numbers import E164
from crm_core.search import find
from crm_core.users import add_user, authenticate, user
from ctiserver.core.errors import Conflict, NotFound, Refusal

ANA = {"name": "Ana", "surname": "Muñoz", "second_surname": "Peña", "rut": "12.345.678-5", "language": "es"}
MOBILE, LANDLINE = E164("+56971884213"), E164("+56222293066")


def add(store: Store, account_id: int = 1, **fields: Any) -> int:
    return store.write(lambda session: add_customer(session, account_id, now=1.0, **(ANA | fields)).id)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_caller_is_found_by_any_of_his_numbers(store: Store) -> None:
    added = add(store, value_class="B", phones=[MOBILE, LANDLINE])
    for number in (MOBILE, LANDLINE):
        (found,) = store.read(find_by_number, 1, number)
        assert (found.customer_id, found.pii_name, found.value_class, found.language) == (
            added,
            "Ana Muñoz Peña",
            "B",
            "es",
        )


def test_a_look_up_is_one_statement(store: Store) -> None:
    add(store, phones=[MOBILE])
    with statements(store.engine) as seen:
        store.read(find_by_number, 1, MOBILE)
    assert len(seen) == 1


def test_of_those_who_share_a_number_the_highest_class_comes_first_and_the_unclassed_last(
    store: Store,
) -> None:
    for rut, value_class in (("1-9", None), ("2-7", "C"), ("3-5", "A"), ("4-3", "B")):
        add(store, rut=rut, value_class=value_class, phones=[MOBILE])
    assert [found.value_class for found in store.read(find_by_number, 1, MOBILE)] == ["A", "B", "C", None]


def test_of_many_who_share_a_number_the_most_valuable_are_found(store: Store) -> None:
    def many(session: Session) -> None:
        for ordinal in range(CANDIDATES_AT_MOST + 5):
            value_class = "A" if ordinal >= CANDIDATES_AT_MOST else None
            add_customer(session, 1, name="Ana", value_class=value_class, phones=[MOBILE], now=1.0)

    store.write(many)
    found = store.read(find_by_number, 1, MOBILE)
    assert [one.value_class for one in found] == ["A"] * 5 + [None] * (CANDIDATES_AT_MOST - 5)


def test_a_customer_of_another_account_is_never_seen(store: Store) -> None:
    def second_account(session: Session) -> int:
        other = Account(name="other", country="CL", language="es", time_zone="America/Santiago")
        session.add(other)
        session.flush()
        return other.id

    other = store.write(second_account)
    theirs = add(store, other, phones=[MOBILE])
    assert store.read(find_by_number, 1, MOBILE) == []
    assert store.read(find, 1, "ana") == []
    with pytest.raises(NotFound):
        store.read(customer, 1, theirs)
    add(store, 1, phones=[MOBILE])  # the same RUT in another account is another customer
    assert len(store.read(find_by_number, 1, MOBILE)) == 1


def test_a_rut_belongs_to_one_customer_of_an_account(store: Store) -> None:
    add(store)
    with pytest.raises(Conflict):
        add(store, rut="12345678-5")
    add(store, rut=None)
    add(store, rut=None)


@pytest.mark.parametrize(
    ("fields", "error_id"), [({"rut": "12345678-9"}, "wrong_rut"), ({"version": 7}, "no_such_field")]
)
def test_wrong_fields_are_refused(store: Store, fields: dict[str, Any], error_id: str) -> None:
    added = add(store)
    with pytest.raises(Refusal) as refused:
        store.write(lambda session: change_customer(session, 1, added, expected_version=1, now=2.0, **fields))
    assert refused.value.error_id == error_id


def test_an_unknown_value_class_is_a_conflict(store: Store) -> None:
    with pytest.raises(Conflict):
        add(store, value_class="Z")


def test_a_change_needs_the_latest_version(store: Store) -> None:
    added = add(store)
    changed = store.write(change_customer, 1, added, expected_version=1, now=5.0, notes="likes tea")
    assert (changed.version, changed.notes, changed.created_at, changed.updated_at) == (
        2,
        "likes tea",
        1.0,
        5.0,
    )
    with pytest.raises(Conflict, match="at version 2"):
        store.write(change_customer, 1, added, expected_version=1, now=6.0, notes="hates tea")
    assert store.read(customer, 1, added).notes == "likes tea"


def test_numbers_can_be_replaced_and_those_that_stay_are_not_made_anew(store: Store) -> None:
    added = add(store, phones=[MOBILE])
    store.write(change_customer, 1, added, expected_version=1, now=2.0, phones=[LANDLINE, MOBILE])
    assert [len(store.read(find_by_number, 1, number)) for number in (MOBILE, LANDLINE)] == [1, 1]
    store.write(change_customer, 1, added, expected_version=2, now=3.0, phones=[])
    assert store.read(find_by_number, 1, MOBILE) == []


def test_a_removed_customer_takes_his_numbers_along(store: Store) -> None:
    added = add(store, phones=[MOBILE])
    store.write(lambda session: session.delete(session.get_one(Customer, added)))
    assert store.read(find_by_number, 1, MOBILE) == []


def test_text_that_a_database_cannot_hold_is_made_harmless(store: Store) -> None:
    added = add(store, name="A\0\ud800na")
    assert store.read(customer, 1, added).name == "A\ufffd?na"


def test_a_user_logs_in_with_his_password_only(store: Store) -> None:
    store.write(add_user, login="ann", name="Ann", password="correct horse", roles=["agent", "supervisor"])
    found = store.read(authenticate, "ann", "correct horse")
    assert found is not None
    assert found.roles == {"agent", "supervisor"}
    assert store.read(authenticate, "ann", "wrong horse") is None
    assert store.read(authenticate, "bob", "correct horse") is None
    assert "correct" not in store.read(user, "ann").password_hash


def test_a_login_is_given_once(store: Store) -> None:
    store.write(add_user, login="ann", name="Ann", password="correct horse", roles=["agent"])
    with pytest.raises(Conflict):
        store.write(add_user, login="ann", name="Other", password="correct horse", roles=["agent"])


@pytest.mark.parametrize(
    ("wrong", "error_id"),
    [
        ({"password": "short"}, "short_password"),
        ({"roles": ["king"]}, "no_such_role"),
        ({"login": "two words"}, "wrong_login"),
        ({"login": ""}, "wrong_login"),
    ],
)
def test_a_user_who_could_not_work_is_refused(store: Store, wrong: dict[str, Any], error_id: str) -> None:
    right: dict[str, Any] = {"login": "ann", "name": "Ann", "password": "correct horse", "roles": ["agent"]}
    with pytest.raises(Refusal) as refused:
        store.write(lambda session: add_user(session, **(right | wrong)))
    assert refused.value.error_id == error_id


def test_an_agent_needs_a_user_known_skills_and_levels_up_to_100(store: Store) -> None:
    store.write(add_user, login="ann", name="Ann", password="correct horse", roles=["agent"])
    store.write(lambda session: session.add(Skill(key="en", label_es="Inglés", label_en="English")))
    with pytest.raises(NotFound, match="no user bob"):
        store.write(add_agent, login="bob", extension="1001", skills={})
    for wrong in ({"fr": 50}, {"en": 101}, {"en": -1}):
        with pytest.raises(Conflict):
            store.write(add_agent, login="ann", extension="1001", skills=wrong)
    added = store.write(add_agent, login="ann", extension="1001", skills={"en": 100})
    assert isinstance(added, Agent)
    assert store.read(phones) == [AgentPhone("1001", None, browser=False, nonce="")]
