"""What the IVR knows: its sessions, and the documents that they walk through."""

from typing import TypeVar

import msgspec

from ctiserver.core.customers import Candidate, Level
from ctiserver.core.ids import (
    ActionId,
    ContactId,
    LegId,
    ListeningId,
    LookUpId,
    PlaybackId,
    QueueKey,
    RecordingId,
    SecretId,
    TimerId,
)
from ctiserver.core.tables import Document, Number, Tables
from ivr.documents import parsed
from ivr.session_state import Session
from ivr.survey import Survey


class Comment(msgspec.Struct):
    """A spoken answer whose file is not whole; it outlives the call."""

    contact: ContactId
    survey: str
    question: str


class Message(msgspec.Struct, kw_only=True):
    """What somebody says to the agents of a queue; it outlives the call. `seconds` None: its file is not whole.

    `kept`: he wants it sent; `dropped`: he has begun anew.
    """

    recording: RecordingId
    contact: ContactId
    account_id: int
    queue: QueueKey
    pii_number: str
    pii_name: str
    language: str
    value_class: str
    candidates: tuple[Candidate, ...] = ()
    level: Level = "none"
    seconds: float | None = None
    kept: bool = False
    dropped: bool = False


class Desk(msgspec.Struct, kw_only=True):
    """The IVR's whole state. `documents`: flows and surveys in use, by version.

    `recordings` are messages to the center that callers leave, `messages` those to a queue; either may be stored after
    its caller has gone; `unwanted` are those to the center in which nobody said anything.
    """

    tables: Tables = Tables()
    sessions: dict[ContactId, Session] = {}
    legs: dict[LegId, ContactId] = {}
    playbacks: dict[PlaybackId, ContactId] = {}
    look_ups: dict[LookUpId, ContactId] = {}
    comments: dict[RecordingId, Comment] = {}
    actions: dict[ActionId, ContactId] = {}
    secrets: dict[SecretId, ContactId] = {}
    listenings: dict[ListeningId, ContactId] = {}
    recordings: dict[RecordingId, tuple[ContactId, int]] = {}
    documents: dict[str, Document] = {}
    messages: dict[RecordingId, Message] = {}
    unwanted: list[RecordingId] = []

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

    def flow_document(self, session: Session) -> Document:
        """The flow that a session walks through, as `ivr.flow.flow_of` reads it."""
        return self.documents[session.flow_version]

    def survey(self, session: Session) -> Survey:
        """The survey that a session is asked."""
        return parsed(self.documents[session.survey_version], Survey)

    def of_leg(self, leg: LegId) -> Session | None:
        """The session of a caller's leg."""
        return self.sessions.get(self.legs.get(leg, ContactId("")))

    def of_playback(self, playback: PlaybackId) -> Session | None:
        """The session that hears a prompt now; None for a prompt that was replaced."""
        session = self.sessions.get(self.playbacks.pop(playback, ContactId("")))
        return session if session and session.playback == playback else None

    def of_action(self, action: ActionId) -> Session | None:
        """The session that waits for an action; None for one that came too late to matter."""
        session = self.sessions.get(self.actions.pop(action, ContactId("")))
        return session if session and session.action == action else None

    def of_secret(self, secret: SecretId) -> Session | None:
        """The session that types a secret; None for one that is not wanted any more."""
        session = self.sessions.get(self.secrets.get(secret, ContactId("")))
        return session if session and session.secret == secret else None

    def of_listening(self, listening: ListeningId) -> Session | None:
        """The session that we listen to; None when it has gone on."""
        session = self.sessions.get(self.listenings.get(listening, ContactId("")))
        return session if session and session.listening == listening else None

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
        _forget(self.playbacks, session.contact)
        _forget(self.actions, session.contact)
        _forget(self.secrets, session.contact)
        _forget(self.listenings, session.contact)


def key_timer(session: Session) -> TimerId:
    """Fires when the caller pressed no key for too long."""
    return TimerId(f"ivr:key:{session.contact}")


_Id = TypeVar("_Id", bound=str)


def _forget(waiting: dict[_Id, ContactId], contact: ContactId) -> None:
    for key in [key for key, whose in waiting.items() if whose == contact]:
        del waiting[key]
