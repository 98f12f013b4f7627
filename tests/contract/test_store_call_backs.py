"""Call-backs that keep a place, on both databases: when one may be called, and what the records say of it."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crm_core import interaction_writer
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.interactions import Interaction
from crm_core.permission import do_not_call
from crm_core.permission.asked_for import window
from crm_core.phone_numbers import normalise
from crm_core.queues import add_queue
from crm_core.self_service.calling_back import may_call_back
from crm_core.self_service.registry import Asked, Outcome
from ctiserver.core import events as e
from ctiserver.core.customers import Candidate
from ctiserver.core.message import Event

SANTIAGO = ZoneInfo("America/Santiago")
NUMBER = normalise("+56971884213", "CL")
assert NUMBER is not None
NOON = datetime(2026, 11, 20, 12, tzinfo=SANTIAGO).timestamp()
"""A Friday."""
NIGHT = datetime(2026, 11, 20, 23, tzinfo=SANTIAGO).timestamp()
CALL: Any = "c1"
BACK: Any = "c2"
QUEUE: Any = "servicio"


def ask(store: Store, at: float, number: str = "+56971884213", customer_id: int | None = None) -> Outcome:
    asked = Asked(account_id=1, contact="c-1", action_id="a-1", now=at, customer_id=customer_id)
    return store.write(may_call_back.do, asked, may_call_back.read({"number": number}))


class TestWhenOneMayBeCalledWhoAskedForIt:
    def test_in_the_hours_of_the_law_and_until_they_end(self, store: Store) -> None:
        noon = ask(store, NOON)
        assert noon.outcome == "yes"
        ends = datetime.fromtimestamp(float(noon.values["until"]), UTC).astimezone(SANTIAGO)
        assert (ends.day, ends.hour >= 18) == (20, True)
        night = ask(store, NIGHT)
        assert night.outcome == "later"
        begins = datetime.fromtimestamp(float(night.values["from"]), UTC).astimezone(SANTIAGO)
        assert begins.timestamp() > NIGHT
        assert 7 <= begins.hour <= 11
        assert ask(store, NOON, number="600").outcome == "never"

    def test_neither_our_list_nor_his_being_unknown_forbids_what_he_asked_for(self, store: Store) -> None:
        rosa = store.write(add_customer, 1, now=0.0, name="Rosa", phones=[NUMBER]).id
        store.write(do_not_call.add, 1, str(NUMBER), source="asked", by="ann", now=5.0)
        assert ask(store, NOON, customer_id=rosa).outcome == "yes"
        assert store.read(window, 1, NUMBER, 999, at=NOON) is not None


def told(store: Store, *events: Event) -> dict[str, Interaction]:
    store.write(
        interaction_writer.apply_batch,
        [(interaction_writer.EventId(1, n, 1), event) for n, event in enumerate(events, 1)],
    )
    rows = store.read(lambda session: list(session.query(Interaction)))
    return {row.id: row for row in rows}


def arrived(contact: Any, channel: Any, at: float) -> e.ContactArrived:
    return e.ContactArrived(
        at=at,
        contact=contact,
        account_id=1,
        leg="l",  # type: ignore[arg-type]
        did="600",
        pii_number="+56971884213",
        language="es",
        flow="main",
        flow_version="f",
        channel=channel,
    )


def queued(contact: Any, at: float) -> e.ContactQueued:
    return e.ContactQueued(
        at=at,
        contact=contact,
        account_id=1,
        leg="l",  # type: ignore[arg-type]
        queue=QUEUE,
        value_class="A",
        language="es",
        pii_number="+56971884213",
    )


class TestWhatTheRecordsSay:
    def test_the_call_was_no_abandon_and_the_call_back_is_a_contact_of_its_own(self, store: Store) -> None:
        store.write(add_queue, 1, "servicio", "Servicio", skills={})
        rosa = store.write(add_customer, 1, now=0.0, name="Rosa", phones=[NUMBER]).id
        him = (Candidate(customer_id=rosa, pii_name="Rosa", value_class="A"),)
        asked = e.CallbackAsked(
            at=30.0, contact=CALL, account_id=1, pii_number=str(NUMBER), language="es", queue=QUEUE
        )
        rows = told(
            store,
            arrived(CALL, "voice", 1.0),
            queued(CALL, 5.0),
            asked,
            e.ContactEnded(at=34.0, contact=CALL, where="goodbye", by="caller"),
            arrived(BACK, "callback", 30.0),
            e.CallerIdentified(at=30.0, contact=BACK, how="call_back", candidates=him, value_class="A"),
            queued(BACK, 30.0),
            e.ContactEnded(at=400.0, contact=BACK, where="queue", by="switch"),
        )
        call, back = rows["c1"], rows["c2"]
        assert (call.outcome, call.to_call_back, call.channel) == ("call_back", False, "voice")
        assert (back.channel, back.customer_id, back.outcome) == ("callback", rosa, "not_reached")
        assert back.to_call_back  # now a person should

    def test_one_that_was_called_off_is_on_no_list(self, store: Store) -> None:
        rows = told(
            store,
            arrived(BACK, "callback", 30.0),
            e.CallbackCancelled(at=50.0, contact=BACK, by="caller", reason="called_again"),
            e.ContactEnded(at=50.0, contact=BACK, where="queue", by="caller"),
        )
        assert (rows["c2"].outcome, rows["c2"].to_call_back) == ("cancelled", False)
