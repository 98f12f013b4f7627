"""Who serves whom.

For an agent who becomes free, the heads of the queues that he serves are compared in this order: emergency
first, then callers before those who answered a campaign's call (inbound), then who has waited for the ceiling, by
arrival, then whoever was passed on to this very agent, then the agent's own preference of queues, then the score
(`priority`), then arrival. Who answered a campaign's call finds the agents alone whom the dialer has lent to it. For a
contact that finds several free agents: one of his queue before one who helps out, the one with the fewest queues (so
that flexible agents stay free), among these one whom no campaign counts on, then the one who has been idle longest. A
contact that was passed on to one agent finds him or nobody; who did not answer it is not asked again so soon
(`unanswered`).

A queue may let a class have an agent only while so many others stay free (`leave_free`), for a class that is worth
more and may call any moment; an emergency and who has waited for the ceiling need not care. And it may ask for less as
somebody waits (`relaxations`): lower levels of skill, then the agents of other queues, who prefer all of their own.

Looked at are the heads of the places that the agent serves (`reach`), ranked by what the room knows of them; whether
they stand there still is asked of the few that come first.
"""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from acd import priority, unanswered
from acd.accumulating import score
from acd.contact_state import Contact
from acd.floor import Floor, message_place
from acd.named import is_free
from acd.reach import HELPING_OUT, Tier
from acd.waiting_room import Standing
from ctiserver.core.ids import AgentKey, ContactId
from ctiserver.core.serving import serves
from ctiserver.core.tables import Agent

HEADS_KEPT = 10
_Seen = tuple[Tier, float, float, int, Standing]


class Ranked(NamedTuple):
    """A contact as one agent is to see it: the lowest is served. The last, `order`, is of the contact alone."""

    tier: Tier
    counts: float
    arrived_at: float
    order: int
    contact: Contact


def choose_agent(floor: Floor, contact: Contact, at: float) -> tuple[AgentKey | None, dict[str, int]]:
    """The free agent for a contact that stands at the head of its line, and why the others were not taken."""
    if contact.named:
        return (contact.named if is_free(floor, contact.named) else None), {}
    excluded = floor.reach.excluded(contact.queue, contact.relaxed)
    free = []
    for key in floor.reach.free(contact.queue, contact.relaxed):
        campaign, agent = floor.ledger.agents[key].campaign, floor.roster[key]
        if contact.campaign not in (None, campaign):
            excluded["campaign"] += 1
            continue
        if contact.unanswered_by and unanswered.excludes(floor, contact, key, at):
            excluded["unanswered"] += 1
            continue
        idle_since, own = floor.ledger.agents[key].idle_since, contact.queue in agent.queues
        free.append((not own, len(agent.queues), campaign is not None, idle_since, key))
    if free and _must_be_left(floor, contact, at):
        excluded["left_free"] += len(free)
        free = []
    return (min(free)[4] if free else None), _told(excluded)


def _must_leave(floor: Floor, contact: Contact, at: float) -> int:
    """Free agents that others have a right to; nobody has before who has waited too long, or an emergency."""
    if (
        priority.escalated(contact, at)
        or floor.queues[contact.queue].emergency
        or contact.campaign is not None
    ):
        return 0
    return contact.leaves_free


def choose_contact(floor: Floor, key: AgentKey, at: float) -> tuple[list[Ranked], dict[str, int]]:
    """The first of at most ten groups that a free agent serves, best first, and how many wait where he doesn't."""
    while True:
        seen, excluded = _seen(floor, key, at)
        found: list[Ranked] = []
        for tier, counts, arrived_at, order, standing in seen[:HEADS_KEPT]:
            contact = floor.who_stands(standing)
            if contact is None:
                floor.room.leave(standing.contact)
                break
            found.append(Ranked(tier, counts, arrived_at, order, contact))
        else:
            return found, _told(excluded)


def _seen(floor: Floor, key: AgentKey, at: float) -> tuple[list[_Seen], dict[str, int]]:
    """The heads that the agent may be given, best first, by what the room knows of them."""
    room, agent = floor.room, floor.roster[key]
    excluded = floor.reach.shut_out_of(key, room.lines)
    excluded["left_free"] = 0
    found: list[_Seen] = []
    for queue, places, tier in floor.reach.served(key):
        if queue not in room.lines:
            continue
        for place, one in room.heads(places, at):
            if place[-1] and _is_left_free(floor, one, at):
                excluded["left_free"] += 1
                continue
            its = tier._replace(since=one.since) if one.escalated else tier
            found.append((its, -score(one.virtual, one.slope, at), one.arrived_at, one.order, one))
        for contact in floor.apart(queue):
            if unanswered.excludes(floor, contact, key, at):
                excluded["unanswered"] = excluded.get("unanswered", 0) + 1
            elif places[0][2] <= contact.relaxed and not _must_be_left(floor, contact, at):
                found.append((*ranked(floor, agent, contact, at)[:-1], room[contact.id]))
    for contact in _apart(floor, agent, at):
        found.append((*ranked(floor, agent, contact, at)[:-1], room[contact.id]))
    if not found:
        found = _messages(floor, agent, at)
    found.sort()
    return found, excluded


def _apart(floor: Floor, agent: Agent, at: float) -> Iterable[Contact]:
    """Who stands in no queue: passed on to this agent, or an answer to the campaign that he is lent to."""
    yield from floor.heads([("agent", agent.key)], at)
    campaign = floor.ledger.agents[agent.key].campaign
    if campaign is not None:
        answered = floor.heads([("campaign", str(campaign))], at)
        yield from (one for one in answered if serves(agent, floor.queues[one.queue]) is None)


def _messages(floor: Floor, agent: Agent, at: float) -> list[_Seen]:
    """The messages that he may be given: they come after everybody who is on the line."""
    places = [message_place(*place[1:]) for one in floor.reach.served(agent.key) for place in one.places]
    heads = floor.heads(places, at)
    stand = [(one, floor.room[one.id]) for one in heads]
    return [
        (*ranked(floor, agent, one, at)[:-1], its) for one, its in stand if not _is_left_free(floor, its, at)
    ]


def _is_left_free(floor: Floor, standing: Standing, at: float) -> bool:
    """Whether the agents who are free for him are all left to other classes."""
    contact = floor.ledger.contacts.get(ContactId(standing.contact))
    return contact is not None and _must_be_left(floor, contact, at)


def _must_be_left(floor: Floor, contact: Contact, at: float) -> bool:
    left = _must_leave(floor, contact, at)
    return bool(left) and floor.reach.count_free(contact.queue, contact.relaxed) <= left


def ranked(floor: Floor, agent: Agent, contact: Contact, at: float) -> Ranked:
    """How one contact stands for one agent."""
    tier = Tier(
        no_emergency=not floor.queues[contact.queue].emergency,
        called=contact.campaign is not None,
        since=priority.since(contact) if priority.escalated(contact, at) else math.inf,
        not_named=contact.named != agent.key,
        preference=agent.queues.get(contact.queue, 0 if contact.named else HELPING_OUT),
    )
    return Ranked(tier, -priority.score(contact, at), contact.arrived_at, contact.order, contact)


def _told(excluded: Mapping[str, int]) -> dict[str, int]:
    return {reason: count for reason, count in sorted(excluded.items()) if count}
