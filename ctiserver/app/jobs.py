"""The jobs process: keeps the records. It reads the journal behind the calls and writes interactions.

Beside that it has chores that come round between two batches (late cases, imports), a thread that sends messages to
webhooks, one that looks for duplicates at night, one that values customers, one that has names spoken, one that keeps
recordings.
Effect and position are one transaction, so that whatever dies, each event counts once. A database that is away is
waited for; the journal keeps what was not read.
"""

import os
import select
import signal
import time
from collections.abc import Callable, Sequence
from itertools import groupby

import msgspec
import structlog

from crm_core import interaction_writer, reader_positions
from crm_core.db import Store
from crm_core.reader_positions import EventId
from ctiserver.app import order_chores
from ctiserver.app.announcement_leavings import AnnouncementLeavings
from ctiserver.app.campaign_chores import CampaignEnds, CampaignLoads
from ctiserver.app.chores import Chore, Chores
from ctiserver.app.comment_files import CommentFiles
from ctiserver.app.duplicate_nights import DuplicateNights
from ctiserver.app.erased_files import ErasedFiles
from ctiserver.app.faxes_in import FaxesIn
from ctiserver.app.faxes_out import FaxesOut
from ctiserver.app.flow_checks import open_desk
from ctiserver.app.import_leavings import ImportLeavings
from ctiserver.app.import_turns import ImportTurns
from ctiserver.app.job_desk import Job
from ctiserver.app.late_cases import LateCases
from ctiserver.app.lever_gains import LeverGains
from ctiserver.app.mail_sender import MailSender
from ctiserver.app.name_rendering import NameRendering
from ctiserver.app.needless_reminders import NeedlessReminders
from ctiserver.app.recording_keeping import RecordingKeeping
from ctiserver.app.rehearsal_desk import RehearsalDesk
from ctiserver.app.snapshots import DURABLE_READERS
from ctiserver.app.staffing_desk import StaffingDesk
from ctiserver.app.statement_turns import StatementTurns
from ctiserver.app.value_nights import ValueNights
from ctiserver.app.webhook_sender import WebhookSender
from ctiserver.app.what_if_now import WhatIfNow
from ctiserver.core import wire
from ctiserver.core.config import Config
from ctiserver.core.errors import Conflict, NotFound, StoreError, Unstorable
from ctiserver.core.message import Event
from ctiserver.journal.line import Derived, Line, Position
from ctiserver.journal.readers import JournalReader
from ctiserver.process import folders
from ctiserver.process.heartbeat import start_beating
from ctiserver.process.personal_files import personal_files

_log = structlog.get_logger()
_IDLE_SECONDS = 0.2
_AWAY_SECONDS = 1.0
_BATCH = 500
_LATE_CASES_EVERY_SECONDS = 30.0
_LATE_ORDERS_EVERY_SECONDS = 30.0
_CONFIRMATIONS_EVERY_SECONDS = 60.0
_REMINDERS_EVERY_SECONDS = 30.0
_IMPORTS_EVERY_SECONDS = 1.0
_ERASED_FILES_EVERY_SECONDS = 5.0
_IMPORT_LEAVINGS_EVERY_SECONDS = 300.0
_ANNOUNCEMENT_LEAVINGS_EVERY_SECONDS = 3600.0
_COMMENTS_EVERY_SECONDS = 5.0
_FAXES_EVERY_SECONDS = 2.0
_CAMPAIGN_LOADS_EVERY_SECONDS = 1.0
_CAMPAIGN_ENDS_EVERY_SECONDS = 10.0
(READER,) = DURABLE_READERS


