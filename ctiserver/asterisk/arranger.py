"""Makes the bridges that contacts want.

It asks only for differences (`legs.steps`) to what it has asked for before, without waiting for answers, for
the requests of one contact stay in order. Where Asterisk refuses a step, or a leg is found outside, the bridges
are read again, and what is wanted by then is asked for once more. A bridge that its last leg has left by ending
is destroyed.
"""

from collections.abc import Callable
from typing import Any

import structlog
from twisted.python.failure import Failure

from ctiserver.asterisk import ari_wire
from ctiserver.asterisk.ari_request import Request
from ctiserver.asterisk.asking import Send, ignore_refusal
from ctiserver.asterisk.legs import (
    AddLeg,
    CloseEar,
    CreateBridge,
    DestroyBridge,
    MuteLeg,
    OpenEar,
    PlaceEar,
    RemoveLeg,
    Seen,
    SeenBridge,
    Step,
    UnmuteLeg,
    steps,
)
from ctiserver.core.commands import Arrange
from ctiserver.core.errors import CallGone, SwitchRefused, SwitchUnreachable
from ctiserver.core.ids import ContactId, ConversationId, LegId
from ctiserver.core.topology import Kind

log = structlog.get_logger()
_KINDS = {name: kind for kind, name in ari_wire.BRIDGE_TYPES.items()}


def seen_bridges(listed: list[dict[str, Any]], installation: str) -> Seen:
    """The bridges of ours among those that ARI lists."""
    return Seen(
        {
            ConversationId(it["id"]): SeenBridge(
                _KINDS.get(it.get("bridge_type", ""), Kind.TALK),
                ContactId(it.get("name", "")),
                [LegId(leg) for leg in it.get("channels", []) if not leg.startswith(ari_wire.SPY)],
            )
            for it in listed
            if it["id"].startswith(f"{installation}-")
        }
    )


class Arranger:
    """`seen` is what Asterisk holds once it has done all that was asked; `wanted` tells what a contact wants now."""

    def __init__(
        self, send: Send, installation: str, app: str, wanted: Callable[[ContactId], Arrange | None]
    ) -> None:
        self._send = send
        self._installation, self._app = installation, app
        self._wanted = wanted
        self.seen = Seen()

    def arrange(self, command: Arrange, key: str, *, again: bool = False) -> None:
        """Asks for all that is missing; `key` keeps the requests of the contact in order."""
        for step in steps(command.contact, command.conversations, self.seen):
            self.seen.apply(step)
            self._send(_request(step, self._app), key).addErrback(self._failed, step, command, key, again)

    def leg_ended(self, leg: LegId, key: str) -> None:
        """The leg is out of everything, and what it leaves empty goes."""
        self.seen.forget(leg)
        if empty := self.seen.take_out(leg):
            if empty in self.seen.ears:
                self.seen.apply(CloseEar(empty))
                self._send(ari_wire.hang_up(ari_wire.SPY + empty), key).addErrback(ignore_refusal)
            self.seen.apply(DestroyBridge(empty))
            self._send(ari_wire.destroy_bridge(empty), key).addErrback(ignore_refusal)

    def ear_is_there(self, conversation: ConversationId) -> None:
        """The channel of an ear has entered the application; who closed it meanwhile wants it no more."""
        bridge = self.seen.bridges.get(conversation)
        if bridge is not None and conversation in self.seen.ears:
            request = ari_wire.place_spy(conversation)
        else:
            request = ari_wire.hang_up(ari_wire.SPY + conversation)
        self._send(request, bridge.contact if bridge else conversation).addErrback(ignore_refusal)

    def _failed(self, failure: Failure, step: Step, command: Arrange, key: str, again: bool) -> None:
        error = failure.value
        match step, error:
            case _, SwitchUnreachable():
                return
            case CreateBridge(), SwitchRefused(status=409):
                return  # it was made before a restart
            case AddLeg(leg=leg), CallGone():
                self.leg_ended(leg, key)  # its LegEnded is on the way
                return
            case _, CallGone():
                return
        self._not_done(step)
        log.error("step_refused", step=repr(step), contact=command.contact, reason=str(error))
        if not again:
            self.look_again(command.contact, key)

    def _not_done(self, step: Step) -> None:
        """What no list of bridges tells is asked for again, now and with every arrangement until it is so."""
        match step:
            case MuteLeg(leg) | UnmuteLeg(leg):
                self.seen.unsure.add(leg)
            case OpenEar(conversation):
                self.seen.ears.pop(conversation, None)

    def look_again(self, contact: ContactId, key: str) -> None:
        """Reads what there is, after all that was asked for the contact, and asks for what is missing."""
        read = self._send(ari_wire.bridges(), key)
        read.addCallback(self._try_again, contact, key)
        read.addErrback(ignore_refusal)

    def _try_again(self, listed: list[dict[str, Any]], contact: ContactId, key: str) -> None:
        there = seen_bridges(listed, self._installation)
        for conversation in self.seen.of(contact):
            self.seen.apply(DestroyBridge(conversation))
        for conversation in there.of(contact):
            self.seen.bridges[conversation] = there.bridges[conversation]
        if (wanted := self._wanted(contact)) is not None:
            self.arrange(wanted, key, again=True)


def _request(step: Step, app: str) -> Request:
    match step:
        case CreateBridge(conversation, kind, contact):
            return ari_wire.create_bridge(conversation, kind, contact)
        case AddLeg(conversation, leg, kind):
            return ari_wire.add_leg(conversation, leg, kind)
        case RemoveLeg(conversation, leg):
            return ari_wire.remove_leg(conversation, leg)
        case DestroyBridge(conversation):
            return ari_wire.destroy_bridge(conversation)
        case OpenEar(conversation, leg):
            return ari_wire.spy(leg, conversation, app)
        case PlaceEar(conversation):
            return ari_wire.place_spy(conversation)
        case CloseEar(conversation):
            return ari_wire.hang_up(ari_wire.SPY + conversation)
        case MuteLeg(leg):
            return ari_wire.mute(leg)
        case UnmuteLeg(leg):
            return ari_wire.unmute(leg)
