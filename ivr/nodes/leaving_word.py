"""Nodes for whom nobody has time: a wish to be called back, and a message after the beep.

The wish goes on the call-back list with the number he calls from, or one that he typed. The message is recorded until
`#`, a pause, until he hangs up or until its time is over; a case opens with it, or it waits for the agents of a queue,
unless it is too short to be one, or nothing was heard of him in time.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from ctiserver.core.commands import AwaitSilence, StartRecording, StopRecording
from ctiserver.core.events import CallbackAsked
from ctiserver.core.ids import QueueKey, RecordingId
from ctiserver.core.toml_mistakes import Wrong, wrong
from ivr import messages_left
from ivr.caller import Caller
from ivr.messages_left import SHORTEST_MESSAGE_SECONDS, SILENCE_SECONDS, SPEAKS_WITHIN_SECONDS
from ivr.nodes.base import Known, NodeBase

_RECORDING = "recording"
_END_KEY = "#"


class Callback(NodeBase, tag="callback"):
    """`number`: the variable with the number, "number" is his own; who has none goes to `no_number`."""

    next: str
    no_number: str
    number: str = "number"
    prompts: tuple[str, ...] = ("call-back-later",)

    def exits(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.next, self.no_number)))

    def ways(self) -> Mapping[str, str]:
        return {self.no_number: "–", self.next: ""}

    def says(self) -> tuple[str, ...]:
        return self.prompts

    def uses(self) -> tuple[str, ...]:
        return (self.number,)

    def enter(self, caller: Caller) -> str | None:
        number = caller.value(self.number)
        if not number:
            return self.no_number
        session = caller.session
        caller.tell(
            CallbackAsked(
                at=caller.turn.at,
                contact=session.contact,
                account_id=session.account_id,
                pii_number=number,
                language=session.language,
            )
        )
        caller.hear(self.prompts)
        return None

    def said(self, caller: Caller) -> str | None:
        return self.next


class Voicemail(NodeBase, tag="voicemail"):
    """Records what he says after the prompts and a beep.

    `queue`: whose agents it waits for, as a message left in place of waiting does; None: a case opens with it.
    `speaks_within_seconds`: who has not begun by then leaves none. `unheard`: the node for him; None: he goes on like
    everybody. `failed_to`: the node for whom the recording failed while he spoke; None: that of the unheard.
    """

    prompts: tuple[str, ...]
    next: str
    longest_seconds: float = 120.0
    speaks_within_seconds: float = SPEAKS_WITHIN_SECONDS
    queue: QueueKey | None = None
    unheard: str | None = None
    failed_to: str | None = None

    takes_keys: ClassVar[bool] = True
    keeps_time: ClassVar[bool] = True

    def exits(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.next, self._of_unheard, self._of_failed)))

    def ways(self) -> Mapping[str, str]:
        return {self._of_failed: "!"} | {self._of_unheard: "–"} | {self.next: ""}

    @property
    def _of_unheard(self) -> str:
        return self.unheard or self.next

    @property
    def _of_failed(self) -> str:
        return self.failed_to or self._of_unheard

    def says(self) -> tuple[str, ...]:
        return (*self.prompts, "beep")

    def wrong(self, known: Known) -> Iterator[Wrong]:
        if self.speaks_within_seconds <= 0:
            yield wrong(("speaks_within_seconds",), "no_chance", kind="voicemail")
        if self.longest_seconds <= SHORTEST_MESSAGE_SECONDS:
            yield wrong(("longest_seconds",), "no_chance", kind="voicemail")
        if self.queue is not None and self.queue not in known.queues:
            yield wrong(("queue",), "no_queue", queue=self.queue)

    def enter(self, caller: Caller) -> str | None:
        caller.hear((*self.prompts, "beep"))
        return None

    def said(self, caller: Caller) -> str | None:
        session = caller.session
        session.step, session.recording = _RECORDING, self._recording(caller)
        caller.tell(
            StartRecording(recording=session.recording, leg=session.leg),
            AwaitSilence(leg=session.leg, seconds=SILENCE_SECONDS),
        )
        session.spoke = False
        caller.wait(min(self.speaks_within_seconds, self.longest_seconds))
        return None

    def spoke(self, caller: Caller) -> None:
        session = caller.session
        if session.step == _RECORDING and not session.spoke:
            session.spoke = True
            caller.wait(self.longest_seconds)

    def fell_silent(self, caller: Caller) -> str | None:
        if caller.session.step != _RECORDING:
            return None
        caller.session.spoke = True
        return self._over(caller)

    def _recording(self, caller: Caller) -> RecordingId:
        """The one to begin; a queue that is gone keeps nobody from leaving word."""
        desk, session, turn = caller.desk, caller.session, caller.turn
        if self.queue is not None and desk.has_queue(self.queue):
            return messages_left.begin(desk, session, self.queue, turn, kept=True)
        recording = RecordingId(turn.new_id())
        desk.recordings[recording] = (session.contact, session.account_id)
        return recording

    def pressed(self, caller: Caller, digit: str) -> str | None:
        if digit != _END_KEY:
            return None
        return self._over(caller) if caller.session.step == _RECORDING else self.next

    def silent(self, caller: Caller) -> str | None:
        session = caller.session
        if session.recording is None or session.spoke:
            return self._over(caller)
        messages_left.nothing_said(caller.desk, session.recording)
        self._over(caller)
        return self._of_unheard

    def _over(self, caller: Caller) -> str | None:
        caller.stop_waiting()
        failed = caller.session.recording is None
        stop_recording(caller)
        return self._of_failed if failed else self.next


def stop_recording(caller: Caller) -> None:
    """He says no more; the file may take a moment to be whole."""
    if caller.session.recording is not None:
        caller.tell(StopRecording(recording=caller.session.recording))
        caller.session.recording = None
