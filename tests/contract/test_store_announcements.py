"""Announcements on both databases: prepared, switched, in force for the next caller, counted."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm_core import (
    announcement_sounds,
    announcement_uses,
    announcements,
    audit,
    caller_facts,
    configuration,
    spoken_names,
)
from crm_core.contact_points import keep_address
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.interactions import Interaction
from crm_core.phone_numbers import normalise
from crm_core.provenance import Origin, Source
from crm_core.queues import add_queue
from ctiserver.core import tables
from ctiserver.core.errors import ConfigError, NotFound, Refusal

BY: dict[str, Any] = {"by": "sup", "now": 100.0}
WORDS: dict[str, Any] = {
    "prompt": None,
    "text": None,
    "sound": None,
    "queues": [],
    "areas": [],
    "from_at": None,
    "until_at": None,
}
NUMBER = normalise("+56911112222", "CL")


def put(store: Store, name: str = "Cerrado", **written: Any) -> int:
    given = WORDS | ({} if {"text", "sound"} & {*written} else {"prompt": "announcement-closed"}) | written
    return store.write(announcements.add, 1, name=name, **given, **BY).id


def switch(store: Store, number: int, on: bool = True, now: float = 200.0) -> None:
    store.write(announcements.switch, 1, number, on=on, by="sup", now=now)


def in_force(store: Store) -> tuple[tables.Announcement, ...]:
    return store.read(configuration.tables).announcements


def waits(session: Session, contact: str, queued_at: float | None) -> None:
    session.add(
        Interaction(
            id=contact,
            account_id=1,
            arrived_at=201.0,
            queued_at=queued_at,
            candidate_ids=[],
            menu_path=[],
            collected={},
            collected_as={},
            decisions=[],
            **{"last_epoch": 0, "last_seq": 0, "last_n": 0},
        )
    )


class TestAnnouncements:
    def test_one_press_puts_it_into_the_tables_of_the_engines_and_raises_their_version(
        self, store: Store
    ) -> None:
        store.write(add_queue, 1, "service", "Servicio", skills={})
        number = put(store, queues=["service"], areas=["Ñuñoa"], until_at=900.0)
        assert in_force(store) == ()
        before = store.read(configuration.version)
        switch(store, number)
        assert store.read(configuration.version) > before
        assert in_force(store) == (
            tables.Announcement(
                id=number,
                says=("announcement-closed",),
                queues=("service",),  # type: ignore[arg-type]
                areas=("Ñuñoa",),
                until_at=900.0,
            ),
        )
        switch(store, number, on=False)
        assert in_force(store) == ()
        actions = [row.action for row in store.read(audit.newest, 1)]
        assert actions[:2] == ["announcement.switch", "announcement.switch"]

    def test_a_text_is_spoken_when_it_is_saved_and_says_so_until_it_has_its_sound(self, store: Store) -> None:
        long = "Por trabajos en la red, hoy no hay suministro en el sector oriente hasta las seis."
        number = put(store, text=long)
        switch(store, number)
        assert [one.says for one in in_force(store)] == [(f"name:{long}",)]
        row = store.read(announcements.announcement, 1, number)
        assert not store.read(announcements.has_sound, row)
        [wanted] = store.read(spoken_names.to_speak, 9)
        assert wanted.text == long
        store.write(spoken_names.spoken, wanted.id, "es/abc", 10)
        assert store.read(announcements.has_sound, row)

    def test_a_recording_is_one_companys_is_said_in_its_announcement_and_goes_when_none_says_it(
        self, store: Store, tmp_path: Path
    ) -> None:
        row = store.write(announcement_sounds.add, tmp_path, 1, " Aviso\n", b"RIFF", 2.5, **BY)
        assert (row.name, row.seconds) == ("Aviso", 2.5)
        number = put(store, sound=row.key)
        switch(store, number)
        assert [one.says for one in in_force(store)] == [(f"own:1/{row.key}",)]
        assert store.read(announcement_uses.used_by, 1) == {row.key: ["Cerrado"]}
        assert store.read(announcement_uses.used_by, 2) == {}
        with pytest.raises(NotFound):
            store.read(announcement_sounds.sound, 2, row.key)
        with pytest.raises(NotFound):
            store.write(announcement_uses.remove, 2, row.key, **BY)
        with pytest.raises(Refusal, match="change that first"):
            store.write(announcement_uses.remove, 1, row.key, **BY)
        store.write(announcements.take_away, 1, number, **BY)
        store.write(announcement_uses.remove, 1, row.key, **BY)
        assert store.read(announcement_sounds.sounds_of, 1) == []
        assert announcement_sounds.content_of(tmp_path, row) == b"RIFF"
        announcement_sounds.drop_file(tmp_path, 1, row.key)
        assert [*tmp_path.rglob("*.wav")] == []

    def test_who_lives_there_is_told_and_nobody_else(self, store: Store) -> None:
        rosa = store.write(add_customer, 1, now=0.0, name="Rosa", phones=[NUMBER]).id
        origin = Origin(source=Source.CUSTOMER, by="ann")
        store.write(keep_address, 1, rosa, street="Los Aromos 1", city="ñuñoa", origin=origin, now=1.0)
        there, elsewhere = put(store, "a", areas=["Nunoa"]), put(store, "b", areas=["Talca"])
        for number in (there, elsewhere):
            switch(store, number)
        assert store.read(caller_facts.look_up, 1, str(NUMBER), at=300.0).announcements == (there,)
        switch(store, there, on=False)
        assert store.read(caller_facts.look_up, 1, str(NUMBER), at=300.0).announcements == ()

    def test_each_contact_that_heard_it_counts_once_and_since_the_last_switch(self, store: Store) -> None:
        number = put(store)
        switch(store, number)
        store.write(waits, "c1", None)
        store.write(waits, "c2", 260.0)
        for contact, at in (("c1", 250.0), ("c2", 251.0), ("c2", 252.0)):
            store.write(announcements.heard, 1, number, contact, at)
        assert store.read(announcements.hearings, 1) == {number: (2, 1)}
        store.write(announcements.heard, 2, number, "c3", 253.0)  # of another company
        assert store.read(announcements.hearings, 1) == {number: (2, 1)}
        switch(store, number, on=False, now=300.0)
        assert store.read(announcements.hearings, 1) == {}

    def test_every_mistake_is_said_at_once_and_other_accounts_see_nothing(self, store: Store) -> None:
        with pytest.raises(ConfigError) as refused:
            put(store, " ", text="hola", prompt="nope", queues=["none"], from_at=9.0, until_at=9.0)
        assert [one.path for one in refused.value.mistakes] == [
            "name",
            "text",
            "prompt",
            "queues",
            "until_at",
        ]
        number = put(store)
        with pytest.raises(NotFound):
            store.read(announcements.announcement, 2, number)
        store.write(announcements.take_away, 1, number, **BY)
        assert store.read(announcements.of_account, 1) == []
        with pytest.raises(NotFound):
            switch(store, number)


@pytest.mark.parametrize("first", ["choose", "remove"])
def test_of_two_who_choose_and_remove_a_recording_at_once_the_second_finds_out(
    store: Store, tmp_path: Path, first: str
) -> None:
    row = store.write(announcement_sounds.add, tmp_path, 1, "Hoy", b"RIFF", 1.0, **BY)
    done, may_end = Event(), Event()

    def choose(session: Session) -> None:
        announcements.add(session, 1, name="Hoy", **WORDS | {"sound": row.key}, **BY)

    def remove(session: Session) -> None:
        announcement_uses.remove(session, 1, row.key, **BY)

    does = {"choose": choose, "remove": remove}

    def slowly(session: Session) -> None:
        does.pop(first)(session)
        done.set()
        assert may_end.wait(20)

    with ThreadPoolExecutor(2) as both:
        one = both.submit(store.write, slowly)
        assert done.wait(20)
        [second] = does.values()
        other = both.submit(store.write, second)
        with pytest.raises(TimeoutError):  # it waits for the first to end
            other.result(0.3)
        may_end.set()
        one.result(20)
        with pytest.raises((ConfigError, Refusal)):
            other.result(20)
    said = [one.sound for one in store.read(announcements.of_account, 1)]
    assert said == ([row.key] if first == "choose" else [])
