"""Why it was he: a decision as it is recorded, from the contacts that were compared."""

import math
from collections.abc import Sequence
from typing import Literal

from acd import priority
from acd.floor import Floor
from acd.matching import HEADS_KEPT, Ranked
from ctiserver.core.events import DecisionMade, Head
from ctiserver.core.ids import AgentKey

Rule = Literal["only", "emergency", "inbound", "ceiling", "named", "preference", "score", "arrival"]
_RULES: tuple[Rule, ...] = ("emergency", "inbound", "ceiling", "named", "preference", "score")


def explain(
    floor: Floor, key: AgentKey, heads: Sequence[Ranked], excluded: dict[str, int], at: float
) -> DecisionMade:
    """The decision as a record: the winner is the first of `heads`."""
    winner = heads[0].contact
    return DecisionMade(
        at=at,
        contact=winner.id,
        agent=key,
        queue=winner.queue,
        rule=_rule(heads),
        heads=tuple(_head(one, at) for one in heads[:HEADS_KEPT]),
        idle_agents=floor.reach.free_agents,
        excluded=excluded,
    )


def _rule(heads: Sequence[Ranked]) -> Rule:
    first = heads[0]
    if len(heads) == 1:
        late = first.tier.since < math.inf  # who is late hides the others of his place
        return "ceiling" if late else "named" if first.contact.named else "only"
    second = heads[1]
    pairs = zip(_RULES, (*first.tier, first.counts), (*second.tier, second.counts), strict=True)
    return next((rule for rule, mine, other in pairs if mine != other), "arrival")


def _head(one: Ranked, at: float) -> Head:
    tier, contact = one.tier, one.contact
    return Head(
        queue=contact.queue,
        contact=contact.id,
        value_class=contact.value_class,
        score_seconds=round(-one.counts, 3),
        emergency=not tier.no_emergency,
        preference=tier.preference,
        escalated=tier.since < math.inf,
        waited_seconds=round(at - priority.since(contact), 3),
        named=not tier.not_named,
        called=tier.called,
    )
