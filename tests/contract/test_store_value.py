"""Value, its ledger of costs and its classes, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core import audit
from crm_core.accounts import Account
from crm_core.candidates import find_by_number
from crm_core.contracts import Contract
from crm_core.customer_segments import segment_figures, segments
from crm_core.customers import add_customer, change_customer, customer
from crm_core.db import Store
from crm_core.interactions import Interaction, Segment
from crm_core.orders import Order
from crm_core.phone_numbers import E164
from crm_core.value import costs, customer_values, value_classes, value_runs, valuing
from crm_core.value.costs import Charge, CostEntry
from crm_core.value.settings import change_settings
from ctiserver.core.errors import ConfigError, NotFound, Refusal

DAY = 86_400.0
NOW = 2_000 * DAY
PHONE = E164("+56971884213")


@pytest.fixture
def people(store: Store) -> list[int]:
    """Five customers: three with contracts, one who buys, one who only calls; and somebody of another account."""

    def add(session: Session) -> list[int]:
        session.add(Account(id=2, name="Other", country="CL", language="es", time_zone="America/Santiago"))
        session.flush()
        ids = [
            add_customer(session, 1, now=0.0, name=name).id for name in ("Ana", "Beto", "Caro", "Dina", "Eva")
        ]
        add_customer(session, 2, now=0.0, name="Nobody of ours", phones=[PHONE])
        for place, margin in enumerate((100_000, 20_000, 1_000)):
            session.add(
                held(
                    Contract, ids[place], amount_minor=margin + 500, cost_minor=500, dated_at=NOW - 700 * DAY
                )
            )
        for days in (400, 200, 30):
            session.add(held(Order, ids[3], amount_minor=50_000, dated_at=NOW - days * DAY, status="done"))
        return ids

    return store.write(add)


def held(kind: Callable[..., Any], customer_id: int, **fields: Any) -> Any:
    shared = {
        "status": "active",
        "created_at": 0.0,
        "updated_at": 0.0,
        "custom": {},
        "source": "test",
        "at": 0.0,
    }
    columns = kind.__table__.columns.keys()  # type: ignore[attr-defined]
    return kind(
        account_id=1, customer_id=customer_id, **{k: v for k, v in (shared | fields).items() if k in columns}
    )


def contact(session: Session, name: str, customer_id: int | None, *, talk: float, did: str = "600") -> None:
    begin = NOW - 5 * DAY
    row = Interaction(
        id=name,
        account_id=1,
        customer_id=customer_id,
        did=did,
        arrived_at=begin,
        ended_at=begin + 100 + talk,
        outcome="answered",
        last_epoch=1,
        last_seq=1,
        last_n=1,
    )
    row.segments.append(
        Segment(
            ordinal=1,
            agent="ann",
            queue="q",
            answered_at=begin + 100,
            ended_at=begin + 100 + talk,
            wrap_up_started_at=begin + 100 + talk,
            wrap_up_ended_at=begin + 130 + talk,
        )
    )
    session.add(row)


def value_everybody(store: Store, *, now: float = NOW, part: int = 2) -> value_runs.ValueRun:
    store.write(lambda session: value_runs.ask(session, 1, by="ann", now=now))
    run_id = store.write(lambda session: value_runs.next_run(session, now=now))
    assert run_id is not None
    computed = store.read(valuing.compute, run_id)
    while not store.write(lambda session: valuing.write_part(session, computed, now=now, limit=part)):
        pass
    return store.read(lambda session: value_runs.last_runs(session, 1)[0])


def test_everybody_is_valued_and_the_class_is_what_a_call_is_routed_by(
    store: Store, people: list[int]
) -> None:
    store.write(
        lambda session: change_customer(session, 1, people[0], expected_version=1, now=1.0, phones=[PHONE])
    )
    run = value_everybody(store)
    assert (run.state, run.customers, run.changed_class) == ("done", 5, 5)
    found = [store.read(customer_values.value_of, 1, one) for one in people]
    assert [row.model for row in found] == ["contract", "contract", "contract", "last_year", "none"]
    assert found[0].value_minor > found[1].value_minor > found[2].value_minor > found[4].value_minor == 0
    assert found[3].value_minor == 30_000  # two orders of last year at 30 %
    assert found[0].counted["margin_minor"] == 100_000
    assert found[0].counted["months"] == 22
    (candidate,) = store.read(find_by_number, 1, PHONE)
    assert candidate.value_class == "A"
    assert value_everybody(store).changed_class == 0
    assert [change.origin for change in store.read(value_classes.changes, 1, people[0])] == ["computed"]


def test_valuing_tells_nobody_who_edits_a_customer_of_a_conflict(store: Store, people: list[int]) -> None:
    before = store.read(customer, 1, people[0]).version
    value_everybody(store)
    changed = store.write(
        lambda session: change_customer(session, 1, people[0], expected_version=before, now=NOW, notes="kept")
    )
    assert (changed.notes, changed.value_class) == ("kept", "A")


def test_a_run_that_was_interrupted_goes_on_where_it_was(store: Store, people: list[int]) -> None:
    asked = store.write(lambda session: value_runs.ask(session, 1, by="ann", now=NOW).id)
    assert store.write(lambda session: value_runs.ask(session, 1, by="bob", now=NOW).id) == asked
    store.write(lambda session: value_runs.next_run(session, now=NOW))
    first = store.read(valuing.compute, asked)
    assert not store.write(lambda session: valuing.write_part(session, first, now=NOW, limit=2))
    # Another process goes on, later: as of the same moment.
    assert store.write(lambda session: value_runs.next_run(session, now=NOW + 9 * DAY)) == asked
    again = store.read(valuing.compute, asked)
    assert again.as_of == NOW
    assert (again.estimate.value == first.estimate.value).all()
    store.write(lambda session: session.delete(customer(session, 1, people[4])))  # erased meanwhile
    assert store.write(lambda session: valuing.write_part(session, again, now=NOW, limit=99))
    assert store.read(lambda session: value_runs.last_runs(session, 1)[0]).customers == 4
    assert (
        store.read(
            lambda session: session.scalar(select(func.count()).select_from(customer_values.CustomerValue))
        )
        == 4
    )
    assert store.write(lambda session: value_runs.next_run(session, now=NOW)) is None


def test_contacts_are_posted_once_with_what_they_cost(store: Store, people: list[int]) -> None:
    def prepare(session: Session) -> None:
        change_settings(session, 1, {"toll_free_numbers": ["800"]}, by="ann", now=0.0)
        contact(session, "c1", people[0], talk=100.0)
        contact(session, "c2", people[0], talk=50.0, did="800")
        contact(session, "c3", None, talk=10.0)

    store.write(prepare)
    assert (
        store.write(lambda session: costs.post_contacts(session, 1, now=NOW - 5 * DAY + 200)) == 0
    )  # not settled yet
    assert store.write(lambda session: costs.post_contacts(session, 1, now=NOW)) == 3
    assert store.write(lambda session: costs.post_contacts(session, 1, now=NOW)) == 0
    # c1: 130 s at 1.7; c2: 80 s at 1.7 and 150 s at 0.4; c3: 40 s at 1.7; each row rounded by itself
    assert store.read(costs.sums, 1) == {people[0]: 170 + 51 + 85 + 51 + 60, None: 17 + 51}
    store.write(lambda session: setattr(session.get(Interaction, "c3"), "customer_id", people[1]))
    assert store.write(costs.follow_customers, 1) == 3
    assert store.read(costs.sums, 1) == {people[0]: 417, people[1]: 68}
    value_everybody(store)
    assert store.read(customer_values.value_of, 1, people[0]).cost_last_year_minor == 417


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 5), st.integers(-500, 10**6), st.sampled_from(["visit", "talk_seconds"])),
        max_size=15,
    )
)
def test_the_customers_costs_and_those_of_nobody_are_the_ledgers_to_the_cent(
    store: Store, people: list[int], rows: list[tuple[int, int, str]]
) -> None:
    def post(session: Session) -> None:
        at = NOW - DAY
        begin = session.scalar(select(func.count()).select_from(CostEntry)) or 0
        for place, (owner, quantity, kind) in enumerate(rows, begin):
            charge = Charge(
                kind=kind,
                source=f"{place}",
                quantity=quantity,
                at=at,
                customer_id=people[owner] if owner < 5 else None,
            )
            assert costs.post(session, 1, charge) is costs.post(session, 1, charge)

    store.write(post)
    value_everybody(store, part=100)
    total = store.read(lambda session: int(session.scalar(select(func.sum(CostEntry.amount_minor))) or 0))
    sums = store.read(costs.sums, 1)
    assert sum(sums.values()) == total
    of_classes = store.read(customer_values.by_class, 1)
    assert sum(row.cost_last_year_minor for row in of_classes) + sums.get(None, 0) == total
    for one in people:
        row = store.read(customer_values.value_of, 1, one)
        assert row.cost_last_year_minor == sums.get(one, 0)
        assert row.value_minor == row.contract_part_minor + row.purchase_part_minor - row.cost_part_minor


def test_what_cannot_be_posted_is_told(store: Store, people: list[int]) -> None:
    for kind, quantity, customer_id, error in (
        ("wishes", 1, None, Refusal),
        ("visit", 10**12, None, Refusal),
        ("visit", 1, 10**6, NotFound),
    ):
        charge = Charge(kind=kind, source="x", quantity=quantity, at=NOW, customer_id=customer_id)
        with pytest.raises(error):
            store.write(lambda session, charge=charge: costs.post(session, 1, charge))


def test_a_class_set_by_hand_wins_until_its_end(store: Store, people: list[int]) -> None:
    value_everybody(store)
    last = people[4]

    def set_class(session: Session) -> None:
        value_classes.set_by_hand(
            session,
            1,
            last,
            value_class="A",
            reason="mayor's office",
            expires_at=NOW + DAY,
            by="ann",
            now=NOW,
        )

    store.write(set_class)
    assert store.read(customer, 1, last).value_class == "A"
    value_everybody(store, now=NOW + 100)
    assert store.read(customer, 1, last).value_class == "A"
    assert store.write(lambda session: value_classes.expire(session, now=NOW + DAY - 1)) == 0
    assert store.write(lambda session: value_classes.expire(session, now=NOW + DAY)) == 1
    assert store.read(customer, 1, last).value_class == "C"
    told = [(row.origin, row.after, row.reason) for row in store.read(value_classes.changes, 1, last)]
    assert told == [("expired", "C", ""), ("by_hand", "A", "mayor's office"), ("computed", "C", "")]
    store.write(set_class)
    store.write(lambda session: value_classes.lift(session, 1, last, by="bob", now=NOW))
    assert store.read(customer, 1, last).value_class == "C"
    noted = [(row.by, row.subject) for row in store.read(audit.newest, 1) if "value_class" in row.subject]
    assert noted == [(by, f"customer {last} value_class") for by in ("bob", "ann", "ann")]


def test_a_class_needs_a_reason_and_an_end_that_lies_ahead(store: Store, people: list[int]) -> None:
    good = {"value_class": "A", "reason": "why", "expires_at": NOW + 1}
    for wrong, error_id in (
        ({"value_class": "Z"}, "wrong_class"),
        ({"reason": " "}, "no_reason"),
        ({"expires_at": NOW}, "wrong_expiry"),
        ({"expires_at": NOW * 9}, "wrong_expiry"),
    ):
        with pytest.raises(Refusal) as refused:
            store.write(
                lambda session, wrong=wrong: value_classes.set_by_hand(
                    session, 1, people[0], **(good | wrong), by="ann", now=NOW
                )
            )
        assert refused.value.error_id == error_id


def test_the_pictures_add_up_and_show_nothing_of_another_account(store: Store, people: list[int]) -> None:
    value_everybody(store)
    classes = store.read(customer_values.by_class, 1)
    assert [(row.value_class, row.customers) for row in classes] == [("A", 1), ("B", 1), ("C", 3)]
    best = store.read(customer_values.most_valuable, 1)
    assert [owner.name for owner, _ in best] == ["Ana", "Beto", "Caro", "Dina", "Eva"]
    curve = store.read(customer_values.curve, 1)
    assert curve[0] == (0, 0)
    assert curve[-1] == (1, 1)
    assert curve == sorted(curve)
    assert store.read(customer_values.rfm_grid, 1) == {(3, 3): (1, 30_000)}
    assert store.read(customer_values.by_class, 2) == []
    assert store.read(customer_values.curve, 2) == []


def test_segments_show_what_their_customers_are_worth_and_cost(store: Store, people: list[int]) -> None:
    value_everybody(store)
    trees: dict[str, Any] = {"all": {}, "best": {"field": "value_class", "operator": "is", "value": "A"}}
    for name, tree in trees.items():
        store.write(
            lambda s, name=name, tree=tree: segments.save(s, 1, name=name, tree=tree, by="ann", now=NOW).id
        )
    every, best = store.read(
        lambda session: segment_figures.figures(session, 1, segments.segments(session, 1), now=NOW)
    )
    classes = store.read(customer_values.by_class, 1)
    for field in ("customers", "value_minor", "cost_last_year_minor", "potential_minor"):
        assert getattr(every, field) == sum(getattr(row, field) for row in classes)
        assert getattr(best, field) == getattr(classes[0], field)


def test_settings_say_every_mistake_at_once_and_are_in_the_audit(store: Store) -> None:
    with pytest.raises(ConfigError) as refused:
        store.write(
            lambda session: change_settings(
                session,
                1,
                {"horizon_months": 0, "nightly_hour": 24, "unit_costs": {"visit": -1}},
                by="ann",
                now=1.0,
            )
        )
    assert len(refused.value.mistakes) == 3
    store.write(lambda session: change_settings(session, 1, {"horizon_months": 12}, by="ann", now=1.0))
    (row,) = store.read(audit.newest, 1)
    assert (row.subject, row.after) == ("value_settings", {"horizon_months": 12})
