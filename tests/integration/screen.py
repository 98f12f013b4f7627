"""A screen as every console keeps it: a snapshot once, then events."""

from typing import Any

import msgspec

from ctiserver.core import wire
from ctiserver.core.live_view import LiveView
from tests.integration.bus_probe import BusProbe
from tests.integration.sipp import until


class Screen:
    """Its view is a snapshot and every event heard since; it asks again only when its bus was away."""

    def __init__(self, probe: BusProbe) -> None:
        self._probe = probe
        self._heal()

    def _heal(self) -> None:
        self._connections = self._probe.connections
        self._heard = len(self._probe.batches)
        self._view = msgspec.convert(self._probe.snapshot(), LiveView)

    def view(self) -> dict[str, Any]:
        """What the screen shows now. Raises what the bus raises while it is away."""
        if self._probe.connections != self._connections:
            self._heal()
        while self._heard < len(self._probe.batches):
            seq, events = self._probe.batches[self._heard]
            self._heard += 1
            if seq and seq <= self._view.seq:
                continue
            for event in events:
                self._view.apply(wire.decode_event(msgspec.json.encode(event)))
            self._view.seq = seq or self._view.seq
        return self._view.state()

    def wait_true(self, seconds: float = 10.0) -> None:
        """Returns when the screen shows what a fresh snapshot shows; `seq` rises also without events."""
        until(
            lambda: _shown(self.view()) == _shown(self._probe.snapshot()),
            "a true screen",
            seconds,
            self._story,
        )

    def _story(self) -> str:
        return f"shown: {self.view()}; true: {self._probe.snapshot()}"


def _shown(view: dict[str, Any]) -> dict[str, Any]:
    whole: dict[str, Any] = msgspec.to_builtins(msgspec.convert(view, LiveView))
    return {name: value for name, value in whole.items() if name != "seq"}
