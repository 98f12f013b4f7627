"""The event loop of a process: Twisted on asyncio, with uvloop."""

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvloop
from twisted.internet import asyncioreactor
from twisted.internet.error import ReactorAlreadyInstalledError


def install_reactor() -> Any:
    """Twisted's reactor on a uvloop; call it before anything imports `twisted.internet.reactor`."""
    with contextlib.suppress(ReactorAlreadyInstalledError):
        asyncioreactor.install(uvloop.new_event_loop())
    from twisted.internet import reactor

    return reactor


class LoopScheduler:
    """Time and one worker thread for the journal."""

    def __init__(
        self, reactor: Any, call_later: Callable[[float, Callable[[], None]], Callable[[], None]]
    ) -> None:
        self._reactor = reactor
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self.call_later = call_later

    def in_thread(self, work: Callable[[], None], done: Callable[[Exception | None], None]) -> None:
        """Run `work` in the thread, then `done` on the loop with what it raised, or None."""

        def run() -> None:
            error: Exception | None = None
            try:
                work()
            except Exception as raised:
                error = raised
            self._reactor.callFromThread(done, error)

        self._thread.submit(run)

    def close(self) -> None:
        """Wait for the work under way."""
        self._thread.shutdown()
