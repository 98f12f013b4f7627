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

import structlog

from crm_core import accounts, duplicates
from crm_core.db import Store
from ctiserver.core.errors import StoreError

_log = structlog.get_logger()
NIGHTLY_HOUR = 3
EVERY_SECONDS = 60.0
NICENESS = 10
_PART = 500


class DuplicateNights:
    """A thread from `start` to `stop`."""

    def __init__(self, store: Store, now: Callable[[], float] = time.time) -> None:
        self._store, self._now = store, now
        self._asked: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._nights: dict[int, date] = {}
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
        """Search this account as soon as the search under way is over."""
        self._asked.put(account_id)

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
        records = self._store.read(lambda session: list(duplicates.comparables(session, account_id)))
        found = self._until_stopped(duplicates.alike(records))
        new = 0
        while part := list(islice(found, _PART)):
            new += self._store.write(duplicates.keep, account_id, part, now=self._now())
        _log.info("duplicates searched", account_id=account_id, customers=len(records), new_pairs=new)
        return new

    def _until_stopped(self, found: Iterator[duplicates.Alike]) -> Iterator[duplicates.Alike]:
        for one in found:
            if self._stopping:
                return
            yield one
