"""Work that goes on by itself."""

from asyncio import ensure_future
from typing import Any

import structlog
from twisted.internet.defer import Deferred

from ctiserver.asterisk.clock import Clock

_log = structlog.get_logger()


def done_or_late(work: Deferred[Any], clock: Clock, seconds: float) -> Deferred[None]:
    """Fires when the work is done, or has taken too long and goes on alone."""
    waited: Deferred[None] = Deferred()

    def enough(_done: Any = None) -> None:
        if not waited.called:
            waited.callback(None)

    work.addBoth(enough)
    clock.call_later(seconds, enough)
    return waited


def in_background(work: Any) -> None:
    """Starts a coroutine on the loop; a failure is logged."""
    task = ensure_future(work)
    task.add_done_callback(
        lambda done: _log.error("the bus failed", error=str(done.exception())) if done.exception() else None
    )
