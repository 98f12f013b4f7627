"""What administrators keep: reasons, opening hours, versions of flows; on both databases."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm_core import demo, flow_versions
from crm_core.agents import add_agent
from crm_core.configuration import tables, version
from crm_core.contact_reasons import ContactReason, guess, reasons_of_account
from crm_core.db import Store
from crm_core.dispositions import Disposition, dispositions_of_account
from crm_core.interaction_writer import apply_batch
from crm_core.interactions import Interaction
from crm_core.opening_hours import OpeningHours
from crm_core.pause_reasons import PauseReason, pause_reasons_of_account
from crm_core.queues import add_queue, queue, queues_of_account
from crm_core.reader_positions import EventId
from crm_core.users import add_user, authenticate, user
from crm_core.wrap_up_fields import WrapUpField, wrap_up_fields_of
from ctiserver.core import events as e
from ctiserver.core import tables as plain
from ctiserver.core.errors import Conflict, NotFound, Refusal
from ctiserver.core.message import Event

WEEK = {"mon": [["09:00", "13:00"], ["14:00", "18:00"]]}


def _reason(key: str, position: int = 0, **fields: object) -> ContactReason:
    return ContactReason(
        account_id=1, key=key, label_es=key, label_en=key.upper(), position=position, **fields
    )


def test_reasons_are_offered_in_their_order_and_retired_ones_not_at_all(store: Store) -> None:
    wide = _reason("wide", 2)
    store.write(
        lambda session: session.add_all(
            [wide, _reason("b", 1, parent=wide), _reason("a", 1), _reason("old", retired=True)]
        )
    )
    assert store.read(lambda session: [row.key for row in reasons_of_account(session, 1)]) == [
        "a",
        "b",
        "wide",
    ]
    assert store.read(lambda session: reasons_of_account(session, 2)) == []
    every = store.read(lambda session: [row.key for row in reasons_of_account(session, 1, with_retired=True)])
    assert every == ["old", "a", "b", "wide"]
    assert [(row.key, row.parent) for row in store.read(tables).contact_reasons] == [
        ("a", None),
        ("b", "wide"),
        ("wide", None),
    ]


def test_two_reasons_of_an_account_never_have_one_key(store: Store) -> None:
    store.write(lambda session: session.add(_reason("same")))
    with pytest.raises(Conflict):
        store.write(lambda session: session.add(_reason("same")))


def test_the_demo_guesses_the_reason_from_what_the_caller_told_last(store: Store) -> None:
    store.write(demo.load, now=0.0, password="a-good-password")
    store.write(demo.load, now=0.0, password="a-good-password")  # again: nothing twice
    reasons = store.read(tables).contact_reasons
    assert len(reasons) == len(demo.CONTACT_REASONS)
    assert guess(reasons, {"topic": "invoices", "reason": "balance"}) == "balance"
    assert guess(reasons, {"topic": "invoices"}) == "billing"
    assert guess(reasons, {"topic": "invoices", "reason": "never heard of"}) == "billing"
    assert guess(reasons, {}) is None
    assert [row.key for row in store.read(tables).pause_reasons] == ["lunch", "break", "training", "meeting"]


def test_pause_reasons_are_offered_until_they_are_retired(store: Store) -> None:
    store.write(
        lambda session: session.add_all(
            [PauseReason(account_id=1, key=key, label_es=key, label_en=key) for key in ("lunch", "break")]
        )
    )
    before = store.read(version)
    store.write(lambda session: setattr(pause_reasons_of_account(session, 1)[0], "retired", True))
    assert store.read(lambda session: [row.key for row in pause_reasons_of_account(session, 1)]) == ["lunch"]
    assert store.read(version) > before


def test_what_is_filled_in_after_contacts_stands_in_the_record_as_it_was_called_then(store: Store) -> None:
    def define(session: Session) -> None:
        sales = add_queue(session, 1, "sales", "Sales", skills={})
        cause = {"key": "pipe", "label_es": "Cañería", "label_en": "Pipe"}
        session.add_all(
            [
                _field("cause", 2, type="choice", choices=[cause], required=True, queue=sales),
                _field("meter", 1, type="number"),
                _field("old", 0, retired=True),
            ]
        )

    store.write(define)
    assert store.read(tables).wrap_up_fields == (
        plain.WrapUpField(key="meter", type="number"),
        plain.WrapUpField(key="cause", type="choice", queue="sales", required=True, choices=("pipe",)),  # type: ignore[arg-type]
    )
    record: list[Event] = [
        e.ContactConnected(contact="c", at=5.0, agent="ann", queue="sales", segment=1, leg="l"),  # type: ignore[arg-type]
        e.Disposed(
            contact="c",  # type: ignore[arg-type]
            at=9.0,
            agent="ann",  # type: ignore[arg-type]
            segment=1,
            code="solved",
            pii_answers={"cause": "pipe", "meter": "12", "gone": "x"},
        ),
    ]
    store.write(apply_batch, [(EventId(1, seq, 1), one) for seq, one in enumerate(record, 1)])
    store.write(lambda session: setattr(wrap_up_fields_of(session, 1)[0], "label_es", "Otro"))
    assert store.read(lambda session: session.get_one(Interaction, "c").segments[0].form) == [
        {"key": "meter", "label": {"es": "meter", "en": "METER"}, "value": "12"},
        {
            "key": "cause",
            "label": {"es": "cause", "en": "CAUSE"},
            "value": "pipe",
            "text": {"es": "Cañería", "en": "Pipe"},
        },
        {"key": "gone", "label": {}, "value": "x"},
    ]


def _field(key: str, position: int, **fields: Any) -> WrapUpField:
    named = {"label_es": key, "label_en": key.upper(), "type": "text"}
    return WrapUpField(account_id=1, key=key, position=position, **named | fields)


def test_the_engines_get_hours_with_holidays_as_closed_days(store: Store) -> None:
    def furnish(session: Session) -> None:
        hours = OpeningHours(
            account_id=1,
            key="office",
            name="Oficina",
            week=WEEK,
            holidays_of="CL",
            days={"2026-09-18": [["10:00", "12:00"]]},
        )
        session.add(hours)
        add_queue(session, 1, "sales", "Sales", skills={}).hours = hours
        add_queue(session, 1, "open", "Always open", skills={})

    store.write(furnish)
    always, sales = store.read(tables, years=[2026]).queues
    assert always.hours is None
    assert sales.hours is not None
    assert sales.hours.time_zone == "America/Santiago"
    assert sales.hours.week == (((540, 780), (840, 1080)), (), (), (), (), (), ())
    assert sales.hours.days["2026-12-25"] == ()
    assert sales.hours.days["2026-09-18"] == ((600, 720),)  # its own day outweighs the holiday
    assert store.read(tables).queues[1].hours == plain.Hours(
        time_zone="America/Santiago", week=sales.hours.week, days={"2026-09-18": ((600, 720),)}
    )


def test_what_is_retired_is_not_offered_and_the_engines_know_it_no_more(store: Store) -> None:
    def furnish(session: Session) -> None:
        add_queue(session, 1, "sales", "Sales", skills={})
        session.add(Disposition(account_id=1, code="done", label_es="Listo", label_en="Done"))
        add_user(session, login="ann", name="Ann", password="correct horse", roles=["agent"])
        add_agent(session, login="ann", extension="1001", skills={})

    def retire(session: Session) -> None:
        queue(session, 1, "sales").retired = True
        dispositions_of_account(session, 1)[0].retired = True
        user(session, "ann").disabled = True

    store.write(furnish)
    assert store.read(authenticate, "ann", "correct horse") is not None
    store.write(retire)
    left = store.read(tables)
    assert (left.queues, left.dispositions, left.agents) == ((), (), ())
    assert store.read(queues_of_account, 1) == store.read(dispositions_of_account, 1) == []
    assert store.read(authenticate, "ann", "correct horse") is None


def test_every_version_of_a_flow_is_kept_and_one_is_in_force(store: Store) -> None:
    def keep(session: Session, text: str) -> int:
        return flow_versions.keep(session, 1, "main", text, note="", at=5.0, by="ann").number

    assert [store.write(keep, text) for text in ("two", "three")] == [2, 3]
    assert store.read(flow_versions.texts_in_force) == {}
    assert store.write(flow_versions.put_in_force, 1, "main", 3) == flow_versions.FILE_VERSION
    assert store.read(flow_versions.texts_in_force) == {"main": (3, "three")}
    assert store.write(flow_versions.put_in_force, 1, "main", 2) == 3
    assert store.read(flow_versions.texts_in_force) == {"main": (2, "two")}
    assert store.write(flow_versions.put_in_force, 1, "main", 1) == 2
    assert store.read(flow_versions.texts_in_force) == {}
    with pytest.raises(NotFound):
        store.write(flow_versions.put_in_force, 1, "main", 9)


def test_a_flow_belongs_to_one_account(store: Store) -> None:
    store.write(flow_versions.keep, 1, "main", "text", note="", at=0.0, by="ann")
    with pytest.raises(Refusal):
        store.write(flow_versions.keep, 2, "main", "other", note="", at=0.0, by="zoe")
    with pytest.raises(NotFound):
        store.write(flow_versions.put_in_force, 2, "main", 2)
