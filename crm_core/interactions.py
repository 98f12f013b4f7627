"""Interactions: one row per contact, from arrival to end, with its offers, segments and survey answers.

Timestamps are kept as they happened and durations computed from them. Queues and agents are named by
their keys, not by reference: a record outlives both.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, ForeignKeyConstraint, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import Base, EpochSeconds, Seconds
from crm_core.customers import Customer
from crm_core.decision_rows import DecisionRows
from crm_core.guesses import Guess
from crm_core.paging import By, Page, page
from crm_core.queue_visits import QueueVisit
from crm_core.third_parties import ThirdParty
from crm_core.timeline_entry import entry
from ctiserver.core.errors import NotFound

OUTBOUND = "outbound"
"""The channel of a contact that an agent began by calling."""
MESSAGE = "voicemail"
"""The channel of who has left a message."""
COUNTED_BEFORE = ("callback", MESSAGE)
"""Channels of those who asked to be called, or left a message: they were counted in the call in which they did."""


class Interaction(Base):
    """One contact of one account. `outcome` and `ended_at` are set when it is over."""

    __tablename__ = "interactions"
    __table_args__ = (
        Index(None, "account_id", "arrived_at"),
        Index(None, "account_id", "customer_id", "arrived_at"),
        Index(None, "customer_id"),
        Index(None, "dial_id"),
        Index(
            "ix_interactions_to_call_back",
            "account_id",
            "arrived_at",
            sqlite_where=text("to_call_back AND call_back_done_at IS NULL"),
            postgresql_where=text("to_call_back AND call_back_done_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """The contact's id."""
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    channel: Mapped[str] = mapped_column(default="voice")
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"))
    candidate_ids: Mapped[list[Any]] = mapped_column(default=list)
    """The customers with this number, at most twenty, the most valuable first."""
    attached_by: Mapped[str | None]
    """The agent who said which customer it was; None: only his number tells."""
    value_class: Mapped[str | None]
    did: Mapped[str] = mapped_column(default="")
    ani: Mapped[str] = mapped_column(default="")
    """The caller's number as the trunk sent it."""
    language: Mapped[str | None]
    flow: Mapped[str | None]
    flow_version: Mapped[str | None]
    emergency: Mapped[bool] = mapped_column(default=False)

    arrived_at: Mapped[EpochSeconds]
    answered_by_ivr_at: Mapped[EpochSeconds | None]
    queued_at: Mapped[EpochSeconds | None]
    connected_at: Mapped[EpochSeconds | None]
    ended_at: Mapped[EpochSeconds | None]
    queue: Mapped[str | None]
    """The key of the last queue."""
    outcome: Mapped[str | None]
    """answered, abandoned, ended_in_ivr, reached, disconnected, missed, answered_by_fallback, call_back (asked for); of
    a call-back: not_reached, cancelled; whom an agent called: not_reached; message, turned_away (in place of waiting);
    of a fax: received, failed. None: not over yet."""
    ended_where: Mapped[str | None]
    ended_by: Mapped[str | None]
    ended_cause: Mapped[int | None]
    """Q.850 cause; 0: unknown."""

    menu_path: Mapped[list[Any]] = mapped_column(default=list)
    """[{"node", "kind", "at"}] in the order of the caller's way; "said": what came of what he said there."""
    contact_reason: Mapped[str | None]
    """What it was about: the key of a contact reason, in the last agent's word."""
    collected: Mapped[dict[str, Any]] = mapped_column(default=dict)
    collected_as: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """What people call the values that have a name: {key: {"label": {language: name}, "say_as": kind}}."""
    voicemail: Mapped[str | None]
    """The recording of the message that he left."""
    voicemail_seconds: Mapped[Seconds | None]
    decisions: Mapped[list[Any]] = mapped_column(DecisionRows, default=list)
    """Why each offer was made: the fields of DecisionMade."""
    acts: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    """What supervisors and agents did with it besides talking: see `contact_acts`."""

    dial_id: Mapped[int | None]
    """The dial that it comes of; None: the customer called."""

    survey: Mapped[str | None]
    survey_version: Mapped[str | None]
    survey_offered_at: Mapped[EpochSeconds | None]
    survey_accepted: Mapped[bool | None]
    """What he said when he was asked whether he takes part; None: nothing."""
    survey_begun_at: Mapped[EpochSeconds | None]
    """When the first question was asked."""
    survey_agent: Mapped[str | None]
    survey_complete: Mapped[bool | None]
    """None: no survey was ended."""

    to_call_back: Mapped[bool] = mapped_column(default=False)
    call_back_claimed_by: Mapped[str | None]
    call_back_claimed_at: Mapped[EpochSeconds | None]
    call_back_done_at: Mapped[EpochSeconds | None]
    call_back_at: Mapped[EpochSeconds | None]
    """When he wants to be called; None: as soon as possible."""
    call_back_result: Mapped[str | None]
    """reached, no_answer, wrong_number, not_needed; None: not done."""

    incomplete: Mapped[bool] = mapped_column(default=False)
    """Part of it was lost with the journal; if it was the beginning, `arrived_at` is the first that is known."""
    last_epoch: Mapped[int] = mapped_column(BigInteger)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    last_n: Mapped[int]

    customer: Mapped[Customer | None] = relationship()
    offers: Mapped[list["Offer"]] = relationship(cascade="all, delete-orphan", order_by="Offer.ordinal")
    segments: Mapped[list["Segment"]] = relationship(cascade="all, delete-orphan", order_by="Segment.ordinal")
    third_parties: Mapped[list[ThirdParty]] = relationship(
        cascade="all, delete-orphan", order_by=ThirdParty.ordinal
    )
    visits: Mapped[list[QueueVisit]] = relationship(cascade="all, delete-orphan", order_by=QueueVisit.ordinal)
    guess: Mapped[Guess | None] = relationship(cascade="all, delete-orphan")
    answers: Mapped[list["SurveyAnswer"]] = relationship(
        cascade="all, delete-orphan", order_by="SurveyAnswer.answered_at"
    )

    @property
    def we_called(self) -> bool:
        """Whether he did not come by himself: a dial, or an agent, called him."""
        return self.dial_id is not None or self.channel == OUTBOUND

    @property
    def wait_seconds(self) -> float | None:
        """Time in queues up to the first agent or the end; None: never queued, or waiting still."""
        end = self.connected_at or self.ended_at
        return None if self.queued_at is None or end is None else end - self.queued_at


