"""Asks Asterisk, and tells apart what its refusals mean."""

from collections.abc import Callable
from typing import Any, Protocol

import structlog
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from ctiserver.asterisk.ari_request import Request
from ctiserver.core.errors import CallGone, SwitchError, SwitchRefused

Send = Callable[[Request, str], Deferred[Any]]
"""Sends a request; those with the same key stay in order. Fails with a SwitchError."""

log = structlog.get_logger()

OnError = Callable[[SwitchError], None]


class Ask(Protocol):
    """As `Asking.ask`."""

    def __call__(self, request: Request, key: str, *, gone: OnError = ..., refused: OnError = ...) -> None:
        """Asks; `gone` and `refused` are told why nothing came of it."""


def _nothing(_error: SwitchError) -> None:
    """Nothing follows."""


class Asking:
    """Never raises."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def ask(
        self,
        request: Request,
        key: str,
        *,
        gone: OnError = _nothing,
        refused: OnError = _nothing,
    ) -> None:
        """`gone`: what it is about is no more. `refused`: Asterisk would not, or could not."""

        def failed(failure: Failure) -> None:
            match failure.value:
                case CallGone() as error:
                    gone(error)
                case SwitchRefused(status=409):
                    pass  # it was done before a restart
                case SwitchRefused() as error:
                    log.warning("request_refused", uri=request.uri, status=error.status, reason=error.reason)
                    refused(error)
                case SwitchError():
                    pass  # the link fell: the belief remembers
                case _:
                    log.error("request_failed", uri=request.uri, failure=failure.getTraceback())

        self._send(request, key).addErrback(failed)


def ignore_refusal(failure: Failure) -> None:
    """For what is harmless when it is done already."""
    failure.trap(SwitchError)
