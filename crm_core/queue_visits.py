"""Visits to queues: one row for each time a contact stands in a queue, from which all figures of queues are made.

A contact that is moved or passed on to another queue has a visit to each, so that each queue answers for its own wait:
the contact's record knows only the first time and the last queue. An offer that nobody takes ends no visit; a talk
does, and who waits again after it begins a new one.

What ends a visit: `answered` (an agent talks with him), `abandoned` (he hung up), `callback` (he asked to be called
instead), `message` (he left one instead), `overflowed` (there was no room for him, or he had waited for too long: he
goes on in another queue), `turned_away` (he was asked to call again), `moved` (he goes on in another queue), `cut` (a
failure, or the center ended it). None: he waits still.

Who asks to be called at an hour that he chooses waits from then on: it is his wish that nobody calls before.
"""

from collections.abc import MutableSequence

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base, EpochSeconds
from ctiserver.core import events as e


class QueueVisit(Base):
    """One contact in one queue. `agent`: who took him. Queues are named by their keys, which outlive them."""

    __tablename__ = "queue_visits"
    __table_args__ = (Index(None, "account_id", "entered_at"),)

    interaction_id: Mapped[str] = mapped_column(
        ForeignKey("interactions.id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    queue: Mapped[str]
    value_class: Mapped[str] = mapped_column(default="", server_default="")
    """What he counted as when the visit ended; "": nobody knew."""
    entered_at: Mapped[EpochSeconds]
    left_at: Mapped[EpochSeconds | None]
    result: Mapped[str | None]
    agent: Mapped[str | None]
    told_from_at: Mapped[EpochSeconds | None]
    """The range in which he would be served, as he was told of it first; None: he was not."""
    told_until_at: Mapped[EpochSeconds | None]


_INSTEAD: dict[type[e.ContactEvent], str] = {
    e.CallbackAsked: "callback",
    e.ContactOverflowed: "overflowed",
    e.MessageBegun: "message",
    e.ContactTurnedAway: "turned_away",
}


def follow(
    visits: MutableSequence[QueueVisit],
    event: e.ContactEvent,
    *,
    account_id: int,
    value_class: str,
    called: bool,
) -> None:
    """What an event means for the visits of its contact. `called`: it was us who called him."""
    waiting = next((one for one in visits if one.left_at is None), None)
    match event:
        case e.ContactQueued() | e.ContactRequeued():
            if waiting and waiting.queue == event.queue:
                waiting.value_class = value_class
                return
            _leave(waiting, event.at, "moved")
            visits.append(
                QueueVisit(
                    ordinal=len(visits) + 1,
                    account_id=account_id,
                    queue=event.queue,
                    value_class=value_class,
                    entered_at=event.at,
                )
            )
        case e.CallbackPlaced() if waiting and event.due_at is not None:
            waiting.entered_at = max(waiting.entered_at, event.due_at)
        case e.PlaceTold() if waiting:
            _told(waiting, event)
        case e.PriorityChanged() if waiting:
            waiting.value_class = event.value_class
        case e.ContactConnected():
            _leave(waiting, event.at, "answered", event.agent)
        case e.CallbackAsked() | e.ContactOverflowed() | e.MessageBegun() | e.ContactTurnedAway():
            _leave(waiting, event.at, _INSTEAD[type(event)])
        case e.ContactEnded():
            _leave(waiting, event.at, "abandoned" if event.by == "caller" or called else "cut")


def _leave(visit: QueueVisit | None, at: float, result: str, agent: str | None = None) -> None:
    if visit:
        visit.left_at, visit.result, visit.agent = at, result, agent


def _told(visit: QueueVisit, event: e.PlaceTold) -> None:
    least, most = event.at_least_seconds, event.at_most_seconds
    if (
        event.tells not in ("wait", "both")
        or least is None
        or most is None
        or visit.told_until_at is not None
    ):
        return
    visit.told_from_at, visit.told_until_at = event.at + least, event.at + most
