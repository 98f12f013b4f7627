"""How long talks last, by what they were about: what is unusually long is told from what was usual.

The 95th percentile of the latest talks, by nearest rank: of n talks in order of length the one at place ceil(0.95 n).
Of fewer than `FEWEST` talks nothing is said.
"""

import math
from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.interactions import MESSAGE, Interaction, Segment
from ctiserver.core.message import Frozen

FEWEST = 20
MOST = 5_000
"""The latest are looked at, so that a look is short however long the history is."""
_DAYS_SECONDS = 30 * 86_400.0


class UsualLength(Frozen):
    """95 of 100 talks were no longer than `p95_seconds`; `n` of them were looked at."""

    p95_seconds: float
    n: int


def usual_lengths(session: Session, account_id: int, now: float) -> Mapping[str, UsualLength]:
    """By contact reason, "" for all talks together; of the latest of the last 30 days."""
    rows = session.execute(
        select(Interaction.contact_reason, Segment.ended_at - Segment.answered_at)
        .join(Segment, Segment.interaction_id == Interaction.id)
        .where(
            Interaction.account_id == account_id,
            Interaction.arrived_at >= now - _DAYS_SECONDS,
            Segment.ended_at.is_not(None),
            Interaction.channel != MESSAGE,
        )
        .order_by(Interaction.arrived_at.desc())
        .limit(MOST)
    )
    lengths: dict[str, list[float]] = defaultdict(list)
    for reason, seconds in rows:
        if seconds is None:
            continue
        lengths[""].append(seconds)
        if reason:
            lengths[reason].append(seconds)
    return {
        reason: UsualLength(p95_seconds=_p95(found), n=len(found))
        for reason, found in lengths.items()
        if len(found) >= FEWEST
    }


def _p95(lengths: list[float]) -> float:
    return sorted(lengths)[math.ceil(0.95 * len(lengths)) - 1]
