"""The switch as the center sees it: commands in, inputs out, on a real Asterisk.

Life: the link comes up -> `on_up(session)` -> the owner notes SwitchUp and calls `resync(belief)` -> hands
the inputs it yields to the engines -> `reissue(belief.pending())`. Between the link's fall and `reissue`,
`perform` does nothing, for the belief remembers; events are kept and translated after `reissue`. The belief
notes each command before it is performed, and each input and event that comes of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTCP
from twisted.python.failure import Failure

from ctiserver.asterisk import cel
from ctiserver.asterisk.agents import AgentEndpoint, AgentPhones
from ctiserver.asterisk.ari_service import AriAddress, AriService
from ctiserver.asterisk.ari_wire import EAR, MEDIA, VOICE_EVENTS
from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.carriers import Carrier
from ctiserver.asterisk.clock import Clock
from ctiserver.asterisk.event_time import happened_at
from ctiserver.asterisk.look import Look
from ctiserver.asterisk.performer import Performer
from ctiserver.asterisk.permitted import ClosedBook, PermitBook
from ctiserver.asterisk.reality import read_reality, recorded_seconds
from ctiserver.asterisk.resync import Reality, differences, orphans
from ctiserver.asterisk.secret_keys import SecretKeys
from ctiserver.asterisk.translate import AriEvent, Translator
from ctiserver.core.commands import Listen, Play
from ctiserver.core.errors import SwitchUnreachable
from ctiserver.core.ids import ConversationId, LegId, RecordingId
from ctiserver.core.inputs import LegLeft
from ctiserver.core.message import Command, Input

_SETTLED_SECONDS = 1.0
_NO_CARRIERS: Mapping[str, Carrier] = {}

log = structlog.get_logger()


def _nobody_listens(listen: Listen, connection: str) -> None:
    """Without a recogniser the engines ask for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchFolders:
    """Asterisk's own files that we read: recordings (`<id>.wav`) and the CEL file."""

    recordings: Path
    cel_file: Path


