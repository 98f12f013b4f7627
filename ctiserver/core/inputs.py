"""What happened in the world. Only these and requests are journaled."""

from typing import Literal

from ctiserver.core.customers import Candidate, Matter
from ctiserver.core.ids import (
    ActionId,
    AgentKey,
    ConversationId,
    LegId,
    ListeningId,
    LookUpId,
    PlaybackId,
    RecordingId,
    SecretId,
    TimerId,
)
from ctiserver.core.leads import AnsweredBy, Lead, Standing, Stray
from ctiserver.core.message import Input
from ctiserver.core.spells import Spell
from ctiserver.core.tables import Tables

Party = Literal["caller", "agent", "supervisor", "center", "fallback", "switch"]


class CallArrived(Input):
    """A call from outside entered the application."""

    leg: LegId
    did: str
    pii_number: str
    pii_name: str = ""


class CallMissed(Input):
    """A call that the dialplan's fallback took because no daemon did; read from the CEL file afterwards."""

    leg: LegId
    did: str
    pii_number: str
    arrived_at: float
    ended_at: float
    answered: bool
    emergency: bool = False


class DigitPressed(Input):
    """One key on a leg's phone."""

    leg: LegId
    pii_digit: str


class PromptStarted(Input):
    """The first sound of a Play is on its way."""

    playback: PlaybackId


class PromptEnded(Input):
    """A Play is over: heard to the end, stopped, or failed."""

    playback: PlaybackId
    failed: bool = False


class LegRinging(Input):
    """The phone rings."""

    leg: LegId


class LegAnswered(Input):
    """The leg is up: a phone that we dialled was answered, or we answered the caller.

    `trunk`: which of several carried a call that we made outside, "" where it was none.
    """

    leg: LegId
    trunk: str = ""


class LegJoined(Input):
    """The leg is in the conversation."""

    leg: LegId
    conversation: ConversationId


class LegLeft(Input):
    """The leg is out of the conversation; it may live on."""

    leg: LegId
    conversation: ConversationId


class LegHeld(Input):
    """Who is on the leg has put it on hold with his own telephone."""

    leg: LegId


class LegResumed(Input):
    """His own telephone took it back from hold."""

    leg: LegId


class LegFailed(Input):
    """A dialled leg ended without an answer. `sip_code` and `q850` are 0 where unknown."""

    leg: LegId
    reason: Literal["busy", "no_answer", "rejected", "unreachable", "refused", "not_permitted"]
    sip_code: int = 0
    q850: int = 0
    decided_by: Party = "agent"


class LegEnded(Input):
    """A leg that was up is gone. `fallback`: it lives on in the dialplan's fallback, out of our hands."""

    leg: LegId
    by: Party
    q850: int = 0


class RecordingStored(Input):
    """A recording's file is whole."""

    recording: RecordingId
    seconds: float


class VoicesHeard(Input):
    """Who spoke when in a recording, as the switch heard it since it last told, in seconds from the beginning."""

    recording: RecordingId
    caller: tuple[Spell, ...] = ()
    agent: tuple[Spell, ...] = ()


class RecordingFailed(Input):
    """A recording could not be made or kept; the call goes on."""

    recording: RecordingId
    reason: str


class RecordingDiscarded(Input):
    """The file of a recording that nobody wanted is gone."""

    recording: RecordingId


class TimerFired(Input):
    """A timer came due; `due_at` is when it should have."""

    timer: TimerId
    due_at: float


class LookedUp(Input):
    """The store's answer, possibly after LookUpFailed; the most valuable first, () means unknown.

    `matters`: what the only candidate may be calling about, the likeliest first; `announcements`: those that concern
    an area where he lives.
    """

    look_up: LookUpId
    candidates: tuple[Candidate, ...]
    matters: tuple[Matter, ...] = ()
    announcements: tuple[int, ...] = ()


class LookUpFailed(Input):
    """No answer yet (`late`: it may still come) or none at all (`error`)."""

    look_up: LookUpId
    reason: Literal["late", "error"]


class LeadsClaimed(Input):
    """Customers whom nobody else dials, each with his Permit; `strays`: attempts that their owner knows no more.

    `standing` is that of the campaign that was asked for.
    """

    claim: str
    leads: tuple[Lead, ...] = ()
    strays: tuple[Stray, ...] = ()
    standing: Standing | None = None


class MachineJudged(Input):
    """Who picked up a dialled leg, as the detector heard it; `cause` in its words, after so many seconds.

    What it cannot judge, because of an error or a restart too, is `unsure`.
    """

    leg: LegId
    answered_by: AnsweredBy
    cause: str = ""
    seconds: float = 0.0


class LegSpoke(Input):
    """Who is on the leg makes a sound, since AwaitSilence wanted to know when he is silent; told once."""

    leg: LegId


class LegSilent(Input):
    """Who was on the leg has finished what he said, as AwaitSilence wanted to know; told once."""

    leg: LegId


class SpeechHeard(Input):
    """The caller said one of the phrases; `confidence` is that of its least certain word, 0 to 1."""

    listening: ListeningId
    pii_text: str
    confidence: float


class SpeechMissed(Input):
    """None of the phrases was heard (`silence`), nobody was free to listen (`busy`), or it failed."""

    listening: ListeningId
    reason: Literal["silence", "busy", "failed"]


class ActionDone(Input):
    """What came of an action: one of its outcomes, and the values that it gives."""

    action: ActionId
    outcome: str
    values: dict[str, str] = {}


class ActionFailed(Input):
    """No outcome: too late, out of order, never heard of, or the secret that it needs was lost in a restart."""

    action: ActionId
    reason: Literal["late", "error", "unknown", "secret_lost"]


class SecretBegun(Input):
    """The first key of a secret was pressed."""

    secret: SecretId


class SecretHeard(Input):
    """The secret is whole: its keys are kept in memory, for the action that gets its id."""

    secret: SecretId


class AgentPresent(Input):
    """The agent's browser is there, and its phone is registered."""

    agent: AgentKey


class AgentLost(Input):
    """The agent's browser is gone: closed, reloaded, crashed, or without network."""

    agent: AgentKey


class ConfigurationApplied(Input):
    """The tables that the engines shall use from now on."""

    version: str
    tables: Tables


class SwitchUp(Input):
    """The connection to Asterisk stands; `session` names Asterisk's own run (its boot time)."""

    session: str


class SwitchDown(Input):
    """The connection to Asterisk is lost."""


class SwitchSynced(Input):
    """Belief and reality agree again; the CEL file `cel_inode` was read up to byte `cel_offset`.

    `cel_at`: all calls that began before it are known, or told as missed.
    """

    cel_inode: int = 0
    cel_offset: int = 0
    cel_at: float = 0.0
