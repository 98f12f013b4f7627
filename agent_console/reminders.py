"""Reminders of activities: claimed when they are due and pushed to their owners' pages.

Whoever has no page open finds the reminder in `GET /me/reminders` when he opens one; a push only saves him the wait.
A database that is away is waited for.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog

from agent_console.api_activities import ActivityOf, activity_of
from crm_core import activities
from crm_core.db import Store
from ctiserver.core.errors import StoreError

_log = structlog.get_logger()
EVERY_SECONDS = 15.0
Push = Callable[[str, Any], Awaitable[None]]
"""Sends to all pages of a user, by login."""


async def remind(store: Store, now: Callable[[], float], push: Push) -> None:
    """Push what is due, again and again, until cancelled."""
    while True:
        try:
            for due in await asyncio.to_thread(claim, store, now()):
                await push(due.owner, msgspec.to_builtins(due))
        except StoreError as error:
            _log.warning("reminders wait for the database", error=str(error))
        await asyncio.sleep(EVERY_SECONDS)


def claim(store: Store, now: float) -> list[ActivityOf]:
    """What is to be shown now; nobody else gets it. Raises StoreError."""
    if not store.read(activities.has_reminders, now):
        return []
    return store.write(lambda session: [activity_of(row) for row in activities.claim_reminders(session, now)])
