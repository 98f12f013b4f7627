"""The jobs process on the bus: answers questions that need an engine or take a while.

Each kind of question has a topic of its own. A thread with a loop hears them; the work itself is done in further
threads, so that one long answer holds up neither the others nor the records.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from functools import partial

import structlog

from ctiserver.bus import topics
from ctiserver.bus.redis_bus import RedisBus

_log = structlog.get_logger()
_STOP_SECONDS = 3.0

Job = Callable[[bytes], bytes]
"""Answers one question; runs in a thread. A Refusal that it raises is raised again where it was asked."""


class JobDesk:
    """Serves from `start` to `stop`."""

    def __init__(self, url: str, prefix: str, jobs: Mapping[str, Job]) -> None:
        """`url`, `prefix` as RedisBus takes them; `jobs` by the kind that is asked for."""
        self._url, self._prefix, self._jobs = url, prefix, jobs
        self._thread = threading.Thread(target=self._run, name="job-desk", daemon=True)
        self._stop: Callable[[], object] = _nothing

    def start(self) -> None:
        """Serve, as soon as the bus is there."""
        self._thread.start()

    def stop(self) -> None:
        """End, if it was started; an answer that is being worked out is not given."""
        self._stop()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception:
            _log.exception("no questions are answered any more")

    async def _serve(self) -> None:
        loop, stopping = asyncio.get_running_loop(), asyncio.Event()
        self._stop = partial(loop.call_soon_threadsafe, stopping.set)
        bus = RedisBus(self._url, prefix=self._prefix)
        await bus.start()
        for kind, job in self._jobs.items():
            await bus.serve(topics.job(kind), _in_a_thread(job))
        await stopping.wait()
        await bus.stop()


def _nothing() -> None:
    """What ends a desk that is not open yet."""


def _in_a_thread(job: Job) -> Callable[[bytes], "asyncio.Future[bytes]"]:
    def answer(body: bytes) -> "asyncio.Future[bytes]":
        return asyncio.ensure_future(asyncio.to_thread(job, body))

    return answer
