"""The parent process: starts the children in order, keeps them alive, stops them in reverse order.

A child that ends is started again, at once unless it dies repeatedly. A child whose heartbeat falls silent is
hung: it is killed and started again. If the parent itself was stopped for a while (its loop did not turn when
it should have), the children get a fresh window first: they could beat, it could not listen. SIGTERM or SIGINT
stops everything, each child with its deadline; a second one kills at once. A child that refuses at its first
start (exit status 78), or that was replaced by another installation at any time (79), ends everything with that
status.
"""

import os
import selectors
import signal
import time
from collections.abc import Callable, Sequence

import structlog

from ctiserver.app.child import REFUSED_EXIT_STATUS, REPLACED_EXIT_STATUS, Child, ChildSpec, RestartPolicy

_log = structlog.get_logger()
_TURN_SECONDS = 0.5
_STALL_SECONDS = 1.5
"""A turn of the parent's loop that took longer than this means that the parent was stopped."""
_SETTLED_SECONDS = 10.0
"""Of a child without heartbeat. One with a heartbeat has settled when it beats: how long it takes to come up, and to
find that it must refuse, depends on the machine."""


class _Post:
    """The place of one child: its spec, the process if one runs, and when to start the next."""

    def __init__(self, spec: ChildSpec) -> None:
        self.spec = spec
        self.child: Child | None = None
        self.policy = RestartPolicy()
        self.start_at = 0.0
        self.has_settled = False


class Parent:
    """At every moment each spec has one live process, or a time at which it gets one."""

    def __init__(
        self, specs: Sequence[ChildSpec], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._posts = [_Post(spec) for spec in specs]
        self._monotonic = monotonic
        self._selector = selectors.DefaultSelector()
        self._signals = 0
        self._final_status: int | None = None

    def run(self) -> int:
        """Keep the children alive until SIGTERM or SIGINT; 0, or the status of the child that ended it all."""
        wake_up, wake_up_writer = os.pipe()
        for end in (wake_up, wake_up_writer):
            os.set_blocking(end, False)
        self._selector.register(wake_up, selectors.EVENT_READ, None)
        old_wake_up = signal.set_wakeup_fd(wake_up_writer, warn_on_full_buffer=False)
        old_handlers = {number: signal.signal(number, self._signalled) for number in _STOP_SIGNALS}
        try:
            turned_at = self._monotonic()
            while not self._signals and self._final_status is None:
                turned_at = self._turn(turned_at)
            self._stop_all()
        finally:
            for post in self._posts:
                if post.child:
                    post.child.kill()
            for number, handler in old_handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(old_wake_up)
            self._selector.close()
            os.close(wake_up)
            os.close(wake_up_writer)
        return self._final_status or 0

    def _signalled(self, number: int, _frame: object) -> None:
        self._signals += 1

    def _turn(self, turned_at: float) -> float:
        for post in self._posts:
            if post.child is None and self._monotonic() >= post.start_at:
                self._start(post)
        self._wait(self._seconds_to_wait())
        now = self._monotonic()
        for post in self._posts:
            if post.child is None:
                continue
            post.child.read_beats(now)
            if now - turned_at > _STALL_SECONDS:
                post.child.renew_window(now)
            self._look_at(post, post.child, now)
        return now

    def _seconds_to_wait(self) -> float:
        now = self._monotonic()
        due = [post.start_at for post in self._posts if post.child is None]
        return max(0.0, min([_TURN_SECONDS, *(at - now for at in due)]))

    def _wait(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                os.read(key.fd, 4096)

    def _start(self, post: _Post) -> None:
        now = self._monotonic()
        try:
            child = post.child = Child(post.spec, now)
        except OSError as error:
            _log.error("cannot start", child=post.spec.name, error=str(error))
            post.start_at = now + post.policy.delay_seconds(now, 0)
            return
        for fd in (child.exit_signal, child.beats):
            if fd is not None:
                self._selector.register(fd, selectors.EVENT_READ, child)
        _log.info("started", child=post.spec.name, pid=child.pid)

    def _look_at(self, post: _Post, child: Child, now: float) -> None:
        hung_at = child.hung_at()
        status = child.ended()
        if status is None and hung_at is not None and now >= hung_at:
            _log.error("hung, killing it", child=post.spec.name, pid=child.pid)
            child.kill()
            child.renew_window(now)
        elif status is not None:
            child.read_beats(now)
            self._bury(post, child)
            lived_seconds = now - child.started_at
            post.has_settled |= child.has_beaten or (
                child.beats is None and lived_seconds >= _SETTLED_SECONDS
            )
            if status == REPLACED_EXIT_STATUS or (status == REFUSED_EXIT_STATUS and not post.has_settled):
                self._final_status = status
                _log.error("ended for good", child=post.spec.name, status=status)
                return
            delay_seconds = post.policy.delay_seconds(now, lived_seconds)
            post.start_at = now + delay_seconds
            _log.error(
                "ended by itself", child=post.spec.name, status=status, restart_in_seconds=delay_seconds
            )

    def _bury(self, post: _Post, child: Child) -> None:
        for fd in (child.exit_signal, child.beats):
            if fd is not None:
                self._selector.unregister(fd)
        child.close()
        post.child = None

    def _stop_all(self) -> None:
        for post in reversed(self._posts):
            if post.child:
                self._stop(post, post.child)

    def _stop(self, post: _Post, child: Child) -> None:
        deadline = self._monotonic() + post.spec.stop_seconds
        if child.ended() is None:
            _log.info("stopping", child=post.spec.name, pid=child.pid)
            child.terminate()
        killed = False
        while (status := child.ended()) is None:
            if not killed and (self._signals > 1 or self._monotonic() >= deadline):
                _log.error("does not stop, killing it", child=post.spec.name, pid=child.pid)
                child.kill()
                killed = True
            self._wait(0.1)
            child.read_beats(self._monotonic())
        self._bury(post, child)
        _log.info("stopped", child=post.spec.name, status=status)


_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
