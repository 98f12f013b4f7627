"""Legs that we ring: phones of ours at once, numbers outside once they are permitted and a carrier has a line."""

from collections.abc import Callable, Mapping

import structlog

from ctiserver.asterisk import ari_wire
from ctiserver.asterisk.ari_request import Request
from ctiserver.asterisk.asking import Ask
from ctiserver.asterisk.carriers import Carrier, Carriers
from ctiserver.asterisk.clock import Clock
from ctiserver.asterisk.known_leg import Reason
from ctiserver.asterisk.permitted import PermitBook, PermittedDials
from ctiserver.asterisk.translate import Translator
from ctiserver.core.commands import DialCustomer, DialLeg, DialOutside
from ctiserver.core.errors import SwitchError
from ctiserver.core.ids import LegId
from ctiserver.core.message import Input

log = structlog.get_logger()


class Dialling:
    """Never raises: a leg that does not ring is told as failed. `key`: whose requests stay in order with a leg's."""

    def __init__(
        self,
        *,
        ask: Ask,
        app: str,
        clock: Clock,
        key: Callable[[LegId], str],
        translator: Translator,
        tell: Callable[[list[Input]], None],
        permits: PermitBook,
        carriers: Mapping[str, Carrier],
    ) -> None:
        self._ask = ask
        self._app = app
        self._clock = clock
        self._key = key
        self._translator = translator
        self._tell = tell
        self.carriers = Carriers(
            known=carriers, app=app, now=clock.now, ring=self._ring_outside, refuse=self._refuse
        )
        self._customers = PermittedDials(
            permits, self.carriers.dial, lambda leg: self._refuse(leg, "not_permitted")
        )

    def dial(self, command: DialLeg | DialCustomer | DialOutside) -> None:
        """Rings it, if it may be rung; with a permit only once that was found good."""
        if isinstance(command, DialLeg):
            self._dial_own(command)
            return
        self._translator.dialled(command.leg, customer=True)
        if command.permit is not None:
            self._customers.dial(command, command.permit)
        else:
            self.carriers.dial(command)

    def dropped(self, leg: LegId) -> None:
        """It is not wanted any more: who does not ring yet never will."""
        self._customers.dropped(leg)
        self.carriers.dropped(leg)

    def forget(self) -> None:
        """The link is down: what is still wanted is dialled anew."""
        self._customers.forget()
        self.carriers.forget()

    def _dial_own(self, command: DialLeg) -> None:
        self._translator.dialled(command.leg)
        if ari_wire.is_own_phone(command.endpoint):
            self._ring(command.leg, ari_wire.dial(command, self._app))
        else:
            log.error("not_a_phone_of_ours", leg=command.leg, pii_endpoint=command.endpoint)
            self._refuse(command.leg, "not_permitted")

    def _ring_outside(self, leg: LegId, request: Request) -> None:
        self._translator.dialled(leg, customer=True)
        self._ring(leg, request)

    def _ring(self, leg: LegId, request: Request) -> None:
        def refused(_error: SwitchError) -> None:
            self._refuse(leg)

        self._ask(request, self._key(leg), gone=refused, refused=refused)

    def _refuse(self, leg: LegId, reason: Reason = "refused") -> None:
        self._tell(self._translator.refused(leg, self._clock.now(), reason))
