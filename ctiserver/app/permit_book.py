"""The store as the switch's book of permits: asked in a thread, for the loop never waits for the database."""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred

from crm_core import permission
from crm_core.db import Store
from ctiserver.core.permit import Permit


class StorePermitBook:
    """`in_thread(function, ...)` is Twisted's `deferToThread`; `now` gives UTC epoch seconds."""

    def __init__(
        self, *, store: Store, now: Callable[[], float], in_thread: Callable[..., Deferred[Any]]
    ) -> None:
        self._store, self._now, self._in_thread = store, now, in_thread

    def use(self, permit: Permit, number: str, use: str) -> Deferred[None]:
        """Marks the permit as used for `use`. Fails with Refusal, StoreError."""
        return self._in_thread(self._store.write, permission.use, permit, number, use, now=self._now())
