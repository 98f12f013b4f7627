"""The wanted topology of a contact: which legs hear which."""

from enum import StrEnum

from ctiserver.core.ids import ConversationId, LegId
from ctiserver.core.message import Frozen


class Kind(StrEnum):
    """What a conversation is for."""

    HOLD = "hold"
    TALK = "talk"


class Mode(StrEnum):
    """How a leg takes part in a talk: it is heard by all, by nobody, or (whisper) by the agent alone.

    `muted` is a party who silenced himself, `listen` one whom the others need not know of.
    """

    TALK = "talk"
    MUTED = "muted"
    LISTEN = "listen"
    WHISPER = "whisper"


class Conversation(Frozen):
    """One bridge: its kind and the legs in it. A leg is in one conversation at most; without a mode it talks.

    `ear`: a leg of another conversation. Who is in this one hears all that it hears and says, and it alone hears them.
    """

    id: ConversationId
    kind: Kind
    legs: tuple[LegId, ...]
    modes: dict[LegId, Mode] = {}
    ear: LegId | None = None

    def silent(self) -> tuple[LegId, ...]:
        """The legs that not everybody hears."""
        return tuple(leg for leg in self.legs if self.modes.get(leg, Mode.TALK) is not Mode.TALK)
