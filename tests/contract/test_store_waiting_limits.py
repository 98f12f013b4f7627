"""Who finds no room, leaves a message or is told his wait, as both databases keep it."""

from typing import Any

import pytest
from sqlalchemy import select

from crm_core import recordings
from crm_core.administration.desk import Author
from crm_core.administration.queue_form import QueueForm, Queues
from crm_core.configuration import tables
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.interaction_writer import apply_batch
from crm_core.interactions import Interaction
from crm_core.phone_numbers import E164
from crm_core.privacy.files import recordings_of
from crm_core.privacy.ownership import Person
from crm_core.queue_visits import QueueVisit
from crm_core.queues import Queue, add_queue
from crm_core.reader_positions import EventId
from crm_core.reports import raw_rows
from crm_core.reports.queue_figures import queue_figures
from ctiserver.core import events as e
from ctiserver.core.customers import Candidate
from ctiserver.core.message import Event

ANA = E164("+56971884213")


class Center:
    """Two queues, Ana, and whatever happens, written down as the reader does."""

    def __init__(self, store: Store) -> None:
        self.store, self.seq = store, 0

        def furnish(session: Any) -> int:
            for key in ("servicio", "tecnico", "ventas"):
                add_queue(session, 1, key, key.title(), skills={})
            return add_customer(session, 1, now=0.0, name="Ana", phones=[ANA]).id

        self.ana = store.write(furnish)

    def happen(self, *events: Event) -> None:
        batch = []
        for event in events:
            self.seq += 1
            batch.append((EventId(epoch=1, seq=self.seq, n=0), event))
        self.store.write(apply_batch, batch)

    def arrives(self, contact: str, at: float, queue: str = "servicio", **more: Any) -> None:
        self.calls(contact, at, **more)
        self.queued(contact, at, queue)

    def calls(self, contact: str, at: float, **more: Any) -> None:
        who = (Candidate(customer_id=self.ana, pii_name="Ana", value_class="A"),)
        arrival: dict[str, Any] = {
            "account_id": 1,
            "leg": "l",
            "did": "6",
            "pii_number": ANA,
            "language": "es",
        }
        key: dict[str, Any] = {"contact": contact}
        self.happen(
            e.ContactArrived(at=at, flow="main", flow_version="1", **arrival, **key, **more),
            e.CallerIdentified(at=at, how="number", candidates=who, value_class="A", **key),
        )

    def queued(self, contact: str, at: float, queue: str) -> None:
        where: Any = {"contact": contact, "queue": queue, "leg": "l", "language": "es", "pii_number": ANA}
        self.happen(e.ContactQueued(at=at, account_id=1, value_class="A", **where))

    def ends(self, contact: str, at: float, where: Any = "goodbye", by: Any = "center") -> None:
        self.happen(e.ContactEnded(at=at, contact=contact, where=where, by=by))  # type: ignore[arg-type]

    def visits(self) -> list[tuple[str, str, str | None]]:
        return self.store.read(
            lambda session: [
                (row.interaction_id, row.queue, row.result)
                for row in session.scalars(select(QueueVisit).order_by(QueueVisit.entered_at))
            ]
        )

    def outcome(self, contact: str) -> str | None:
        return self.store.read(lambda session: session.get_one(Interaction, contact).outcome)


@pytest.fixture
def center(store: Store) -> Center:
    return Center(store)


def test_each_queue_answers_for_its_own_and_who_went_elsewhere_is_counted(center: Center) -> None:
    center.arrives("c-1", 10.0)
    moved: Any = {"contact": "c-1", "queue": "tecnico", "from_queue": "servicio", "reason": "waited"}
    center.happen(e.ContactOverflowed(at=70.0, **moved))
    center.queued("c-1", 70.0, "tecnico")
    told: Any = {"contact": "c-1", "place": 1, "language": "es", "tells": "both"}
    center.happen(
        e.PlaceTold(at=74.0, at_least_seconds=20.0, at_most_seconds=60.0, **told),
        e.PlaceTold(at=104.0, at_least_seconds=1.0, at_most_seconds=9.0, **told),
        e.ContactConnected(at=120.0, contact="c-1", agent="ann", queue="tecnico", segment=1, leg="a"),  # type: ignore[arg-type]
    )
    center.arrives("c-2", 20.0)
    center.happen(e.ContactDeflected(at=20.0, contact="c-2", queue="servicio", reason="full"))  # type: ignore[arg-type]
    center.happen(e.ContactTurnedAway(at=24.0, contact="c-2", queue="servicio"))  # type: ignore[arg-type]
    center.ends("c-2", 30.0)
    assert center.visits() == [
        ("c-1", "servicio", "overflowed"),
        ("c-2", "servicio", "turned_away"),
        ("c-1", "tecnico", "answered"),
    ]
    assert center.outcome("c-2") == "turned_away"
    found = queue_figures(center.store.read(raw_rows.visits, 1, 0.0, 1000.0), [], [])
    assert (found.queued, found.overflowed, found.turned_away, found.abandoned) == (3, 1, 1, 0)
    assert (found.told, found.kept, found.kept_share) == (1, 1, 1.0)  # by 134, as he was told first
    acts = center.store.read(lambda session: session.get_one(Interaction, "c-1").acts)
    assert [(it["act"], it["limit"]) for it in acts] == [("overflowed", "waited")]


