"""Why somebody was given an agent while another waited on: exactly one cause for each such pair. Pure.

The causes stand in one order, and the first that applies is the one, so that their counts add up to the total:

- `emergency`: the one who was served is one;
- `ringing`: an agent was being rung already for the one who waited, or kept for him while his telephone rang;
- `call_back_held`: who waited is to be called back, and keeps his place while he has hung up;
- `left_free`: agents were left free for a class that is worth more, and who waited had to leave them;
- `named_for_another`: who waited was passed on to another agent, who alone was asked;
- `unanswered`: this agent had just let him ring, and another who may serve him was at work;
- `pause`: this agent does not serve who waited, one who does was on a break;
- `skill`: this agent does not serve who waited, by his queues or his skills;
- `ceiling`: who was served had waited for the longest time that the queue allows;
- `named`: he was passed on to this very agent, or the agent had called him;
- `preference`: the agent prefers the other queue;
- `score`: he counted for more: he came earlier, or what the other's class is worth was used up by then.

None of them is `unjustified`: the router broke its own order. It is a test of the engine, not a figure to manage. What
the router's own order is worth is read from the heads that it compared, with the scores that they had: whoever stands
behind a head counts for less than the head.
"""

import math
from collections.abc import Mapping
from typing import Any, Literal

from ctiserver.core.message import Frozen

Cause = Literal[
    "emergency",
    "ringing",
    "call_back_held",
    "left_free",
    "named_for_another",
    "unanswered",
    "pause",
    "skill",
    "ceiling",
    "named",
    "preference",
    "score",
    "unjustified",
]
CAUSES: tuple[Cause, ...] = Cause.__args__  # type: ignore[attr-defined]
LOWEST_CLASS = "C"
_ROUNDING_SECONDS = 0.002


class Pair(Frozen):
    """What is known of one who was served and one who waited then; `able`: the agent may serve who waited."""

    emergency: bool = False
    ringing: bool = False
    call_back_held: bool = False
    left_free: bool = False
    named_for_another: bool = False
    unanswered: bool = False
    able: bool = True
    able_on_break: bool = False
    escalated: bool = False
    named: bool = False
    preferred: bool = False
    justified: bool = True


def cause(pair: Pair) -> Cause:
    """The first cause that applies."""
    applies: tuple[tuple[Cause, bool], ...] = (
        ("emergency", pair.emergency),
        ("ringing", pair.ringing),
        ("call_back_held", pair.call_back_held),
        ("left_free", pair.left_free),
        ("named_for_another", pair.named_for_another),
        ("unanswered", pair.unanswered),
        ("pause", not pair.able and pair.able_on_break),
        ("skill", not pair.able),
        ("ceiling", pair.escalated and pair.justified),
        ("named", pair.named and pair.justified),
        ("preference", pair.preferred and pair.justified),
        ("score", pair.justified),
    )
    return next((one for one, holds in applies if holds), "unjustified")


def worth_more(one: str | None, other: str | None) -> bool:
    """Whether the first value class is the higher; unknown ones are the lowest."""
    return (one or LOWEST_CLASS) < (other or LOWEST_CLASS)


def should_have_won(decision: Mapping[str, Any]) -> str | None:
    """The contact that the router's own order puts before the one that it chose; None: it kept its order.

    `decision`: the fields of DecisionMade, `heads` with the winner first. Records of before heads told how long they
    had waited are believed.
    """
    heads = decision.get("heads", ())
    if len(heads) < 2 or decision.get("rule") == "called" or any(_waited(one) is None for one in heads):
        return None
    chosen, best = heads[0], min(heads, key=_turn)
    if _turn(best)[:4] == _turn(chosen)[:4] and _close(best, chosen):
        return None
    return None if best is chosen else str(best["contact"])


def _turn(head: Mapping[str, Any]) -> tuple[bool, bool, float, tuple[bool, int], float, float]:
    """The router's order, told once more from what was recorded: emergency, called by us, escalated, and so on."""
    waited = float(_waited(head) or 0.0)
    late = bool(head.get("escalated"))
    return (
        not head["emergency"],
        bool(head.get("called")),
        -waited if late else math.inf,
        (not head.get("named"), int(head["preference"])),
        -float(head["score_seconds"]),
        -waited,
    )


def _close(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return abs(float(one["score_seconds"]) - float(other["score_seconds"])) <= _ROUNDING_SECONDS


def _waited(head: Mapping[str, Any]) -> float | None:
    found = head.get("waited_seconds")
    return None if found is None else float(found)
