"""The child's side of the heartbeat: a byte from its event loop into the parent's pipe.

It comes from the loop and not from a thread, so that a loop that hangs falls silent.
"""

import contextlib
import os
from collections.abc import Callable, MutableMapping

PIPE_VARIABLE = "CTI_HEARTBEAT_FD"
SECONDS_VARIABLE = "CTI_HEARTBEAT_SECONDS"


def start_beating(
    call_later: Callable[[float, Callable[[], None]], object],
    environment: MutableMapping[str, str] = os.environ,
) -> Callable[[], None]:
    """Beat now and every so many seconds; the result beats once more, for work that holds the loop long.

    `call_later` is the loop's (asyncio's or the reactor's; monotonic). Does nothing without a parent.
    The first beat says that the child is ready: call this when it serves.
    """
    if PIPE_VARIABLE not in environment:
        return lambda: None
    pipe = int(environment.pop(PIPE_VARIABLE))
    seconds = float(environment.pop(SECONDS_VARIABLE))
    os.set_blocking(pipe, False)
    os.set_inheritable(pipe, False)

    def beat_once() -> None:
        with contextlib.suppress(BlockingIOError, BrokenPipeError):  # a stopped or ended parent
            os.write(pipe, b".")

    def beat() -> None:
        beat_once()
        call_later(seconds, beat)

    beat()
    return beat_once
