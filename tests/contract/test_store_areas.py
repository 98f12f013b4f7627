"""Offices, outages by area, emergencies and spoken names, on both databases."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm_core import dials, emergency_line, outages, spoken_names
from crm_core.activities import Activity
from crm_core.administration import desk
from crm_core.administration.desk import Author
from crm_core.administration.hours_form import Hours, HoursForm
from crm_core.administration.office_form import OfficeForm, Offices
from crm_core.case_work import open_case, take_step
from crm_core.cases import Case, history
from crm_core.contact_points import keep_address
from crm_core.customers import add_customer, change_customer
from crm_core.db import Store
from crm_core.interactions import Interaction
from crm_core.offices import nearest, offices_of_account
from crm_core.provenance import Origin, Source
from crm_core.self_service import places
from crm_core.self_service.registry import Asked, Outcome, SelfService
from crm_core.spoken_names import SpokenName
from crm_core.users import add_user
from crm_core.work_orders.work_orders import WorkOrder
from ctiserver.core.errors import ConfigError, Refusal
from ctiserver.core.permit import Purpose

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC).timestamp()
"""A Friday noon in Santiago."""
HOUR, DAY = 3600.0, 86_400.0
BOSS = Author(account_id=1, login="boss", at=NOW)
SANTIAGO, TALCA = (-33.4489, -70.6693), (-35.4264, -71.6554)


def live(store: Store, city: str = "Ñuñoa", street: str = "Los Aromos 123, depto. 4", **more: Any) -> int:
    """A new customer who lives there."""
    number = store.write(add_customer, 1, now=0.0, name="Rosa").id
    origin = Origin(source=Source.CUSTOMER, by="ann")
    store.write(keep_address, 1, number, street=street, city=city, origin=origin, now=1.0, **more)
    return number


def ask(store: Store, action: SelfService, customer_id: int | None = None, **arguments: str) -> Outcome:
    asked = Asked(account_id=1, contact="c-1", action_id="a-1", now=NOW, customer_id=customer_id)
    named = {"customer_id": str(customer_id)} if "customer_id" in action.spec.required else {}
    return store.write(action.do, asked, action.read(named | arguments))


def put(store: Store, key: str, city: str, **more: Any) -> None:
    form = OfficeForm(key=key, name=key, street=f"{city} 100", city=city, **more)
    store.write(desk.add, Offices(), BOSS, form)


def contact(session: Session, **more: Any) -> Interaction:
    written: dict[str, Any] = {"last_epoch": 0, "last_seq": 0, "last_n": 0}
    row = Interaction(id="c-1", account_id=1, ani="", did="", arrived_at=NOW, **written, **more)
    session.add(row)
    session.flush()
    return row


class TestOffices:
    def test_the_comuna_comes_first_then_the_distance_then_the_region(self, store: Store) -> None:
        put(store, "maipu", "Maipú", region="CL-RM")
        put(store, "talca", "Talca", region="CL-ML", latitude=TALCA[0], longitude=TALCA[1])
        put(store, "centro", "Santiago", region="CL-RM", latitude=SANTIAGO[0], longitude=SANTIAGO[1])

        def found(city: str, region: str | None, at: tuple[float, float] | None) -> tuple[str, float] | None:
            there = SimpleNamespace(city=city, region=region, latitude=at and at[0], longitude=at and at[1])
            near = store.read(lambda session: nearest(there, offices_of_account(session, 1)))
            return near and (near.office.key, round(near.kilometres or -1.0))

        assert found("MAIPU", None, SANTIAGO) == ("maipu", -1)
        assert found("Linares", "CL-RM", (-35.8467, -71.5936)) == ("talca", 47)
        assert found("Colina", "CL-RM", None) == ("centro", -1)
        assert found("Arica", "CL-AP", None) is None
        assert found("Santiago", None, TALCA) == ("centro", 238)

    def test_a_caller_hears_the_office_and_when_it_opens_next(self, store: Store) -> None:
        rosa = live(store)
        assert ask(store, places.nearest_office, rosa).outcome == "none"
        week = {day: [("09:00", "13:00"), ("14:00", "17:30")] for day in ("mon", "fri")}
        store.write(desk.add, Hours(), BOSS, HoursForm(key="office", name="O", week=week))
        put(store, "nunoa", "Ñuñoa", hours="office")
        told = ask(store, places.nearest_office, rosa)
        assert told == Outcome(
            outcome="open",
            values={
                "office_street": "Ñuñoa 100",
                "office_city": "Ñuñoa",
                "office_day": "2026-11-20",
                "office_opens": "09:00",
                "office_closes": "17:30",
            },
        )
        later = Asked(account_id=1, contact="c-1", action_id="a-2", now=NOW + 6 * HOUR)
        values = store.write(places.nearest_office.do, later, {"customer_id": rosa}).values
        assert values["office_day"] == "2026-11-23"
        with pytest.raises(Refusal, match="office"):
            store.write(desk.remove, Hours(), BOSS, "office")
        kept = store.read(desk.one, Offices(), 1, "nunoa")
        silent = OfficeForm(key="nunoa", name="N", street="Ñuñoa 100", city="Ñuñoa")
        store.write(desk.change, Offices(), BOSS, "nunoa", silent, kept.version)
        assert ask(store, places.nearest_office, rosa).outcome == "unknown_hours"

    def test_half_a_place_and_unknown_hours_are_refused_by_their_fields(self, store: Store) -> None:
        with pytest.raises(ConfigError) as refused:
            put(store, "x", "Arica", latitude=95.0, hours="never")
        assert [one.path for one in refused.value.mistakes] == ["hours", "longitude", "latitude"]


class TestOutages:
    def announced(self, store: Store, **more: Any) -> int:
        number = store.write(
            open_case, 1, kind="service", subject="Corte", by="boss", now=NOW, is_outage=True
        ).id
        self.switch(store, number, **more)
        return number

    def switch(self, store: Store, number: int, **more: Any) -> None:
        usual: dict[str, Any] = {
            "areas": ["Nunoa", " ", "Macul"],
            "expected_at": NOW + 2.5 * HOUR,
            "announced": True,
        }
        store.write(outages.announce, 1, number, by="boss", now=NOW, **(usual | more))

    def test_who_lives_there_hears_of_it_until_it_is_switched_off(self, store: Store) -> None:
        rosa, other = live(store), live(store, city="Maipú")
        assert ask(store, places.tell_outage, rosa).outcome == "over"
        number = self.announced(store)
        assert ask(store, places.tell_outage, other).outcome == "over"
        told = {"outage": str(number), "outage_day": "2026-11-20", "outage_time": "15:00"}
        assert ask(store, places.tell_outage, rosa) == Outcome(outcome="today", values=told)
        ask(store, places.tell_outage, rosa)  # the same contact
        assert store.read(outages.hearings, 1, number) == (1, 0)
        store.write(contact, queued_at=NOW + 9)
        assert store.read(outages.hearings, 1, number) == (1, 1)
        self.switch(store, number, announced=False)
        assert ask(store, places.tell_outage, rosa).outcome == "over"
        did = [one.what for one in store.read(history, 1, number)]
        assert {"announced", "announcement_over"} <= set(did)

    def test_another_day_an_unknown_time_and_the_end_of_the_case_change_what_is_told(
        self, store: Store
    ) -> None:
        rosa = live(store)
        number = self.announced(store, expected_at=NOW + DAY)
        assert ask(store, places.tell_outage, rosa).outcome == "later"
        self.switch(store, number, expected_at=None)
        assert ask(store, places.tell_outage, rosa).outcome == "unknown"
        store.write(take_step, 1, number, "start", by="boss", now=NOW)
        store.write(take_step, 1, number, "resolve", by="boss", now=NOW, solution="Válvula")
        assert ask(store, places.tell_outage, rosa).outcome == "over"
        with pytest.raises(Refusal, match="reopen"):
            self.switch(store, number)

    def test_an_announcement_needs_an_area_and_a_time_to_come(self, store: Store) -> None:
        with pytest.raises(ConfigError) as refused:
            self.announced(store, areas=[], expected_at=NOW - 1)
        assert [one.path for one in refused.value.mistakes] == ["areas", "expected_at"]


class TestEmergencies:
    def test_the_alarm_reaches_dispatcher_and_supervisor_once_with_a_case_and_an_order(
        self, store: Store
    ) -> None:
        for login, role in (("desi", "dispatcher"), ("sam", "supervisor"), ("ann", "agent")):
            store.write(add_user, login=login, name=login, password="correct-horse-9", roles={role})
        rosa = live(store)
        told = ask(store, places.raise_emergency, rosa)
        assert told == Outcome(outcome="address", values={"street": "Los Aromos 123", "city": "Ñuñoa"})
        ask(store, places.raise_emergency, rosa)
        again = Asked(account_id=1, contact="c-2", action_id="a-2", now=NOW + 60, customer_id=rosa)
        store.write(places.raise_emergency.do, again, {})

        def rows(kind: type[Any]) -> list[Any]:
            return store.read(lambda session: list(session.scalars(select(kind))))

        [case] = rows(Case)
        assert (case.priority, case.channel, case.customer_id) == ("urgent", "emergency", rosa)
        [order] = rows(WorkOrder)
        assert (order.kind, order.priority, order.case_id, order.area) == ("leak", "urgent", case.id, "Ñuñoa")
        assert order.address == "Los Aromos 123, depto. 4"
        assert {(one.owner, one.remind_at, one.case_id) for one in rows(Activity)} == {
            ("desi", NOW, case.id),
            ("sam", NOW, case.id),
        }
        ask(store, places.emergency_address, rosa, confirmed="no")
        assert store.write(emergency_line.keep_message, store.write(contact), "rec-1", 4.0, NOW + 9)
        did = {one.what: one.details for one in store.read(history, 1, case.id)}
        assert "address_other" in did
        assert did["spoken_address"] == {"recording": "rec-1", "seconds": 4.0}

    def test_nobody_known_raises_it_too_and_has_no_address(self, store: Store) -> None:
        assert ask(store, places.raise_emergency).outcome == "no_address"
        [case] = store.read(lambda session: list(session.scalars(select(Case))))
        assert (case.customer_id, case.contact_id) == (None, "c-1")


class TestSpokenNames:
    def test_the_name_of_a_customer_is_spoken_when_he_is_saved_and_before_he_is_called(
        self, store: Store
    ) -> None:
        def texts() -> list[str]:
            return [name.text for name in store.read(spoken_names.to_speak, 10)]

        ana = store.write(add_customer, 1, now=0.0, name="Ana", surname="Rojas").id
        assert texts() == ["Ana Rojas"]
        store.write(change_customer, 1, ana, expected_version=None, now=1.0, surname="Rojas Soto")
        assert texts() == ["Ana Rojas", "Ana Rojas Soto"]
        store.write(lambda session: session.execute(delete(SpokenName)))
        dial: dict[str, Any] = {"number": "+56971884213", "purpose": Purpose.SERVICE, "about": ("test", "1")}
        store.write(
            dials.schedule, 1, ana, flow="main", not_before=NOW, not_after=NOW + 60, now=NOW, by="tom", **dial
        )
        assert texts() == ["Ana Rojas Soto"]

    def test_an_address_is_spoken_once_and_goes_with_its_customer_alone(self, store: Store) -> None:
        rosa, other = live(store), live(store)
        live(store, street="Suecia 482")
        wanted = [one for one in store.read(spoken_names.to_speak, 10) if one.text != "Rosa"]
        assert [(one.text, one.language) for one in wanted] == [
            ("Los Aromos 123", "es"),
            ("Ñuñoa", "es"),
            ("Los Aromos 123", "es"),
            ("Suecia 482", "es"),
        ]
        for name in wanted:
            assert store.write(spoken_names.spoken, name.id, f"es/{name.text}", 100)
        assert {one.text for one in store.read(spoken_names.to_speak, 10)} == {"Rosa"}
        assert store.read(spoken_names.sounds_of, 1, [rosa]) == []
        assert store.read(spoken_names.sounds_of, 1, [rosa, other]) == ["es/Los Aromos 123"]
        assert store.write(spoken_names.give_way, 400) == []
        assert sorted(store.write(spoken_names.give_way, 150)) == ["es/Los Aromos 123", "es/Ñuñoa"]
        assert not store.write(spoken_names.spoken, 99, "es/x", 1)

    def test_what_cannot_be_spoken_is_tried_three_times_and_anew_when_it_is_saved_again(
        self, store: Store
    ) -> None:
        store.write(add_customer, 1, now=0.0, name="Rosa")
        [name] = store.read(spoken_names.to_speak, 10)
        for left in (1, 1, 0):
            store.write(spoken_names.not_spoken, [name.id])
            assert len(store.read(spoken_names.to_speak, 10)) == left
        store.write(spoken_names.want_name, 1, name.text, 1)
        assert store.read(spoken_names.to_speak, 10) == [name]
