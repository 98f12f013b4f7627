"""The parts of a contact's record that several events write to: who the caller is, an offer, a segment, the outcome.

The outcome is decided once, at the end: answered when an agent talked with the caller; else abandoned when the caller
hung up in a queue; ended_in_ivr when he did so before; disconnected when it was not his doing.
"""

from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import accounts, phone_numbers
from crm_core.candidates import find_by_number
from crm_core.customers import Customer
from crm_core.interactions import OUTBOUND, Interaction, Offer, Segment
from ctiserver.core import events as e


class _OfAgent(Protocol):
    @property
    def agent(self) -> str: ...
    @property
    def at(self) -> float: ...


class _OfSegment(_OfAgent, Protocol):
    @property
    def segment(self) -> int: ...


def identify(interaction: Interaction, session: Session, candidate_ids: list[int]) -> None:
    """Note who may be calling; the only one there is is the customer, unless an agent has said who it is."""
    interaction.candidate_ids = candidate_ids
    if interaction.attached_by is None:  # else an agent knows better than the number
        only = candidate_ids[0] if len(candidate_ids) == 1 else None
        interaction.customer_id = still_there(interaction, session, only)


def still_there(interaction: Interaction, session: Session, customer_id: int | None) -> int | None:
    """A customer may be gone by now; then the record names none."""
    return session.scalar(
        select(Customer.id).where(Customer.account_id == interaction.account_id, Customer.id == customer_id)
    )


def identify_by_number(interaction: Interaction, session: Session) -> None:
    """Nobody was there to look up a missed caller."""
    country = accounts.account(session, interaction.account_id).country
    number = phone_numbers.normalise(interaction.ani, country)
    candidates = find_by_number(session, interaction.account_id, number) if number else []
    if candidates:
        interaction.value_class = candidates[0].value_class
        identify(interaction, session, [candidate.customer_id for candidate in candidates])


def open_offer(interaction: Interaction, agent: str) -> Offer | None:
    """The offer to this agent that has not ended; None: there is none."""
    return next((o for o in interaction.offers if o.agent == agent and o.result is None), None)


def end_offer(interaction: Interaction, event: _OfAgent, result: str, reason: str = "") -> Offer | None:
    """The offer to the agent of the event, ended by it; None: there is none."""
    offer = open_offer(interaction, event.agent)
    if offer:
        offer.ended_at, offer.result, offer.reason = event.at, result, reason
    return offer


def segment_of(interaction: Interaction, event: _OfSegment) -> Segment:
    """The segment that the event is about, begun now if its beginning was lost."""
    for segment in interaction.segments:
        if segment.ordinal == event.segment:
            return segment
    new = Segment(
        ordinal=event.segment, agent=event.agent, queue=interaction.queue or "", answered_at=event.at
    )
    interaction.segments.append(new)
    return new


def last_segment_of(interaction: Interaction, agent: str) -> Segment | None:
    """The latest talk of an agent with the customer; None: its beginning was lost."""
    return next((it for it in reversed(interaction.segments) if it.agent == agent), None)


def outcome_of(interaction: Interaction, event: e.ContactEnded) -> str:
    """answered, reached (a customer whom we called and who saw no queue), disconnected, ended_in_ivr or abandoned;
    call_back (he asked for it instead of waiting); of one, and of whom an agent called: not_reached; cancelled;
    message (he left one instead of waiting); no_message (he wanted to, and said nothing); message_lost (it could not be
    recorded); turned_away (there was no room for him).

    Whom a campaign called and who found no agent was abandoned, also when it is we who hung up after its message.
    """
    if interaction.connected_at is not None or interaction.segments:  # that he was connected may be lost
        return "answered"
    if interaction.outcome in (
        "call_back",
        "cancelled",
        "message",
        "no_message",
        "message_lost",
        "turned_away",
    ):
        return interaction.outcome
    if interaction.dial_id is not None and interaction.queued_at is None:
        return "reached"
    if interaction.channel == OUTBOUND or (interaction.channel == "callback" and event.by == "switch"):
        return "not_reached"
    if event.by in ("switch", "fallback"):
        return "disconnected"
    if interaction.queued_at is None:
        return "ended_in_ivr"
    return "abandoned" if event.by == "caller" or interaction.dial_id is not None else "disconnected"
