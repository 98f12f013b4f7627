"""Dialling customers: nothing rings before the store has said that the permit is good and marked it as used.

The store is asked in a thread, so the answer comes later. What happens meanwhile decides: a leg that was dropped is
not dialled any more; a link that fell forgets the question, and the command is performed again from the belief. It
bears the same leg, and a permit that was used for this very leg is good for it again: killed at any moment, nobody
is called twice on one permit, and nobody is lost.
"""

from collections.abc import Callable
from typing import Protocol

import structlog
from twisted.internet.defer import Deferred, fail
from twisted.python.failure import Failure

from ctiserver.core.commands import DialCustomer, DialOutside
from ctiserver.core.errors import Refusal
from ctiserver.core.ids import LegId
from ctiserver.core.permit import Permit

log = structlog.get_logger()


class PermitBook(Protocol):
    """Where permits are stored."""

    def use(self, permit: Permit, number: str, use: str) -> Deferred[None]:
        """Marks the permit as used for `use`; the same use again is no fault.

        Fails with Refusal for a permit that is unknown, expired, used otherwise or for another number, with
        StoreError when nobody can tell.
        """
        ...


class ClosedBook:
    """No store, no permits: refuses every one."""

    def use(self, permit: Permit, number: str, use: str) -> Deferred[None]:
        """Fails with Refusal."""
        return fail(Refusal("permit_unknown", "there is no store that could know this permit"))


class PermittedDials:
    """Invariant: `ring` is called only for a leg whose permit was found good and that nobody dropped since."""

    def __init__(
        self,
        book: PermitBook,
        ring: Callable[[DialCustomer | DialOutside], None],
        refuse: Callable[[LegId], None],
    ) -> None:
        self._book, self._ring, self._refuse = book, ring, refuse
        self._asked: dict[LegId, object] = {}

    def dial(self, command: DialCustomer | DialOutside, permit: Permit) -> None:
        """Rings, or refuses, when the book has answered."""
        question = self._asked[command.leg] = object()

        def still_wanted() -> bool:
            if self._asked.get(command.leg) is not question:
                return False
            del self._asked[command.leg]
            return True

        def good(_: None) -> None:
            if still_wanted():
                self._ring(command)

        def bad(failure: Failure) -> None:
            log.warning("not_permitted", leg=command.leg, error=str(failure.value))
            if still_wanted():
                self._refuse(command.leg)

        number = command.pii_number if isinstance(command, DialCustomer) else command.route.pii_number
        self._book.use(permit, number, command.leg).addCallbacks(good, bad)

    def dropped(self, leg: LegId) -> None:
        """The leg is not wanted any more; if its question is open, it ends here."""
        if self._asked.pop(leg, None):
            self._refuse(leg)

    def forget(self) -> None:
        """The link is down: what is still wanted will be asked anew."""
        self._asked.clear()
