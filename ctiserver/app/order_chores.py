"""The chores that keep work orders true: late ones are told of, and customers asked on the day before a visit."""

from collections.abc import Callable, Sequence
from typing import Any

import structlog

from crm_core.db import Store
from crm_core.work_orders import late_orders, visit_confirmations
from ctiserver.core.config import Config
from ctiserver.core.errors import Conflict, NotFound, Refusal

_log = structlog.get_logger()


class OrderByOrder:
    """Each order by itself: one that cannot be done must not hold up the others.

    `due(session, now)` gives account and number of those to do, `work(session, account_id, order_id, now)` does one.
    """

    def __init__(
        self,
        store: Store,
        what: str,
        due: Callable[..., Sequence[tuple[int, int]]],
        work: Callable[..., Any],
    ) -> None:
        self._store, self._what, self._due, self._work = store, what, due, work

    def turn(self, now: float) -> bool:
        """Do all that are due now; there is never more at once."""
        for account_id, order_id in self._store.read(self._due, now):
            try:
                self._store.write(self._work, account_id, order_id, now)
            except (Conflict, NotFound, Refusal) as error:
                _log.error(
                    "a work order is left as it is", chore=self._what, order=order_id, error=str(error)
                )
        return False


def late(store: Store) -> OrderByOrder:
    """Tells of orders whose window has ended."""
    return OrderByOrder(store, "late orders", late_orders.untold, late_orders.tell_of)


def confirmations(store: Store, config: Config) -> Callable[[float], bool]:
    """Schedules the call on the day before a visit, where customers are called and there is a flow for it."""
    chore = OrderByOrder(
        store, "confirmations of visits", visit_confirmations.unasked, visit_confirmations.ask
    )
    flow = config.flows.directory / f"{visit_confirmations.FLOW}.toml"

    def turn(now: float) -> bool:
        return bool(config.dialing.trunk) and flow.exists() and chore.turn(now)

    return turn
