"""What the IVR knows: its sessions, and the documents that they walk through."""

from functools import lru_cache

import msgspec

from ctiserver.core.ids import ContactId, LegId, LookUpId, PlaybackId, QueueKey, RecordingId, TimerId
from ctiserver.core.tables import Document, Number, Tables
from ivr.flow import Flow
from ivr.session_state import Session
from ivr.survey import Survey


class Comment(msgspec.Struct):
    """A spoken answer whose file is not whole; it outlives the call."""

    contact: ContactId
    survey: str
    question: str


class Desk(msgspec.Struct, kw_only=True):
    """The IVR's whole state. `documents`: flows and surveys in use, by version."""

    tables: Tables = Tables()
    sessions: dict[ContactId, Session] = {}
    legs: dict[LegId, ContactId] = {}
    playbacks: dict[PlaybackId, ContactId] = {}
    look_ups: dict[LookUpId, ContactId] = {}
    comments: dict[RecordingId, Comment] = {}
    documents: dict[str, Document] = {}

    def apply(self, tables: Tables) -> None:
        """Use new tables; documents that a call still walks through are kept."""
        used = {session.flow_version for session in self.sessions.values()}
        used |= {session.survey_version for session in self.sessions.values()}
        kept = {version: document for version, document in self.documents.items() if version in used}
        news = [*tables.flows.values(), *tables.surveys.values()]
        self.documents = kept | {document.version: document for document in news}
        self.tables = tables

    def number(self, did: str) -> Number | None:
        """What a dialled number leads to: its own row, else that of `*`, else the first one there is."""
        numbers = self.tables.numbers
        named = [number for number in numbers if number.did == did]
        default = [number for number in numbers if number.did == "*"]
        return next(iter([*named, *default, *numbers]), None)

    def has_queue(self, key: QueueKey) -> bool:
        """Whether the tables in force know a queue."""
        return any(queue.key == key for queue in self.tables.queues)

    def flow(self, session: Session) -> Flow:
        """The flow that a session walks through."""
        return _as_flow(_Key(self.documents[session.flow_version]))

    def survey(self, session: Session) -> Survey:
        """The survey that a session is asked."""
        return _as_survey(_Key(self.documents[session.survey_version]))

    def of_leg(self, leg: LegId) -> Session | None:
        """The session of a caller's leg."""
        return self.sessions.get(self.legs.get(leg, ContactId("")))

    def of_playback(self, playback: PlaybackId) -> Session | None:
        """The session that hears a prompt now; None for a prompt that was replaced."""
        session = self.sessions.get(self.playbacks.pop(playback, ContactId("")))
        return session if session and session.playback == playback else None

    def open(self, session: Session) -> None:
        """Begin a session."""
        self.sessions[session.contact] = session
        self.legs[session.leg] = session.contact

    def close(self, session: Session) -> None:
        """Forget a session and all that points to it."""
        self.sessions.pop(session.contact, None)
        self.legs.pop(session.leg, None)
        if session.look_up:
            self.look_ups.pop(session.look_up, None)
        for playback in [key for key, contact in self.playbacks.items() if contact == session.contact]:
            del self.playbacks[playback]


def key_timer(session: Session) -> TimerId:
    """Fires when the caller pressed no key for too long."""
    return TimerId(f"ivr:key:{session.contact}")


class _Key:
    """Lets parsed documents be cached by version; the version is the hash of the text."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __hash__(self) -> int:
        return hash(self.document.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.document.version == self.document.version


@lru_cache(maxsize=64)
def _as_flow(key: _Key) -> Flow:
    return msgspec.convert(key.document.content, Flow)


@lru_cache(maxsize=64)
def _as_survey(key: _Key) -> Survey:
    return msgspec.convert(key.document.content, Survey)
