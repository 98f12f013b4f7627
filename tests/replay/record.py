"""Records the streams anew, from calls on a real Asterisk: `python -m tests.replay.record [STORY...]`."""

import copy
import re
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from ctiserver.core import inputs as i
from ctiserver.core import wire
from ctiserver.core.message import Input
from ctiserver.journal.line import Entry
from ctiserver.journal.readers import JournalReader
from ctiserver.process import folders
from tests.integration.ari_proxy import AriProxy
from tests.integration.daemon import ORDINARY, VALUABLE, RunningCenter, center
from tests.integration.sipp import until
from tests.replay.stream import FOLDER, Line, Replay, plain, recorded_seconds

OPERATOR = [(0.3, "0")]
_KEPT = {
    "channel": ("id", "name", "state", "caller", "dialplan"),
    "peer": ("id", "name", "state"),
    "bridge": ("id", "bridge_type", "channels"),
    "playback": ("id", "state"),
    "recording": ("name", "state", "duration", "cause"),
}
_FROM_EVENTS = (
    *(i.CallArrived, i.DigitPressed, i.PromptStarted, i.PromptEnded, i.RecordingStored, i.RecordingFailed),
    *(i.LegRinging, i.LegAnswered, i.LegJoined, i.LegLeft, i.LegFailed, i.LegEnded),
)
_NAMES = {kind.__name__ for kind in _FROM_EVENTS}


# Stories


def normal_call(c: RunningCenter) -> None:
    with c.phone("ann", ring_seconds=0.3) as ann, c.call(number=VALUABLE, keys=[(0.5, "1")]) as caller:
        c.set_status("ann", "available")
        until(lambda: c.probe.told("NodeEntered", node="invoices"), "the second menu")
        caller.press("1")
        c.wait_stage("talking")
        c.talk_a_while()
        ann.hang_up()
        c.wait_stage("survey")
        caller.press("1")
        c.dispose("ann")
        caller.press("5")
        until(lambda: c.probe.told("SurveyAnswered", question="satisfaction"), "the first answer")
        caller.press("1")
        caller.wait_ended(seconds=20)


def caller_abandons_while_ringing(c: RunningCenter) -> None:
    with c.phone("ann", ring_seconds=None) as ann, c.call(number=ORDINARY, keys=OPERATOR) as caller:
        c.set_status("ann", "available")
        ann.wait_ringing()
        until(lambda: c.probe.pops, "the screen pop")
        caller.hang_up()
        c.wait_activity("ann", "idle")


def busy_phone(c: RunningCenter) -> None:
    with (
        c.phone("ann", ring_seconds=0.1, reject_code=486),
        c.phone("bob", ring_seconds=0.1),
        c.call(number=ORDINARY, keys=OPERATOR) as caller,
    ):
        c.set_status("ann", "available")
        until(lambda: c.probe.told("OfferRefused", agent="ann"), "a busy phone")
        c.set_status("bob", "available")
        c.wait_stage("talking")
        caller.hang_up()
        c.wait_activity("bob", "wrapping_up")
        c.dispose("bob")


STORIES: dict[str, Callable[[RunningCenter], None]] = {
    story.__name__: story for story in (normal_call, caller_abandons_while_ringing, busy_phone)
}


# Recording


class ListeningProxy(AriProxy):
    """Keeps every event that Asterisk sends to the application."""

    def __init__(self, http_port: int, app: str) -> None:
        super().__init__(http_port)
        self.events: list[dict[str, Any]] = []
        self._app = app
        self._buffers: dict[int, bytes] = {}

    def _told(self, side: Any, data: bytes) -> None:
        buffer = self._buffers.get(id(side), b"") + data
        if buffer.startswith(b"HTTP"):
            end = buffer.find(b"\r\n\r\n")
            buffer = buffer[end + 4 :] if end >= 0 else buffer
        while not buffer.startswith(b"HTTP") and (size := _frame(buffer)) and len(buffer) >= sum(size):
            self._frame(buffer[0] & 0x0F, buffer[size[0] : sum(size)])
            buffer = buffer[sum(size) :]
        self._buffers[id(side)] = buffer

    def _frame(self, kind: int, payload: bytes) -> None:
        if kind == 1:
            event = msgspec.json.decode(payload)
            if event.get("application") == self._app:
                self.events.append(event)


