"""The agents as the dialer sees them: who is free, who is busy since when, and what is learned of their talks.

Everything comes from what the ACD says, and nothing is decided here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ctiserver.core.events import (
    AgentReleased,
    AgentReserved,
    AgentStatusChanged,
    ContactConnected,
    WrapUpStarted,
)
from ctiserver.core.ids import AgentKey
from ctiserver.core.serving import serves
from ctiserver.core.tables import Tables
from dialer.book import AtWork, Book

if TYPE_CHECKING:
    from dialer.pacing import Pacer

AgentNews = AgentReleased | AgentReserved | AgentStatusChanged | ContactConnected | WrapUpStarted
INBOUND_SECONDS = 300.0
"""Callers who took agents are counted with this time constant."""


def apply(book: Book, tables: Tables) -> None:
    """The agents of new tables, and whose campaigns they serve; who is gone stays until his contact is over."""
    queues = {queue.key: queue for queue in tables.queues}
    known, book.agents = book.agents, {}
    for agent in tables.agents:
        row = book.agents[agent.key] = known.get(agent.key) or AtWork(account_id=agent.account_id)
        row.serves = [
            campaign.id
            for campaign in tables.campaigns
            if campaign.queue in queues and serves(agent, queues[campaign.queue]) is None
        ]
    for key, row in known.items():
        if key not in book.agents and row.doing != "idle":
            row.serves = []
            book.agents[key] = row
    for key, campaign in list(book.lending.lent.items()):
        if key not in book.agents or campaign not in book.agents[key].serves:
            gone(book, key)


def follow(book: Book, pacers: "Mapping[int, Pacer]", message: AgentNews) -> None:
    """Take in what an agent does now."""
    row = book.agents.get(message.agent)
    if row is None:
        return
    match message:
        case AgentStatusChanged(status=status):
            if row.free and status is not row.status:
                gone(book, message.agent)
            row.status = status
        case AgentReserved(contact=contact):
            it = book.lead_of(contact)
            row.campaign = it.lead.campaign if it else None
            _taken(book, message, row)
            row.doing, row.contact, row.since = "reserved", contact, message.at
        case ContactConnected():
            row.doing, row.since = "talking", message.at
        case WrapUpStarted():
            if pacer := _pacer(pacers, row, "talking"):
                pacer.talk.add(message.at - row.since)
            row.doing, row.since = "wrapping_up", message.at
        case AgentReleased():
            if pacer := _pacer(pacers, row, "wrapping_up"):
                pacer.wrap_up.add(message.at - row.since)
            row.doing, row.contact, row.campaign, row.since = "idle", None, None, message.at


def _pacer(pacers: "Mapping[int, Pacer]", row: AtWork, doing: str) -> "Pacer | None":
    """The pacer that learns from what he has just ended."""
    return pacers.get(row.campaign) if row.campaign is not None and row.doing == doing else None


def _taken(book: Book, message: AgentReserved, row: AtWork) -> None:
    """A caller, or his own click, took an idle agent whom a campaign may have counted on."""
    lent = book.lending.lent.get(message.agent)
    if row.campaign is not None and row.campaign == lent and not _by_click(book, message):
        book.lending.served(lent, book.campaigns[lent].table.weight)
        del book.lending.lent[message.agent]
        return
    gone(book, message.agent)
    if row.campaign is None:
        for key in row.serves:
            if going := book.campaigns.get(key):
                going.inbound = inbound(going.inbound, going.inbound_at, message.at) + 1.0
                going.inbound_at = message.at


def _by_click(book: Book, message: AgentReserved) -> bool:
    it = book.lead_of(message.contact)
    return it is not None and it.agent == message.agent


def gone(book: Book, agent: AgentKey) -> None:
    """He is idle for his campaign no more, and it was not its answer that took him."""
    lent = book.lending.lent.pop(agent, None)
    if lent in book.campaigns:
        book.campaigns[lent].left += 1


def inbound(count: float, counted_at: float, now: float) -> float:
    """What is left of a count by now."""
    return count * 2.0 ** (-(now - counted_at) / INBOUND_SECONDS) if count else 0.0


def idle(book: Book) -> list[AgentKey]:
    """Who may be lent: free, and not looking at somebody whom he may call himself; the longest idle first."""
    found = [
        (row.since, key)
        for key, row in book.agents.items()
        if row.free and row.serves and key not in book.previews
    ]
    return [key for _, key in sorted(found)]


def busy(book: Book, campaign: int, now: float) -> tuple[list[float], list[float]]:
    """How long the agents of a campaign's queue have been talking, and wrapping up, in seconds."""
    talking: list[float] = []
    wrapping_up: list[float] = []
    for row in book.agents.values():
        if campaign in row.serves and row.doing != "idle":
            (wrapping_up if row.doing == "wrapping_up" else talking).append(
                now - row.since if row.doing != "reserved" else 0.0
            )
    return talking, wrapping_up
