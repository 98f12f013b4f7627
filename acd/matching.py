"""Who serves whom, and why.

For an agent who becomes free, the heads of the queues that he serves are compared in this order: emergency
first, then callers before those who answered a campaign's call (inbound), then whoever was passed on to this very
agent, then the agent's own preference of queues, then the score (wait plus head start), then arrival. Who answered a
campaign's call finds the agents alone whom the dialer has lent to it. For a contact that finds several free agents:
the one with the fewest queues (so that flexible agents stay free), among these one whom no campaign counts on, then
the one who has been idle longest. A contact that was passed on to one agent finds him or nobody.
"""

from collections import Counter
from typing import Literal

from acd import priority
from acd.contact_state import Contact
from acd.floor import Floor
from acd.named import is_free
from ctiserver.core.events import DecisionMade, Head
from ctiserver.core.ids import AgentKey
from ctiserver.core.requests import Status
from ctiserver.core.serving import serves
from ctiserver.core.tables import Agent

_HEADS_KEPT = 10
Rule = Literal["only", "emergency", "inbound", "named", "preference", "score", "arrival"]


def choose_agent(floor: Floor, contact: Contact) -> tuple[AgentKey | None, dict[str, int]]:
    """The free agent for a contact that stands at the head of its line, and why the others were not taken."""
    if contact.named:
        return (contact.named if is_free(floor, contact.named) else None), {}
    queue = floor.queues[contact.queue]
    excluded: Counter[str] = Counter()
    free = []
    for key, state in floor.ledger.agents.items():
        agent = floor.roster.get(key)
        why_not = serves(agent, queue) if agent else "queue"
        if why_not is None and state.status is not Status.AVAILABLE:
            why_not = str(state.status)
        if why_not is None and not state.free:
            why_not = "busy"
        if why_not is None and contact.campaign not in (None, state.campaign):
            why_not = "campaign"
        if why_not:
            excluded[why_not] += 1
        elif agent:
            free.append((len(agent.queues), state.campaign is not None, state.idle_since, key))
    return (min(free)[3] if free else None), dict(excluded)


def choose_contact(floor: Floor, key: AgentKey) -> tuple[list[Contact], dict[str, int]]:
    """The heads of the queues that a free agent serves, best first, and how many wait where he doesn't."""
    agent = floor.roster[key]
    heads: list[Contact] = []
    excluded: Counter[str] = Counter()
    for queue_key, queue in floor.queues.items():
        head = floor.head(queue_key)
        if head is None:
            continue
        why_not = serves(agent, queue)
        if why_not:
            excluded[why_not] += 1
        else:
            heads.append(head)
    if his := floor.first(("agent", key)):
        heads.append(his)
    campaign = floor.ledger.agents[key].campaign
    answered = floor.first(("campaign", str(campaign)))
    if answered is not None and serves(agent, floor.queues[answered.queue]) is None:
        heads.append(answered)
    return sorted(heads, key=lambda contact: rank(floor, agent, contact)), dict(excluded)


def rank(floor: Floor, agent: Agent, contact: Contact) -> tuple[bool, bool, bool, int, float, int]:
    """The router's order for one agent; the lowest is served."""
    queue = floor.queues[contact.queue]
    return (
        not queue.emergency,
        contact.campaign is not None,
        contact.named != agent.key,
        agent.queues.get(contact.queue, 0),
        contact.virtual_arrival,
        contact.order,
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
        rule=_rule(floor, agent, heads),
        heads=tuple(_head(floor, agent, contact, at) for contact in heads[:_HEADS_KEPT]),
        idle_agents=sum(state.free for state in floor.ledger.agents.values()),
        excluded=excluded,
    )


def _rule(floor: Floor, agent: Agent, heads: list[Contact]) -> Rule:
    if len(heads) == 1:
        return "named" if heads[0].named else "only"
    first, second = (rank(floor, agent, contact) for contact in heads[:2])
    rules: tuple[Rule, ...] = ("emergency", "inbound", "named", "preference", "score", "arrival")
    return next(rule for rule, mine, other in zip(rules, first, second, strict=True) if mine != other)


def _head(floor: Floor, agent: Agent, contact: Contact, at: float) -> Head:
    return Head(
        queue=contact.queue,
        contact=contact.id,
        value_class=contact.value_class,
        score_seconds=round(priority.score(contact.virtual_arrival, at), 3),
        emergency=floor.queues[contact.queue].emergency,
        preference=agent.queues.get(contact.queue, 0),
    )
