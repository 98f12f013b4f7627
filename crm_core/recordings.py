"""Recordings of talks: each is a row from the moment at which its file is whole, until long after the file is gone.

    recorded -> kept -> expired
        |
        +-> lost: the file was not there, or could not be read

`recorded`: as the switch wrote it; `kept`: compressed, hashed, and the switch's file gone. How long it is kept is the
queue's rule as it stands today; a legal hold on the customer outweighs it. The row stays: that there was a recording,
and when it went, is part of the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds, Seconds, one_of
from crm_core.interactions import Interaction, Segment
from crm_core.privacy.legal_holds import LegalHold
from crm_core.queues import Queue
from crm_core.third_parties import ThirdParty
from ctiserver.core.errors import NotFound
from ctiserver.core.events import MessagePlaced, RecordingPaused, RecordingResumed

MESSAGE = 0
"""The number of what the caller left, among the segments of its contact."""
TRIES = 3
"""So often a file that cannot be read is tried."""
_DAY_SECONDS = 86_400.0


class Recording(Base):
    """The file of one segment, of a consult in it, or of a message.

    `sha256` and `size_bytes` are those of the kept file; `peaks`: its loudness in 0..100.
    """

    __tablename__ = "recordings"
    __table_args__ = (
        Index("ix_recordings_state_queue", "state", "queue", "recorded_at"),
        one_of("state", ("recorded", "kept", "expired", "lost")),
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    """In the switch."""
    account_id: Mapped[int]
    interaction_id: Mapped[str] = mapped_column(ForeignKey("interactions.id", ondelete="CASCADE"), index=True)
    segment: Mapped[int]
    queue: Mapped[str]
    recorded_at: Mapped[EpochSeconds]
    """Its first second."""
    seconds: Mapped[Seconds]
    state: Mapped[str] = mapped_column(default="recorded")
    tries: Mapped[int] = mapped_column(default=0)
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str | None]
    peaks: Mapped[list[Any]] = mapped_column(default=list)
    gone_at: Mapped[EpochSeconds | None]
    consult: Mapped[int | None]
    """The number of the third party whom the agent of the segment consulted; None: it is the talk's own file."""


class RecordingPause(Base):
    """Part of a talk that is silence in its recording: who wanted that, and why."""

    __tablename__ = "recording_pauses"

    interaction_id: Mapped[str] = mapped_column(
        ForeignKey("interactions.id", ondelete="CASCADE"), primary_key=True
    )
    segment: Mapped[int] = mapped_column(primary_key=True)
    paused_at: Mapped[EpochSeconds] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    paused_by: Mapped[str]
    reason: Mapped[str]
    resumed_at: Mapped[EpochSeconds | None]
    """None: it lasts, or lasted until the end of the talk."""
    resumed_by: Mapped[str | None]
    """`center`: nobody had ended it for too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The compressed file."""

    size_bytes: int
    sha256: str
    peaks: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """What recordings take: all that is kept, and what a day adds (the mean of the last seven)."""

    files: int
    size_bytes: int
    bytes_a_day: float


def recorded(session: Session, contact: Interaction, segment: Segment, seconds: float) -> None:
    """The file of a segment is whole; told again it changes nothing."""
    name = segment.recording
    if name is not None and session.get(Recording, name) is None:
        session.add(
            Recording(
                name=name,
                account_id=contact.account_id,
                interaction_id=contact.id,
                segment=segment.ordinal,
                queue=segment.queue,
                recorded_at=(segment.voices or {}).get("begun_at", segment.answered_at),  # by hand: later
                seconds=seconds,
            )
        )


def consult_recorded(session: Session, contact: Interaction, party: ThirdParty, seconds: float) -> None:
    """The file of a consult is whole; told again, or of a talk that is not on record, it changes nothing."""
    answered = party.answered_at
    if party.recording is None or answered is None or session.get(Recording, party.recording) is not None:
        return
    asked_in = [it for it in contact.segments if it.agent == party.asked_by and it.answered_at <= answered]
    if asked_in:
        segment = max(asked_in, key=lambda it: it.answered_at)
        session.add(
            Recording(
                name=party.recording,
                account_id=contact.account_id,
                interaction_id=contact.id,
                segment=segment.ordinal,
                consult=party.ordinal,
                queue=segment.queue,
                recorded_at=answered,
                seconds=seconds,
            )
        )


def left(session: Session, contact: Interaction, event: MessagePlaced) -> None:
    """The file of a message that a caller left; told again it changes nothing."""
    if session.get(Recording, event.recording) is None:
        session.add(
            Recording(
                name=event.recording,
                account_id=contact.account_id,
                interaction_id=contact.id,
                segment=MESSAGE,
                queue=event.queue,
                recorded_at=event.at - event.seconds,
                seconds=event.seconds,
            )
        )


