"""Who serves whom, and why.

For an agent who becomes free, the heads of the queues that he serves are compared in this order: emergency
first, then callers before those who answered a campaign's call (inbound), then who has waited for the ceiling, by
arrival, then whoever was passed on to this very agent, then the agent's own preference of queues, then the score
(`priority`), then arrival. Who answered a campaign's call finds the agents alone whom the dialer has lent to it. For a
contact that finds several free agents: one of his queue before one who helps out, the one with the fewest queues (so
that flexible agents stay free), among these one whom no campaign counts on, then the one who has been idle longest. A
contact that was passed on to one agent finds him or nobody.

A queue may let a class have an agent only while so many others stay free (`leave_free`), for a class that is worth
more and may call any moment; an emergency and who has waited for the ceiling need not care. And it may ask for less as
somebody waits (`relaxations`): lower levels of skill, then the agents of other queues, who prefer all of their own.
"""

import math
from collections import Counter
from typing import Literal

from acd import priority
from acd.contact_state import Contact
from acd.floor import Floor
from acd.named import is_free
from ctiserver.core.events import DecisionMade, Head
from ctiserver.core.ids import AgentKey
from ctiserver.core.requests import Status
from ctiserver.core.serving import least_step, serves
from ctiserver.core.tables import Agent, Queue

_HEADS_KEPT = 10
HELPING_OUT = 1000
"""The preference of an agent for a queue that is not his: behind all of his own."""
Rule = Literal["only", "emergency", "inbound", "ceiling", "named", "preference", "score", "arrival"]


def choose_agent(floor: Floor, contact: Contact, at: float) -> tuple[AgentKey | None, dict[str, int]]:
    """The free agent for a contact that stands at the head of its line, and why the others were not taken."""
    if contact.named:
        return (contact.named if is_free(floor, contact.named) else None), {}
    queue = floor.queues[contact.queue]
    excluded: Counter[str] = Counter()
    free = []
    for key, state in floor.ledger.agents.items():
        agent = floor.roster.get(key)
        why_not = _may_serve(agent, queue, contact) if agent else "queue"
        if why_not is None and state.status is not Status.AVAILABLE:
            why_not = str(state.status)
        if why_not is None and not state.free:
            why_not = "busy"
        if why_not is None and contact.campaign not in (None, state.campaign):
            why_not = "campaign"
        if why_not:
            excluded[why_not] += 1
        elif agent:
            own = contact.queue in agent.queues
            free.append((not own, len(agent.queues), state.campaign is not None, state.idle_since, key))
    if free and len(free) <= _must_leave(floor, contact, at):
        excluded["left_free"] += len(free)
        free = []
    return (min(free)[4] if free else None), dict(excluded)


def _may_serve(agent: Agent, queue: Queue, contact: Contact) -> str | None:
    """None if he may serve him by now, else why not."""
    why_not = serves(agent, queue)
    if why_not is None or not contact.relaxed:
        return why_not
    step = least_step(agent, queue)
    return why_not if step is None or step > contact.relaxed else None


def _must_leave(floor: Floor, contact: Contact, at: float) -> int:
    """Free agents that others have a right to; nobody has before who has waited too long, or an emergency."""
    if (
        priority.escalated(contact, at)
        or floor.queues[contact.queue].emergency
        or contact.campaign is not None
    ):
        return 0
    return contact.leaves_free


def choose_contact(floor: Floor, key: AgentKey, at: float) -> tuple[list[Contact], dict[str, int]]:
    """The heads of the queues that a free agent serves, best first, and how many wait where he doesn't."""
    agent = floor.roster[key]
    heads: list[Contact] = []
    excluded: Counter[str] = Counter()
    for queue_key, queue in floor.queues.items():
        step = least_step(agent, queue)
        if step is None:
            if floor.anybody_waits(queue_key):
                excluded[serves(agent, queue) or "queue"] += 1
            continue
        for head in floor.heads_of_queue(queue_key, step, at):
            if _is_left_free(floor, head, at):
                excluded["left_free"] += 1
            else:
                heads.append(head)
    heads += floor.heads([("agent", key)], at)
    campaign = floor.ledger.agents[key].campaign
    answered = floor.heads([("campaign", str(campaign))], at)
    heads += [one for one in answered if serves(agent, floor.queues[one.queue]) is None]
    return sorted(heads, key=lambda contact: rank(floor, agent, contact, at)), dict(excluded)


def _is_left_free(floor: Floor, contact: Contact, at: float) -> bool:
    """Whether the agents who are free for him are all left to other classes."""
    left = _must_leave(floor, contact, at)
    if not left:
        return False
    queue = floor.queues[contact.queue]
    free = sum(
        state.free and key in floor.roster and _may_serve(floor.roster[key], queue, contact) is None
        for key, state in floor.ledger.agents.items()
    )
    return free <= left


Rank = tuple[bool, bool, float, bool, int, float, tuple[float, int]]


def rank(floor: Floor, agent: Agent, contact: Contact, at: float) -> Rank:
    """The router's order for one agent; the lowest is served."""
    late = priority.escalated(contact, at)
    return (
        not floor.queues[contact.queue].emergency,
        contact.campaign is not None,
        priority.since(contact) if late else math.inf,
        contact.named != agent.key,
        agent.queues.get(contact.queue, 0 if contact.named else HELPING_OUT),
        -priority.score(contact, at),
        (contact.arrived_at, contact.order),
    )


def explain(
    floor: Floor, key: AgentKey, heads: list[Contact], excluded: dict[str, int], at: float
) -> DecisionMade:
    """The decision as a record: the winner is the first of `heads`."""
    agent, winner = floor.roster[key], heads[0]
    return DecisionMade(
        at=at,
        contact=winner.id,
        agent=key,
        queue=winner.queue,
        rule=_rule(floor, agent, heads, at),
        heads=tuple(_head(floor, agent, contact, at) for contact in heads[:_HEADS_KEPT]),
        idle_agents=sum(state.free for state in floor.ledger.agents.values()),
        excluded=excluded,
    )


def _rule(floor: Floor, agent: Agent, heads: list[Contact], at: float) -> Rule:
    if len(heads) == 1:
        late = priority.escalated(heads[0], at)  # who is late hides the others of his place
        return "ceiling" if late else "named" if heads[0].named else "only"
    first, second = (rank(floor, agent, contact, at) for contact in heads[:2])
    rules: tuple[Rule, ...] = (
        "emergency",
        "inbound",
        "ceiling",
        "named",
        "preference",
        "score",
        "arrival",
    )
    return next(rule for rule, mine, other in zip(rules, first, second, strict=True) if mine != other)


def _head(floor: Floor, agent: Agent, contact: Contact, at: float) -> Head:
    return Head(
        queue=contact.queue,
        contact=contact.id,
        value_class=contact.value_class,
        score_seconds=round(priority.score(contact, at), 3),
        emergency=floor.queues[contact.queue].emergency,
        preference=agent.queues.get(contact.queue, 0 if contact.named else HELPING_OUT),
        escalated=priority.escalated(contact, at),
        waited_seconds=round(at - priority.since(contact), 3),
        named=contact.named == agent.key,
        called=contact.campaign is not None,
    )
