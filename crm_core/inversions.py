"""The ledger of inversions: each time a more valuable customer waited while a less valuable one was given an agent.

Written by the reader of the journal when an agent and a customer are connected, about the moment when the agent was
chosen: one row for each customer of a higher class who waited then in any queue of the account, eligible for the agent
or not, with exactly one cause (`passing`). Who came by a consult, a conference or a call of his own was not chosen by
the router, and passes nobody; nor does a caller pass a message, which comes after everybody on the line. Who may serve
whom is asked of the configuration as it stands when the row is written, a moment later. A decision against the router's
own order leaves a row of the cause `unjustified`, whatever the classes.

`first`: the row of the customer's first being passed; to it belong the seconds that he waited on from then.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ForeignKey, Index, exists, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import configuration
from crm_core.agent_statuses import AgentStatus
from crm_core.base import Base, EpochSeconds, one_of
from crm_core.interactions import MESSAGE, Interaction, Offer
from crm_core.passing import CAUSES, Pair, cause, should_have_won, worth_more
from crm_core.queue_visits import QueueVisit
from ctiserver.core import events as e
from ctiserver.core.ids import AgentKey, QueueKey
from ctiserver.core.serving import least_step, relaxations_after
from ctiserver.core.tables import Agent, Queue

CHOSEN = ("queue", "blind", "returned")
"""How an agent comes to a customer (`Segment.began`) where the router has chosen him."""


class Inversion(Base):
    """`waited_id` waited at `chosen_at`, when `agent` was chosen for `served_id` in the queue."""

    __tablename__ = "inversions"
    __table_args__ = (one_of("cause", CAUSES), Index(None, "account_id", "chosen_at"))

    served_id: Mapped[str] = mapped_column(
        ForeignKey("interactions.id", ondelete="CASCADE"), primary_key=True
    )
    waited_id: Mapped[str] = mapped_column(
        ForeignKey("interactions.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    chosen_at: Mapped[EpochSeconds] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    queue: Mapped[str]
    agent: Mapped[str]
    cause: Mapped[str]
    first: Mapped[bool]


def record(session: Session, connected: Iterable[e.ContactConnected]) -> None:
    """Write down whom each of these services passed, as their interactions tell by now. Raises StoreError."""
    center = Center(session)
    for event in connected:
        if event.began not in CHOSEN:
            continue
        served = session.get(Interaction, event.contact)
        decision = decision_for(served, event.agent, event.at) if served else None
        if served is None or decision is None:
            continue
        session.flush()
        beaten = should_have_won(decision)
        for visit, waited in _waiting(session, served, decision["at"]):
            if heard_later(waited, served):
                continue
            if worth_more(visit.value_class, served.value_class) or waited.id == beaten:
                pair = center.pair(served, visit, waited, decision)
                _add(session, served, waited, decision, cause(pair))


def _add(
    session: Session, served: Interaction, waited: Interaction, decision: Mapping[str, Any], why: str
) -> None:
    before = exists().where(Inversion.waited_id == waited.id)
    session.add(
        Inversion(
            served_id=served.id,
            waited_id=waited.id,
            chosen_at=decision["at"],
            account_id=served.account_id,
            queue=decision["queue"],
            agent=decision["agent"],
            cause=why,
            first=not session.scalar(select(before)),
        )
    )
    session.flush()


def decision_for(served: Interaction, agent: str, at: float) -> dict[str, Any] | None:
    """The last decision until then that gave him to the agent; None: it is lost."""
    found: Sequence[dict[str, Any]] = served.decisions
    return next((one for one in reversed(found) if one["agent"] == agent and one["at"] <= at), None)


def heard_later(waited: Interaction, served: Interaction) -> bool:
    """Whether who waits has left a message, which is heard when nobody waits on the line."""
    return waited.channel == MESSAGE != served.channel


def _waiting(session: Session, served: Interaction, at: float) -> list[tuple[QueueVisit, Interaction]]:
    """All of the account but him who stood in a queue at that moment."""
    query = (
        select(QueueVisit, Interaction)
        .join(Interaction, Interaction.id == QueueVisit.interaction_id)
        .where(
            QueueVisit.account_id == served.account_id,
            QueueVisit.entered_at < at,
            or_(QueueVisit.left_at.is_(None), QueueVisit.left_at > at),
            QueueVisit.interaction_id != served.id,
            Interaction.incomplete.is_(False),
            or_(Interaction.ended_at.is_(None), Interaction.ended_at > at),
        )
    )
    return [(visit, waited) for visit, waited in session.execute(query)]


class Center:
    """Who serves what, read once and only if somebody was passed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tables: tuple[dict[QueueKey, Queue], dict[AgentKey, Agent], float] | None = None

    def pair(
        self, served: Interaction, visit: QueueVisit, waited: Interaction, decision: Mapping[str, Any]
    ) -> Pair:
        """What is known of the two at the decision."""
        at, winner = decision["at"], decision["heads"][0]
        queues, agents, named_wait_seconds = self._read()
        queue, agent = queues.get(QueueKey(visit.queue)), agents.get(AgentKey(decision["agent"]))
        waits = at - (waited.queued_at or at)
        able = _able(agent, queue, waits)
        on_break = [] if able else _on_break(self._session, served.account_id, at)
        return Pair(
            emergency=winner["emergency"],
            ringing=_was_rung(self._session, waited.id, at) or _was_being_called(waited, at),
            left_free=bool(
                queue and decision["excluded"].get("left_free") and queue.leave_free.get(visit.value_class)
            ),
            call_back_held=waited.channel == "callback" and (waited.connected_at or math.inf) > at,
            named_for_another=_named_for_another(self._session, waited, decision, named_wait_seconds),
            unanswered=bool(decision["excluded"].get("unanswered"))
            and _had_let_ring(self._session, waited.id, decision["agent"], at),
            able=able,
            able_on_break=any(_able(agents.get(AgentKey(key)), queue, waits) for key in on_break),
            escalated=bool(winner.get("escalated")),
            named=decision["rule"] in ("named", "called") or bool(winner.get("named")),
            preferred=bool(agent and agent.queues.get(QueueKey(visit.queue), 1000) > winner["preference"]),
            justified=should_have_won(decision) is None,
        )

    def _read(self) -> tuple[dict[QueueKey, Queue], dict[AgentKey, Agent], float]:
        if self._tables is None:
            tables = configuration.tables(self._session)
            queues, agents = {it.key: it for it in tables.queues}, {it.key: it for it in tables.agents}
            self._tables = queues, agents, tables.timing.named_wait_seconds
        return self._tables


