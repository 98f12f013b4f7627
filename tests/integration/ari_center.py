"""The least that owns an AriSwitch: it believes, compares, re-issues, and keeps every input for the test."""

import itertools
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from ctiserver.app.carriers import carriers
from ctiserver.asterisk.agents import AgentEndpoint
from ctiserver.asterisk.ari_service import AriAddress
from ctiserver.asterisk.ari_switch import AriSwitch, SwitchFolders
from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.cel import read_all
from ctiserver.asterisk.conf import cel_file
from ctiserver.core.commands import Answer, Arrange, Play, SetFuse
from ctiserver.core.events import ContactArrived
from ctiserver.core.ids import ContactId, ConversationId, LegId
from ctiserver.core.inputs import CallArrived, SwitchDown, SwitchUp
from ctiserver.core.message import Command, Input
from ctiserver.core.topology import Conversation, Kind
from tests.integration.asterisk import PrivateAsterisk
from tests.integration.reactor_thread import ReactorThread
from tests.integration.sipp import Phone, until

Told = TypeVar("Told", bound=Input)
_ids = itertools.count(1)


class AriCenter:
    """Everything that touches the switch runs in the reactor's thread; tests read `inputs` from theirs."""

    def __init__(
        self,
        asterisk: PrivateAsterisk,
        thread: ReactorThread,
        *,
        belief: Belief | None = None,
        url: str = "",
        media: Callable[[Play], Sequence[str]] = lambda play: [f"sound:{say}" for say in play.says],
        hear: Any = lambda listen, connection: None,
    ) -> None:
        config = asterisk.config
        user, password = asterisk.ari_user
        self.asterisk = asterisk
        self.name = config.installation.name
        self.belief = belief or _belief_from_now(asterisk)
        self.inputs: list[Input] = []
        self.replaced = False
        self.live = False
        self.agents: list[AgentEndpoint] = []
        self.hearing = hear
        self._thread = thread
        self.switch = AriSwitch(
            reactor=thread.reactor,
            address=AriAddress(
                url=url or f"http://127.0.0.1:{config.asterisk.http_port}", user=user, password=password
            ),
            installation=self.name,
            app=config.asterisk.app,
            request_sockets=config.asterisk.request_sockets,
            folders=SwitchFolders(
                recordings=config.asterisk_dir / "spool/recording", cel_file=cel_file(config)
            ),
            clock=thread,
            random=random.random,
            media=media,
            hear=hear,
            emit=self._told,
            on_up=self._up,
            on_down=self._down,
            on_replaced=self._replaced,
            carriers=carriers(config),
        )

    # Life

    def start(self) -> "AriCenter":
        """Returns when belief and reality have been compared."""
        self._thread.run(self.switch.startService)
        self.wait_live()
        return self

    def stop(self) -> None:
        self._thread.run(self.switch.stopService)
        self.live = False

    def wait_live(self, seconds: float = 15) -> None:
        until(lambda: self.live, "a live switch", seconds, self.story)

    def wait_down(self, seconds: float = 15) -> None:
        until(lambda: not self.live, "a dead link", seconds, self.story)

    def __enter__(self) -> "AriCenter":
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    # What the test does

    def perform(self, *commands: Command) -> None:
        """As the engines would: the belief first, then the switch."""
        self._thread.run(self._perform, commands)

    def new_id(self, what: str) -> Any:
        """A fresh name as our ids are made."""
        return f"{self.name}-a-1-{what}{next(_ids)}-1"

    def arrive(self, contact: str, leg: LegId) -> None:
        """The caller's leg is a contact from now on."""
        event = ContactArrived(
            at=0,
            contact=ContactId(contact),
            account_id=1,
            leg=leg,
            did="",
            pii_number="",
            language="es",
            flow="main",
            flow_version="1",
        )
        self._thread.run(self.belief.note, event)

    def provision(self, name: str, phone: Phone, password: str = "secret") -> str:
        """Makes a phone known as an agent's; its endpoint."""
        self.agents.append(AgentEndpoint(name=name, password=password, contact=phone.uri))
        self._thread.run(self.switch.provision, self.agents)
        return f"PJSIP/{name}"

    # What the test sees

    def wait(self, kind: type[Told], seconds: float = 15.0, **fields: object) -> Told:
        """The first input of a kind with such fields, as soon as it is told."""
        until(lambda: self.told(kind, **fields), f"{kind.__name__} {fields}", seconds, self.story)
        return self.told(kind, **fields)[0]

    def told(self, kind: type[Told], **fields: object) -> list[Told]:
        """Inputs of a kind with such fields so far."""
        return [
            one
            for one in list(self.inputs)
            if isinstance(one, kind) and all(getattr(one, k) == v for k, v in fields.items())
        ]

    def story(self) -> str:
        return "\n".join(map(repr, self.inputs))

    def wait_fallback(self, seconds: float = 20) -> None:
        """Returns when a caller is in the dialplan's fallback."""
        until(
            lambda: "!fallback!" in self.asterisk.command("core show channels concise"),
            "the fallback",
            seconds,
        )

    def recording_file(self, recording: str) -> Path:
        return self.asterisk.config.asterisk_dir / "spool/recording" / f"{recording}.wav"

    # The owner's part

    def _perform(self, commands: Sequence[Command]) -> None:
        for command in commands:
            self.belief.note(command)
            self.switch.perform(command)

    def _told(self, one: Input) -> None:
        self.belief.note(one)
        self.inputs.append(one)

    def _up(self, session: str) -> None:
        self._told(SwitchUp(at=self._thread.now(), session=session))
        self.switch.resync(self.belief).addCallbacks(self._synced, lambda failure: None)

    def _synced(self, inputs: list[Input]) -> None:
        for one in inputs:
            self._told(one)
        self.switch.reissue(self.belief.pending())
        self.live = True

    def _down(self) -> None:
        self.live = False
        self._told(SwitchDown(at=self._thread.now()))

    def _replaced(self) -> None:
        self.live = False
        self.replaced = True


def hold(contact: str, conversation: str, *legs: LegId) -> Arrange:
    """The legs wait with music."""
    return arrange(contact, _conversation(conversation, Kind.HOLD, legs))


def talk(contact: str, conversation: str, *legs: LegId) -> Arrange:
    """The legs hear each other."""
    return arrange(contact, _conversation(conversation, Kind.TALK, legs))


def arrange(contact: str, *conversations: Conversation) -> Arrange:
    """The topology of a contact; without conversations each leg is on its own."""
    return Arrange(contact=ContactId(contact), conversations=conversations)


def _conversation(name: str, kind: Kind, legs: tuple[LegId, ...]) -> Conversation:
    return Conversation(id=ConversationId(name), kind=kind, legs=legs)


def arrived(center: AriCenter, *, count: int = 1, fuse_seconds: float = 120) -> LegId:
    """The leg of the count-th call, answered and with a fuse."""
    until(lambda: len(center.told(CallArrived)) >= count, "CallArrived", 15, center.story)
    leg = center.told(CallArrived)[count - 1].leg
    center.perform(Answer(leg=leg), SetFuse(leg=leg, seconds=fuse_seconds))
    return leg


def _belief_from_now(asterisk: PrivateAsterisk) -> Belief:
    """Knows nothing, but that the calls of earlier tests are none of its business."""
    part = read_all(cel_file(asterisk.config), 0, 0)
    return Belief(cel_inode=part.inode, cel_offset=part.offset)
