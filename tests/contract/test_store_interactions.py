"""One interaction per contact from the stream of events, exactly once, on both databases."""

import subprocess
import sys
import threading
import time
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core import interaction_writer
from crm_core.customers import Customer, add_customer
from crm_core.db import Store
from crm_core.interaction_writer import READER, apply, apply_batch
from crm_core.interactions import (
    Interaction,
    SurveyAnswer,
    history,
)
from crm_core.phone_numbers import E164
from crm_core.queues import add_queue
from crm_core.reader_positions import BEFORE_ALL, EventId, advance, position
from ctiserver.core import events as e
from ctiserver.core.customers import Candidate
from ctiserver.core.errors import StoreError, Unstorable
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey, RecordingId
from ctiserver.core.message import Event
from ctiserver.core.requests import Status
from ctiserver.core.wire import encode

CONTACT = ContactId("cti-a-1-z")
LEG, AGENT_LEG = LegId("leg-1"), LegId("leg-2")
ANN, BOB = AgentKey("ann"), AgentKey("bob")
SALES = QueueKey("sales")
RECORDING = RecordingId("rec-1")
MOBILE = E164("+56971884213")


def arrived(at: float = 100.0, contact: ContactId = CONTACT, **fields: Any) -> e.ContactArrived:
    values: dict[str, Any] = {
        "account_id": 1,
        "leg": LEG,
        "did": "600",
        "pii_number": MOBILE,
        "language": "es",
        "flow": "main",
        "flow_version": "f1",
    }
    return e.ContactArrived(contact=contact, at=at, **(values | fields))


def queued(at: float = 105.0, contact: ContactId = CONTACT) -> e.ContactQueued:
    return e.ContactQueued(
        contact=contact,
        at=at,
        account_id=1,
        leg=LEG,
        queue=SALES,
        value_class="A",
        language="en",
        pii_number=MOBILE,
    )


def ended(at: float, where: e.Where, by: Any, contact: ContactId = CONTACT) -> e.ContactEnded:
    return e.ContactEnded(contact=contact, at=at, where=where, by=by, q850=16)


def missed(
    contact: ContactId = CONTACT, *, answered: bool = False, emergency: bool = False
) -> e.ContactMissed:
    return e.ContactMissed(
        contact=contact,
        at=500.0,
        account_id=1,
        leg=LEG,
        did="600",
        pii_number=MOBILE,
        arrived_at=90.0,
        ended_at=120.0,
        answered=answered,
        emergency=emergency,
    )


def identified(*customer_ids: int) -> e.CallerIdentified:
    candidates = tuple(Candidate(customer_id=id_, pii_name="Ana", value_class="A") for id_ in customer_ids)
    return e.CallerIdentified(contact=CONTACT, at=101.0, how="number", candidates=candidates, value_class="A")


def whole_life(customer_id: int) -> list[Event]:
    c = {"contact": CONTACT}
    heads = (
        e.Head(
            queue=SALES, contact=CONTACT, value_class="A", score_seconds=125.0, emergency=False, preference=0
        ),
    )
    decision: dict[str, Any] = {
        "queue": SALES,
        "rule": "score",
        "heads": heads,
        "idle_agents": 2,
        "excluded": {"skill": 1},
    }
    return [
        arrived(),
        e.ContactAnswered(at=100.5, **c),
        identified(customer_id),
        e.NodeEntered(at=102.0, node="menu", kind="menu", **c),
        e.LanguageChosen(at=102.5, language="en", **c),
        e.ValueCollected(at=103.0, key="reason", value="invoice", **c),
        e.NodeEntered(at=104.0, node="to-sales", kind="queue", **c),
        queued(),
        e.PlaceTold(at=105.1, place=3, language="en", **c),
        e.DecisionMade(at=110.0, agent=BOB, **decision, **c),
        e.OfferMade(at=110.0, agent=BOB, queue=SALES, leg=AGENT_LEG, **c),
        e.AgentReserved(at=110.0, agent=BOB, contact=CONTACT),
        e.OfferRinging(at=110.2, agent=BOB, **c),
        e.OfferExpired(at=125.0, agent=BOB, **c),
        e.AgentStatusChanged(at=125.0, agent=BOB, status=Status.PAUSE, reason="no answer", by="center"),
        e.ContactRequeued(at=125.0, queue=SALES, reason="expired", **c),
        e.DecisionMade(at=125.0, agent=ANN, **decision, **c),
        e.OfferMade(at=125.0, agent=ANN, queue=SALES, leg=AGENT_LEG, **c),
        e.OfferRinging(at=125.3, agent=ANN, **c),
        e.ContactConnected(at=130.0, agent=ANN, queue=SALES, segment=1, leg=AGENT_LEG, **c),
        e.RecordingStarted(at=130.1, recording=RECORDING, segment=1, **c),
        e.TalkEnded(at=190.0, agent=ANN, segment=1, by="agent", caller_stays=True, **c),
        e.WrapUpStarted(at=190.0, agent=ANN, segment=1, until=220.0, **c),
        e.SurveyOffered(at=190.5, survey="short", version="s1", agent=ANN, **c),
        e.SurveyAnswered(at=195.0, survey="short", question="solved", raw="1", value=1, **c),
        e.SurveyAnswered(at=199.0, survey="short", question="grade", raw="7", value=7, **c),
        e.SurveyEnded(at=200.0, survey="short", complete=True, **c),
        ended(201.0, "goodbye", "center"),
        e.RecordingKept(at=201.5, recording=RECORDING, seconds=59.8, **c),
        e.Disposed(at=205.0, agent=ANN, segment=1, code="sold", pii_note="pays on Friday", **c),
        e.WrapUpEnded(at=205.0, agent=ANN, segment=1, disposition="sold", by="ann", **c),
    ]