def _able(agent: Agent | None, queue: Queue | None, waited_seconds: float) -> bool:
    if agent is None or queue is None:
        return False
    step = least_step(agent, queue)
    return step is not None and step <= relaxations_after(queue, waited_seconds)


def _named_for_another(
    session: Session, waited: Interaction, decision: Mapping[str, Any], named_wait_seconds: float
) -> bool:
    """Whether he had just been passed on to one agent, for whom he waits for so long, or until that one goes."""
    at = decision["at"]
    ended = [one for one in waited.segments if one.ended_at is not None and one.ended_at <= at]
    named = ended[-1].transferred_to if ended and ended[-1].transferred_to_kind == "agent" else None
    if named in (None, decision["agent"]) or at - (ended[-1].ended_at or at) > named_wait_seconds:
        return False
    return _statuses(session, waited.account_id, at).get(str(named), "available") == "available"


def _had_let_ring(session: Session, contact: str, agent: str, at: float) -> bool:
    rung = exists().where(
        Offer.interaction_id == contact,
        Offer.agent == agent,
        Offer.result.in_(("expired", "refused")),
        Offer.ended_at <= at,
    )
    return bool(session.scalar(select(rung)))


def _was_rung(session: Session, contact: str, at: float) -> bool:
    rung = exists().where(
        Offer.interaction_id == contact,
        Offer.made_at <= at,
        or_(Offer.ended_at.is_(None), Offer.ended_at > at),
    )
    return bool(session.scalar(select(rung)))


def _was_being_called(waited: Interaction, at: float) -> bool:
    """Whether an agent was kept for him while his telephone rang; it was in vain if he was not reached since."""
    if waited.channel != "callback" or (waited.connected_at or math.inf) <= at:
        return False
    chosen_at = max((one["at"] for one in waited.decisions if one["at"] <= at), default=None)
    in_vain = (one["at"] for one in waited.acts if one["act"] == "not_reached" and one["at"] <= at)
    return chosen_at is not None and chosen_at > max(in_vain, default=-math.inf)


def _on_break(session: Session, account_id: int, at: float) -> list[str]:
    """The agents who were on a break at that moment."""
    return sorted(who for who, status in _statuses(session, account_id, at).items() if status == "pause")


def _statuses(session: Session, account_id: int, at: float) -> dict[str, str]:
    """What each agent was at that moment, as far as it is known."""
    latest = (
        select(AgentStatus.agent, func.max(AgentStatus.id).label("id"))
        .where(AgentStatus.account_id == account_id, AgentStatus.at <= at)
        .group_by(AgentStatus.agent)
        .subquery()
    )
    query = select(AgentStatus.agent, AgentStatus.status).join(latest, latest.c.id == AgentStatus.id)
    return {who: status for who, status in session.execute(query)}
