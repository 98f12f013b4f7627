"""Does what flows ask for: functions of the store in threads of their own, webhooks of the company.

Nothing here waits on the loop. What has no outcome within its deadline is told as late, and what it comes to after that
is of no consequence. A function that fails, an argument of the wrong kind and an outcome that nobody announced are one
and the same for the caller: the action failed, and a person takes over.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import structlog

from crm_core import action_results
from crm_core.db import Store
from crm_core.self_service import (
    account,
    calling_back,
    field_service,
    identification,
    opting_out,
    places,
    suppliers,
    visits,
)
from crm_core.self_service.registry import Asked, Outcome, SelfService
from ctiserver.asterisk.clock import Clock
from ctiserver.core.actions import Actions
from ctiserver.core.commands import RunAction
from ctiserver.core.inputs import ActionDone, ActionFailed
from ctiserver.core.message import Input

_log = structlog.get_logger()
_THREADS, _WEBHOOK_THREADS = 4, 8

FUNCTIONS: tuple[SelfService, ...] = (
    *identification.ACTIONS,
    *account.ACTIONS,
    *calling_back.ACTIONS,
    *field_service.ACTIONS,
    *opting_out.ACTIONS,
    *places.ACTIONS,
    *suppliers.ACTIONS,
    *visits.ACTIONS,
)
"""Every function that a flow may name; each family has a module of `crm_core.self_service`."""


class Webhooks(Protocol):
    """Actions of other programs."""

    def specs(self) -> Actions: ...

    def run(self, command: RunAction) -> Outcome:
        """What the program answered, within the command's deadline. Raises OSError, ValueError."""


class NoWebhooks:
    """A company without any."""

    def specs(self) -> Actions:
        return {}

    def run(self, command: RunAction) -> Outcome:
        raise ValueError(f"there is no action {command.name}")


class ActionDesk:
    """`emit` is called on the loop; `take_secret` gives the keys that a secret's name stands for, once."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        on_loop: Callable[..., object],
        emit: Callable[[Input], None],
        take_secret: Callable[[str], str | None],
        webhooks: Webhooks | None = None,
        functions: tuple[SelfService, ...] = FUNCTIONS,
    ) -> None:
        self._store, self._clock = store, clock
        self._on_loop, self._emit, self._take_secret = on_loop, emit, take_secret
        self._webhooks = webhooks or NoWebhooks()
        self._functions: Mapping[str, SelfService] = {one.spec.name: one for one in functions}
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="action")
        # Of their own: a program that hangs must not keep the store's actions waiting.
        self._webhook_threads = ThreadPoolExecutor(_WEBHOOK_THREADS, thread_name_prefix="action-webhook")

    def run(self, command: RunAction) -> None:
        """Emit ActionDone or ActionFailed, once."""
        known = self._functions.get(command.name)
        if known is None and command.name not in self._webhooks.specs():
            _log.error("no such action", action=command.name)
            self._fail(command, "unknown")
            return
        arguments = self._with_secrets(command, known)
        if arguments is None:
            self._fail(command, "secret_lost")
            return
        open_ = [True]
        cancel = self._clock.call_later(command.deadline_seconds, lambda: self._late(command, open_))
        asked = Asked(
            account_id=command.account_id,
            contact=command.contact,
            action_id=command.action,
            now=self._clock.now(),
            customer_id=command.customer_id,
        )
        if known is None:
            future = self._webhook_threads.submit(self._webhooks.run, command)
        else:
            future = self._threads.submit(self._call, known, asked, arguments)
        future.add_done_callback(lambda done: self._on_loop(self._came, command, done, cancel, open_))

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._webhook_threads.shutdown(wait=False, cancel_futures=True)

    def _with_secrets(self, command: RunAction, known: SelfService | None) -> dict[str, str] | None:
        arguments = dict(command.arguments)
        for name in known.secrets() if known else ():
            digits = self._take_secret(arguments.get(name, ""))
            if digits is None:
                return None
            arguments[name] = digits
        return arguments

    def _call(self, known: SelfService, asked: Asked, arguments: Mapping[str, str]) -> Outcome:
        given = known.read(arguments)
        if not known.writes:
            return self._store.read(known.do, asked, given)

        return self._store.write(
            action_results.once, asked, known.spec.name, lambda session: known.do(session, asked, given)
        )

    def _came(
        self, command: RunAction, done: "Future[Outcome]", cancel: Callable[[], None], open_: list[bool]
    ) -> None:
        cancel()
        if not open_[0]:
            _log.warning("an action came too late", action=command.name, contact=command.contact)
            return
        error = done.exception()
        if error is not None:
            # The message of a wrong argument would quote it.
            _log.error("an action failed", action=command.name, contact=command.contact, error=_safe(error))
            self._fail(command, "error")
            return
        came = done.result()
        values = dict(came.values)
        self._emit(
            ActionDone(at=self._clock.now(), action=command.action, outcome=came.outcome, values=values)
        )

    def _late(self, command: RunAction, open_: list[bool]) -> None:
        open_[0] = False
        _log.warning("an action takes too long", action=command.name, contact=command.contact)
        self._emit(ActionFailed(at=self._clock.now(), action=command.action, reason="late"))

    def _fail(self, command: RunAction, reason: str) -> None:
        self._emit(
            ActionFailed(at=self._clock.now(), action=command.action, reason=reason)  # type: ignore[arg-type]
        )


def _safe(error: BaseException) -> str:
    return type(error).__name__ if isinstance(error, ValueError) else str(error)


def specs(webhooks: Actions | None = None) -> Actions:
    """All actions that a flow may name."""
    return {one.spec.name: one.spec for one in FUNCTIONS} | (webhooks or {})
