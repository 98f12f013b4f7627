"""Segments and product offers on both databases."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm_core.accounts import Account
from crm_core.custom_fields import CustomField
from crm_core.customer_segments import segments
from crm_core.customer_segments.conditions import OPERATORS, WITHOUT_VALUE
from crm_core.customer_segments.fields import fields
from crm_core.customers import add_customer, customer
from crm_core.db import Store
from crm_core.interactions import Interaction
from crm_core.permission import consents
from crm_core.product_offers import choice, decisions, offers
from crm_core.products import OwnedProduct, Product
from crm_core.tags import set_tags
from ctiserver.core.errors import ConfigError, Conflict, NotFound, Refusal, StaleVersion, StoreError

DAY = 86_400.0
NOW = 2_000 * DAY
EVERYBODY: dict[str, Any] = {}


def leaf(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


@pytest.fixture
def people(store: Store) -> list[int]:
    """Ana and Beto, the company Gas & Luz, Muñoz who never called; the first owns a boiler. One of another account."""

    def add(session: Session) -> list[int]:
        session.add(Account(id=2, name="Other", country="CL", language="es", time_zone="America/Santiago"))
        session.add(
            CustomField(
                account_id=1,
                key="meters",
                label_es="Medidores",
                label_en="Meters",
                type="number",
                choices=[],
                version=1,
            )
        )
        session.add(
            CustomField(
                account_id=1,
                key="heating",
                label_es="Calefacción",
                label_en="Heating",
                type="yes_no",
                choices=[],
                version=1,
            )
        )
        boiler = Product(account_id=1, key="boiler", name="Boiler", updated_at=0.0)
        session.add_all([boiler, Product(account_id=1, key="plan", name="Plan", updated_at=0.0)])
        session.flush()
        made = [
            add_customer(session, 1, now=0.0, name="Ana", value_class="A"),
            add_customer(session, 1, now=NOW - DAY, name="Beto", value_class="B"),
            add_customer(session, 1, now=0.0, kind="company", name="=Gas & Luz"),
            add_customer(session, 1, now=0.0, name="José", surname="Muñoz", value_class="C"),
        ]
        add_customer(session, 2, now=0.0, name="Ana of another account", value_class="A")
        made[0].custom, made[1].custom = {"meters": 3, "heating": True}, {"meters": 1, "heating": False}
        set_tags(session, 1, made[1].id, ["VIP"])
        session.add(own(boiler, made[0].id, NOW - 100 * DAY))
        for place, (owner, days) in enumerate(((made[0], 3), (made[0], 200), (made[1], 40))):
            session.add(
                Interaction(
                    id=f"c{place}",
                    account_id=1,
                    customer_id=owner.id,
                    arrived_at=NOW - days * DAY,
                    last_epoch=1,
                    last_seq=1,
                    last_n=1,
                )
            )
        return [one.id for one in made]

    return store.write(add)


def own(product: Product, customer_id: int, at: float) -> OwnedProduct:
    return OwnedProduct(
        account_id=product.account_id,
        customer_id=customer_id,
        product_id=product.id,
        status="owned",
        dated_at=at,
        created_at=at,
        updated_at=at,
    )


def found(store: Store, tree: dict[str, Any]) -> list[str]:
    rows = store.read(lambda s: segments.members(s, 1, tree, cursor=None, limit=50, now=NOW).rows)
    assert store.read(lambda s: segments.count(s, 1, tree, now=NOW)) == len(rows)
    return [row.name for row in rows]


DESCRIBED: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["Ana", "Beto", "=Gas & Luz", "José"]),
    (leaf("value_class", "is", "A"), ["Ana"]),
    (leaf("value_class", "is_unknown"), ["=Gas & Luz"]),
    (leaf("value_class", "is_not", "A"), ["Beto", "José"]),
    ({"not": leaf("value_class", "is", "A")}, ["Beto", "=Gas & Luz", "José"]),
    (leaf("kind", "is", "company"), ["=Gas & Luz"]),
    (leaf("name", "contains", "munoz"), ["José"]),
    (leaf("name", "begins_with", "MUÑ"), ["José"]),
    (leaf("name", "contains", "%"), []),
    (leaf("tag", "has", "vip"), ["Beto"]),
    (leaf("owns", "has", "boiler"), ["Ana"]),
    (leaf("owns", "has_not", "boiler"), ["Beto", "=Gas & Luz", "José"]),
    (leaf("custom.meters", "at_least", 2), ["Ana"]),
    (leaf("custom.heating", "is", "0"), ["Beto"]),
    (leaf("last_contact_days", "at_most", 30), ["Ana"]),
    (leaf("last_contact_days", "is_unknown"), ["=Gas & Luz", "José"]),
    (leaf("contacts_90_days", "is", 0), ["=Gas & Luz", "José"]),
    (leaf("known_days", "at_most", 2), ["Beto"]),
    (leaf("value", "is_unknown"), ["Ana", "Beto", "=Gas & Luz", "José"]),
    ({"any": [leaf("value_class", "is", "A"), leaf("tag", "has", "vip")]}, ["Ana", "Beto"]),
    ({"all": [leaf("kind", "is", "person"), {"not": leaf("owns", "has", "boiler")}]}, ["Beto", "José"]),
    ({"any": []}, []),
]


def test_conditions_find_whom_they_describe(store: Store, people: list[int]) -> None:
    for tree, names in DESCRIBED:
        assert found(store, tree) == names, tree


def test_every_field_answers_every_operator_of_its_kind(store: Store, people: list[int]) -> None:
    def ask(session: Session) -> int:
        asked = 0
        for name, field in fields(session, 1, now=NOW).items():
            value = 1 if field.kind in ("number", "days") else (field.choices or ("x",))[0]
            for operator in OPERATORS[field.kind]:
                tree = leaf(name, operator, None if operator in WITHOUT_VALUE else value)
                inside = segments.count(session, 1, tree, now=NOW)
                assert inside + segments.count(session, 1, {"not": tree}, now=NOW) == 4, tree
                asked += 1
        return asked

    assert store.read(ask) > 60


_LEAVES = st.one_of(
    st.builds(
        leaf, st.just("value_class"), st.sampled_from(["is", "is_not"]), st.sampled_from(["A", "B", "C"])
    ),
    st.builds(
        leaf, st.just("name"), st.sampled_from(["contains", "begins_with"]), st.text(min_size=1, max_size=20)
    ),
    st.builds(leaf, st.just("language"), st.just("is"), st.text(min_size=1, max_size=20)),
    st.builds(leaf, st.just("custom.meters"), st.just("at_least"), st.floats(-1e15, 1e15)),
    st.builds(leaf, st.just("tag"), st.just("has"), st.sampled_from(["vip", "'; DROP TABLE customers; --"])),
)
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=3,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=_TREES)
def test_whoever_is_not_in_a_segment_is_in_its_opposite(
    store: Store, people: list[int], tree: dict[str, Any]
) -> None:
    def both(session: Session) -> int:
        return segments.count(session, 1, tree, now=NOW) + segments.count(session, 1, {"not": tree}, now=NOW)

    assert store.read(both) == 4


def test_every_mistake_is_told_with_its_place(store: Store) -> None:
    tree = {
        "all": [
            leaf("shoe_size", "is", 44),
            {"any": [leaf("value", "contains", "x"), leaf("value", "at_least", "much")]},
            leaf("value_class", "is", "Z"),
            {"both": []},
            leaf("name", "contains", ""),
            leaf("value", "at_least", float("nan")),
        ]
    }
    with pytest.raises(ConfigError) as refused:
        store.read(lambda session: segments.count(session, 1, tree, now=NOW))
    places = [mistake.path.removeprefix("conditions.") for mistake in refused.value.mistakes]
    assert places == ["all[0]", "all[1].any[0]", "all[1].any[1]", "all[2]", "all[3]", "all[4]", "all[5]"]
    deep: Any = leaf("value", "is", 1)
    for _ in range(50):
        deep = {"not": deep}
    for wrong in (deep, {"all": [leaf("value", "is", 1)] * 51}, [], "x", None):
        with pytest.raises(ConfigError):
            store.read(lambda session, wrong=wrong: segments.count(session, 1, wrong, now=NOW))


def test_a_segment_is_saved_changed_by_whoever_read_the_latest_and_removed(
    store: Store, people: list[int]
) -> None:
    tree = leaf("value_class", "is", "A")

    def save(name: str, **more: Any) -> int:
        return store.write(
            lambda session: segments.save(session, 1, name=name, tree=tree, by="ann", now=NOW, **more).id
        )

    made = save("Best")
    with pytest.raises(Conflict):
        save("Best")
    with pytest.raises(Refusal):
        save(" ")
    save("Better", segment_id=made, expected_version=1)
    with pytest.raises(StaleVersion):
        save("Late", segment_id=made, expected_version=1)
    assert [(row.name, row.version) for row in store.read(segments.segments, 1)] == [("Better", 2)]
    for account_id, segment_id in ((2, made), (1, made + 1)):
        with pytest.raises(NotFound):
            store.read(segments.segment, account_id, segment_id)
    store.write(lambda session: segments.remove(session, 1, made, by="ann", now=NOW))
    assert store.read(segments.segments, 1) == []


def test_members_come_in_pages_and_as_csv_without_formulas(store: Store, people: list[int]) -> None:
    first = store.read(lambda s: segments.members(s, 1, EVERYBODY, cursor=None, limit=3, now=NOW))
    rest = store.read(lambda s: segments.members(s, 1, EVERYBODY, cursor=first.next, limit=3, now=NOW))
    assert [row.id for row in (*first.rows, *rest.rows)] == people
    assert rest.next is None
    text = store.read(lambda s: "".join(segments.export(s, 1, EVERYBODY, now=NOW)))
    lines = text.splitlines()
    assert lines[0].startswith("id,name,rut")
    assert lines[3].split(",")[1] == "'=Gas & Luz"
    assert len(lines) == 5
    assert "another" not in text


def offer(store: Store, name: str = "Boiler", product: str = "boiler", **fields: Any) -> int:
    full = {
        "name": name,
        "product": product,
        "margin_minor": 30_000,
        "line_es": "¿Le interesa?",
        "line_en": "Are you interested?",
        **fields,
    }
    return store.write(lambda session: offers.save(session, 1, full, by="ann", now=NOW - 90 * DAY).id)


def test_only_what_he_does_not_own_and_is_meant_for_him_is_eligible(store: Store, people: list[int]) -> None:
    persons = store.write(
        lambda s: segments.save(s, 1, name="Persons", tree=leaf("kind", "is", "person"), by="ann", now=NOW).id
    )
    boiler, plan = offer(store), offer(store, "Plan", "plan", segment_id=persons)
    offer(store, "Over", "plan", until_at=NOW - DAY)
    offer(store, "Later", "plan", from_at=NOW + DAY)

    def eligible(customer_id: int) -> list[int]:
        return store.read(lambda s: [one.id for one in decisions.eligible(s, 1, customer_id, now=NOW)])

    assert eligible(people[0]) == [plan]
    assert eligible(people[1]) == [boiler, plan]
    assert eligible(people[2]) == [boiler]
    for agreed in (False, True):
        said = {
            "channel": "any",
            "purpose": "sales",
            "given": agreed,
            "at": NOW - DAY + agreed,
            "source": "call",
        }
        store.write(
            lambda s, said=said: consents.note(
                s, 1, people[1], **said, wording="no, thanks", proof="", by="ann", now=NOW
            )
        )
        assert eligible(people[1]) == ([boiler, plan] if agreed else [])
    with pytest.raises(StoreError):  # offers are made to it
        store.write(lambda session: segments.remove(session, 1, persons, by="ann", now=NOW))


def test_the_decision_stays_the_same_within_a_month_and_the_answer_is_told_once(
    store: Store, people: list[int]
) -> None:
    offer(store)
    offer(store, "Plan", "plan")

    def decide(customer_id: int, at: float = NOW) -> Any:
        return store.write(lambda s: decisions.decide(s, 1, customer_id, now=at, contact="c1"))

    made = decide(people[3])
    assert decide(people[3], NOW + DAY).id == made.id
    assert decide(people[3], NOW + 40 * DAY).id != made.id
    assert made.control == choice.in_control(1, people[3], made.round)
    assert sum(made.propensities.values()) == pytest.approx(1)
    offered = next(one for one in map(decide, people) if not one.control)

    def tell(**more: Any) -> Any:
        given = {"given": "accepted", "feeling": 5, "reason": " needs it ", "by": "ann", "now": NOW} | more
        return store.write(lambda s: decisions.answer(s, 1, offered.id, **given))

    for wrong in ({"given": "perhaps"}, {"feeling": 6}, {"reason": "x" * 301}):
        with pytest.raises(Refusal):
            tell(**wrong)
    assert tell().reason == "needs it"
    with pytest.raises(Conflict):
        tell()
    chosen = store.read(lambda s: offers.offer(s, 1, offered.offer_id))
    (arm,) = store.read(lambda s: decisions.arms(s, 1, [chosen], offered.value_class))
    assert (arm.accepted, arm.declined) == (1, 0)
    result = store.read(lambda s: decisions.results(s, 1, offered.offer_id, now=NOW))
    assert result.answers["accepted"] == 1
    assert result.feeling == 5
    assert result.uplift is None


def test_the_uplift_counts_who_came_to_own_it_with_and_without_the_offer(
    store: Store, people: list[int]
) -> None:
    chosen = offer(store)

    def many(session: Session) -> None:
        boiler = offers.offer(session, 1, chosen).product
        for place in range(300):
            at = NOW - 60 * DAY
            owner = add_customer(session, 1, now=0.0, name=f"Customer {place}")
            made = decisions.decide(session, 1, owner.id, now=at)
            assert made is not None
            if place % (10 if made.control else 3) == 0:
                session.add(own(boiler, owner.id, at + 10 * DAY))
        late = add_customer(session, 1, now=0.0, name="Window not over")
        decisions.decide(session, 1, late.id, now=NOW - DAY)

    store.write(many)
    result = store.read(lambda s: decisions.results(s, 1, chosen, now=NOW))
    assert result.measured == 300
    assert result.uplift is not None
    assert 15 <= result.uplift.control <= 50
    assert result.uplift.offered + result.uplift.control == 300
    assert result.uplift.with_offer == pytest.approx(1 / 3, abs=0.06)
    assert result.uplift.low < result.uplift.uplift < result.uplift.high


def test_an_offer_says_all_its_mistakes_and_belongs_to_its_account(store: Store, people: list[int]) -> None:
    with pytest.raises(ConfigError) as refused:
        offer(store, " ", "nothing", margin_minor=0, line_es="", segment_id=99, until_at=1.0)
    assert {one.path for one in refused.value.mistakes} == {
        "name", "product", "margin_minor", "line_es", "segment_id", "until_at",
    }  # fmt: skip
    made = offer(store)
    assert store.read(offers.offers, 1)[0].id == made
    with pytest.raises(NotFound):
        store.read(offers.offer, 2, made)
    with pytest.raises(NotFound):
        store.write(lambda s: decisions.decide(s, 2, people[0], now=NOW))
    with pytest.raises(ConfigError):
        store.write(
            lambda s: offers.save(
                s, 1, {"margin_minor": -1}, by="ann", now=NOW, offer_id=made, expected_version=1
            )
        )
    assert store.read(offers.offer, 1, made).margin_minor == 30_000
    with pytest.raises(StaleVersion):
        store.write(
            lambda s: offers.save(s, 1, {"name": "New"}, by="ann", now=NOW, offer_id=made, expected_version=7)
        )
    assert store.read(customer, 1, people[0]).name == "Ana"