@pytest.mark.parametrize("hangs_up_first", [False, True])
def test_who_left_a_message_that_was_lost_is_called_back(center: Center, hangs_up_first: bool) -> None:
    lost: dict[str, Any] = {"contact": "c-1", "queue": "servicio", "recording": "rec-9"}
    center.arrives("c-1", 10.0)
    center.happen(e.MessageBegun(at=20.0, **lost))
    if hangs_up_first:
        center.ends("c-1", 29.0)
    center.happen(e.MessageLost(at=30.0, reason="disk full", **lost))
    if not hangs_up_first:
        center.ends("c-1", 31.0)
    assert center.outcome("c-1") == "message_lost"
    assert center.store.read(lambda session: session.get_one(Interaction, "c-1").to_call_back)


def test_a_lost_message_stays_lost_where_he_says_nothing_a_second_time(center: Center) -> None:
    begun: dict[str, Any] = {"contact": "c-1", "queue": "servicio"}
    center.arrives("c-1", 10.0)
    center.happen(
        e.MessageBegun(at=20.0, recording="rec-1", **begun),  # type: ignore[arg-type]
        e.MessageLost(at=30.0, recording="rec-1", reason="disk full", **begun),  # type: ignore[arg-type]
        e.MessageBegun(at=35.0, recording="rec-2", **begun),  # type: ignore[arg-type]
    )
    center.ends("c-1", 45.0)
    assert center.outcome("c-1") == "message_lost"
    assert center.store.read(lambda session: session.get_one(Interaction, "c-1").to_call_back)


@pytest.mark.parametrize("hangs_up_first", [False, True])
def test_who_had_his_talk_before_is_answered_and_called_back_for_a_message_that_was_lost(
    center: Center, hangs_up_first: bool
) -> None:
    lost: dict[str, Any] = {"contact": "c-1", "queue": "servicio", "recording": "rec-9"}
    center.arrives("c-1", 10.0)
    center.happen(
        e.ContactConnected(at=15.0, contact="c-1", agent="ann", queue="servicio", segment=1, leg="a"),  # type: ignore[arg-type]
        e.MessageBegun(at=20.0, **lost),
    )
    if hangs_up_first:
        center.ends("c-1", 29.0)
    center.happen(e.MessageLost(at=30.0, reason="disk full", **lost))
    if not hangs_up_first:
        center.ends("c-1", 31.0)
    assert center.outcome("c-1") == "answered"
    assert center.store.read(lambda session: session.get_one(Interaction, "c-1").to_call_back)


def test_a_message_of_a_flow_that_was_lost_counts_unless_he_went_on_to_wait_for_an_agent(
    center: Center,
) -> None:
    for contact in ("c-1", "c-2"):
        center.calls(contact, 10.0)
        lost: Any = {"contact": contact, "queue": None, "recording": f"rec-{contact}", "reason": "disk full"}
        center.happen(e.MessageLost(at=20.0, **lost))
        if contact == "c-2":
            center.queued(contact, 21.0, "servicio")
            center.happen(e.MessageLost(at=22.0, **lost))
        center.ends(contact, 60.0, by="caller")
    assert (center.outcome("c-1"), center.outcome("c-2")) == ("message_lost", "abandoned")
    assert [
        center.store.read(lambda session, one=one: session.get_one(Interaction, one).to_call_back)
        for one in ("c-1", "c-2")
    ] == [True, False]


def test_who_was_passed_on_after_his_talk_to_leave_word_is_called_back_where_it_was_lost(
    center: Center,
) -> None:
    center.arrives("c-1", 10.0)
    center.happen(
        e.ContactConnected(at=15.0, contact="c-1", agent="ann", queue="servicio", segment=1, leg="a"),  # type: ignore[arg-type]
        e.MessageLost(at=60.0, contact="c-1", queue=None, recording="rec-9", reason="disk full"),  # type: ignore[arg-type]
    )
    center.ends("c-1", 70.0, by="caller")
    assert center.outcome("c-1") == "answered"
    assert center.store.read(lambda session: session.get_one(Interaction, "c-1").to_call_back)


