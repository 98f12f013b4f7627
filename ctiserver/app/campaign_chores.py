"""The chores of campaigns: their lists are loaded part by part, and one that has nobody left is finished.

A pre-test whose sample is over ends here too.
"""

import structlog

from crm_core.campaigns import loading, pre_testing, standing
from crm_core.db import Store
from ctiserver.core.errors import ConfigError, Conflict, NotFound, Refusal

_log = structlog.get_logger()


class CampaignLoads:
    """Takes on whatever list waits to be loaded, in any account."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def turn(self, now: float) -> bool:
        """One part of the oldest load that waits; whether there was one. Raises StoreError."""
        waiting = self._store.read(loading.waiting)
        if waiting is None:
            return False
        try:
            self._store.write(loading.take_part, waiting.id, now=now)
        except (Refusal, ConfigError, NotFound) as error:  # the segment or the import has changed or is gone
            why = error if isinstance(error, Refusal) else Refusal("source_gone", str(error))
            _log.warning("a list cannot be loaded", load=waiting.id, error=str(error))
            self._store.write(loading.fail, waiting.id, why, now=now)
        return True


class CampaignEnds:
    """Finishes campaigns that have nobody left to call, and ends pre-tests."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def turn(self, now: float) -> bool:
        """A look at each campaign that runs; there is never more to do at once. Raises StoreError."""
        for campaign_id in self._store.read(standing.running):
            try:
                if not self._store.write(pre_testing.conclude, campaign_id, now=now):
                    self._store.write(standing.finish, campaign_id, now=now)
            except Conflict:  # somebody changes it at this moment
                _log.info("a campaign changes while it is looked at", campaign=campaign_id)
        return False
