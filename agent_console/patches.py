"""What changed, as the rows that a screen replaces: the fold of events is done once, here and not in browsers.

A patch holds whole rows; None means that the row is gone. A screen that starts from a snapshot and takes every patch
shows what a fresh snapshot would.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from ctiserver.core import events as e
from ctiserver.core.given_back import FOLLOWED
from ctiserver.core.live_rows import AgentView, ContactView
from ctiserver.core.live_view import LiveView
from ctiserver.core.message import Event
from ctiserver.core.queue_view import QueueView


class Patch(msgspec.Struct, kw_only=True):
    """Rows by key. `whole`: forget what you had, this is everything."""

    seq: int
    now: float
    whole: bool = False
    switch_up: bool = True
    journal_ok: bool = True
    contacts: dict[str, ContactView | None] = {}
    agents: dict[str, AgentView | None] = {}
    queues: dict[str, QueueView | None] = {}
    campaigns: dict[str, e.CampaignPaced | None] = {}
    """By the campaign's number."""


def whole(view: LiveView, account_id: int, now: float) -> Patch:
    """All that an account may see."""
    return _patch(
        view,
        now,
        contacts={key: row for key, row in view.contacts.items() if row.account_id == account_id},
        agents={key: row for key, row in view.agents.items() if row.account_id == account_id},
        queues={key: row.as_of(now) for key, row in view.queues.items() if row.account_id == account_id},
        campaigns={str(key): row for key, row in view.campaigns.items() if row.account_id == account_id},
        whole=True,
    )


def changed(
    view: LiveView, events: Iterable[Event], accounts: dict[str, int], now: float
) -> dict[int, Patch]:
    """What a batch changed, by account. `accounts` remembers whose contact is whose, beyond its end."""
    patches: dict[int, Patch] = {}

    def of(account_id: int) -> Patch:
        return patches.setdefault(account_id, _patch(view, now))

    for event in events:
        if isinstance(event, e.ConfigurationChanged):
            return {account: whole(view, account, now) for account in _all_accounts(view, accounts)}
        if isinstance(event, e.SwitchStateChanged | e.JournalStateChanged):
            for account_id in {row.account_id for row in view.queues.values()}:
                of(account_id)
        if isinstance(event, e.CampaignPaced | e.LeadRinging):
            _called(view, event, of)
        if contact := getattr(event, "contact", None):
            _contact(view, contact, accounts, now, of)
            _givers(view, event, contact, of)
        _named_agents(view, event, of)
        if (queue := getattr(event, "queue", None)) in view.queues:
            of(view.queues[queue].account_id).queues[queue] = view.queues[queue].as_of(now)
    return patches


def _named_agents(view: LiveView, event: Event, of: Callable[[int], Patch]) -> None:
    """Whose rows an event may change: who did it, whom he consults or passes the caller to, who supervises."""
    for field in ("agent", "to", "supervisor"):
        if (agent := getattr(event, field, None)) in view.agents:
            of(view.agents[agent].account_id).agents[agent] = view.agents[agent]


def _called(view: LiveView, event: e.CampaignPaced | e.LeadRinging, of: Callable[[int], Patch]) -> None:
    """How a campaign goes; and that the telephone rings of whom an agent has dialled, though no event names him."""
    if isinstance(event, e.CampaignPaced):
        of(event.account_id).campaigns[str(event.campaign)] = None if event.over else event
        return
    for key, row in view.agents.items():
        if row.lead and row.lead.attempt == event.attempt:
            of(row.account_id).agents[key] = row


def merged(older: Patch, newer: Patch) -> Patch:
    """One patch instead of two in a row; the older one is used up."""
    if newer.whole:
        return newer
    older.contacts |= newer.contacts
    older.agents |= newer.agents
    older.queues |= newer.queues
    older.campaigns |= newer.campaigns
    older.seq, older.now = newer.seq, newer.now
    older.switch_up, older.journal_ok = newer.switch_up, newer.journal_ok
    return older


def _all_accounts(view: LiveView, accounts: dict[str, int]) -> set[int]:
    contacts: dict[str, int] = {key: row.account_id for key, row in view.contacts.items()}
    accounts |= contacts
    queues, agents = view.queues.values(), view.agents.values()
    return {*contacts.values(), *(row.account_id for row in queues), *(row.account_id for row in agents)}


def _contact(view: LiveView, contact: Any, accounts: dict[str, int], now: float, of: Any) -> None:
    row = view.contacts.get(contact)
    if row is not None:
        accounts[contact] = row.account_id
        of(row.account_id).contacts[contact] = row
        if row.queue in view.queues:
            of(row.account_id).queues[row.queue] = view.queues[row.queue].as_of(now)
    elif contact in accounts:
        account_id = accounts.pop(contact)
        of(account_id).contacts[contact] = None
        for agent in view.agents.values():  # his card is the contact's last picture
            if agent.contact == contact:
                of(agent.account_id).agents[agent.agent] = agent
        for queue in view.queues.values():  # one of them may count him as abandoned
            if queue.account_id == account_id:
                of(account_id).queues[queue.queue] = queue.as_of(now)


def _givers(view: LiveView, event: Event, contact: Any, of: Any) -> None:
    """Who passed the contact on in vain is told where it is."""
    for row in view.agents.values() if isinstance(event, FOLLOWED) else ():
        if row.given_back and row.given_back.contact == contact:
            of(row.account_id).agents[row.agent] = row


def _patch(view: LiveView, now: float, **rows: Any) -> Patch:
    return Patch(seq=view.seq, now=now, switch_up=view.switch_up, journal_ok=view.journal_ok, **rows)
