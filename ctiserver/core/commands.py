"""What the world shall do. One line of meaning each; docs/messages.md lists them for readers."""

from typing import Literal

from ctiserver.core.ids import (
    ActionId,
    AgentKey,
    ContactId,
    LegId,
    ListeningId,
    LookUpId,
    PlaybackId,
    RecordingId,
    SecretId,
    TimerId,
)
from ctiserver.core.message import Command
from ctiserver.core.outside import Route
from ctiserver.core.permit import Permit
from ctiserver.core.spells import Who
from ctiserver.core.topology import Conversation


class Answer(Command):
    """Answer the caller's leg."""

    leg: LegId


class DialLeg(Command):
    """Ring one of our own phones as leg `leg`; `endpoint` is a name in the switch's own terms (`PJSIP/1001`).

    `auto_answer`: the phone is asked to answer by itself.
    """

    leg: LegId
    contact: ContactId
    endpoint: str
    ring_seconds: float
    caller_number: str = ""
    caller_name: str = ""
    auto_answer: bool = False


class DialCustomer(Command):
    """Ring a customer's number through a trunk as leg `leg`; without a good permit for it nothing is dialled.

    `then_trunks` are tried in turn where a carrier takes no call.
    """

    leg: LegId
    contact: ContactId
    permit: Permit
    pii_number: str
    trunk: str
    ring_seconds: float
    caller_number: str = ""
    then_trunks: tuple[str, ...] = ()


class DialOutside(Command):
    """Ring a number outside as leg `leg`, through the first trunk of the route that takes the call.

    With a `permit` (it is a customer's number) nothing is dialled unless that is good.
    """

    leg: LegId
    contact: ContactId
    route: Route
    ring_seconds: float
    permit: Permit | None = None


class DetectMachine(Command):
    """Listen whether a person or a machine picked up, for so many seconds at most: MachineJudged."""

    leg: LegId
    seconds: float


class AwaitSilence(Command):
    """Tell when the leg, having made some sound, has been silent for so many seconds: LegSpoke, LegSilent."""

    leg: LegId
    seconds: float


class DropLeg(Command):
    """End one leg, whatever its state."""

    leg: LegId


class Arrange(Command):
    """Make the legs of a contact hear each other as stated, and no other way; () means each on its own."""

    contact: ContactId
    conversations: tuple[Conversation, ...] = ()


class Play(Command):
    """Say prompts to one leg: keys of the manifest, or what a number, sum, date or name is said from (`amount:N`)."""

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


class FollowVoice(Command):
    """Collect when the leg speaks, in seconds of a recording that began at `recording_at`: VoicesHeard."""

    recording: RecordingId
    leg: LegId
    who: Who
    recording_at: float


class PlayDigits(Command):
    """The party on the leg hears these keys."""

    leg: LegId
    pii_digits: str


class MuteRecording(Command):
    """From now on the file gets silence of the same length, or (not `muted`) the talk again."""

    recording: RecordingId
    muted: bool


class StopRecording(Command):
    """End a recording and keep its file."""

    recording: RecordingId


class DiscardRecording(Command):
    """Delete the file of a recording that is whole: nobody wants it kept."""

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
    """Claim at most `limit` customers whom we are to dial; `in_hand` are the attempts that are under way.

    Of a `campaign`, for `agent` (his own leads first, then anyone's) or for anyone.
    """

    claim: str
    kind: Literal["scheduled", "campaign"]
    limit: int
    in_hand: tuple[LegId, ...] = ()
    campaign: int | None = None
    agent: AgentKey | None = None


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


class RunAction(Command):
    """Do something for a caller: a function of ours or a webhook; no answer within the deadline is an answer too.

    The same action twice has one effect and one answer.
    """

    action: ActionId
    name: str
    arguments: dict[str, str]
    account_id: int
    contact: ContactId
    deadline_seconds: float
    customer_id: int | None = None


class ListenSecretly(Command):
    """Keep a leg's next keys out of the journal, until `end_key` or `at_most` of them make a secret.

    Star as the first key gives it up, and one lone key before the end is none: both come as DigitPressed.
    """

    leg: LegId
    secret: SecretId
    at_least: int
    at_most: int
    end_key: str = "#"


class ForgetSecret(Command):
    """Forget the secret's keys; the leg's keys are told again."""

    leg: LegId
    secret: SecretId


class StartTimer(Command):
    """Ask for TimerFired at `due_at`; starting the same timer again replaces it."""

    timer: TimerId
    due_at: float


class CancelTimer(Command):
    """Forget a timer; one that fired meanwhile is no fault."""

    timer: TimerId