class Offer(Base):
    """The contact was offered to an agent.

    `result`: answered, expired, refused or withdrawn; None: still ringing.
    """

    __tablename__ = "offers"
    __table_args__ = (Index(None, "agent", "made_at"),)

    interaction_id: Mapped[str] = mapped_column(
        ForeignKey("interactions.id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    agent: Mapped[str]
    queue: Mapped[str]
    made_at: Mapped[EpochSeconds]
    ringing_at: Mapped[EpochSeconds | None]
    ended_at: Mapped[EpochSeconds | None]
    result: Mapped[str | None]
    reason: Mapped[str] = mapped_column(default="")


class Segment(Base):
    """One agent's part of a contact."""

    __tablename__ = "segments"
    __table_args__ = (Index(None, "agent", "answered_at"),)

    interaction_id: Mapped[str] = mapped_column(
        ForeignKey("interactions.id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    agent: Mapped[str]
    queue: Mapped[str]
    offered_at: Mapped[EpochSeconds | None]
    ringing_at: Mapped[EpochSeconds | None]
    answered_at: Mapped[EpochSeconds]
    ended_at: Mapped[EpochSeconds | None]
    ended_by: Mapped[str | None]
    began: Mapped[str] = mapped_column(default="queue", server_default=text("'queue'"))
    """How he came to the customer: queue, blind, attended, conference, returned, called; by `from_agent`, or None."""
    from_agent: Mapped[str | None]
    transfer: Mapped[str | None]
    """How he passed the customer on: blind, attended, or by leaving a conference; None: he did not."""
    transferred_to_kind: Mapped[str | None]
    """queue, agent, flow or outside (then `transferred_to` is "")."""
    transferred_to: Mapped[str | None]
    transfer_failed: Mapped[str | None]
    """Why nobody took him there; None: somebody did, or may yet."""
    wrap_up_started_at: Mapped[EpochSeconds | None]
    wrap_up_ended_at: Mapped[EpochSeconds | None]
    disposition: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    form: Mapped[list[Any] | None]
    """What was filled in, as it was called then: see `wrap_up_fields.told`; None: nothing."""
    recording: Mapped[str | None]
    """The recording's name in the switch, from its beginning on."""
    recording_seconds: Mapped[Seconds | None]
    """None: the file isn't whole, or there is none."""
    recording_error: Mapped[str | None]
    voices: Mapped[dict[str, Any] | None]
    """Who spoke when, in seconds of the recording: {"caller": [[0.4, 2.1]], "agent": []}; without these
    nobody followed.

    "begun_at": when the recording began, UTC epoch seconds; "apart": while the caller heard music, in seconds of the
    recording too, until None: to its end. What was said then is none of their talk.
    """

    @property
    def talk_seconds(self) -> float | None:
        """With the customer, holds and consults among it; None: still talking."""
        return None if self.ended_at is None else self.ended_at - self.answered_at

    @property
    def wrap_up_seconds(self) -> float | None:
        """After-call work; None: none, or not over."""
        if self.wrap_up_started_at is None or self.wrap_up_ended_at is None:
            return None
        return self.wrap_up_ended_at - self.wrap_up_started_at


class SurveyAnswer(Base):
    """One answer: what was pressed and what it means on the scale of this version of the survey."""

    __tablename__ = "survey_answers"
    __table_args__ = (
        ForeignKeyConstraint(["interaction_id"], ["interactions.id"], ondelete="CASCADE"),
        Index(None, "survey", "question"),
    )

    interaction_id: Mapped[str] = mapped_column(primary_key=True)
    survey: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(default="", server_default="")
    """The scale: "1-5", "1-7", "0-10", "yes_no", "choice", "comment"; "": of before scales were kept."""
    measure: Mapped[str] = mapped_column(default="", server_default="")
    """What the value measures: csat, nps, ces, grade, solved, or "" for nothing that is added up."""
    raw: Mapped[str]
    value: Mapped[int]
    recording: Mapped[str | None]
    recording_seconds: Mapped[Seconds | None]
    """A spoken comment: its name in the switch; None seconds: its file isn't whole."""
    attachment_id: Mapped[int | None]
    """Where the comment is kept, once it is."""
    answered_at: Mapped[EpochSeconds]


def called_us() -> ColumnElement[bool]:
    """Contacts of customers who came by themselves; neither a dial nor an agent called them."""
    return Interaction.dial_id.is_(None) & (Interaction.channel != OUTBOUND)


def contact(session: Session, account_id: int, contact_id: str) -> Interaction:
    """One contact. Raises NotFound."""
    found = session.get(Interaction, contact_id)
    if found is None or found.account_id != account_id:
        raise NotFound(f"account {account_id} has no contact {contact_id}")
    return found


def history(session: Session, account_id: int, customer_id: int, limit: int = 20) -> Sequence[Interaction]:
    """The customer's contacts, the latest first."""
    query = select(Interaction).where(
        Interaction.account_id == account_id, Interaction.customer_id == customer_id
    )
    return session.scalars(query.order_by(Interaction.arrived_at.desc()).limit(limit)).all()


def of_agent(
    session: Session, account_id: int, agent: str, *, cursor: str | None = None, limit: int = 20
) -> Page[Interaction]:
    """A page of the agent's contacts, newest first."""
    own = select(Segment.interaction_id).where(Segment.agent == agent)
    found = select(Interaction).where(Interaction.account_id == account_id, Interaction.id.in_(own))
    order = [By(Interaction.arrived_at, True), By(Interaction.id, True)]
    return page(session, found, order, cursor=cursor, limit=limit)


TIMELINE = entry(
    "contact",
    Interaction,
    Interaction.arrived_at,
    title=Interaction.channel,
    detail=Interaction.outcome,
    by=Interaction.queue,
)