def paused(session: Session, contact: Interaction, event: RecordingPaused) -> None:
    """A pause begins; told again it changes nothing."""
    if session.get(RecordingPause, (contact.id, event.segment, event.at)) is None:
        session.add(
            RecordingPause(
                interaction_id=contact.id,
                segment=event.segment,
                paused_at=event.at,
                account_id=contact.account_id,
                paused_by=event.by,
                reason=event.reason,
            )
        )


def resumed(session: Session, contact: Interaction, event: RecordingResumed) -> None:
    """The pause of the segment that lasts is over."""
    session.flush()
    query = select(RecordingPause).where(
        RecordingPause.interaction_id == contact.id,
        RecordingPause.segment == event.segment,
        RecordingPause.resumed_at.is_(None),
    )
    for row in session.scalars(query):
        row.resumed_at, row.resumed_by = event.at, event.by


def pauses(session: Session, account_id: int, contact: str) -> Sequence[RecordingPause]:
    """The pauses of one contact's recordings, in order."""
    query = select(RecordingPause).where(
        RecordingPause.account_id == account_id, RecordingPause.interaction_id == contact
    )
    return session.scalars(query.order_by(RecordingPause.paused_at)).all()


def to_keep(session: Session, limit: int) -> Sequence[Recording]:
    """Those whose files are still as the switch wrote them, the oldest first."""
    query = select(Recording).where(Recording.state == "recorded")
    return session.scalars(query.order_by(Recording.tries, Recording.recorded_at).limit(limit)).all()


def kept(session: Session, name: str, found: Kept) -> bool:
    """Note the compressed file; False: the row is gone meanwhile, and the file has to go too."""
    row = session.get(Recording, name)
    if row is None:
        return False
    row.state, row.size_bytes, row.sha256, row.peaks = "kept", found.size_bytes, found.sha256, found.peaks
    return True


def not_kept(session: Session, name: str, *, gone: bool, now: float) -> None:
    """Its file is `gone`, or cannot be read: tried again, but not for ever. The switch's file stays where it is."""
    if row := session.get(Recording, name):
        row.tries += 1
        if gone or row.tries >= TRIES:
            row.state, row.gone_at = "lost", now


def expired(session: Session, now: float, limit: int = 200) -> list[str]:
    """The kept ones whose queue keeps them no longer, by name; none of a customer whom a legal hold protects."""
    held = exists().where(
        LegalHold.account_id == Interaction.account_id,
        LegalHold.customer_id == Interaction.customer_id,
        LegalHold.lifted_at.is_(None),
    )
    query = (
        select(Recording.name)
        .join(Queue, (Queue.key == Recording.queue) & (Queue.account_id == Recording.account_id))
        .join(Interaction, Interaction.id == Recording.interaction_id)
        .where(
            Recording.state == "kept",
            Queue.keep_recordings_days.is_not(None),
            Recording.recorded_at < now - Queue.keep_recordings_days * _DAY_SECONDS,
            ~held,
        )
        .order_by(Recording.recorded_at)
    )
    return list(session.scalars(query.limit(limit)))


def went(session: Session, names: Sequence[str], *, now: float) -> None:
    """The files of these are gone: their time was over."""
    for row in session.scalars(select(Recording).where(Recording.name.in_(names))):
        row.state, row.gone_at = "expired", now


def of_contact(session: Session, account_id: int, contact: str) -> Sequence[Recording]:
    """The recordings of one contact, by segment."""
    query = select(Recording).where(Recording.account_id == account_id, Recording.interaction_id == contact)
    return session.scalars(query.order_by(Recording.segment)).all()


def of_segment(session: Session, account_id: int, contact: str, segment: int) -> Recording:
    """The recording of one segment's talk. Raises NotFound when there is none, or none any more."""
    talks = [one for one in of_contact(session, account_id, contact) if one.consult is None]
    found = next((one for one in talks if one.segment == segment), None)
    return _still_there(found, f"segment {segment} of contact {contact} has no recording")


def of_consult(session: Session, account_id: int, contact: str, consult: int) -> Recording:
    """The recording of one consult. Raises NotFound when there is none, or none any more."""
    found = next((one for one in of_contact(session, account_id, contact) if one.consult == consult), None)
    return _still_there(found, f"consult {consult} of contact {contact} has no recording")


def _still_there(found: Recording | None, why_not: str) -> Recording:
    if found is None or found.state in ("expired", "lost"):
        raise NotFound(why_not)
    return found


def disk(session: Session, now: float) -> Disk:
    """What all recordings of all accounts take."""
    files, size = session.execute(
        select(func.count(), func.coalesce(func.sum(Recording.size_bytes), 0)).where(
            Recording.state == "kept"
        )
    ).one()
    week = select(func.coalesce(func.sum(Recording.size_bytes), 0)).where(
        Recording.state == "kept", Recording.recorded_at >= now - 7 * _DAY_SECONDS
    )
    return Disk(files=files, size_bytes=size, bytes_a_day=session.scalars(week).one() / 7)
