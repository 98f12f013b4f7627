from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core import demo, demo_campaigns, demo_orders, demo_people, schema
from crm_core.administration.campaign_states import Surroundings, missing
from crm_core.agents import agent
from crm_core.caller_secrets import check
from crm_core.campaigns import campaign_list
from crm_core.campaigns.campaign import Campaign
from crm_core.candidates import find_by_number
from crm_core.configuration import tables, version
from crm_core.contact_points import Address
from crm_core.customers import Customer, change_customer, customer
from crm_core.db import Store
from crm_core.demo import Added
from crm_core.demo_scripts import SCRIPTS
from crm_core.offices import nearest, offices_of_account
from crm_core.phone_numbers import is_assigned
from crm_core.users import authenticate
from crm_core.work_orders import order_list, technicians
from crm_core.work_orders.order_list import OrderFilter
from ctiserver.core import rut
from ctiserver.core import tables as plain
from ctiserver.core.errors import Mistake

PASSWORD = "demo-password"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One demo company for all tests here, because hashing passwords is slow on purpose."""
    url = f"sqlite:///{tmp_path_factory.mktemp('demo')}/crm.sqlite"
    schema.upgrade(url)
    with Store(url) as store:
        added = store.write(
            demo.load, now=1.0, password=PASSWORD, phone_uri=lambda ext: f"sip:{ext}@127.0.0.1"
        )
        assert added == Added(customers=200, agents=demo.AGENTS)
        yield store


def test_loading_it_again_adds_and_changes_nothing(loaded: Store) -> None:
    found = loaded.read(customer, 1, 7)
    loaded.write(change_customer, 1, 7, expected_version=found.version, now=2.0, notes="ours")
    before = loaded.read(tables), loaded.read(version)
    assert loaded.write(demo.load, now=3.0, password="another one") == Added(customers=0, agents=0)
    assert (loaded.read(tables), loaded.read(version)) == before
    assert loaded.read(customer, 1, 7).notes == "ours"
    assert loaded.read(authenticate, "agent1", PASSWORD) is not None


def test_its_campaigns_lack_nothing_but_somebody_who_starts_them(loaded: Store) -> None:
    collection, renewal = sorted(loaded.read(tables).campaigns, key=lambda campaign: campaign.key)
    assert (collection.mode, collection.running, collection.preview_seconds) == ("preview", False, None)
    assert (renewal.mode, renewal.running) == ("predictive", False)
    counts = loaded.read(campaign_list.lead_counts, 1)
    assert [counts[one.id].waiting for one in (collection, renewal)] == [40, 120]
    around = Surroundings(flows={renewal.message_flow}, scripts=set(SCRIPTS), clicks_only=False, trunk=True)
    loaded.write(demo_campaigns.confirm_the_law, now=1.0)
    for key in ("cobranza", "renovacion"):
        assert loaded.read(lacks, key, around) == []


def lacks(session: Session, key: str, around: Surroundings) -> list[Mistake]:
    row = session.scalars(select(Campaign).where(Campaign.key == key)).one()
    return missing(session, row, around, now=1.0)


def test_what_somebody_removed_comes_back(loaded: Store) -> None:
    loaded.write(lambda session: session.delete(session.get_one(Customer, 11)))
    assert loaded.write(demo.load, now=4.0, password=PASSWORD).customers == 1
    assert loaded.read(lambda session: session.scalar(select(func.count(Customer.id)))) == 200


def test_everybody_lives_somewhere_and_has_an_office_near(loaded: Store) -> None:
    def without_office(session: Session) -> list[Address]:
        offices = offices_of_account(session, 1)
        return [home for home in session.scalars(select(Address)) if nearest(home, offices) is None]

    assert loaded.read(lambda session: session.scalar(select(func.count(Address.id)))) >= 199
    assert loaded.read(without_office) == []


def test_every_installation_gets_the_same_company() -> None:
    assert list(demo.customers()) == list(demo.customers())
    assert list(demo.customers(seed=1)) != list(demo.customers(seed=2))


def test_its_customers_look_chilean() -> None:
    for fields in demo.customers():
        assert rut.normalise(str(fields["rut"])) == fields["rut"]
        assert fields["kind"] == "company" or (fields["surname"] and fields["second_surname"])
        numbers = fields["phones"]
        assert isinstance(numbers, list)
        for number in numbers:
            assert is_assigned(number)
            assert number.startswith("+56")
            assert len(number) == len("+56971884213")


def test_ten_thirty_and_sixty_percent_are_of_class_a_b_and_c() -> None:
    classes = Counter(str(fields["value_class"]) for fields in demo.customers(count=2000))
    assert classes["A"] == pytest.approx(200, rel=0.25)
    assert classes["B"] == pytest.approx(600, rel=0.15)


def test_every_queue_has_agents_who_can_serve_it(loaded: Store) -> None:
    center = loaded.read(tables)
    assert [queue.key for queue in center.queues] == ["emergencia", "servicio", "tecnico", "ventas"]
    assert sorted(agent.extension for agent in center.agents) == [
        str(1001 + place) for place in range(demo.AGENTS)
    ]
    for queue in center.queues:
        able = [a for a in center.agents if queue.key in a.queues and can_serve(a, queue)]
        assert len(able) == len([a for a in center.agents if queue.key in a.queues]) >= 3


def can_serve(agent: plain.Agent, queue: plain.Queue) -> bool:
    return all(agent.skills.get(skill, 0) >= level for skill, level in queue.requires.items())


def test_its_agents_have_the_phones_they_were_given(loaded: Store) -> None:
    assert loaded.read(agent, "agent3").phone_uri == "sip:1003@127.0.0.1"


def test_its_customers_are_found_by_their_numbers(loaded: Store) -> None:
    def all_found(session: Session) -> bool:
        owners = session.scalars(select(Customer)).all()
        return all(
            any(found.customer_id == owner.id for found in find_by_number(session, 1, phone.e164))
            for owner in owners
            for phone in owner.phones
        )

    assert loaded.read(all_found)


def test_there_is_a_day_of_work_orders_with_people_to_carry_them_out(loaded: Store) -> None:
    counted = loaded.read(order_list.counts, 1, OrderFilter(open=None), now=1.0)
    assert counted.by_state.keys() >= {"created", "assigned", "on_the_way", "on_site", "closed", "reopened"}
    told = loaded.write(demo_people.add_people, lambda: PASSWORD)
    assert told.keys() == set(demo_people.PEOPLE)
    assert loaded.write(demo_people.give_work, 1.0) > 0
    pins = loaded.write(demo_people.give_pins, 1.0)
    assert len(pins) == len(demo_orders.TECHNICIANS) + 1
    again = (
        (demo_people.add_people, lambda: PASSWORD),
        (demo_people.give_work, 1.0),
        (demo_people.give_pins, 1.0),
    )
    assert [loaded.write(work, given) for work, given in again] == [{}, 0, {}]  # type: ignore[arg-type]
    code, pin = pins.popitem()
    technician = loaded.read(lambda session: technicians.by_code(session, 1, code))
    assert technician is not None
    number = str(technician.user_id)
    assert loaded.write(check, 1, "technician", number, "pin", pin, now=2.0) == "right"
