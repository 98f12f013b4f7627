"""Why somebody waited longer than somebody else: the facts for one sentence, from what was recorded of both.

The moment that matters is the one in which an agent was chosen for the other. The cause is that of the ledger of
inversions (`passing`), asked whatever the classes of the two; of those who counted for more it is told apart who
simply came first. Words are made of it where it is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm_core.interactions import Interaction, Offer, contact
from crm_core.inversions import Center, decision_for, heard_later
from crm_core.passing import cause
from crm_core.queue_visits import QueueVisit

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two at that moment. `score_seconds` None: not recorded, as he was not first in his line."""

    contact: str
    queue: str
    value_class: str | None
    queued_at: float
    waited_seconds: float
    score_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """`cause` as in `passing`, or `came_first`, or `message`: who waits has left one and the other was on the line, or
    `not_together`: the two never waited at the same time.

    `waited`, `served`: how they stood when `agent` was chosen for the latter, at `chosen_at`.
    """

    cause: str
    chosen_at: float
    agent: str
    waited: Side
    served: Side


def why(session: Session, account_id: int, waited_id: str, served_id: str) -> Why | None:
    """Why the one was served while the other waited. None: the other was never given an agent. Raises NotFound."""
    waited, served = (contact(session, account_id, one) for one in (waited_id, served_id))
    visit = _visit_during(session, waited, served)
    decision = _decisive(served)
    if decision is None or waited.queued_at is None:
        return None
    return _told(Center(session), waited, served, decision, visit)


def passed_by(session: Session, account_id: int, waited_id: str) -> list[Why]:
    """Who came later than he and was given an agent while he waited, the earliest first. Raises NotFound."""
    waited = contact(session, account_id, waited_id)
    if waited.queued_at is None:
        return []
    end = waited.connected_at or waited.ended_at
    query = (
        select(Interaction)
        .join(Offer, Offer.interaction_id == Interaction.id)
        .where(
            Interaction.account_id == account_id,
            Interaction.id != waited.id,
            Interaction.queued_at > waited.queued_at,
            Interaction.connected_at.is_not(None),
            Offer.made_at >= waited.queued_at,
            or_(Offer.result == "answered", Offer.result.is_(None)),
            *([Offer.made_at < end] if end else []),
        )
        .distinct()
        .order_by(Interaction.queued_at, Interaction.id)
        .limit(MOST)
    )
    center, found = Center(session), []
    for served in session.scalars(query):
        decision, visit = _decisive(served), _visit_during(session, waited, served)
        if decision is not None and visit is not None:
            found.append(_told(center, waited, served, decision, visit))
    return found


def _decisive(served: Interaction) -> dict[str, Any] | None:
    """The decision of his first talk."""
    first = next(iter(served.segments), None)
    return decision_for(served, first.agent, first.answered_at) if first else None


def _visit_during(session: Session, waited: Interaction, served: Interaction) -> QueueVisit | None:
    """Where the one stood when the agent was chosen for the other; None: nowhere."""
    decision = _decisive(served)
    if decision is None:
        return None
    at = decision["at"]
    query = select(QueueVisit).where(
        QueueVisit.interaction_id == waited.id,
        QueueVisit.entered_at <= at,
        or_(QueueVisit.left_at.is_(None), QueueVisit.left_at > at),
    )
    return session.scalars(query.order_by(QueueVisit.ordinal)).first()


def _told(
    center: Center,
    waited: Interaction,
    served: Interaction,
    decision: Mapping[str, Any],
    visit: QueueVisit | None,
) -> Why:
    if visit is None:
        found = "not_together"
    elif heard_later(waited, served):
        found = "message"
    else:
        found = str(cause(center.pair(served, visit, waited, decision)))
    if found == "score" and (served.queued_at or 0.0) < (waited.queued_at or 0.0):
        found = "came_first"
    heads: Sequence[Mapping[str, Any]] = decision["heads"]
    return Why(
        cause=found,
        chosen_at=decision["at"],
        agent=decision["agent"],
        waited=_side(waited, visit.queue if visit else waited.queue or "", decision["at"], heads),
        served=_side(served, decision["queue"], decision["at"], heads),
    )


def _side(one: Interaction, queue: str, at: float, heads: Sequence[Mapping[str, Any]]) -> Side:
    head = next((head for head in heads if head["contact"] == one.id), None)
    queued_at = one.queued_at or at
    return Side(
        contact=one.id,
        queue=queue,
        value_class=head["value_class"] if head else one.value_class,
        queued_at=queued_at,
        waited_seconds=max(0.0, at - queued_at),
        score_seconds=head["score_seconds"] if head else None,
    )
