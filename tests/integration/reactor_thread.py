"""Twisted in a thread of its own, so that tests can wait for real things in plain sequence."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import blockingCallFromThread

P = ParamSpec("P")
T = TypeVar("T")


class ReactorThread:
    """A running reactor and its clock; `run` calls something there and waits for the answer."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.reactor: Any = AsyncioSelectorReactor(self.loop)
        self._thread = threading.Thread(
            target=lambda: self.reactor.run(installSignalHandlers=False), name="reactor", daemon=True
        )
        self._thread.start()

    def run(self, call: Callable[P, "Deferred[T] | T"], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `call` returns or, when that is a Deferred, fires with."""
        result: T = blockingCallFromThread(self.reactor, call, *args, **kwargs)
        return result

    def stop(self) -> None:
        self.reactor.callFromThread(self.reactor.stop)
        self._thread.join(30)
        self.loop.close()

    # The clock of adapters

    def now(self) -> float:
        return time.time()

    def call_later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        return self.loop.call_later(seconds, call).cancel
