"""Recordings of talks: from whole to kept to gone, by the rule of their queue, on both databases."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm_core import recordings
from crm_core.accounts import Account
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.interaction_writer import apply_batch
from crm_core.interactions import Segment
from crm_core.phone_numbers import E164
from crm_core.privacy import erasure, legal_holds
from crm_core.queues import Queue, add_queue
from crm_core.reader_positions import EventId
from crm_core.recordings import Kept, Recording
from ctiserver.core import events as e
from ctiserver.core.customers import Candidate
from ctiserver.core.errors import NotFound
from ctiserver.core.message import Event

DAY = 86_400.0
KEPT = Kept(size_bytes=7_000_000, sha256="a1", peaks=[0, 50, 100])
ANA = E164("+56971884213")


@pytest.fixture
def talked(store: Store) -> Store:
    """Ana talked at second 10 with an agent of a queue that keeps recordings for 30 days."""

    def furnish(session: Session) -> int:
        session.add(Account(id=2, name="Other", country="CL", language="es", time_zone="America/Santiago"))
        add_queue(session, 1, "servicio", "Servicio", skills={}, keep_recordings_days=30)
        return add_customer(session, 1, now=0.0, name="Ana", phones=[ANA]).id

    ana = store.write(furnish)
    key: dict[str, Any] = {"contact": "c-1"}
    who = (Candidate(customer_id=ana, pii_name="Ana", value_class="A"),)
    happened: list[Event] = [
        e.ContactArrived(
            at=1.0,
            account_id=1,
            leg="l",  # type: ignore[arg-type]
            did="6",
            pii_number=ANA,
            language="es",
            flow="main",
            flow_version="1",
            **key,
        ),
        e.CallerIdentified(at=1.0, how="number", candidates=who, value_class="A", **key),
        e.ContactConnected(at=10.0, agent="ann", queue="servicio", segment=1, leg="a", **key),
        e.RecordingStarted(at=10.0, recording="rec-1", segment=1, **key),
        e.RecordingPaused(at=20.0, agent="ann", segment=1, by="ann", reason="card_data", **key),
        e.RecordingResumed(at=35.0, agent="ann", segment=1, by="ann", **key),
        e.RecordingPaused(at=60.0, agent="ann", segment=1, by="payments", reason="card_data", **key),
        e.VoicesNoted(at=69.0, recording="rec-1", caller=((0.5, 2.0),), agent=(), **key),
        e.VoicesNoted(at=70.0, recording="rec-1", caller=((9.0, 9.5),), agent=((3.0, 8.0),), **key),
        e.TalkEnded(at=70.0, agent="ann", segment=1, by="agent", caller_stays=False, **key),
        e.ContactEnded(at=71.0, where="talk", by="caller", **key),
        e.RecordingKept(at=72.0, recording="rec-1", seconds=60.0, **key),
    ]
    store.write(apply_batch, [(EventId(1, n, 0), event) for n, event in enumerate(happened, 1)])
    return store


def row(store: Store) -> Recording:
    return store.read(lambda session: session.scalars(select(Recording)).one())


def test_who_paused_a_recording_and_why_stands_in_the_record_of_its_account_alone(talked: Store) -> None:
    told = [
        (one.segment, one.paused_at, one.paused_by, one.reason, one.resumed_at, one.resumed_by)
        for one in talked.read(recordings.pauses, 1, "c-1")
    ]
    assert told == [
        (1, 20.0, "ann", "card_data", 35.0, "ann"),
        (1, 60.0, "payments", "card_data", None, None),
    ]
    assert talked.read(recordings.pauses, 2, "c-1") == []


def test_who_spoke_when_is_put_together_from_its_pieces(talked: Store) -> None:
    [segment] = talked.read(lambda session: session.scalars(select(Segment)).all())
    assert segment.voices == {"begun_at": 10.0, "caller": [[0.5, 2.0], [9.0, 9.5]], "agent": [[3.0, 8.0]]}


def test_while_the_caller_hears_music_the_two_do_not_talk(store: Store) -> None:
    key: dict[str, Any] = {"contact": "c-2"}
    agent: dict[str, Any] = {"agent": "ann"}
    happened: list[Event] = [
        e.ContactConnected(at=10.0, queue="servicio", segment=1, leg="a", **agent, **key),
        e.ContactHeld(at=11.0, **agent, **key),  # it is not recorded yet
        e.ContactResumed(at=12.0, **agent, **key),
        e.RecordingStarted(at=15.0, recording="rec-2", segment=1, **key),
        e.ContactHeld(at=20.0, **agent, **key),
        e.ConsultStarted(at=24.0, to="bob", **agent, **key),
        e.ContactResumed(at=31.04, **agent, **key),
        e.VoicesNoted(at=32.0, recording="rec-2", caller=((0.5, 2.0),), agent=((6.0, 9.0),), **key),
        e.ConsultStarted(at=40.0, to="bob", **agent, **key),
        e.TalkEnded(at=45.0, segment=1, by="agent", caller_stays=True, **agent, **key),
        e.ContactResumed(at=46.0, **agent, **key),
    ]
    store.write(lambda session: add_queue(session, 1, "servicio", "Servicio", skills={}))
    store.write(apply_batch, [(EventId(1, n, 0), event) for n, event in enumerate(happened, 1)])
    [segment] = store.read(lambda session: session.scalars(select(Segment)).all())
    assert segment.voices == {
        "begun_at": 15.0,
        "apart": [[5.0, 16.0], [25.0, None]],
        "caller": [[0.5, 2.0]],
        "agent": [[6.0, 9.0]],
    }


def test_a_recording_begun_while_he_is_on_hold_begins_apart(store: Store) -> None:
    agent: dict[str, Any] = {"contact": "c-3", "agent": "ann"}
    happened: list[Event] = [
        e.ContactConnected(at=10.0, queue="servicio", segment=1, leg="a", **agent),
        e.ContactHeld(at=11.0, **agent),
        e.RecordingStarted(at=15.0, contact="c-3", recording="rec-3", segment=1),  # type: ignore[arg-type]
        e.ContactResumed(at=22.5, **agent),
        e.RecordingKept(at=40.0, contact="c-3", recording="rec-3", seconds=20.0),  # type: ignore[arg-type]
    ]
    store.write(lambda session: add_queue(session, 1, "servicio", "Servicio", skills={}))
    store.write(apply_batch, [(EventId(1, n, 0), event) for n, event in enumerate(happened, 1)])
    [segment] = store.read(lambda session: session.scalars(select(Segment)).all())
    assert segment.voices == {"begun_at": 15.0, "apart": [[0.0, 7.5]]}
    [waiting] = store.read(recordings.to_keep, 10)
    assert waiting.recorded_at == 15.0, "its pauses are drawn from its own beginning, not the answer's"


def test_a_whole_file_waits_to_be_kept_and_is_then_found_by_its_segment(talked: Store) -> None:
    [waiting] = talked.read(recordings.to_keep, 10)
    assert (waiting.name, waiting.queue, waiting.recorded_at, waiting.seconds) == (
        "rec-1",
        "servicio",
        10.0,
        60.0,
    )
    assert talked.write(recordings.kept, "rec-1", KEPT)
    assert talked.read(recordings.to_keep, 10) == []
    found = talked.read(recordings.of_segment, 1, "c-1", 1)
    assert (found.state, found.sha256, found.peaks) == ("kept", "a1", [0, 50, 100])
    for account, segment in ((1, 2), (2, 1)):
        with pytest.raises(NotFound):
            talked.read(recordings.of_segment, account, "c-1", segment)


def test_it_goes_when_its_queue_keeps_it_no_longer_by_the_rule_of_today(talked: Store) -> None:
    talked.write(recordings.kept, "rec-1", KEPT)
    assert talked.read(recordings.expired, 29 * DAY) == []
    assert talked.read(recordings.expired, 31 * DAY) == ["rec-1"]
    rule = update(Queue).values(keep_recordings_days=None)
    talked.write(lambda session: session.execute(rule))
    assert talked.read(recordings.expired, 3100 * DAY) == []
    talked.write(lambda session: session.execute(rule.values(keep_recordings_days=1)))
    assert talked.read(recordings.expired, 2 * DAY) == ["rec-1"]
    talked.write(recordings.went, ["rec-1"], now=2 * DAY)
    assert talked.read(recordings.expired, 2 * DAY) == []
    assert (row(talked).state, row(talked).gone_at) == ("expired", 2 * DAY)
    with pytest.raises(NotFound):
        talked.read(recordings.of_segment, 1, "c-1", 1)


def test_a_legal_hold_outweighs_the_rule_until_it_is_lifted(talked: Store) -> None:
    talked.write(recordings.kept, "rec-1", KEPT)
    ana = talked.read(lambda session: session.scalars(select(legal_holds.LegalHold.id)).all())
    assert ana == []
    held = talked.write(legal_holds.hold, 1, 1, "court", by="boss", now=1.0)
    assert talked.read(recordings.expired, 31 * DAY) == []
    talked.write(legal_holds.lift, 1, 1, held.id, by="boss", now=2.0)
    assert talked.read(recordings.expired, 31 * DAY) == ["rec-1"]


def test_what_cannot_be_read_is_tried_three_times_and_what_is_not_there_once(talked: Store) -> None:
    for state in ("recorded", "recorded", "lost"):
        talked.write(recordings.not_kept, "rec-1", gone=False, now=5.0)
        assert row(talked).state == state
    talked.write(lambda session: session.execute(update(Recording).values(state="recorded", tries=0)))
    talked.write(recordings.not_kept, "rec-1", gone=True, now=6.0)
    assert (row(talked).state, row(talked).gone_at) == ("lost", 6.0)


def test_erasing_a_customer_takes_the_row_and_names_the_file(talked: Store) -> None:
    talked.write(recordings.kept, "rec-1", KEPT)
    done = talked.write(erasure.erase, 1, 1, confirmation="Ana", ground="asked", by="boss", now=9e9)
    assert ["recording", "rec-1"] in done.files_left
    assert not talked.write(recordings.kept, "rec-1", KEPT)


def test_a_consult_has_a_file_of_its_own_beside_that_of_the_talk_in_which_it_was(talked: Store) -> None:
    key: dict[str, Any] = {"contact": "c-1", "agent": "ann", "to": "bob"}
    kept = e.RecordingKept(at=73.0, contact="c-1", recording="rec-aside", seconds=12.0)  # type: ignore[arg-type]
    happened: list[Event] = [
        e.ConsultStarted(at=40.0, **key),
        e.ConsultAnswered(at=44.0, recording="rec-aside", **key),
        e.ConsultEnded(at=56.0, outcome="returned", **key),
        kept,
    ]
    talked.write(apply_batch, [(EventId(1, n, 0), event) for n, event in enumerate(happened, 20)])
    talked.write(apply_batch, [(EventId(1, 30, 0), kept)])
    found = talked.read(recordings.of_consult, 1, "c-1", 1)
    assert (found.name, found.segment, found.recorded_at, found.seconds, found.queue) == (
        "rec-aside",
        1,
        44.0,
        12.0,
        "servicio",
    )
    assert talked.read(recordings.of_segment, 1, "c-1", 1).name == "rec-1"
    for account, consult in ((1, 2), (2, 1)):
        with pytest.raises(NotFound):
            talked.read(recordings.of_consult, account, "c-1", consult)
    assert len(talked.read(recordings.to_keep, 10)) == 2
    for name in ("rec-1", "rec-aside"):
        talked.write(recordings.kept, name, KEPT)
    assert set(talked.read(recordings.expired, 31 * DAY)) == {"rec-1", "rec-aside"}
    done = talked.write(erasure.erase, 1, 1, confirmation="Ana", ground="asked", by="boss", now=9e9)
    assert ["recording", "rec-aside"] in done.files_left


def test_the_disk_that_they_take_and_what_a_day_adds(talked: Store) -> None:
    talked.write(recordings.kept, "rec-1", KEPT)
    assert talked.read(recordings.disk, 100.0) == recordings.Disk(
        files=1, size_bytes=7_000_000, bytes_a_day=1_000_000.0
    )
    assert talked.read(recordings.disk, 30 * DAY).bytes_a_day == 0.0