class AriSwitch(Service):
    """`perform` never raises: what fails comes back as an input."""

    def __init__(
        self,
        *,
        reactor: IReactorTCP,
        address: AriAddress,
        installation: str,
        app: str,
        request_sockets: int,
        folders: SwitchFolders,
        clock: Clock,
        random: Callable[[], float],
        media: Callable[[Play], Sequence[str]],
        emit: Callable[[Input], None],
        on_up: Callable[[str], None],
        on_down: Callable[[], None],
        on_replaced: Callable[[], None],
        machine_ahead_seconds: Callable[[], float] = lambda: 0.0,
        permits: PermitBook | None = None,
        carriers: Mapping[str, Carrier] = _NO_CARRIERS,
        hear: Callable[[Listen, str], None] = _nobody_listens,
        secrets: SecretKeys | None = None,
    ) -> None:
        """`permits` None: no customer is ever dialled. `hear` takes the sound of a leg from `/media/<its text>`.

        `carriers`: what each trunk wants, by its name. `secrets`: where secret keys are kept until they are checked.
        """
        self._machine_ahead_seconds = machine_ahead_seconds
        self._installation = installation
        self._app = app
        self._folders = folders
        self._clock = clock
        self._emit = emit
        self._on_up = on_up
        self._on_down = on_down
        self._ari = AriService(
            reactor=reactor,
            address=address,
            app=app,
            request_sockets=request_sockets,
            clock=clock,
            random=random,
            on_up=self._up,
            on_down=self._down,
            on_event=self._event,
            on_replaced=on_replaced,
        )
        self._secrets = secrets or SecretKeys()
        self._translator = Translator(
            file_seconds=lambda recording: recorded_seconds(folders.recordings, recording)
        )
        self._performer = Performer(
            request=self._ari.request,
            app=app,
            installation=installation,
            recordings=folders.recordings,
            clock=clock,
            media=media,
            translator=self._translator,
            tell=self._told,
            permits=permits or ClosedBook(),
            carriers=carriers,
            hear=hear,
            secrets=self._secrets,
        )
        self._phones = AgentPhones(self._ari.request)
        self._belief = Belief()
        self._reality = Reality(app=app)
        self._look = Look(
            request=self._ari.request,
            clock=clock,
            app=app,
            installation=installation,
            cel_file=folders.cel_file,
            tell=self._told,
            put_back=self._performer.put_back,
        )
        self._live = False
        self._kept: list[AriEvent] = []

    def startService(self) -> None:
        """Begins to connect."""
        super().startService()  # type: ignore[no-untyped-call]
        self._ari.startService()

    def stopService(self) -> None:
        """Closes the link; calls go on in Asterisk, their fuses burn from now."""
        super().stopService()  # type: ignore[no-untyped-call]
        self._rest()
        self._ari.stopService()

    def perform(self, command: Command) -> None:
        """Does it; commands that are not the switch's (timers, look-ups) are left alone."""
        if self._live:
            self._performer.perform(command)

    def provision(self, agents: Sequence[AgentEndpoint]) -> Deferred[None]:
        """Makes the agents' endpoints known to Asterisk; sends only what changed since the last time.

        Fails with a SwitchError; `on_up` comes again, and with it the time to call it again.
        """
        return Deferred.fromCoroutine(self._phones.tell(agents))

    # Belief and reality

    def resync(self, belief: Belief) -> Deferred[list[Input]]:
        """What happened unseen, the last of them SwitchSynced. The belief is kept and read later on.

        Fails with a SwitchError when the link falls meanwhile: `on_up` comes again.
        """
        self._belief = self._performer.belief = belief
        return Deferred.fromCoroutine(self._compare()).addErrback(self._not_compared)

    async def _compare(self) -> list[Input]:
        belief = self._belief
        self._reality = await read_reality(
            self._ari.request,
            belief,
            app=self._app,
            installation=self._installation,
            recordings=self._folders.recordings,
        )
        records = cel.read_all(self._folders.cel_file, belief.cel_inode, belief.cel_offset)
        return differences(belief, self._reality, records, self._clock.now())

    def _not_compared(self, failure: Failure) -> Failure:
        """Without a comparison nothing can be done: connecting anew gives another one."""
        if not isinstance(failure.value, SwitchUnreachable):
            self._ari.reconnect(f"belief and reality could not be compared: {failure.value}")
        return failure

    def reissue(self, commands: Sequence[Command]) -> None:
        """Performs `belief.pending()` and goes live: from here on `perform` acts at once.

        Deletes what nobody wants, then performs, then tells the events that came meanwhile.
        """
        self._translator.adopt(self._belief)
        self._performer.adopt(self._reality.bridges)
        self._performer.dialling.carriers.adopt(self._reality.channels)
        self._performer.delete(orphans(self._belief, self._reality, self._installation))
        self._live = True
        self._ari.settled()
        for command in commands:
            self._performer.perform(command)
        kept, self._kept = self._kept, []
        for event in kept:
            self._translate(event)
        self._look.begin(self._belief)

    # What the link tells

    def _up(self, session: str) -> None:
        self._kept.clear()
        self._phones.begin(session)
        self._on_up(session)

    def _down(self) -> None:
        self._rest()
        self._on_down()

    def _rest(self) -> None:
        self._live = False
        self._kept.clear()
        self._performer.rest()
        self._look.rest()

    def _event(self, event: AriEvent) -> None:
        if self._live:
            self._translate(event)
        else:
            self._kept.append(event)

    def _translate(self, event: AriEvent) -> None:
        if event.get("type") == "StasisStart" and event.get("args", [])[:1] == ["snoop"]:
            self._performer.snoop_is_there(RecordingId(event["args"][1]))
        elif event.get("type") == "StasisStart" and event.get("args", [])[:1] == ["spy"]:
            self._performer.ear_is_there(ConversationId(event["args"][1]))
        elif (channel := _channel(event)).startswith((EAR, MEDIA)):
            if event["type"] == "StasisStart" and channel.startswith(MEDIA):
                self._performer.media_is_there(channel)
        else:
            if event.get("type") == "StasisStart":
                self._performer.dialling.carriers.took(LegId(channel), event["channel"])
            at = happened_at(event, self._clock.now(), self._machine_ahead_seconds())
            if event.get("type") in VOICE_EVENTS:
                self._performer.voice(event, at)
            self._told(self._translator.handle(event, at))

    def _told(self, inputs: list[Input]) -> None:
        for one in self._performer.dialling.carriers.sifted(self._secrets.sifted(inputs)):
            self._performer.told(one)
            self._emit(one)
            if isinstance(one, LegLeft):
                self._clock.call_later(_SETTLED_SECONDS, partial(self._put_back, one.leg))

    def _put_back(self, leg: LegId) -> None:
        """Who left a conversation is long in the next one, or at his end; else no request of ours took him out."""
        if self._live and self._belief.is_stray(leg):
            log.warning("leg_astray", leg=leg)
            self._performer.put_back(leg)


def _channel(event: AriEvent) -> str:
    return str(event.get("channel", {}).get("id", ""))
