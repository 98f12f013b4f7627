"""The wanted topology of a contact: which legs hear which."""

from enum import StrEnum

from ctiserver.core.ids import ConversationId, LegId
from ctiserver.core.message import Frozen


class Kind(StrEnum):
    """What a conversation is for."""

    HOLD = "hold"
    TALK = "talk"


class Conversation(Frozen):
    """One bridge: its kind and the legs in it. A leg is in one conversation at most."""

    id: ConversationId
    kind: Kind
    legs: tuple[LegId, ...]
