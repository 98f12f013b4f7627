"""What a belief is made of."""

from typing import Literal

import msgspec

from ctiserver.core.commands import (
    Answer,
    Arrange,
    AwaitSilence,
    ClaimLeads,
    DetectMachine,
    DialCustomer,
    DialLeg,
    DialOutside,
    DropLeg,
    FollowVoice,
    ListenSecretly,
    LookUp,
    MuteRecording,
    Play,
    RunAction,
    SetFuse,
    StartRecording,
    StopPlaying,
    StopRecording,
)
from ctiserver.core.ids import ContactId, ConversationId, LegId

SwitchCommand = (
    Answer
    | DialLeg
    | DialCustomer
    | DialOutside
    | DetectMachine
    | AwaitSilence
    | DropLeg
    | Arrange
    | Play
    | StopPlaying
    | StartRecording
    | FollowVoice
    | MuteRecording
    | StopRecording
    | SetFuse
    | ListenSecretly
)
Pending = SwitchCommand | LookUp | ClaimLeads | RunAction


class LegBelief(msgspec.Struct):
    """A leg that is alive; `conversation` is where it was last seen. `customer`: we dialled somebody outside.

    `silenced`: it was to be muted at some time, and may be still.
    """

    state: Literal["arrived", "dialling", "ringing", "up"]
    contact: ContactId | None = None
    dialled: bool = False
    customer: bool = False
    conversation: ConversationId | None = None
    silenced: bool = False


class PlaybackBelief(msgspec.Struct):
    """A prompt asked for and not over yet."""

    leg: LegId
    started: bool = False
