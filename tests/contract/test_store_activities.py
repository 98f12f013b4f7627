"""Activities, webhooks of contacts and what was asked twice, on both databases."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import webhook_queue, webhooks
from crm_core.accounts import Account
from crm_core.activities import (
    Activity,
    activities,
    add_activity,
    change_activity,
    claim_reminders,
    dismiss,
    finish,
    has_reminders,
    reminders,
)
from crm_core.asked_twice import Asking, asked_twice, note_asked
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.interaction_writer import apply_batch
from crm_core.reader_positions import EventId
from crm_core.users import add_user
from ctiserver.core import events as e
from ctiserver.core.errors import ConfigError, NotFound, Refusal, StaleVersion
from ctiserver.core.ids import ContactId, LegId

OTHER = 2


def company(session: Session) -> None:
    session.add(Account(id=OTHER, name="Other", country="ES", language="es", time_zone="Europe/Madrid"))
    session.flush()
    add_user(session, login="ann", name="Ann", password="correct horse", roles=["agent"])
    add_user(session, login="eve", name="Eve", password="correct horse", roles=["agent"], account_id=OTHER)


@pytest.fixture
def desk(store: Store) -> Store:
    store.write(company)
    return store


def plan(desk: Store, account_id: int = 1, **fields: Any) -> Activity:
    wanted: dict[str, Any] = {"kind": "call", "subject": "Llamar", "owner": "ann", "due_at": 100.0}
    return desk.write(add_activity, account_id, by="ann", now=1.0, **(wanted | fields))


def test_a_calendar_shows_what_is_due_between_two_moments(desk: Store) -> None:
    late, early, done = plan(desk, due_at=300.0).id, plan(desk, due_at=100.0).id, plan(desk, due_at=200.0).id
    desk.write(finish, 1, done, now=5.0, result="No contestó")

    def shown(**wanted: Any) -> list[int]:
        return [row.id for row in desk.read(lambda s: activities(s, 1, **wanted)).rows]

    assert shown() == [early, done, late]
    assert shown(only_open=True) == [early, late]
    assert shown(from_at=100.0, until_at=300.0) == [early, done]
    assert shown(owner="bob") == []
    first = desk.read(lambda s: activities(s, 1, limit=2))
    rest = desk.read(lambda s: activities(s, 1, limit=2, cursor=first.next))
    assert [row.id for row in (*first.rows, *rest.rows)] == [early, done, late]


def test_a_reminder_is_claimed_once_and_anew_when_it_is_moved(desk: Store) -> None:
    number = plan(desk, remind_at=50.0).id
    plan(desk, remind_at=60.0, subject="Otra")
    assert not desk.read(has_reminders, 49.0)
    assert desk.read(has_reminders, 50.0)
    assert [row.id for row in desk.write(claim_reminders, 50.0)] == [number]
    assert desk.write(claim_reminders, 50.0) == []
    assert [row.id for row in desk.read(reminders, 1, "ann")] == [number]
    desk.write(dismiss, 1, number, now=51.0)
    assert desk.read(reminders, 1, "ann") == []
    version = desk.read(lambda s: s.get(Activity, number)).version
    desk.write(change_activity, 1, number, expected_version=version, now=52.0, remind_at=70.0)
    assert [row.subject for row in desk.write(claim_reminders, 70.0)] == ["Otra", "Llamar"]
    with pytest.raises(StaleVersion):
        desk.write(change_activity, 1, number, expected_version=version, now=52.0, subject="Tarde")


def test_what_is_over_reminds_nobody(desk: Store) -> None:
    for cancelled in (False, True):
        number = plan(desk, remind_at=50.0).id
        desk.write(finish, 1, number, now=10.0, cancelled=cancelled)
        with pytest.raises(Refusal):
            desk.write(finish, 1, number, now=11.0)
    assert not desk.read(has_reminders, 99.0)
    assert desk.write(claim_reminders, 99.0) == []


@pytest.mark.parametrize("wrong", [{"kind": "party"}, {"subject": " "}, {"ends_at": 99.0}, {"owner": "eve"}])
def test_an_activity_that_is_wrong_in_itself_is_not_planned(desk: Store, wrong: dict[str, Any]) -> None:
    with pytest.raises((ConfigError, Refusal)):
        plan(desk, **wrong)


def test_no_account_plans_for_the_customer_of_another(desk: Store) -> None:
    rosa = desk.write(lambda s: add_customer(s, 1, name="Rosa", now=0.0).id)
    with pytest.raises(NotFound):
        plan(desk, OTHER, owner="eve", customer_id=rosa)
    with pytest.raises(NotFound):
        desk.write(finish, OTHER, plan(desk).id, now=1.0)


CONTACT = ContactId("c-1")


def arrived(at: float = 1.0, contact: ContactId = CONTACT) -> e.ContactArrived:
    return e.ContactArrived(
        at=at,
        contact=contact,
        account_id=1,
        leg=LegId("l"),
        did="600",
        pii_number="+56971884213",
        language="es",
        flow="main",
        flow_version="1",
    )


def test_a_webhook_hears_of_a_contact_once_under_the_events_id(desk: Store) -> None:
    hook = desk.write(
        webhooks.add_webhook,
        1,
        name="ERP",
        url="https://e.example/",
        kinds=["ContactArrived"],
        by="a",
        now=0.0,
    )
    desk.write(webhooks.add_webhook, OTHER, name="X", url="https://e.example/", kinds=["*"], by="a", now=0.0)
    batch = [
        (EventId(3, 7, 1), arrived()),
        (EventId(3, 7, 2), e.ContactAnswered(at=2.0, contact=CONTACT)),
    ]
    for _ in range(2):
        desk.write(apply_batch, batch)
    [message] = desk.write(webhook_queue.take, 5.0)
    assert (message.message_id, message.webhook_id, message.body["type"]) == (
        "3.7.1",
        hook.id,
        "ContactArrived",
    )
    assert message.body["data"]["did"] == "600"
    assert message.body["timestamp"] == 1.0


def test_a_value_that_a_flow_asks_for_again_is_counted(desk: Store) -> None:
    def said(n: int, key: str, value: str) -> tuple[EventId, e.ValueCollected]:
        return EventId(1, 1, n), e.ValueCollected(at=float(n), contact=CONTACT, key=key, value=value)

    desk.write(
        apply_batch,
        [
            (EventId(1, 1, 1), arrived()),
            said(2, "meter", "17"),
            said(3, "reason", "x"),
            said(4, "meter", "17"),
        ],
    )
    counted = desk.read(asked_twice, 1, 0.0, 10.0)
    assert (counted.asked, counted.known_by_contact, counted.known_by_store) == (3, 1, 0)
    assert (counted.index, counted.by_fact) == (pytest.approx(1 / 3), (("meter", 1),))
    assert desk.read(asked_twice, 1, 5.0, 10.0).index is None
    assert desk.read(asked_twice, OTHER, 0.0, 10.0).asked == 0


def test_what_the_record_holds_is_asked_in_vain(desk: Store) -> None:
    rosa = desk.write(lambda s: add_customer(s, 1, name="Rosa", rut="12.345.678-5", now=0.0).id)

    def ask(fact: str, contact: str = "c-9", customer: int | None = rosa) -> str | None:
        row: Asking = desk.write(
            note_asked,
            1,
            contact_id=contact,
            customer_id=customer,
            fact=fact,
            asked_by="form",
            at=1.0,
        )
        return row.known_by

    assert ask("rut") == "store"
    assert ask("rut") == "contact"
    assert ask("surname") is None  # the column is there and empty
    assert ask("shoe_size") is None
    assert ask("rut", contact="c-10", customer=None) is None
    assert len(desk.read(lambda s: list(s.scalars(select(Asking))))) == 5
    with pytest.raises(Refusal):
        desk.write(note_asked, 1, contact_id="c", customer_id=None, fact="rut", asked_by="nobody", at=1.0)
