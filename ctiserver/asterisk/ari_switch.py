"""Performs commands on Asterisk and tells what happens there, as inputs.

Life: the link comes up -> `on_up(session)` -> the owner notes SwitchUp and calls `resync(belief)` -> hands
the inputs it yields to the engines -> `reissue(belief.pending())`. Between the link's fall and `reissue`,
`perform` does nothing: the belief remembers; events are kept and translated after `reissue`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from twisted.application.service import Service
from twisted.internet.defer import Deferred

from ctiserver.asterisk.ari_service import AriAddress
from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.clock import Clock
from ctiserver.core.commands import Play
from ctiserver.core.message import Command, Input


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEndpoint:
    """An agent's phone: SIP user `name`; `contact` is a fixed address, None means that it registers."""

    name: str
    password: str
    contact: str | None = None


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
    ) -> None:
        raise NotImplementedError

    def perform(self, command: Command) -> None:
        """Does it; commands that are not the switch's (timers, look-ups) are left alone."""
        raise NotImplementedError

    def resync(self, belief: Belief) -> Deferred[list[Input]]:
        """What happened unseen, the last of them SwitchSynced; also deletes what nobody wants.

        Fails with SwitchUnreachable when the link falls meanwhile: `on_up` comes again.
        """
        raise NotImplementedError

    def reissue(self, commands: Sequence[Command]) -> None:
        """Performs `belief.pending()` and goes live: from here on `perform` acts at once."""
        raise NotImplementedError

    def provision(self, agents: Sequence[AgentEndpoint]) -> Deferred[None]:
        """Makes the agents' endpoints known to Asterisk; sends only what changed since the last time."""
        raise NotImplementedError
