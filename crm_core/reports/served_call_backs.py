"""Call-backs that were served, with what the router knew of them; queues' figures count the call in which he asked."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.interactions import Interaction
from crm_core.queue_visits import QueueVisit

_LONGEST_SECONDS = 7 * 86_400.0
_CHANNEL = "callback"


class ServedCallBack(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`chosen_at`: each time that an agent was kept for him, in order, the last of whom talked with him.

    `waits_from`: when he asked, or the hour that he chose. `stood_from`: the arrival by
    which he stood in line at the last of them.
    """

    contact: str
    queue: str
    value_class: str
    asked_at: float
    waits_from: float
    chosen_at: tuple[float, ...]
    stood_from: float
    answered_at: float


def served_call_backs(
    session: Session, account_id: int, from_at: float, until_at: float
) -> list[ServedCallBack]:
    """Those who asked before the end of the span and were served after its beginning, in the order of asking."""
    query = (
        select(QueueVisit, Interaction)
        .join(Interaction, Interaction.id == QueueVisit.interaction_id)
        .where(
            QueueVisit.account_id == account_id,
            QueueVisit.entered_at >= from_at - _LONGEST_SECONDS,
            QueueVisit.entered_at < until_at,
            QueueVisit.left_at >= from_at,
            QueueVisit.result == "answered",
            QueueVisit.ordinal == 1,
            Interaction.channel == _CHANNEL,
        )
        .order_by(QueueVisit.entered_at, QueueVisit.interaction_id)
    )
    found = [
        served(
            interaction.id,
            interaction.arrived_at,
            visit,
            [(one["at"], _waited(one)) for one in interaction.decisions],
        )
        for visit, interaction in session.execute(query)
    ]
    return [one for one in found if one is not None]


def served(
    contact: str, asked_at: float, visit: QueueVisit, decisions: Iterable[tuple[float, float | None]]
) -> ServedCallBack | None:
    """What his visit to the queue and the decisions about him tell: when, and how long he had waited by then.

    None: he was not served, or no decision tells how long he had waited.
    """
    left_at = visit.left_at
    made = [(at, waited) for at, waited in decisions if left_at is not None and at <= left_at]
    chosen_at, waited = made[-1] if made else (0.0, None)
    if waited is None or left_at is None or visit.result != "answered":
        return None
    return ServedCallBack(
        contact=contact,
        queue=visit.queue,
        value_class=visit.value_class,
        asked_at=asked_at,
        waits_from=visit.entered_at,
        chosen_at=tuple(at for at, _ in made),
        stood_from=chosen_at - waited,
        answered_at=left_at,
    )


def _waited(decision: Mapping[str, Any]) -> float | None:
    heads = decision["heads"]
    found = heads[0].get("waited_seconds") if heads else None
    return None if found is None else float(found)
