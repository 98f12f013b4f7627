"""The nightly computation of value, and the ledger of costs: in a thread of the jobs process, behind its own work.

Each turn does what is due: ends classes set by hand, posts contacts that are over to the ledger, asks for the night's
computation of each account, and goes on with one that was asked for. A computation is written in parts of a thousand
customers, so that nobody waits long for the database; stopped between two parts, by whatever, it goes on with the next
turn or the next process. Formulas are imported when they are first needed: the other processes never are.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from crm_core import accounts
from crm_core.db import Store
from crm_core.value import costs, value_classes, value_runs
from crm_core.value.settings import settings
from ctiserver.core.errors import StoreError

_log = structlog.get_logger()

EVERY_SECONDS = 5.0
NIGHTLY = "nightly"
NICENESS = 10


def last_night(now: float, zone: ZoneInfo, hour: int) -> float:
    """When the night's computation became due, at or before now: that hour of the local day (UTC epoch seconds)."""
    local = datetime.fromtimestamp(now, zone)
    due = local.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    if due.timestamp() > now:
        due = (due - timedelta(days=1)).replace(fold=0)
    return due.timestamp()


class ValueNights:
    """A thread from `start` to `stop`. The store is shared; each part is a transaction of its own."""

    def __init__(self, store: Store, now: Callable[[], float] = time.time) -> None:
        self._store, self._now = store, now
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to turn."""
        self._thread = threading.Thread(target=self._run, name="value", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Returns when the part under way is written."""
        self._stopping.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        while not self._stopping.wait(EVERY_SECONDS):
            try:
                for _ in self.turn():
                    if self._stopping.is_set():
                        return
            except StoreError as error:
                _log.warning("value waits for the database", error=str(error))

    def turn(self) -> Iterator[str]:
        """Does what is due, step by step: whoever stops asking leaves the rest for later. Raises StoreError."""
        now = self._now()
        if self._store.write(value_classes.expire, now=now):
            yield "expired"
        for account_id in self._store.read(accounts.account_ids):
            while self._store.write(costs.post_contacts, account_id, now=now):
                yield "posted"
            if self._store.read(_is_due, account_id, now):
                self._store.write(costs.follow_customers, account_id)
                self._store.write(value_runs.ask, account_id, by=NIGHTLY, now=now)
                yield "asked"
        run_id = self._store.write(value_runs.next_run, now=now)
        if run_id is not None:
            yield from self._compute(run_id)

    def _compute(self, run_id: int) -> Iterator[str]:
        from crm_core.value import valuing  # numpy and scipy: only here

        try:
            computed = self._store.read(valuing.compute, run_id)
        except (ArithmeticError, ValueError) as error:
            _log.error("values cannot be computed", run=run_id, error=str(error))
            self._store.write(value_runs.fail, run_id, str(error), now=self._now())
            return
        while not self._store.write(valuing.write_part, computed, now=self._now()):
            yield "written"
        yield "done"


def _is_due(session: Any, account_id: int, now: float) -> bool:
    zone = ZoneInfo(accounts.account(session, account_id).time_zone)
    due_at = last_night(now, zone, settings(session, account_id).nightly_hour)
    asked_at = value_runs.last_asked_at(session, account_id, NIGHTLY)
    return asked_at is None or asked_at < due_at