class Jobs:
    """Turns until `stop`; each turn takes what the journal has, or waits a little."""

    def __init__(self, config: Config) -> None:
        self._store = Store(config.database.url)
        self._directory = folders.journal_dir(config)
        self._directory.mkdir(parents=True, exist_ok=True)
        self._reader: JournalReader | None = None
        self._chores = Chores(
            [
                Chore("late cases", _LATE_CASES_EVERY_SECONDS, LateCases(self._store).turn),
                Chore("late orders", _LATE_ORDERS_EVERY_SECONDS, order_chores.late(self._store).turn),
                Chore(
                    "confirmations of visits",
                    _CONFIRMATIONS_EVERY_SECONDS,
                    order_chores.confirmations(self._store, config),
                ),
                Chore("reminders", _REMINDERS_EVERY_SECONDS, NeedlessReminders(self._store).turn),
                Chore(
                    "imports",
                    _IMPORTS_EVERY_SECONDS,
                    ImportTurns(self._store, folders.imports_dir(config)).turn,
                ),
                Chore(
                    "what imports leave",
                    _IMPORT_LEAVINGS_EVERY_SECONDS,
                    ImportLeavings(self._store, folders.imports_dir(config)).turn,
                ),
                Chore(
                    "what announcements leave",
                    _ANNOUNCEMENT_LEAVINGS_EVERY_SECONDS,
                    AnnouncementLeavings(self._store, folders.announcements_dir(config)).turn,
                ),
                Chore(
                    "spoken comments",
                    _COMMENTS_EVERY_SECONDS,
                    CommentFiles(
                        self._store,
                        config.asterisk_dir / "spool" / "recording",
                        folders.attachments_dir(config),
                    ).turn,
                ),
                Chore(
                    "files of erased customers",
                    _ERASED_FILES_EVERY_SECONDS,
                    ErasedFiles(self._store, personal_files(config)).turn,
                ),
                Chore("faxes that came in", _FAXES_EVERY_SECONDS, FaxesIn(self._store, config).turn),
                Chore("faxes to customers", _FAXES_EVERY_SECONDS, FaxesOut(self._store, config).turn),
                Chore("lists of campaigns", _CAMPAIGN_LOADS_EVERY_SECONDS, CampaignLoads(self._store).turn),
                Chore("ends of campaigns", _CAMPAIGN_ENDS_EVERY_SECONDS, CampaignEnds(self._store).turn),
                Chore("statements", _FAXES_EVERY_SECONDS, StatementTurns(self._store, config).turn),
            ]
        )
        self._duplicates = DuplicateNights(self._store)
        self._webhooks = WebhookSender(self._store, time.time, config.webhooks.allowed_networks)
        self._mail = MailSender(self._store, time.time, config.mail)
        self._value = ValueNights(self._store)
        self._names = NameRendering(self._store, config)
        self._recordings = RecordingKeeping(self._store, config)
        self._what_if = WhatIfNow(config, self._store)
        self._rehearsals = RehearsalDesk(config, self._store)
        self._lever_gains = LeverGains(config, self._store)
        self._stopping = False
        self._wake_up, self._alarm = os.pipe()

    @property
    def answers(self) -> dict[str, Job]:
        """The questions that it answers over the bus, by kind."""
        return {
            "search_duplicates": self._duplicates.answer_search,
            "duplicate_search": self._duplicates.answer_progress,
            "what_if": self._what_if.answer,
            "lever_gains": self._lever_gains.answer,
            "staffing": StaffingDesk(self._store).answer,
            **self._rehearsals.answers,
        }

    def stop(self) -> None:
        """End after the turn under way; may be called by a signal's handler, which must take no lock."""
        self._stopping = True
        os.write(self._alarm, b".")

    def run(self, beat: Callable[[], None]) -> None:
        """Turn until stopped; `beat` tells the parent at each turn that the loop is alive."""
        self._webhooks.start()
        self._mail.start()
        self._duplicates.start()
        self._value.start()
        self._names.start()
        self._recordings.start()
        while not self._stopping:
            beat()
            select.select([self._wake_up], [], [], self.turn())
        self._rehearsals.stop()
        self._names.stop()
        self._recordings.stop()
        self._duplicates.stop()
        self._webhooks.stop()
        self._mail.stop()
        self._value.stop()
        self._store.close()

    def turn(self) -> float:
        """Write the next batch; how many seconds to wait before the next turn."""
        try:
            return self._turn()
        except StoreError as error:
            _log.error("records wait for the database", error=str(error))
            self._reader = None  # where to read on stands in the database
            return _AWAY_SECONDS

    def _turn(self) -> float:
        """After a batch that was not full wait as well: a transaction costs far more than what is in it."""
        more = self._chores.turn(time.time())
        idle_seconds = 0.0 if more else _IDLE_SECONDS
        reader = self._reader = self._reader or self._open_reader()
        lines = reader.read(_BATCH)
        if not lines:
            return idle_seconds
        self._write(lines)
        _tell(reader)
        return 0.0 if len(lines) >= _BATCH else idle_seconds

    def _open_reader(self) -> JournalReader:
        position = self._store.read(reader_positions.position, READER)
        return JournalReader(self._directory, after=Position(*position))

    def _write(self, lines: Sequence[Line]) -> None:
        """Each run of events in one transaction, and each gap; what was written is passed over when read again."""
        told = [(EventId(*line.position), _event(line)) for line in lines]
        for lost, some in groupby(told, lambda one: one[1] is None):
            if lost:
                for event_id, _ in some:
                    self._store.write(interaction_writer.events_lost, event_id)
            else:
                self._write_run([(event_id, event) for event_id, event in some if event])

    def _write_run(self, batch: Sequence[interaction_writer.Identified]) -> None:
        """What fails for good (a queue that was deleted, a fault of ours) must not stop the records after it."""
        try:
            self._store.write(interaction_writer.apply_batch, batch)
        except Exception as error:
            if not _is_for_good(error):
                raise
            if len(batch) > 1:
                for one in batch:
                    self._write_run([one])
            else:
                ((event_id, event),) = batch
                _log.error(
                    "an event cannot be recorded, and its record is incomplete",
                    event_id=str(event_id),
                    event_type=type(event).__name__,
                    error=str(error),
                    exc_info=None if isinstance(error, StoreError) else error,
                )
                self._store.write(interaction_writer.event_lost, event_id, event)


def _is_for_good(error: Exception) -> bool:
    """Whether the same event would fail again: not if the database, the disk or the memory is away."""
    if isinstance(error, StoreError):
        return isinstance(error, Conflict | NotFound | Unstorable)
    return not isinstance(error, OSError | MemoryError)


def _event(line: Line) -> Event | None:
    """None where something is lost: in a gap, and in an event of another version that this one cannot read.

    Such an event costs its record something; to stop at it would cost all records after it.
    """
    if not isinstance(line, Derived):
        return None
    try:
        return wire.decode_event(line.body)
    except msgspec.DecodeError as error:
        _log.error(
            "an event cannot be read and is lost", event_id=str(EventId(*line.position)), error=str(error)
        )
        return None


def _tell(reader: JournalReader) -> None:
    try:
        reader.tell(READER)
    except OSError as error:
        _log.warning("the journal keeps more than it need", error=str(error))


def run(config: Config) -> int:
    """Run the jobs process until SIGTERM."""
    jobs = Jobs(config)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: jobs.stop())
    desk = open_desk(config, jobs.answers)
    jobs.run(start_beating(lambda _seconds, _call: None))
    desk.stop()
    return 0