def test_whose_second_message_is_whole_after_he_hung_up_is_not_called_back_for_the_first(
    center: Center,
) -> None:
    begun: dict[str, Any] = {"contact": "c-1", "queue": "servicio"}
    center.arrives("c-1", 10.0)
    center.happen(
        e.MessageBegun(at=20.0, recording="rec-1", **begun),  # type: ignore[arg-type]
        e.MessageLost(at=30.0, recording="rec-1", reason="disk full", **begun),  # type: ignore[arg-type]
        e.MessageBegun(at=35.0, recording="rec-2", **begun),  # type: ignore[arg-type]
    )
    center.ends("c-1", 45.0, by="caller")
    number: Any = {"pii_number": "+56221234567", "language": "es", "value_class": "B", "account_id": 1}
    center.happen(e.MessageLeft(at=45.2, seconds=9.0, recording="rec-2", **begun, **number))  # type: ignore[arg-type]
    assert center.outcome("c-1") == "message"
    assert not center.store.read(lambda session: session.get_one(Interaction, "c-1").to_call_back)


def test_a_message_is_a_contact_of_its_own_counted_once_with_a_recording_that_its_queue_keeps(
    center: Center,
) -> None:
    center.arrives("c-1", 10.0)
    center.happen(e.MessageBegun(at=20.0, contact="c-1", queue="servicio", recording="rec-9"))  # type: ignore[arg-type]
    center.ends("c-1", 40.0)
    assert center.outcome("c-1") == "no_message"
    left: dict[str, Any] = {"contact": "c-1", "account_id": 1, "queue": "servicio", "recording": "rec-9"}
    number: Any = {"pii_number": "+56221234567", "language": "es", "value_class": "B"}
    center.happen(e.MessageLeft(at=41.0, seconds=12.0, **left, **number))
    center.arrives("m-1", 41.0, channel="voicemail")
    placed: Any = {"contact": "m-1", "left_in": "c-1", "queue": "servicio", "recording": "rec-9"}
    center.happen(e.MessagePlaced(at=41.0, seconds=12.0, **placed))
    center.happen(e.MessagePlaced(at=41.0, seconds=12.0, **placed))
    assert center.outcome("c-1") == "message"
    found = queue_figures(center.store.read(raw_rows.visits, 1, 0.0, 1000.0), [], [])
    assert (found.queued, found.left_message) == (1, 1)
    sound = center.store.read(recordings.of_segment, 1, "m-1", recordings.MESSAGE)
    assert (sound.name, sound.queue, sound.recorded_at, sound.state) == (
        "rec-9",
        "servicio",
        29.0,
        "recorded",
    )
    person = Person(account_id=1, ids=(center.ana,))
    assert center.store.read(recordings_of, person) == ["rec-9"]


def test_queues_that_pass_callers_on_form_no_circle_and_emergencies_wait_without_limit(
    center: Center,
) -> None:
    def mistakes(**changes: Any) -> list[tuple[str, str]]:
        def read(session: Any) -> list[tuple[str, str]]:
            row = session.scalar(select(Queue).where(Queue.key == "ventas"))
            form = QueueForm(**{"key": "ventas", "name": "Ventas"} | changes)
            found = Queues().mistakes(session, Author(account_id=1, login="admin", at=1.0), row, form)
            return [(one.path, one.error_id) for one in found]

        return center.store.read(read)

    def leads(session: Any, one: str, other: str) -> None:
        session.scalar(select(Queue).where(Queue.key == one)).overflow_queue = other

    center.store.write(leads, "servicio", "tecnico")
    assert mistakes(overflow_queue="servicio", most_waiting=3, message_key="4", tells="both") == []
    center.store.write(leads, "tecnico", "ventas")
    assert mistakes(overflow_queue="servicio") == [("overflow_queue", "leads_back")]
    assert mistakes(overflow_queue="ventas") == [("overflow_queue", "leads_back")]
    assert mistakes(overflow_queue="nowhere") == [("overflow_queue", "unknown")]
    assert mistakes(call_back_key="4", message_key="4") == [("message_key", "same_key")]
    assert mistakes(emergency=True, most_waiting=3) == [("most_waiting", "no_limit_here")]
    assert mistakes(most_waiting=0) == [("most_waiting", "wrong_level")]
    assert mistakes(tells="lies") == [("tells", "unknown")]


def test_the_engines_know_the_limits_of_a_queue(center: Center) -> None:
    def limit(session: Any) -> None:
        row = session.scalar(select(Queue).where(Queue.key == "ventas"))
        row.most_waiting, row.longest_wait_seconds, row.overflow_queue = 5, 300.0, "servicio"
        row.full_offers_call_back = row.full_offers_message = True
        row.tells, row.message_key = "wait", "7"

    center.store.write(limit)
    found = next(one for one in center.store.read(tables).queues if one.key == "ventas")
    assert (found.most_waiting, found.longest_wait_seconds, found.overflow_queue) == (5, 300.0, "servicio")
    assert (found.full_offers, found.tells, found.message_key) == (("call_back", "message"), "wait", "7")
