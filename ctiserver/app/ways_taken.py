"""What callers did in the IVR on a journalled day, question by question: what a rehearsal of a flow lets them do again.

The recorded entries are given to the IVR's engine once more; so it knows at each key, word, silence or answer of an
action whose it was and at which node he was. The journal's own events say which way he really went: a call whose way
the engine does not find again (its beginning is missing, or another version decided) is marked `unlike`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ctiserver.core.events import ContactQueued, NodeEntered
from ctiserver.core.ids import ContactId, entry_name
from ctiserver.core.inputs import (
    ActionDone,
    ActionFailed,
    CallArrived,
    ConfigurationApplied,
    DigitPressed,
    LegEnded,
    LegFailed,
    LegSilent,
    LegSpoke,
    LookedUp,
    RecordingFailed,
    RecordingStored,
    SecretBegun,
    SecretHeard,
    SpeechHeard,
    SpeechMissed,
    TimerFired,
)
from ctiserver.core.message import Event, Input, Message
from ctiserver.core.rehearsals import Way
from ctiserver.core.tables import Tables
from ctiserver.core.turn import Turn
from ivr import walk
from ivr.desk import Desk
from ivr.session import Ivr
from ivr.session_state import Phase, Session

_IN_THE_FLOW = (Phase.ARRIVING, Phase.FLOW, Phase.INVITED)
GIVEN_AWAY = (Phase.LEAVING, Phase.SURVEY)
"""The flow is over by itself: he hears goodbye, or is asked how it was."""
_KEY_TIMER = "ivr:key:"


@dataclass(slots=True)
class WayTaken:
    """One call. `did` at a node, by its name: what he or the world did there, in order; `ended_at`: where the flow gave
    him away, `end` "": it has not yet.
    """

    contact: str
    account_id: int
    arrived: CallArrived
    tables: Tables
    nodes: list[str] = field(default_factory=list)
    recorded_nodes: list[str] = field(default_factory=list)
    looked_up: LookedUp | None = None
    did: dict[str, list[Input]] = field(default_factory=dict)
    end: str = ""
    queue: str = ""
    ended_at: float = 0.0

    @property
    def unlike(self) -> bool:
        """Whether what the engine did again is not what is recorded."""
        return not self.end or self.nodes != self.recorded_nodes[: len(self.nodes)]

    @property
    def way(self) -> Way:
        """The way as it was taken, to the end of the flow."""
        return Way(nodes=tuple(self.nodes), end=self.end or "other", queue=self.queue)  # type: ignore[arg-type]


class WaysReading:
    """Takes the journal's entries and events in their order; `ways` are the calls that arrived in the span."""

    def __init__(self, prefix: str, tables: Tables, from_at: float, until_at: float) -> None:
        """`tables`: in force until the journal tells of others."""
        self._prefix, self._from_at, self._until_at = prefix, from_at, until_at
        self._ivr = Ivr()
        self._calls: dict[ContactId, WayTaken] = {}
        self._tables = tables
        self._ivr.desk.apply(tables)

    @property
    def ways(self) -> list[WayTaken]:
        """All of them, in the order in which they came."""
        return list(self._calls.values())

    def of_account(self, account_id: int) -> list[WayTaken]:
        """Those of one account."""
        return [call for call in self._calls.values() if call.account_id == account_id]

    def entry(self, epoch: int, seq: int, message: Input) -> None:
        """One thing that happened in the world."""
        if isinstance(message, ConfigurationApplied):
            self._tables = message.tables
        session = _whose(self._ivr.desk, message)
        call = self._calls.get(session.contact) if session is not None else None
        if session is not None and call is not None and session.phase in _IN_THE_FLOW:
            _note(self._ivr.desk, call, session, message)
        turn = Turn(name=entry_name(self._prefix, epoch, seq), at=message.at)
        if isinstance(message, CallArrived) and self._from_at <= message.at < self._until_at:
            number = self._ivr.desk.number(message.did)
            account_id = number.account_id if number is not None else 1
            self._calls[ContactId(turn.name)] = WayTaken(turn.name, account_id, message, self._tables)
        for said in handled(self._ivr, message, turn):
            self._said(said, message.at)
        if session is not None and call is not None:
            if session.phase in GIVEN_AWAY:
                _ends(call, "left", message.at)
            elif isinstance(message, LegEnded | LegFailed):
                _ends(call, "hung_up", message.at)

    def event(self, event: Event) -> None:
        """What the center really said: the way as it was recorded."""
        if isinstance(event, NodeEntered) and (call := self._calls.get(event.contact)):
            call.recorded_nodes.append(event.node)

    def _said(self, said: Message, at: float) -> None:
        match said:
            case NodeEntered(contact=contact, node=node) if contact in self._calls:
                if not self._calls[contact].end:
                    self._calls[contact].nodes.append(node)
            case ContactQueued(contact=contact, queue=queue) if contact in self._calls:
                _ends(self._calls[contact], "queue", at, str(queue))


def handled(ivr: Ivr, message: Message, turn: Turn) -> Iterator[Message]:
    """What the engine says to a message, and to its own events after it, as in a whole center."""
    ivr.handle(message, turn)
    done = 0
    while done < len(turn.said):
        said = turn.said[done]
        done += 1
        if isinstance(said, Event):
            ivr.handle(said, turn)
        yield said


def is_silence(message: Input) -> bool:
    """Whether it tells that no key was pressed for too long."""
    return isinstance(message, TimerFired) and message.timer.startswith(_KEY_TIMER)


def is_late(desk: Desk, session: Session, message: Input) -> bool:
    """Whether it tells of a silence in which something is said already: then nobody waits for a key."""
    return is_silence(message) and session.playback is not None and not walk.speaks_in_time(desk, session)


def _ends(call: WayTaken, how: str, at: float, queue: str = "") -> None:
    if not call.end:
        call.end, call.queue, call.ended_at = how, queue, at


def _note(desk: Desk, call: WayTaken, session: Session, message: Input) -> None:
    if isinstance(message, LookedUp):
        call.looked_up = message
    elif not call.end and not is_late(desk, session, message):
        call.did.setdefault(session.node, []).append(message)


def _whose(desk: Desk, message: Input) -> Session | None:
    """The caller whom it concerns; None: nobody who is in the IVR."""
    match message:
        case DigitPressed() | LegEnded() | LegFailed() | LegSilent() | LegSpoke():
            return desk.of_leg(message.leg)
        case LookedUp():
            key = desk.look_ups.get(message.look_up)
        case ActionDone() | ActionFailed():
            key = desk.actions.get(message.action)
        case SecretBegun() | SecretHeard():
            key = desk.secrets.get(message.secret)
        case SpeechHeard() | SpeechMissed():
            key = desk.listenings.get(message.listening)
        case RecordingStored() | RecordingFailed():
            key = desk.recordings.get(message.recording, (None, 0))[0]
        case TimerFired() if is_silence(message):
            key = ContactId(message.timer.removeprefix(_KEY_TIMER))
        case _:
            return None
    return desk.sessions.get(key) if key is not None else None