def _frame(data: bytes) -> tuple[int, int] | None:
    """Bytes of the header and of the payload of a server's frame (RFC 6455, 5.2); None: not whole yet."""
    if len(data) < 4:
        return None
    length = data[1] & 0x7F
    if length < 126:
        return 2, length
    extra = 2 if length == 126 else 8
    return (2 + extra, int.from_bytes(data[2 : 2 + extra], "big")) if len(data) >= 2 + extra else None


def record(story: Callable[[RunningCenter], None], folder: Path) -> list[Line]:
    """The stream of one story."""
    with center(folder, start=False) as c:
        settings = c.asterisk.config.asterisk
        with ListeningProxy(settings.http_port, settings.app) as proxy:
            text = c.config_file.read_text()
            section = f'[asterisk]\nari_url = "{proxy.url}"'
            c.config_file.write_text(re.sub(r"(?m)^\[asterisk\]$", section, text, count=1))
            c.start()
            story(c)
            c.wait_records()
            c.asterisk.wait_quiet()
            c.stop()
        name = c.asterisk.config.installation.name
        lines = JournalReader(folders.journal_dir(c.asterisk.config), entries=True).read(1_000_000)
        bodies = [_anonymous(line.body, name) for line in lines if isinstance(line, Entry)]
        events = msgspec.json.decode(_anonymous(msgspec.json.encode(proxy.events), name))
    return merged([shortened(event) for event in events], [wire.decode_input(body) for body in bodies])


def _anonymous(text: bytes, name: str) -> bytes:
    return text.replace(name.encode(), b"test")


def shortened(event: dict[str, Any]) -> dict[str, Any]:
    """An event without what nobody reads: paths and versions of the machine among it."""
    kept = {key: it for key, it in event.items() if not isinstance(it, dict) and key != "asterisk_id"}
    for part, keys in _KEPT.items():
        if part in event:
            kept[part] = {key: event[part][key] for key in keys if key in event[part]}
    return kept


def merged(events: list[dict[str, Any]], entries: list[Input]) -> list[Line]:
    """Events and entries in the order in which production saw them; every entry has its place."""
    run, waiting, lines = Replay(recorded_seconds(entries)), deque(entries), list[Line]()

    def decide(kind: str) -> None:
        message = waiting.popleft()
        lines.append({kind: plain(message)})
        lines.extend({"command": plain(command)} for command in run.decide(message))

    for event in events:
        happened_at = datetime.fromisoformat(event["timestamp"]).timestamp()
        while waiting and not isinstance(waiting[0], _FROM_EVENTS) and waiting[0].at <= happened_at:
            decide("given")
        while waiting and not _is_next(copy.deepcopy(run.translator).handle(event, waiting[0].at), waiting):
            decide("given")
        at = waiting[0].at if waiting else happened_at
        lines.append({"event": event, "at": at})
        for _ in run.translator.handle(event, at):
            decide("input")
    while waiting:
        decide("given")
    return lines


def _is_next(made: list[Input], waiting: deque[Input]) -> bool:
    return made == list(waiting)[: len(made)]


if __name__ == "__main__":
    for name in sys.argv[1:] or STORIES:
        with tempfile.TemporaryDirectory() as folder:
            stream = record(STORIES[name], Path(folder))
        strange = [it["given"] for it in stream if "given" in it and it["given"]["type"] in _NAMES]
        print(f"{name}: {len(stream)} lines, {len(strange)} inputs without an event: {strange}")
        (FOLDER / f"{name}.jsonl").write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in stream))
