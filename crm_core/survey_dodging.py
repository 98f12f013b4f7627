"""Agents whose callers do not come to the survey that they had accepted. Pure.

A caller says before the queue whether he takes part; no agent knows. Who stays on the line when his agent leaves is
asked. An agent who dislikes surveys cannot choose his callers, but he can see to it that none stays. So each agent's
callers who had accepted are set beside those of all his colleagues: the probability that so few of his would come by
chance alone is Fisher's exact test, one-sided (R. A. Fisher, "On the Interpretation of chi-squared from Contingency
Tables", JRSS 85 (1922), 87-94). As many are tested as there are agents, so that some would look bad by chance: the
step-down procedure of S. Holm ("A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of
Statistics 6 (1979), 65-70) keeps the chance of flagging anybody wrongly below `ALPHA`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, lgamma

ALPHA = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One agent's callers who had accepted: how many, how many of them were asked, how many answered to the end.

    `caller_left`: in how many of these talks the caller hung up first, after which nobody can be asked.
    """

    agent: str
    accepted: int
    begun: int
    answered: int
    caller_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`p`: the probability that so few come by chance; 1 when there is nobody to compare with."""

    of: Accepted
    p: float
    flagged: bool


def judge(rows: Sequence[Accepted], alpha: float = ALPHA) -> list[Judged]:
    """Every agent, the least likely first."""
    accepted, begun = sum(row.accepted for row in rows), sum(row.begun for row in rows)
    tested = sorted(((_p(row, accepted, begun), row.agent, row) for row in rows), key=lambda one: one[:2])
    judged, still = [], True
    for place, (p, _, row) in enumerate(tested):
        still = still and p <= alpha / (len(tested) - place)
        judged.append(Judged(of=row, p=p, flagged=still))
    return judged


def _p(row: Accepted, accepted: int, begun: int) -> float:
    """That of `accepted` callers, of whom `begun` came, so few came among this agent's."""
    fewest = max(0, row.accepted - (accepted - begun))
    ways = (
        _log_choose(begun, came) + _log_choose(accepted - begun, row.accepted - came)
        for came in range(fewest, row.begun + 1)
    )
    every_way = _log_choose(accepted, row.accepted)
    return min(1.0, fsum(exp(way - every_way) for way in ways))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
