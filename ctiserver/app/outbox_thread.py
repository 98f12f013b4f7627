"""A thread that sends what waits in the outbox until it is stopped, whatever the messages are."""

import threading
from collections.abc import Callable

import structlog

from ctiserver.core.errors import StoreError

_log = structlog.get_logger()


class OutboxThread:
    """Takes turns: at once again while there is something to send, else after a while."""

    def __init__(
        self, name: str, turn: Callable[[], int], *, idle_seconds: float, patience_seconds: float
    ) -> None:
        """`turn`: how many messages were tried; may raise StoreError. `patience_seconds`: the longest one takes."""
        self._name, self._turn = name, turn
        self._idle_seconds, self._patience_seconds = idle_seconds, patience_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def stopping(self) -> bool:
        """Whether no further message is to be sent; the leases of those that were taken end by themselves."""
        return self._stopping.is_set()

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send nothing more; what is under way has its few seconds."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(2 * self._patience_seconds)

    def _run(self) -> None:
        while not self.stopping:
            try:
                sent = self._turn()
            except StoreError as error:
                _log.error("the outbox waits for the database", of=self._name, error=str(error))
                sent = 0
            if not sent:
                self._stopping.wait(self._idle_seconds)