def numbered(events: list[Event], epoch: int = 1) -> list[tuple[EventId, Event]]:
    """Two events per journal entry, as in life: n counts within the entry."""
    return [(EventId(epoch, 10 + place // 2, 1 + place % 2), event) for place, event in enumerate(events)]


def record(session: Session) -> dict[str, Any]:
    """Everything that was written about the contact."""
    row = session.get_one(Interaction, CONTACT)
    parts = (*row.offers, *row.segments, *row.answers)
    as_dict = {column.key: getattr(row, column.key) for column in Interaction.__table__.columns}
    return as_dict | {
        "parts": [{c.key: getattr(part, c.key) for c in part.__table__.columns} for part in parts]
    }


def play(store: Store, *events: Event) -> dict[str, Any]:
    store.write(apply_batch, numbered(list(events)))
    return store.read(record)


@pytest.fixture
def customer_id(store: Store) -> int:
    return store.write(
        lambda session: add_customer(session, 1, now=1.0, name="Ana", phones=[MOBILE], value_class="A").id
    )


def test_a_whole_life_becomes_one_interaction(store: Store, customer_id: int) -> None:
    seen = play(store, *whole_life(customer_id))
    parts = seen.pop("parts")
    decisions = seen.pop("decisions")
    assert seen == {
        "id": CONTACT,
        "account_id": 1,
        "channel": "voice",
        "acts": [],
        "customer_id": customer_id,
        "candidate_ids": [customer_id],
        "attached_by": None,
        "value_class": "A",
        "did": "600",
        "ani": MOBILE,
        "language": "en",
        "flow": "main",
        "flow_version": "f1",
        "emergency": False,
        "arrived_at": 100.0,
        "answered_by_ivr_at": 100.5,
        "queued_at": 105.0,
        "connected_at": 130.0,
        "ended_at": 201.0,
        "queue": "sales",
        "outcome": "answered",
        "ended_where": "goodbye",
        "ended_by": "center",
        "ended_cause": 16,
        "menu_path": [
            {"node": "menu", "kind": "menu", "at": 102.0},
            {"node": "to-sales", "kind": "queue", "at": 104.0},
        ],
        "contact_reason": None,
        "collected": {"reason": "invoice"},
        "dial_id": None,
        "collected_as": {},
        "voicemail": None,
        "voicemail_seconds": None,
        "survey": "short",
        "survey_version": "s1",
        "survey_offered_at": 190.5,
        "survey_accepted": None,
        "survey_begun_at": None,
        "survey_agent": "ann",
        "survey_complete": True,
        "to_call_back": False,
        "call_back_claimed_by": None,
        "call_back_claimed_at": None,
        "call_back_done_at": None,
        "call_back_at": None,
        "call_back_result": None,
        "incomplete": False,
        "last_epoch": 1,
        "last_seq": 25,
        "last_n": 1,
    }
    assert [(made["agent"], made["rule"], made["idle_agents"]) for made in decisions] == [
        ("bob", "score", 2),
        ("ann", "score", 2),
    ]
    assert decisions[0]["heads"][0]["score_seconds"] == 125.0
    bobs_offer, anns_offer, segment, solved, grade = parts
    assert (bobs_offer["result"], bobs_offer["ringing_at"], bobs_offer["ended_at"]) == (
        "expired",
        110.2,
        125.0,
    )
    assert (anns_offer["result"], anns_offer["ended_at"]) == ("answered", 130.0)
    assert segment == {
        "interaction_id": CONTACT,
        "ordinal": 1,
        "agent": "ann",
        "queue": "sales",
        "offered_at": 125.0,
        "ringing_at": 125.3,
        "answered_at": 130.0,
        "ended_at": 190.0,
        "ended_by": "agent",
        "began": "queue",
        "from_agent": None,
        "transfer": None,
        "transferred_to_kind": None,
        "transferred_to": None,
        "transfer_failed": None,
        "wrap_up_started_at": 190.0,
        "wrap_up_ended_at": 205.0,
        "disposition": "sold",
        "note": "pays on Friday",
        "form": None,
        "recording": "rec-1",
        "recording_seconds": 59.8,
        "recording_error": None,
        "voices": {"begun_at": 130.1},
    }
    assert [(answer["question"], answer["raw"], answer["value"]) for answer in (solved, grade)] == [
        ("solved", "1", 1),
        ("grade", "7", 7),
    ]


def test_durations_are_computed_from_timestamps(store: Store, customer_id: int) -> None:
    play(store, *whole_life(customer_id))

    def durations(session: Session) -> tuple[float | None, ...]:
        row = session.get_one(Interaction, CONTACT)
        return row.wait_seconds, row.segments[0].talk_seconds, row.segments[0].wrap_up_seconds

    assert store.read(durations) == (25.0, 60.0, 15.0)


def test_it_does_not_matter_how_the_stream_is_cut_into_transactions(store: Store, customer_id: int) -> None:
    life = numbered(whole_life(customer_id))
    at_once = play(store, *whole_life(customer_id))
    for size in (1, 2, 3, 7):
        store.write(forget)
        for start in range(0, len(life), size):
            store.write(apply_batch, life[start : start + size])
        assert store.read(record) == at_once


def forget(session: Session) -> None:
    session.delete(session.get_one(Interaction, CONTACT))
    advance(session, READER, BEFORE_ALL)


def test_an_event_that_is_read_twice_has_one_effect(store: Store, customer_id: int) -> None:
    life = numbered(whole_life(customer_id))
    for event_id, event in life:
        assert store.write(apply, event_id, event)
        assert not store.write(apply, event_id, event)
    assert store.read(position, READER) == life[-1][0]
    assert len(store.read(record)["parts"]) == 5


def test_a_reader_that_begins_anywhere_earlier_changes_nothing(store: Store, customer_id: int) -> None:
    life = numbered(whole_life(customer_id))
    once = play(store, *whole_life(customer_id))
    for start in range(len(life)):
        assert store.write(apply_batch, life[start:]) == 0
    store.write(advance, READER, BEFORE_ALL)  # even its position is lost
    store.write(apply_batch, life)
    assert store.read(record) == once


def test_an_event_twice_in_one_batch_has_one_effect(store: Store, customer_id: int) -> None:
    doubled = [pair for pair in numbered(whole_life(customer_id)) for _ in range(2)]
    assert store.write(apply_batch, doubled) == len(doubled) // 2
    assert len(store.read(record)["parts"]) == 5


def test_a_crash_in_the_transaction_leaves_neither_effect_nor_position(
    store: Store, customer_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = numbered(whole_life(customer_id))
    store.write(apply_batch, life[:8])
    before = store.read(record)

    def crash(*_args: object) -> None:
        raise StoreError("the power is gone")

    with monkeypatch.context() as patch:
        patch.setattr(interaction_writer.reader_positions, "advance", crash)
        with pytest.raises(StoreError, match="power"):
            store.write(apply_batch, life[8:])
    assert store.read(record) == before
    assert store.read(position, READER) == life[7][0]
    assert store.write(apply_batch, life) == len(life) - 8


READING_CHILD = """
import sys
from crm_core.db import Store
from crm_core.interaction_writer import apply
from ctiserver.core.wire import decode_event
store = Store(sys.argv[1])
for line in sys.stdin.buffer:
    epoch, seq, n, body = line.split(b" ", 3)
    store.write(apply, (int(epoch), int(seq), int(n)), decode_event(body))
"""


@pytest.mark.parametrize("reached", [1, 11, 23])
def test_a_reader_that_is_killed_and_begins_again_writes_the_same_record(
    store: Store, database: str, customer_id: int, reached: int
) -> None:
    once = play(store, *whole_life(customer_id))
    store.write(forget)
    life = numbered(whole_life(customer_id))
    child = subprocess.Popen([sys.executable, "-c", READING_CHILD, database], stdin=subprocess.PIPE)
    assert child.stdin
    for event_id, event in life:
        child.stdin.write("{} {} {} ".format(*event_id).encode() + encode(event) + b"\n")
    child.stdin.flush()
    deadline = time.monotonic() + 30
    while store.read(position, READER) < life[reached][0]:
        assert time.monotonic() < deadline
        assert child.poll() is None
    child.kill()
    child.wait()
    child.stdin.close()
    store.write(apply_batch, life)
    assert store.read(record) == once


def test_events_of_a_later_epoch_are_new_even_if_seq_begins_again(store: Store) -> None:
    store.write(apply, (1, 900, 1), arrived())
    assert store.write(apply, (2, 1, 1), ended(110.0, "ivr", "caller"))
    assert store.read(record)["outcome"] == "ended_in_ivr"


def test_two_readers_by_mistake_write_one_record(store: Store, customer_id: int) -> None:
    life = numbered(whole_life(customer_id))
    store.write(apply, *life[0])  # the row that both will lock
    readers = [threading.Thread(target=store.write, args=(apply_batch, life)) for _ in range(3)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(store.read(record)["parts"]) == 5


def test_what_is_not_about_a_contact_only_moves_the_position(store: Store) -> None:
    assert store.write(apply, (1, 1, 1), e.SwitchStateChanged(at=1.0, up=True))
    assert store.read(position, READER) == EventId(1, 1, 1)
    assert store.read(lambda session: session.scalar(select(func.count(Interaction.id)))) == 0


@pytest.mark.parametrize(
    ("events", "outcome", "call_back"),
    [
        ([ended(103.0, "ivr", "caller")], "ended_in_ivr", False),
        ([ended(103.0, "ivr", "center")], "ended_in_ivr", False),
        ([queued(), ended(140.0, "queue", "caller")], "abandoned", False),
        ([queued(), ended(140.0, "queue", "switch")], "disconnected", True),
        ([queued(), ended(140.0, "queue", "fallback")], "disconnected", True),
        ([queued(), ended(140.0, "queue", "center")], "disconnected", False),
    ],
    ids=["left the menu", "self-service", "abandoned", "switch died", "fallback took over", "turned away"],
)
def test_who_ended_it_where_decides_the_outcome(
    store: Store, events: list[Event], outcome: str, call_back: bool
) -> None:
    seen = play(store, arrived(), *events)
    last = events[-1]
    assert isinstance(last, e.ContactEnded)
    assert (seen["outcome"], seen["to_call_back"]) == (outcome, call_back)
    assert (seen["ended_where"], seen["ended_by"], seen["ended_at"]) == (last.where, last.by, last.at)


def test_the_fallback_tells_later_how_it_went_with_a_caller_it_took_over(store: Store) -> None:
    seen = play(store, arrived(), queued(), ended(140.0, "queue", "fallback"), missed(answered=True))
    assert (seen["outcome"], seen["to_call_back"], seen["arrived_at"]) == (
        "answered_by_fallback",
        False,
        90.0,
    )


def test_a_missed_call_is_an_interaction_of_a_known_caller_to_call_back(
    store: Store, customer_id: int
) -> None:
    seen = play(store, missed())
    assert (seen["outcome"], seen["to_call_back"], seen["customer_id"]) == ("missed", True, customer_id)
    assert (seen["arrived_at"], seen["ended_at"], seen["value_class"]) == (90.0, 120.0, "A")
    assert not seen["incomplete"]


def test_a_contact_that_was_ever_in_an_emergency_queue_is_an_emergency(store: Store) -> None:
    store.write(lambda session: add_queue(session, 1, "sales", "Sales", skills={}, emergency=True).id)
    moved = e.ContactQueued(
        contact=CONTACT,
        at=106.0,
        account_id=1,
        leg=LEG,
        queue=QueueKey("other"),
        value_class="A",
        language="es",
        pii_number=MOBILE,
    )
    seen = play(store, arrived(), queued(), moved)
    assert (seen["emergency"], seen["queue"], seen["queued_at"]) == (True, "other", 105.0)


def test_a_number_shared_by_several_leaves_the_customer_open(store: Store) -> None:
    seen = play(store, arrived(), identified(3, 4))
    assert (seen["customer_id"], seen["candidate_ids"]) == (None, [3, 4])


def test_a_customer_who_was_removed_meanwhile_stops_nobody(store: Store, customer_id: int) -> None:
    assert play(store, arrived(), identified(999))["customer_id"] is None
    store.write(apply, (2, 1, 1), identified(customer_id))
    assert len(store.read(history, 1, customer_id)) == 1
    store.write(lambda session: session.delete(session.get_one(Customer, customer_id)))
    assert store.read(record)["customer_id"] is None


def test_the_history_of_a_customer_begins_with_the_latest_contact(store: Store, customer_id: int) -> None:
    for place, at in enumerate((10.0, 30.0, 20.0)):
        contact = ContactId(f"c{place}")
        known = e.CallerIdentified(
            contact=contact,
            at=at,
            how="number",
            candidates=identified(customer_id).candidates,
            value_class="A",
        )
        store.write(apply_batch, numbered([arrived(at, contact), known], epoch=place + 1))
    assert [row.arrived_at for row in store.read(history, 1, customer_id)] == [30.0, 20.0, 10.0]
    assert store.read(history, 2, customer_id) == []


def test_a_contact_whose_beginning_was_lost_is_recorded_as_incomplete(store: Store) -> None:
    seen = play(
        store, e.TalkEnded(contact=CONTACT, at=190.0, agent=ANN, segment=2, by="agent", caller_stays=False)
    )
    assert (seen["incomplete"], seen["arrived_at"]) == (True, 190.0)
    assert [(part["ordinal"], part["agent"], part["ended_at"]) for part in seen["parts"]] == [
        (2, "ann", 190.0)
    ]


def test_where_events_were_lost_only_what_was_not_over_becomes_incomplete(store: Store) -> None:
    over, open_ = ContactId("over"), ContactId("open")
    store.write(
        apply_batch,
        [
            (EventId(1, 1, 1), arrived(10.0, over)),
            (EventId(1, 2, 1), ended(20.0, "ivr", "caller", over)),
            (EventId(1, 3, 1), arrived(30.0, open_)),
        ],
    )
    store.write(interaction_writer.events_lost, EventId(1, 9, 0))
    store.write(interaction_writer.events_lost, EventId(1, 3, 1))  # read again: nothing happens
    talk = e.TalkEnded(contact=open_, at=50.0, agent=ANN, segment=1, by="caller", caller_stays=False)
    store.write(
        apply_batch, [(EventId(1, 10, 1), talk), (EventId(1, 10, 2), ended(50.0, "talk", "switch", open_))]
    )
    rows = store.read(lambda session: {row.id: row for row in session.scalars(select(Interaction))})
    assert (rows[over].incomplete, rows[open_].incomplete) == (False, True)
    assert (rows[open_].outcome, rows[open_].to_call_back) == ("answered", False)
    assert store.read(position, READER) == EventId(1, 10, 2)


def test_what_strangers_send_cannot_stop_the_reader(store: Store) -> None:
    seen = play(
        store,
        arrived(pii_number="\0" + "9" * 500 + "\ud800"),
        e.ValueCollected(contact=CONTACT, at=1.0, key="k\0", value="\udfff\0"),
    )
    assert seen["ani"] == "\ufffd" + "9" * 500 + "?"
    assert seen["collected"] == {"k\ufffd": "?\ufffd"}


def test_an_answer_given_again_replaces_the_first(store: Store) -> None:
    def answer(value: int) -> e.SurveyAnswered:
        return e.SurveyAnswered(
            contact=CONTACT, at=1.0, survey="s", question="q", raw=str(value), value=value
        )

    play(store, arrived(), answer(3), answer(6))
    assert store.read(lambda session: session.scalars(select(SurveyAnswer.value)).all()) == [6]


def test_a_recording_that_was_lost_says_why(store: Store) -> None:
    seen = play(
        store,
        arrived(),
        e.ContactConnected(contact=CONTACT, at=2.0, agent=ANN, queue=SALES, segment=1, leg=AGENT_LEG),
        e.RecordingStarted(contact=CONTACT, at=2.0, recording=RECORDING, segment=1),
        e.RecordingLost(contact=CONTACT, at=3.0, recording=RECORDING, reason="disk full"),
    )
    assert [(part["recording"], part["recording_error"]) for part in seen["parts"]] == [
        ("rec-1", "disk full")
    ]


def test_many_contacts_in_one_batch_keep_apart(store: Store) -> None:
    contacts = [ContactId(f"c{place}") for place in range(300)]
    events = [*(arrived(1.0, c) for c in contacts), *(ended(2.0, "ivr", "caller", c) for c in contacts)]
    store.write(apply_batch, numbered(events[:450]))
    store.write(apply_batch, numbered(events))
    ended_count = select(func.count(Interaction.id)).where(Interaction.outcome == "ended_in_ivr")
    assert store.read(lambda session: session.scalar(ended_count)) == 300


def test_a_value_that_no_column_holds_is_told_apart_from_a_database_that_is_away(store: Store) -> None:
    with pytest.raises(Unstorable):
        store.write(advance, READER, EventId(2**70, 1, 1))
    assert store.read(position, READER) == BEFORE_ALL
