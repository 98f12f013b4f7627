"""What the world shall do. One line of meaning each; docs/messages.md lists them for readers."""

from typing import Literal

from ctiserver.core.ids import ContactId, LegId, ListeningId, LookUpId, PlaybackId, RecordingId, TimerId
from ctiserver.core.message import Command
from ctiserver.core.permit import Permit
from ctiserver.core.topology import Conversation


class Answer(Command):
    """Answer the caller's leg."""

    leg: LegId


class DialLeg(Command):
    """Ring one of our own phones as leg `leg`; `endpoint` is a name in the switch's own terms (`PJSIP/1001`)."""

    leg: LegId
    contact: ContactId
    endpoint: str
    ring_seconds: float
    caller_number: str = ""
    caller_name: str = ""


class DialCustomer(Command):
    """Ring a customer's number through a trunk as leg `leg`; without a good permit for it nothing is dialled."""

    leg: LegId
    contact: ContactId
    permit: Permit
    pii_number: str
    trunk: str
    ring_seconds: float
    caller_number: str = ""


class DropLeg(Command):
    """End one leg, whatever its state."""

    leg: LegId


class Arrange(Command):
    """Make the legs of a contact hear each other as stated, and no other way; () means each on its own."""

    contact: ContactId
    conversations: tuple[Conversation, ...] = ()


class Play(Command):
    """Say prompts to one leg: keys of the manifest, or `number:N` for a number in words."""

    playback: PlaybackId
    leg: LegId
    says: tuple[str, ...]
    language: str


class StopPlaying(Command):
    """Stop a prompt; one that ended meanwhile is no fault."""

    playback: PlaybackId


class StartRecording(Command):
    """Record all that the leg hears and says into one file."""

    recording: RecordingId
    leg: LegId


class StopRecording(Command):
    """End a recording and keep its file."""

    recording: RecordingId


TO_FALLBACK_SECONDS = 1.0
"""A fuse as short as this sends a caller whom nobody here can serve to the dialplan's fallback."""


class SetFuse(Command):
    """After so many seconds without a living daemon the leg leaves for the dialplan's fallback.

    `refresh_seconds` None: the fuse burns from now and is not renewed (a talk of at most four hours).
    """

    leg: LegId
    seconds: float
    refresh_seconds: float | None = None


class LookUp(Command):
    """Ask the customer store; no answer within the deadline is an answer too."""

    look_up: LookUpId
    kind: str
    key: str
    account_id: int
    deadline_seconds: float


class ClaimLeads(Command):
    """Claim at most `limit` customers whom we are to dial; `in_hand` are the attempts that are under way."""

    claim: str
    kind: Literal["scheduled"]
    limit: int
    in_hand: tuple[LegId, ...] = ()


class Listen(Command):
    """Recognise one of the phrases in what the leg says, for so many seconds at most: SpeechHeard or SpeechMissed."""

    listening: ListeningId
    leg: LegId
    language: str
    phrases: tuple[str, ...]
    seconds: float


class StopListening(Command):
    """Stop recognising; what was heard meanwhile may still come."""

    listening: ListeningId


class StartTimer(Command):
    """Ask for TimerFired at `due_at`; starting the same timer again replaces it."""

    timer: TimerId
    due_at: float


class CancelTimer(Command):
    """Forget a timer; one that fired meanwhile is no fault."""

    timer: TimerId
