"""Rehearsals that people ask for: one at a time for each account, each in a child process that can be stopped.

What came of the last one is kept until the next is asked for, in memory: after a restart of the jobs process one asks
anew.
"""

import subprocess
import sys
import threading
from collections.abc import Collection
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from crm_core.accounts import account
from crm_core.db import Store
from crm_core.permission.calendars import day_of, instant
from ctiserver.app import prompt_files
from ctiserver.app.center import SWITCH
from ctiserver.app.engine_tables import names_of, read_tables
from ctiserver.app.job_desk import Job
from ctiserver.app.rehearsal_task import Progress, Task
from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError, Refusal
from ctiserver.core.rehearsals import FlowChange, RehearsalQuestion, RehearsalState
from ctiserver.core.tables import Document, Tables
from ctiserver.process import folders
from ivr.flow_file import read_flow

_PROGRAM = (sys.executable, "-m", "ctiserver.app.rehearsal_task")
_BROKE = "rehearsal_broke"


class OfAccount(msgspec.Struct, kw_only=True):
    """Whose rehearsal."""

    account_id: int


class RehearsalDesk:
    """Answers jobs. Invariant: an account has at most one child."""

    def __init__(self, config: Config, store: Store) -> None:
        self._config, self._store = config, store
        self._states: dict[int, RehearsalState] = {}
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    @property
    def answers(self) -> dict[str, Job]:
        """Its jobs by kind."""
        return {"rehearse": self.begin, "rehearsal": self.state, "cancel_rehearsal": self.cancel}

    def begin(self, body: bytes) -> bytes:
        """A job: begin the rehearsal of a RehearsalQuestion; the RehearsalState. Raises Refusal."""
        asked = msgspec.json.decode(body, type=RehearsalQuestion)
        task = self._task(asked)
        with self._lock:
            if asked.account_id in self._children:
                raise Refusal("rehearsal_runs", "a rehearsal is running: wait for its end, or stop it")
            child = subprocess.Popen(_PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            state = RehearsalState(
                state="running",
                day=asked.day,
                queues=asked.queues,
                flow=asked.flow.name if asked.flow else "",
                flow_version=asked.flow.version if asked.flow else 0,
            )
            self._children[asked.account_id], self._states[asked.account_id] = child, state
        threading.Thread(
            target=self._follow, args=(asked.account_id, child, state, task), name="rehearsal", daemon=True
        ).start()
        return msgspec.json.encode(state)

    def state(self, body: bytes) -> bytes:
        """A job: how the last rehearsal of OfAccount goes or went; the RehearsalState."""
        account_id = msgspec.json.decode(body, type=OfAccount).account_id
        return msgspec.json.encode(self._states.get(account_id, RehearsalState()))

    def cancel(self, body: bytes) -> bytes:
        """A job: stop the rehearsal of OfAccount, if one is running; the RehearsalState."""
        account_id = msgspec.json.decode(body, type=OfAccount).account_id
        with self._lock:
            child = self._children.get(account_id)
            if child is not None:
                self._states[account_id].state = "cancelled"
                child.terminate()
        return self.state(body)

    def stop(self) -> None:
        """End all children."""
        with self._lock:
            for child in self._children.values():
                child.terminate()

    def _follow(
        self, account_id: int, child: subprocess.Popen[bytes], state: RehearsalState, task: Task
    ) -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        told = Progress(part=0.0, problem=_BROKE)
        try:
            child.stdin.write(msgspec.json.encode(task))
            child.stdin.close()
            for line in child.stdout:
                told = msgspec.json.decode(line, type=Progress)
                state.part = told.part
        except (OSError, msgspec.DecodeError):
            told = Progress(part=state.part, problem=_BROKE)
        child.stdout.close()
        child.wait()
        with self._lock:
            del self._children[account_id]
            if state.state == "running":
                state.found, state.problem = told.found, told.problem
                state.problem = state.problem or ("" if told.found else _BROKE)
                state.state = "done" if told.found else "failed"

    def _task(self, asked: RehearsalQuestion) -> Task:
        """Raises Refusal for what cannot be rehearsed."""
        day = day_of(asked.day)
        zone = ZoneInfo(self._store.read(account, asked.account_id).time_zone)
        try:
            _, tables = read_tables(self._config, self._store)
        except ConfigError as error:
            raise Refusal("wrong_configuration", str(error)) from None
        keys = {str(queue.key) for queue in tables.queues if queue.account_id == asked.account_id}
        if unknown := sorted(set(asked.queues) - keys):
            raise Refusal("unknown_queue", f"there is no queue {unknown[0]}")
        return Task(
            directory=str(folders.journal_dir(self._config)),
            prefix=f"{self._config.installation.name}-{SWITCH}",
            account_id=asked.account_id,
            from_at=instant(day, 0, zone),
            until_at=instant(day + timedelta(days=1), 0, zone),
            tables=tables,
            queues=asked.queues,
            flow=asked.flow.name if asked.flow else "",
            document=self._document(asked.flow, tables, keys) if asked.flow else None,
        )

    def _document(self, flow: FlowChange, tables: Tables, queues: Collection[str]) -> Document:
        prompts = set(prompt_files.load(self._config.prompts.directory).prompts)
        names = names_of(self._config, {*tables.flows, flow.name})
        try:
            return read_flow(flow.text, flow.name, prompts=prompts, queues=queues, **names)[1]
        except ConfigError as error:
            raise Refusal("wrong_flow", f"the flow has mistakes: {error.mistakes[0]}") from None
