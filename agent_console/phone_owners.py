"""Which page is an agent's telephone: the newest one whose telephone is registered.

A page owns the telephone from the moment it says that it is ready. The page that owned it before is told, and the call
in hand moves over as after a reload. Only the owner's going away makes the agent absent; any other page may come and
go.
"""

from collections.abc import Callable

Presence = Callable[[str, str, bool], None]
"""Called with the agent, the page and whether it is there."""


class PhoneOwners:
    """At most one page for each agent."""

    def __init__(self, presence: Presence) -> None:
        self._presence = presence
        self._owners: dict[str, str] = {}

    def ready(self, agent: str, page: str) -> str | None:
        """A page's telephone is registered; the page that has lost it, if another one had it."""
        before = self._owners.get(agent)
        taken_from = before if before not in (None, page) else None
        if taken_from:
            self._presence(agent, taken_from, False)
        self._owners[agent] = page
        self._presence(agent, page, True)
        return taken_from

    def gone(self, agent: str, page: str) -> None:
        """A page was closed, or its network is gone."""
        if self._owners.get(agent) == page:
            del self._owners[agent]
            self._presence(agent, page, False)
