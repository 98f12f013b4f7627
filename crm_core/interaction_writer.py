"""Writes interactions from the stream of events, exactly once.

The reader's position is moved in the transaction that holds the effects, and each interaction remembers
the last event it has taken in: whatever is read again, from however far back, changes nothing. Many
events go into one transaction. Where events were lost (journal disk full), the interactions that were open
there are incomplete from then on, and one whose beginning was lost is incomplete rather than none.
"""

from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from crm_core import (
    agent_statuses,
    contact_news,
    dial_record,
    inversions,
    outside_calls,
    outside_lifts,
    queue_visits,
    reader_positions,
    third_parties,
)
from crm_core.base import DEFAULT_ACCOUNT_ID
from crm_core.interaction_record import record
from crm_core.interactions import Interaction
from crm_core.reader_positions import EventId
from ctiserver.core import events as e
from ctiserver.core.message import Event

READER = "interactions"

Identified = tuple[EventId, Event]


def apply(session: Session, event_id: tuple[int, int, int], event: Event) -> bool:
    """Whether the event was new. Its effect and the reader's position are in the caller's transaction."""
    return apply_batch(session, [(EventId(*event_id), event)]) == 1


def apply_batch(session: Session, batch: Iterable[Identified]) -> int:
    """How many of the events, given in the order of their ids, were new. Raises StoreError."""
    reached = reader_positions.position(session, READER, lock=True)
    fresh = []
    for event_id, event in batch:
        if event_id > reached:
            fresh.append((event_id, event))
            reached = event_id
    if fresh:
        _record_all(session, [(id_, event) for id_, event in fresh if isinstance(event, e.ContactEvent)])
        for _, event in fresh:
            if isinstance(event, e.LeadEvent):
                dial_record.record(session, event)
            elif isinstance(event, e.AgentStatusChanged):
                agent_statuses.record(session, event)
            elif isinstance(event, e.OutsideRefused):
                outside_calls.refused(session, event)
            elif isinstance(event, e.OutsideCapLifted):
                outside_lifts.record(session, event)
        inversions.record(session, [event for _, event in fresh if isinstance(event, e.ContactConnected)])
        reader_positions.advance(session, READER, reached)
    return len(fresh)


def events_lost(session: Session, event_id: EventId) -> None:
    """Events before this id are missing: whatever is not over is incomplete. Raises StoreError."""
    if event_id <= reader_positions.position(session, READER, lock=True):
        return
    session.execute(update(Interaction).where(Interaction.ended_at.is_(None)).values(incomplete=True))
    reader_positions.advance(session, READER, event_id)


def event_lost(session: Session, event_id: EventId, event: Event) -> None:
    """This one cannot be recorded: what it is about is incomplete, and nothing else. Raises StoreError."""
    if event_id <= reader_positions.position(session, READER, lock=True):
        return
    if isinstance(event, e.ContactEvent):
        session.execute(update(Interaction).where(Interaction.id == event.contact).values(incomplete=True))
    reader_positions.advance(session, READER, event_id)


def _record_all(session: Session, batch: list[tuple[EventId, e.ContactEvent]]) -> None:
    known = _load(session, {event.contact for _, event in batch})
    news: list[contact_news.News] = []
    for event_id, event in batch:
        interaction = known.get(event.contact)
        if interaction is None:
            interaction = known[event.contact] = _begin(event)
            session.add(interaction)
        elif event_id <= (interaction.last_epoch, interaction.last_seq, interaction.last_n):
            continue
        with session.no_autoflush:
            record(event, interaction, session)
            third_parties.record(interaction, event)
            queue_visits.follow(
                interaction.visits,
                event,
                account_id=interaction.account_id,
                value_class=interaction.value_class or "",
                called=interaction.we_called,
            )
        interaction.last_epoch, interaction.last_seq, interaction.last_n = event_id
        news.append((interaction, event_id, event))
    contact_news.spread(session, news)


def _load(session: Session, contacts: set[str]) -> dict[str, Interaction]:
    """In a handful of statements, however many contacts."""
    query = select(Interaction).where(Interaction.id.in_(sorted(contacts)))
    parts = (
        Interaction.offers,
        Interaction.segments,
        Interaction.third_parties,
        Interaction.visits,
        Interaction.answers,
        Interaction.guess,
    )
    return {row.id: row for row in session.scalars(query.options(*map(selectinload, parts)))}


def _begin(event: e.ContactEvent) -> Interaction:
    return Interaction(
        id=event.contact,
        account_id=getattr(event, "account_id", DEFAULT_ACCOUNT_ID),
        arrived_at=event.at,
        incomplete=not isinstance(event, e.ContactArrived | e.ContactMissed),
        candidate_ids=[],
        menu_path=[],
        collected={},
        collected_as={},
        decisions=[],
        acts=[],
    )
