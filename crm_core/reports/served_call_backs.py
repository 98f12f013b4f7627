"""Call-backs that were served, with what the router knew of them; queues' figures count the call in which he asked."""

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.interactions import Interaction
from crm_core.queue_visits import QueueVisit

_LONGEST_SECONDS = 7 * 86_400.0
_CHANNEL = "callback"


class ServedCallBack(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`chosen_at`: each time that an agent was kept for him, in order, the last of whom talked with him.

    `stood_from`: the arrival by which he stood in line at the last of them.
    """

    contact: str
    queue: str
    value_class: str
    asked_at: float
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
    found = [_served(visit, interaction) for visit, interaction in session.execute(query)]
    return [one for one in found if one is not None]


def _served(visit: QueueVisit, interaction: Interaction) -> ServedCallBack | None:
    """None: no decision tells how long he had waited."""
    left_at = visit.left_at
    made = [one for one in interaction.decisions if left_at is not None and one["at"] <= left_at]
    waited = made[-1]["heads"][0].get("waited_seconds") if made and made[-1]["heads"] else None
    if waited is None or left_at is None:
        return None
    return ServedCallBack(
        contact=interaction.id,
        queue=visit.queue,
        value_class=visit.value_class,
        asked_at=visit.entered_at,
        chosen_at=tuple(one["at"] for one in made),
        stood_from=made[-1]["at"] - float(waited),
        answered_at=left_at,
    )
