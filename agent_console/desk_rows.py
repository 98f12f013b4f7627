"""What an agent's desk shows of the live view: his own row, the contact in his hand, his queues."""

import msgspec

from ctiserver.core.ids import QueueKey
from ctiserver.core.live_rows import AgentView, ContactView
from ctiserver.core.live_view import LiveView


class Chip(msgspec.Struct):
    """One queue in short; `longest_since` None: nobody waits."""

    queue: str
    waiting: int
    longest_since: float | None


class DeskRow(msgspec.Struct):
    """`contact` is the one in hand, also when its caller is gone and it is not disposed of yet."""

    now: float
    agent: AgentView
    contact: ContactView | None
    queues: list[Chip]


class Chips:
    """Counts the waiting of one moment, each queue once however many agents serve it."""

    def __init__(self, view: LiveView) -> None:
        self._waiting: dict[str, Chip] = {queue: Chip(queue, 0, None) for queue in view.queues}
        for contact in view.contacts.values():
            if contact.queue is not None and contact.stage in ("queued", "offered"):
                self._count(contact.queue, contact.queued_at or contact.arrived_at)

    def _count(self, queue: QueueKey, since: float) -> None:
        chip = self._waiting.setdefault(queue, Chip(queue, 0, None))
        chip.waiting += 1
        chip.longest_since = since if chip.longest_since is None else min(chip.longest_since, since)

    def of(self, queues: tuple[QueueKey, ...]) -> list[Chip]:
        """The chips of an agent's queues, in his order."""
        return [self._waiting[key] for key in queues if key in self._waiting]


def desk_row(view: LiveView, chips: Chips, agent: str, now: float) -> DeskRow | None:
    """The desk of an agent; None for who is no agent."""
    row = view.agents.get(agent)  # type: ignore[call-overload]
    if row is None:
        return None
    contact = (view.contacts.get(row.contact) or row.card) if row.contact else None
    return DeskRow(now, row, contact, chips.of(row.queues))
