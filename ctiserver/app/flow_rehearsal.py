"""A changed flow rehearsed: each caller of a day walks through it once more, and does what he did then.

At each question he does what he did at the question of that name: the same keys, words and silences, and actions have
the outcomes that they had. A question that he was never asked he leaves unanswered, and an action that was not run for
him fails; such calls are told apart (`asked_anew`), for what they would have done nobody knows. He hangs up where he
hung up. What his way takes in time is not rehearsed: he comes to a queue when he really came to one, or when his way
ended.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from ctiserver.app.ways_taken import GIVEN_AWAY, WayTaken, handled, is_late
from ctiserver.core.events import ContactQueued, NodeEntered
from ctiserver.core.inputs import (
    ActionDone,
    ActionFailed,
    DigitPressed,
    LegAnswered,
    LegEnded,
    LegFailed,
    LegSilent,
    LegSpoke,
    PromptEnded,
    RecordingFailed,
    RecordingStored,
    SecretBegun,
    SecretHeard,
    SpeechHeard,
    SpeechMissed,
    TimerFired,
)
from ctiserver.core.message import Input, Message
from ctiserver.core.rehearsals import FlowsRehearsed, Way, WayEnd, WaysEnd
from ctiserver.core.tables import Document, Tables
from ctiserver.core.turn import Turn
from ivr.desk import key_timer
from ivr.session import Ivr
from ivr.session_state import Phase, Session

_MOST_STEPS = 300
"""Of one call: who has not come to an end by then goes round in circles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewalked:
    """One call: the way that it took, the one that it would take, and what it would be counted as there."""

    taken: WayTaken
    after: Way
    value_class: str


def walk_all(
    calls: Sequence[WayTaken], flow: str, document: Document
) -> tuple[list[Rewalked], FlowsRehearsed]:
    """Every call through the flows of that day, with `document` in the place of `flow`.

    Left out are calls that do not go their own way again even with nothing changed.
    """
    walked, unlike = [], 0
    for call in calls:
        same = Walk(call, call.tables)
        if call.unlike or same.walk() != call.way:
            unlike += 1
            continue
        changed = Walk(call, _with(call.tables, flow, document))
        walked.append(Rewalked(taken=call, after=changed.walk(), value_class=changed.value_class))
    return walked, FlowsRehearsed(
        calls=len(walked),
        unlike=unlike,
        asked_anew=sum(one.after.asked_anew for one in walked),
        ends=_ends(walked),
    )


def _ends(walked: Sequence[Rewalked]) -> tuple[WaysEnd, ...]:
    before = Counter((one.taken.way.end, one.taken.queue) for one in walked)
    after = Counter((one.after.end, one.after.queue) for one in walked)
    return tuple(
        WaysEnd(end=end, queue=queue, before=before[end, queue], after=after[end, queue])
        for end, queue in sorted({*before, *after}, key=lambda one: (one[0] != "queue", one))
    )


def _with(tables: Tables, flow: str, document: Document) -> Tables:
    return msgspec.structs.replace(tables, flows={**tables.flows, flow: document})


class Walk:
    """One caller in an IVR of his own."""

    def __init__(self, call: WayTaken, tables: Tables) -> None:
        self._call, self._ivr = call, Ivr()
        self._ivr.desk.apply(tables)
        self._now, self._turns = call.arrived.at, 0
        self._left = {node: list(did) for node, did in call.did.items()}
        self._nodes: list[str] = []
        self._end: tuple[WayEnd, str] | None = None
        self._asked_anew = False
        self.value_class = tables.unknown_class

    def walk(self) -> Way:
        """From his arrival to where the flow gives him away."""
        self._take(self._call.arrived)
        session = self._session()
        if session is not None and session.look_up and self._call.looked_up is not None:
            self._take(msgspec.structs.replace(self._call.looked_up, look_up=session.look_up))
        self._take(LegAnswered(at=self._now, leg=self._call.arrived.leg))
        for _ in range(_MOST_STEPS):
            session = self._session()
            if self._end is not None or session is None:
                break
            self.value_class = session.value_class or self.value_class
            self._take(self._next(session))
        end, queue = self._end or ("other", "")
        return Way(nodes=tuple(self._nodes), end=end, queue=queue, asked_anew=self._asked_anew)

    def _session(self) -> Session | None:
        return next(iter(self._ivr.desk.sessions.values()), None)

    def _next(self, session: Session) -> Input:
        """What happens to him next: what happened at this node, else what happens to whoever does nothing."""
        pending = self._left.get(session.node, [])
        while pending:
            message = _again(pending[0], session)
            if message is not None:
                if session.playback and is_late(self._ivr.desk, session, message):
                    return PromptEnded(at=self._now, playback=session.playback)
                done = pending.pop(0)
                self._now = max(self._now, done.at)
                return message
            if session.playback:
                return PromptEnded(at=self._now, playback=session.playback)
            pending.pop(0)
        if session.action is not None:
            self._asked_anew = True
            return ActionFailed(at=self._now, action=session.action, reason="error")
        if session.playback:
            return PromptEnded(at=self._now, playback=session.playback)
        if session.phase is Phase.FLOW and session.node not in self._call.did:
            self._asked_anew = True
        timer = key_timer(session)
        return TimerFired(at=self._now, timer=timer, due_at=self._now)

    def _take(self, message: Input) -> None:
        self._turns += 1
        turn = Turn(name=f"rehearsal-{self._turns}", at=message.at)
        for said in handled(self._ivr, message, turn):
            self._said(said)
        session = self._session()
        if session is not None and session.phase in GIVEN_AWAY:
            self._ends("left")
        elif isinstance(message, LegEnded | LegFailed):
            self._ends("hung_up")

    def _said(self, said: Message) -> None:
        match said:
            case NodeEntered(node=node):
                self._nodes.append(node)
            case ContactQueued(queue=queue, value_class=value_class):
                self.value_class = value_class
                self._ends("queue", str(queue))

    def _ends(self, how: WayEnd, queue: str = "") -> None:
        self._end = self._end or (how, queue)


def _again(message: Input, session: Session) -> Input | None:
    """The same thing in this call, where things have other names; None: there is nothing that it could answer."""
    names: Mapping[type[Input], tuple[str, str | None]] = {
        ActionDone: ("action", session.action),
        ActionFailed: ("action", session.action),
        SecretBegun: ("secret", session.secret),
        SecretHeard: ("secret", session.secret),
        SpeechHeard: ("listening", session.listening),
        SpeechMissed: ("listening", session.listening),
        RecordingStored: ("recording", session.recording),
        RecordingFailed: ("recording", session.recording),
    }
    if isinstance(message, DigitPressed | LegEnded | LegFailed | LegSilent | LegSpoke):
        return msgspec.structs.replace(message, leg=session.leg)
    if isinstance(message, TimerFired):
        return msgspec.structs.replace(message, timer=key_timer(session))
    name, value = names.get(type(message), ("", None))
    return msgspec.structs.replace(message, **{name: value}) if value is not None else None
