"""How far each durable reader of the journal has come: the second half of "exactly once".

A reader moves its position in the transaction that holds the effects; after a crash both are there or
neither. Ids are ordered: epoch, then the journal's seq, then n within the entry.
"""

from typing import NamedTuple

from sqlalchemy import BigInteger, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base


class EventId(NamedTuple):
    """The id `epoch.seq.n` of an event in the journal."""

    epoch: int
    seq: int
    n: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.seq}.{self.n}"


BEFORE_ALL = EventId(0, 0, 0)


class ReaderPosition(Base):
    """The last event that a reader has dealt with."""

    __tablename__ = "reader_positions"

    reader: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(BigInteger)
    n: Mapped[int]


def position(session: Session, reader: str, *, lock: bool = False) -> EventId:
    """Where the reader goes on; BEFORE_ALL for a new one. With `lock` a second such reader waits for our commit."""
    query = select(ReaderPosition).where(ReaderPosition.reader == reader)
    row = session.scalar(query.with_for_update() if lock else query)
    return EventId(row.epoch, row.seq, row.n) if row else BEFORE_ALL


def advance(session: Session, reader: str, to: EventId) -> None:
    """Moves the reader's position, in the caller's transaction."""
    session.merge(ReaderPosition(reader=reader, epoch=to.epoch, seq=to.seq, n=to.n))
    session.flush()
