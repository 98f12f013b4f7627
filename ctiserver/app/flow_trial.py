"""A walk through a flow in the terminal: what a caller would hear is written, what he would press is typed.

The engine is the real one; only the switch and the store are missing. An empty line is silence. An action's outcome is
typed by name, with `value=...` behind it where it gives some; an empty line lets it fail.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ctiserver.core.actions import ActionSpec
from ctiserver.core.commands import DropLeg, ListenSecretly, Play, RunAction, StartRecording
from ctiserver.core.events import ContactQueued, NodeEntered, SurveyOffered, ValueCollected
from ctiserver.core.inputs import (
    ActionDone,
    ActionFailed,
    CallArrived,
    ConfigurationApplied,
    DigitPressed,
    LegAnswered,
    PromptEnded,
    SecretBegun,
    SecretHeard,
    TimerFired,
)
from ctiserver.core.message import Input, Message
from ctiserver.core.tables import Document, Number, Queue, Tables
from ctiserver.core.turn import Turn
from ivr.prompt_manifest import Manifest
from ivr.session import Ivr
from ivr.session_state import Session

_LEG: Any = "caller"
_ASKS = ("menu", "ask", "identify", "voicemail")
_STEP_SECONDS = 10.0


class Trial:
    """`read` gives a line, None at the end of input; `write` takes one."""

    def __init__(
        self,
        document: Document,
        queues: list[str],
        manifest: Manifest,
        actions: Mapping[str, ActionSpec],
        read: Callable[[str], str | None],
        write: Callable[[str], None],
    ) -> None:
        self._ivr, self._now, self._turns = Ivr(), 0.0, 0
        self._manifest, self._actions = manifest, actions
        self._read, self._write = read, write
        self._kind, self._over = "", False
        tables = Tables(
            queues=tuple(Queue(key=key) for key in queues),  # type: ignore[arg-type]
            numbers=(Number(did="*", flow="flow"),),
            flows={"flow": document},
        )
        self._take(ConfigurationApplied(at=0.0, version="trial", tables=tables))

    def walk(self, at: float) -> None:
        """From the first prompt to a queue, an end, or the end of input; the call comes at `at`, epoch seconds."""
        self._now = at
        self._take(CallArrived(at=at, leg=_LEG, did="*", pii_number=""))
        self._take(LegAnswered(at=at, leg=_LEG))
        while not self._over and (session := self._session()) is not None:
            if session.action is not None:
                self._act(session)
            elif session.playback and self._kind not in _ASKS:
                self._take(PromptEnded(at=self._now, playback=session.playback))
            else:
                self._listen(session)

    def _session(self) -> Session | None:
        return next(iter(self._ivr.desk.sessions.values()), None)

    def _listen(self, session: Session) -> None:
        line = self._read("> ")
        if line is None:
            self._over = True
        elif line == "":
            if session.playback:
                self._take(PromptEnded(at=self._now, playback=session.playback))
            self._now += _STEP_SECONDS
            timer: Any = f"ivr:key:{session.contact}"
            self._take(TimerFired(at=self._now, timer=timer, due_at=self._now))
        elif session.secret is not None and line[0] not in "*":
            self._take(SecretBegun(at=self._now, secret=session.secret))
            self._take(SecretHeard(at=self._now, secret=session.secret))
        else:
            for key in line:
                self._take(DigitPressed(at=self._now, leg=_LEG, pii_digit=key))

    def _act(self, session: Session) -> None:
        assert session.action is not None
        line = self._read("  outcome> ")
        if line is None:
            self._over = True
            return
        outcome, *values = line.split() or [""]
        if not outcome:
            self._take(ActionFailed(at=self._now, action=session.action, reason="error"))
            return
        given = dict(value.partition("=")[::2] for value in values)
        self._take(ActionDone(at=self._now, action=session.action, outcome=outcome, values=given))

    def _take(self, message: Input) -> None:
        self._turns += 1
        turn = Turn(name=f"trial-{self._turns}", at=message.at)
        self._ivr.handle(message, turn)
        for said in turn.said:
            self._tell(said)

    def _tell(self, said: Message) -> None:
        match said:
            case NodeEntered(node=node, kind=kind):
                self._kind = kind
                self._write(f"[{node}]")
            case ValueCollected(key=key, value=value):
                self._write(f"  {key} = {value}")
            case Play(says=says, language=language):
                self._write("  " + " ".join(self._words(say, language) for say in says))
            case RunAction(name=name, arguments=arguments):
                spec = self._actions.get(name)
                outcomes = ", ".join(spec.outcomes) if spec else "?"
                self._write(f"  action {name} {arguments}: {outcomes}")
            case ListenSecretly():
                self._write("  (a secret: its keys are not written down)")
            case StartRecording():
                self._write("  (records; # ends it)")
            case ContactQueued(queue=queue):
                self._write(f"-> queue {queue}")
                self._over = True
            case SurveyOffered(survey=survey):
                self._write(f"-> survey {survey}")
                self._over = True
            case DropLeg():
                self._write("-> the end")
                self._over = True

    def _words(self, say: str, language: str) -> str:
        if say in self._manifest.prompts:
            return self._manifest.prompts[say][language].text
        return f"<{say}>"
