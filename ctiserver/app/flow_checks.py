"""Checks of flows and surveys for who writes them: the same checker that decides whether they come into force."""

from collections.abc import Callable, Mapping

import msgspec

from crm_core import configuration, flow_versions
from crm_core.db import Store
from ctiserver.app import prompt_files
from ctiserver.app.engine_tables import names_of, read_documents
from ctiserver.app.flow_pictures import draw_flow
from ctiserver.app.job_desk import Job, JobDesk
from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError, Mistake
from ctiserver.process import folders
from ivr.flow_file import read_flow, read_survey


class Draft(msgspec.Struct, kw_only=True):
    """The text of a flow or survey that somebody is writing."""

    name: str
    text: str


class Line(msgspec.Struct, kw_only=True):
    """One mistake; `line` from 1; `error_id` and `fields` are for sentences in other languages."""

    line: int
    message: str
    error_id: str = ""
    fields: dict[str, str] = {}


class WithoutQueue(msgspec.Struct, kw_only=True):
    """What if there were no such queue?"""

    queue: str


class FlowChecks:
    """Answers from what is stored now."""

    def __init__(self, config: Config, store: Store) -> None:
        self._config, self._store = config, store

    def check_flow(self, body: bytes) -> bytes:
        """All mistakes of a flow's Draft, [Line] in the order of their lines."""
        queues, kept = self._queues(), self._store.read(flow_versions.texts_in_force)

        def read(text: str, name: str, prompts: set[str]) -> object:
            names = names_of(self._config, {*kept, name})
            return read_flow(text, name, prompts=prompts, queues=queues, **names)

        return self._check(body, read)

    def check_survey(self, body: bytes) -> bytes:
        """All mistakes of a survey's Draft, as `check_flow` does."""
        return self._check(body, lambda text, name, prompts: read_survey(text, name, prompts=prompts))

    def _check(self, body: bytes, read: Callable[[str, str, set[str]], object]) -> bytes:
        draft = msgspec.json.decode(body, type=Draft)
        prompts = set(prompt_files.load(self._config.prompts.directory).prompts)
        try:
            read(draft.text, draft.name, prompts)
        except ConfigError as error:
            found = sorted(map(_line, error.mistakes), key=lambda mistake: mistake.line)
            return msgspec.json.encode(found)
        return b"[]"

    def check_flows(self, body: bytes) -> bytes:
        """What the flows in force would miss, [str], if there were no such queue (WithoutQueue)."""
        gone = msgspec.json.decode(body, type=WithoutQueue).queue
        texts = self._store.read(flow_versions.texts_in_force)
        try:
            read_documents(self._config, self._queues() - {gone}, texts)
        except ConfigError as error:
            return msgspec.json.encode([str(mistake) for mistake in error.mistakes])
        return b"[]"

    def _queues(self) -> set[str]:
        return {str(queue.key) for queue in self._store.read(configuration.tables).queues}


def open_desk(config: Config, further: Mapping[str, Job]) -> JobDesk:
    """Answers questions about flows, and `further` ones, over the bus from now on, until it is stopped."""
    checks = FlowChecks(config, Store(config.database.url))
    jobs = {
        "check_flow": checks.check_flow,
        "check_survey": checks.check_survey,
        "check_flows": checks.check_flows,
        "draw_flow": draw_flow,
        **further,
    }
    desk = JobDesk(folders.redis_url(config), f"{config.installation.name}:", jobs)
    desk.start()
    return desk


def _line(mistake: Mistake) -> Line:
    _, _, line = mistake.path.rpartition(":")
    return Line(
        line=int(line) if line.isdecimal() else 1,
        message=mistake.message,
        error_id=mistake.error_id,
        fields=dict(mistake.fields),
    )
