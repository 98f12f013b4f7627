"""Rules for calls outside, saved numbers and the ledger of what was called; on both databases."""

import pytest
from sqlalchemy.orm import Session

from crm_core import outside_calls, outside_lifts
from crm_core.accounts import Account
from crm_core.configuration import tables, version
from crm_core.db import Store
from crm_core.interaction_writer import apply
from crm_core.outside_rules import OutsideRule, SavedNumber, numbers_of_account, rules_of_account
from ctiserver.core.errors import Conflict
from ctiserver.core.events import OutsideCapLifted, OutsideEnded, OutsideRefused
from ctiserver.core.ids import AgentKey, ContactId, LegId
from ctiserver.core.outside import OutsideLimits


def _rule(prefix: str, *roles: str, **fields: object) -> OutsideRule:
    details = {"account_id": 1, "name": prefix, "allowed": True} | fields
    return OutsideRule(prefix=prefix, roles=frozenset(roles), **details)


def _ended(leg: str, at: float, account_id: int = 1, agent: str = "ann") -> OutsideEnded:
    return OutsideEnded(
        at=at + 30,
        contact=ContactId("c-1"),
        account_id=account_id,
        leg=LegId(leg),
        agent=AgentKey(agent),
        pii_number="+56981234567",
        dialed_at=at,
        result="answered",
        seconds=25.0,
        cost_minor=17,
        trunk="first",
    )


def test_rules_and_limits_reach_the_engines_and_a_change_raises_the_version(store: Store) -> None:
    before = store.read(version)
    store.write(
        lambda session: session.add_all(
            [_rule("+569", minor_per_minute=70), _rule("+1", "supervisor", allowed=False)]
        )
    )
    assert store.read(version) > before

    def dearer(session: Session) -> None:
        session.get_one(Account, 1).outside_person_per_day_minor = 7

    store.write(dearer)
    outside = store.read(tables).outside
    assert [(rule.prefix, rule.roles, rule.allowed, rule.minor_per_minute) for rule in outside.rules] == [
        ("+569", (), True, 70),
        ("+1", ("supervisor",), False, None),
    ]
    assert outside.limits_of(1) == OutsideLimits(account_id=1, person_per_day_minor=7)
    assert [rule.prefix for rule in store.read(rules_of_account, 1)] == ["+1", "+569"]
    assert store.read(rules_of_account, 2) == []


def test_two_rules_never_say_something_of_the_same_numbers_for_the_same_people(store: Store) -> None:
    store.write(lambda session: session.add(_rule("+569", "agent")))
    store.write(lambda session: session.add(_rule("+569")))
    with pytest.raises(Conflict):
        store.write(lambda session: session.add(_rule("+569", "agent", allowed=False)))


def test_saved_numbers_are_listed_by_name(store: Store) -> None:
    store.write(
        lambda session: session.add_all(
            [
                SavedNumber(account_id=1, name="Plumber", number="+56981234567"),
                SavedNumber(account_id=1, name="Gas", number="103"),
            ]
        )
    )
    assert [one.name for one in store.read(numbers_of_account, 1)] == ["Gas", "Plumber"]
    assert store.read(numbers_of_account, 2) == []


def test_each_call_that_is_over_is_one_row_with_its_cost(store: Store) -> None:
    for seq, event in enumerate(
        [_ended("l1", 100.0), _ended("l2", 200.0, agent="bob"), _ended("l1", 100.0)], 1
    ):
        store.write(apply, (1, seq, 0), event)

    def of(session: Session, account_id: int, agent: str = "") -> list[tuple[str, int]]:
        found = outside_calls.newest(session, account_id, agent=agent)
        return [(row.id, row.cost_minor) for row in found.rows]

    assert store.read(of, 1) == [("l2", 17), ("l1", 17)]
    assert store.read(of, 1, "ann") == [("l1", 17)]
    assert store.read(of, 2) == []


def test_a_number_that_the_rules_refused_is_written_down_once_for_its_account(store: Store) -> None:
    told = OutsideRefused(
        at=50.0,
        id="r-1",
        account_id=1,
        agent=AgentKey("ann"),
        pii_number="+12125550123",
        reason="outside_closed",
    )
    store.write(apply, (1, 1, 1), told)
    store.write(outside_calls.refused, told)
    [row] = store.read(outside_calls.newest, 1).rows
    assert (row.agent, row.number, row.result, row.contact) == ("ann", "+12125550123", "outside_closed", "")
    assert store.read(outside_calls.newest, 2).rows == []


def test_a_limit_that_was_lifted_is_written_down_once_for_its_account(store: Store) -> None:
    told = OutsideCapLifted(
        at=50.0,
        id="u-1",
        account_id=1,
        agent=None,
        by="boss",
        reason="a fair day",
        spent_minor=50_010,
        limit_minor=50_000,
    )
    store.write(apply, (1, 1, 1), told)
    store.write(outside_lifts.record, told)

    def of(session: Session, account_id: int, until_at: float) -> list[tuple[str, int, str]]:
        found = outside_lifts.lifts(session, account_id, from_at=50.0, until_at=until_at)
        return [(row.by, row.spent_minor, row.reason) for row in found]

    assert store.read(of, 1, 50.1) == [("boss", 50_010, "a fair day")]
    assert store.read(of, 1, 50.0) == store.read(of, 2, 50.1) == []
