"""How long a technician needs to close his order by telephone: fifty real calls at once through SIPp and Asterisk.

Each types his code and PIN, takes his current order, says that it is done, every third with a part, confirms, and hears
the next order. Nobody interrupts a prompt: the first key comes 1.2 s after its end, each further one 0.4 s after the
last. Seconds count from the answer: to the moment at which the order is closed, and to the end of the next order's
announcement.

    python -m bench.technicians [--calls N]
"""

import argparse
import queue
import tempfile
import time
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.orm import Session

import ivr.demo
from bench import report
from crm_core.caller_secrets import set_pin
from crm_core.users import add_user
from crm_core.work_orders import order_work, parts, technicians
from crm_core.work_orders.work_orders import Author
from ctiserver.app.media import SpokenMedia, prompts_of
from ctiserver.app.sipp_parties import CallerStream
from ctiserver.asterisk import install
from ctiserver.core.commands import Play
from ctiserver.core.config import Config
from ctiserver.process import folders
from tests.integration.bus_probe import BusProbe
from tests.integration.daemon import RunningCenter, center
from tests.integration.sipp import until

DID, PREFIX, PIN, PLACE = "+56221234570", "+56922000", "4820", "Los Leones 1234"
REACTION_SECONDS, KEY_SECONDS = 1.2, 0.4
CALLS, CALLS_PER_SECOND, TALK_SECONDS = 50, 1.0, 90.0
FIRST_CODE = 100
WITH_PART = 3
_NUMBER = f"""
[[numbers]]
did = "{DID}"
flow = "technician"
"""
_SAYS: dict[str, tuple[str, ...]] = {
    "code": ("technician-code",),
    "pin": ("technician-pin",),
    "current": ("order-current", f"name:{PLACE}", "order-current-keys"),
    "closing": ("closing-menu",),
    "done": ("closing-done", "closing-confirm"),
    "part": ("part-ask",),
    "next": ("order-closed", "order-next", f"name:{PLACE}"),
}
"""What is heard at a node."""


class Ears:
    """How long what is said lasts, by its sound files."""

    def __init__(self, config: Config) -> None:
        self._media = SpokenMedia(prompts_of(config))
        asterisk = install.installed(config)
        assert asterisk is not None
        self._sounds = Path(asterisk.data_dir) / "sounds"

    def seconds(self, node: str) -> float:
        play = Play(playback="p", leg="l", says=_SAYS[node], language="es")  # type: ignore[arg-type]
        return sum(self._length(uri.removeprefix("sound:")) for uri in self._media(play))

    def _length(self, name: str) -> float:
        with wave.open(str(self._sounds / f"{name}.wav")) as file:  # an absolute path stays what it is
            return file.getnframes() / file.getframerate()


class Technicians(CallerStream):
    """Callers who press what they are told to: (number of the call, keys, monotonic time of the first)."""

    def __init__(self, sip_port: int, count: int) -> None:
        self.wanted: queue.SimpleQueue[tuple[int, str, float]] = queue.SimpleQueue()
        self._ports: dict[int, int] = {}
        self._answers = 0
        super().__init__(
            sip_port,
            did=DID,
            count=count,
            calls_per_second=CALLS_PER_SECOND,
            talk_seconds=TALK_SECONDS,
            number_prefix=PREFIX,
        )

    def _follow(self) -> None:
        fresh = self.events()[self._answers :]
        self._answers += len(fresh)
        for event in fresh:
            if event.what == "answered":
                self._ports[int(event.call_id.partition("@")[0].rpartition("-")[2])] = int(event.detail)
        for _ in range(self.wanted.qsize()):
            call, keys, due_at = self.wanted.get()
            if call not in self._ports:  # SIPp has not told of the answer yet
                self.wanted.put((call, keys, due_at))
                continue
            for place, key in enumerate(keys):
                after_seconds = due_at + place * KEY_SECONDS - time.monotonic()
                self._presser.press(self._ports[call], key, after_seconds)


