"""The search for duplicates: each night of each account, and when somebody asks; in a thread of the jobs process.

The night's search is due between three and four o'clock of the account's time; a process that is away in that hour
leaves it to the next night. The records are read at once and compared in memory; only what was found is written, in
parts, so that nobody waits for the database meanwhile.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import structlog

from crm_core import accounts, duplicates
from crm_core.db import Store
from ctiserver.core.errors import StoreError

_log = structlog.get_logger()
NIGHTLY_HOUR = 3
EVERY_SECONDS = 60.0
NICENESS = 10
_PART = 500


class OfAccount(msgspec.Struct, kw_only=True):
    """Whose records."""

    account_id: int


class Search(msgspec.Struct, kw_only=True):
    """How a search goes. `state`: none (since this process began), waiting, reading, comparing, done, failed.

    `customers`: how many are compared; `new_pairs`: found so far that nobody knew of. Times are UTC epoch seconds.
    """

    state: str = "none"
    customers: int = 0
    new_pairs: int = 0
    began_at: float | None = None
    ended_at: float | None = None


class DuplicateNights:
    """A thread from `start` to `stop`."""

    def __init__(self, store: Store, now: Callable[[], float] = time.time) -> None:
        self._store, self._now = store, now
        self._asked: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._nights: dict[int, date] = {}
        self._searches: dict[int, Search] = {}
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, name="duplicates", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Returns when the search under way is given up."""
        self._stopping = True
        self._asked.put(None)
        if self._thread:
            self._thread.join()

    def ask(self, account_id: int) -> None:
        """Search this account as soon as the search under way is over; once, however often it is asked."""
        if self.progress(account_id).state not in ("waiting", "reading", "comparing"):
            self._searches[account_id] = Search(state="waiting")
            self._asked.put(account_id)

    def progress(self, account_id: int) -> Search:
        """How the account's last search goes or went."""
        return self._searches.get(account_id, Search())

    def answer_search(self, body: bytes) -> bytes:
        """A job: search the records of OfAccount; the Search."""
        account_id = msgspec.json.decode(body, type=OfAccount).account_id
        self.ask(account_id)
        return msgspec.json.encode(self.progress(account_id))

    def answer_progress(self, body: bytes) -> bytes:
        """A job: how the search of OfAccount goes; the Search."""
        return msgspec.json.encode(self.progress(msgspec.json.decode(body, type=OfAccount).account_id))

    def _run(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        while not self._stopping:
            try:
                asked = self._asked.get(timeout=EVERY_SECONDS)
                wanted = [] if asked is None else [asked]
            except queue.Empty:
                wanted = []
            try:
                for account_id in wanted or self.due():
                    self.search(account_id)
            except StoreError as error:
                for search in self._searches.values():
                    search.state = "done" if search.state == "done" else "failed"
                _log.warning("the search for duplicates waits for the database", error=str(error))

    def due(self) -> list[int]:
        """The accounts whose night's search begins now."""
        return self._store.read(self._due)

    def _due(self, session: Any) -> list[int]:
        due = []
        for account_id in accounts.account_ids(session):
            local = datetime.fromtimestamp(
                self._now(), ZoneInfo(accounts.account(session, account_id).time_zone)
            )
            if local.hour == NIGHTLY_HOUR and self._nights.get(account_id) != local.date():
                self._nights[account_id] = local.date()
                due.append(account_id)
        return due

    def search(self, account_id: int) -> int:
        """Search one account; how many pairs are new. Raises StoreError."""
        told = self._searches[account_id] = Search(state="reading", began_at=self._now())
        records = self._store.read(lambda session: list(duplicates.comparables(session, account_id)))
        told.state, told.customers = "comparing", len(records)
        found = self._until_stopped(duplicates.alike(records))
        while part := list(islice(found, _PART)):
            told.new_pairs += self._store.write(duplicates.keep, account_id, part, now=self._now())
        told.state, told.ended_at = "done", self._now()
        _log.info(
            "duplicates searched", account_id=account_id, customers=len(records), new_pairs=told.new_pairs
        )
        return told.new_pairs

    def _until_stopped(self, found: Iterator[duplicates.Alike]) -> Iterator[duplicates.Alike]:
        for one in found:
            if self._stopping:
                return
            yield one
