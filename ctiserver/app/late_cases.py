"""The chore that brings cases one level up when they are late."""

import structlog

from crm_core import case_escalation
from crm_core.db import Store
from ctiserver.core.errors import Conflict, Refusal

_log = structlog.get_logger()


class LateCases:
    """Each case by itself: one that cannot be escalated must not hold up the others."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def turn(self, now: float) -> bool:
        """Escalate all that are late now; there is never more at once."""
        for account_id, case_id in self._store.read(case_escalation.late, now):
            try:
                self._store.write(case_escalation.escalate_late, account_id, case_id, now)
            except (Conflict, Refusal) as error:
                _log.error("a late case could not be escalated", case=case_id, error=str(error))
        return False
