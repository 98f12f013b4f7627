"""The store as the dialer's desk: claims leads in a thread, for the loop never waits for the database.

Each lead is claimed in a transaction of its own, committed before the engine hears of any. A claim that is asked
again gets what it made. A database that fails is told as no leads: what was claimed is found as a stray later. How a
campaign stands is counted at most every few seconds, for that is a look at all of its leads.
"""

from collections.abc import Callable
from typing import Any

import structlog
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from crm_core import dial_claims
from crm_core.campaigns.standing import standing
from crm_core.db import Store
from ctiserver.core.commands import ClaimLeads
from ctiserver.core.ids import LegId, ordinal
from ctiserver.core.inputs import LeadsClaimed
from ctiserver.core.leads import Lead, Standing
from ctiserver.core.message import Input

_log = structlog.get_logger()
_PASSED_OVER_AT_MOST = 50
_STANDING_SECONDS = 5.0


class DialDesk:
    """`owner` is the daemon, `<installation>-<switch>`; `in_thread(function, ...)` is Twisted's `deferToThread`."""

    def __init__(
        self,
        *,
        store: Store,
        owner: str,
        now: Callable[[], float],
        in_thread: Callable[..., Deferred[Any]],
        emit: Callable[[Input], None],
    ) -> None:
        self._store, self._owner, self._now = store, owner, now
        self._in_thread, self._emit = in_thread, emit
        self._counted_at: dict[int, float] = {}

    def claim(self, command: ClaimLeads) -> None:
        """Emits LeadsClaimed, on the loop."""
        self._in_thread(self._claimed, command).addErrback(self._failed, command).addCallback(self._emit)

    def _failed(self, failure: Failure, command: ClaimLeads) -> LeadsClaimed:
        _log.error("no leads could be claimed", error=str(failure.value))
        return LeadsClaimed(at=self._now(), claim=command.claim)

    def _claimed(self, command: ClaimLeads) -> LeadsClaimed:
        strays = self._store.read(
            dial_claims.strays,
            self._owner,
            command.in_hand,
            command.claim,
            now=self._now(),
            campaign=command.campaign,
        )
        leads = self._store.read(dial_claims.claimed, command.claim) or self._claim_new(command)
        return LeadsClaimed(
            at=self._now(),
            claim=command.claim,
            leads=tuple(leads),
            strays=tuple(strays),
            standing=self._standing(command, fewer=len(leads) < command.limit),
        )

    def _standing(self, command: ClaimLeads, *, fewer: bool) -> Standing | None:
        if command.campaign is None:
            return None
        counted_at, now = self._counted_at.get(command.campaign), self._now()
        if counted_at is not None and not fewer and now < counted_at + _STANDING_SECONDS:
            return None
        self._counted_at[command.campaign] = now
        return self._store.read(standing, command.campaign, now, command.agent)

    def _claim_new(self, command: ClaimLeads) -> list[Lead]:
        leads: list[Lead] = []
        for _ in range(command.limit + _PASSED_OVER_AT_MOST):
            if len(leads) == command.limit:
                break
            found = self._store.write(
                dial_claims.claim_next,
                claim=command.claim,
                attempt=LegId(f"{command.claim}-{ordinal(len(leads) + 1)}"),
                owner=self._owner,
                now=self._now(),
                campaign=command.campaign,
                agent=command.agent,
            )
            if found is None:
                break
            if isinstance(found, Lead):
                leads.append(found)
            else:
                _log.info("a dial is passed over", dial=found.dial_id, rule=found.rule, state=found.state)
        return leads
