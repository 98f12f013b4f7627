"""Deaths of the calls process, and what must be so after each: back in time, and nothing left at the end."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from crm_core.interactions import Interaction
from ctiserver.core.errors import CtiError
from tests.integration.daemon import AGENTS, RunningCenter
from tests.integration.journal_probe import JournalProbe
from tests.integration.sipp import until

RESTART_SECONDS = 5.0
"""So soon the parent starts a successor; on a busy machine its recovery may take up to three times as long."""


@dataclass(slots=True)
class Outages:
    """One test's view of a running center: its own records, and the deaths that it brings about."""

    center: RunningCenter
    journal: JournalProbe
    began_at: float = field(default_factory=time.time)
    expected: int = 0

    def kill(self, meanwhile: Callable[[], object] = lambda: None) -> float:
        """kill -9; `meanwhile` is called again and again until the successor agrees with Asterisk.

        Seconds from the kill to that moment. The parent starts the successor in time.
        """
        epoch, pid, killed_at = self.journal.epoch, self.center.calls_pid, time.time()
        os.kill(pid, signal.SIGKILL)
        children = self.center.children
        until(lambda: children().get("calls", pid) != pid, "a successor", RESTART_SECONDS, self.center.log)
        return self.wait_recovered(epoch, killed_at, meanwhile)

    def wait_recovered(
        self, epoch: int, killed_at: float, meanwhile: Callable[[], object] = lambda: None
    ) -> float:
        """Returns when a calls process after `epoch` agrees with Asterisk; seconds since the death."""

        def back() -> bool:
            meanwhile()
            return self.journal.epoch > epoch and self.journal.synced_at(self.journal.epoch) is not None

        until(back, "recovery", 3 * RESTART_SECONDS, self.story)
        synced_at = self.journal.synced_at(self.journal.epoch)
        assert synced_at is not None
        self.center.wait_live()
        print(f"recovered {synced_at - killed_at:.2f} s after the kill")
        return synced_at - killed_at

    @contextmanager
    def outage(self) -> Iterator[None]:
        """The calls process is dead, and its parent stopped so that it stays so, while the block runs."""
        parent = self.center.process
        assert parent
        epoch = self.journal.epoch
        parent.send_signal(signal.SIGSTOP)
        try:
            os.kill(self.center.calls_pid, signal.SIGKILL)
            yield
        finally:
            parent.send_signal(signal.SIGCONT)
        self.wait_recovered(epoch, time.time())

    def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The answer to a request, asked again until somebody lives to answer; it counts once all the same."""
        answers: list[dict[str, Any]] = []
        request_id = f"again-{time.time_ns()}"

        def answered() -> bool:
            with suppress(CtiError, TimeoutError):
                answers.append(self.center.probe.request(kind, request_id=request_id, **fields))
            return bool(answers)

        until(answered, f"an answer to {kind}", 3 * RESTART_SECONDS, self.story)
        return answers[0]

    def story(self) -> str:
        """What the journal and the daemon's log say, for a failed assertion."""
        return f"{self.journal.tail()}\n{self.center.log()[-2000:]}"

    def records(self, count: int = 1) -> list[Interaction]:
        """This test's records, all complete, no more and no fewer than `count`, by arrival."""
        self.expected = count
        until(lambda: sum(map(_complete, self._rows())) >= count, "complete records", 20, self.story)
        return self.assert_no_more_records()

    def assert_no_more_records(self) -> list[Interaction]:
        """As many records as expected."""
        rows = self._rows()
        assert len(rows) == self.expected, [(row.id, row.outcome) for row in rows]
        return rows

    def wait_nothing_left(self) -> None:
        """Returns when no channel, bridge, command without outcome, prompt, recording or timer is left."""
        self.center.asterisk.wait_quiet()
        until(lambda: not self.journal.left(), "an empty belief", 15, self.journal.left)

    def log_out(self) -> None:
        """Every agent is idle and logged out for the next test."""
        for agent in AGENTS:
            answer = self.center.set_status(agent, "logged_out")
            assert "error_id" not in answer, answer
            self.center.wait_activity(agent, "idle")

    def _rows(self) -> list[Any]:
        rows = [row for row in self.center.interactions() if row.arrived_at >= self.began_at]
        return sorted(rows, key=attrgetter("arrived_at"))


def _complete(row: Interaction) -> bool:
    wrapped_up = all(segment.wrap_up_ended_at for segment in row.segments)
    return row.ended_at is not None and wrapped_up


@contextmanager
def outages(center: RunningCenter) -> Iterator[Outages]:
    """One test's use of a center that it shares with others."""
    test = Outages(center, JournalProbe(center.asterisk.config))
    yield test
    test.log_out()
    test.wait_nothing_left()
    test.assert_no_more_records()