class Watch(BusProbe):
    """Hears where each caller is and has him press what he would; keeps when he was answered and done."""

    def __init__(self, url: str, prefix: str, ears: Ears, stream: Technicians) -> None:
        self._ears, self._stream = ears, stream
        self._call: dict[str, int] = {}
        self._confirmed: set[str] = set()
        self.answered: dict[int, float] = {}
        self.closed: dict[int, float] = {}
        super().__init__(url, prefix)

    def _heard(self, _topic: str, body: bytes) -> None:
        for event in msgspec.json.decode(body)["events"]:
            self._one(event)

    def _one(self, event: dict[str, Any]) -> None:
        contact = event.get("contact", "")
        match event["type"]:
            case "ContactArrived":
                self._call[contact] = int(event["pii_number"].removeprefix(PREFIX))
            case "ContactAnswered":
                self.answered[self._call[contact]] = event["at"]
            case "NodeEntered":
                self._at(contact, event["node"], event["at"])
            case "ValueCollected" if event["key"] == "technician_id":
                self._press(contact, "pin", PIN)

    def _at(self, contact: str, node: str, at: float) -> None:
        call = self._call[contact]
        match node:
            case "code":
                self._press(contact, node, f"{FIRST_CODE + call}#")
            case "current" | "closing":
                self._press(contact, node, "1")
            case "done":
                uses = call % WITH_PART == 0 and contact not in self._confirmed
                self._confirmed.add(contact)
                self._press(contact, node, "2" if uses else "1")
            case "part":
                self._press(contact, node, "1#")
            case "next":
                self.closed[call] = at

    def _press(self, contact: str, node: str, keys: str) -> None:
        due_at = time.monotonic() + self._ears.seconds(node) + REACTION_SECONDS
        self._stream.wanted.put((self._call[contact], keys, due_at))


@contextmanager
def _field(calls: int) -> Iterator[RunningCenter]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        with center(folder, more=_NUMBER, start=False) as c:
            text = (Path(ivr.demo.__path__[0]) / "technician.toml").read_text()
            (folder / "flows/technician.toml").write_text(text.replace('"tecnico"', '"servicio"'))
            c.store.write(_people, calls)
            c.start()
            yield c


def _people(session: Session, calls: int) -> None:
    add_user(session, login="dan", name="Dan", password="a-good-password", roles={"dispatcher"})
    parts.put_part(session, 1, "valve", name="Válvula", code="1")
    office = Author(account_id=1, login="dan", at=time.time())
    for call in range(1, calls + 1):
        login = f"t{call}"
        add_user(session, login=login, name=login, password="a-good-password", roles={"technician"})
        new = technicians.put_technician(session, 1, login, code=str(FIRST_CODE + call))
        set_pin(session, 1, "technician", str(new.user_id), PIN, now=office.at)
        for _ in range(2):
            order_work.open_order(
                session, office, kind="repair", subject="Cocina", address=PLACE, technician_login=login
            )


def measure(calls: int) -> str:
    """Has them call, and writes results/technicians."""
    with _field(calls) as c:
        ears = Ears(c.asterisk.config)
        url = folders.redis_url(c.asterisk.config)
        with (
            Technicians(c.asterisk.sip_port, calls) as stream,
            Watch(url, f"{c.asterisk.config.installation.name}:", ears, stream) as watch,
        ):
            until(lambda: len(watch.closed) >= calls, "every order closed", calls + 120, c.log)
        c.asterisk.wait_quiet(60)
        heard = ears.seconds("next")
    seconds = {call: at - watch.answered[call] for call, at in watch.closed.items()}
    rows = []
    for title, chosen in (
        ("all", list(seconds)),
        ("without a part", [call for call in seconds if call % WITH_PART]),
        ("with a part", [call for call in seconds if not call % WITH_PART]),
    ):
        own = [seconds[call] for call in chosen]
        rows.append(
            {
                "calls": f"{title} ({len(own)})",
                "closed p50 s": report.percentile(own, 0.5),
                "closed p90 s": report.percentile(own, 0.9),
                "next order heard p50 s": report.percentile(own, 0.5) + heard,
                "next order heard p90 s": report.percentile(own, 0.9) + heard,
            }
        )
    notes = [
        "from the answer; code and PIN, current order, code, confirmation; no barge-in",
        f"first key {REACTION_SECONDS} s after a prompt, further keys {KEY_SECONDS} s apart",
    ]
    return report.write("technicians", "A technician closes his order by telephone", rows, notes)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS)
    print(measure(parser.parse_args(arguments).calls))


if __name__ == "__main__":
    main()
