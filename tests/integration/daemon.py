"""A whole center for tests: private Asterisk, `ctiserver serve`, a small company in the store.

    with center(tmp_path) as c, c.phone("ann") as ann, c.call(keys=[(1, "11")]) as caller: ...

At its end nothing may be left: no channel, no bridge, no process.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from crm_core import schema
from crm_core.agents import Skill, add_agent
from crm_core.contact_reasons import ContactReason
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.dispositions import Disposition
from crm_core.interactions import Interaction
from crm_core.phone_numbers import normalise
from crm_core.queues import add_queue, let_serve
from crm_core.users import add_user
from ctiserver.core.errors import CtiError
from ctiserver.core.tables import Timing
from ctiserver.process import folders
from tests.integration.asterisk import PrivateAsterisk, private_asterisk, reserved_port
from tests.integration.bus_probe import BusProbe
from tests.integration.sipp import Caller, Phone, until

AGENTS = ("ann", "bob")
VALUABLE, ORDINARY = "+56922220001", "+56922220002"
SHORT_TALK_SECONDS = Timing().short_talk_seconds
_FLOWS = Path(__file__).parent / "flows"


@dataclass(slots=True)
class RunningCenter:
    """The center and what tests ask of it."""

    asterisk: PrivateAsterisk
    store: Store
    ports: dict[str, int]
    folder: Path
    config_file: Path
    process: subprocess.Popen[bytes] | None = None
    bus: BusProbe | None = None
    extra: list[subprocess.Popen[bytes]] = field(default_factory=list)
    reason: str = ""
    """The contact reason that its agents give when a test says nothing of it."""

    # Processes

    def start(self) -> None:
        """`ctiserver serve`; returns when it is live."""
        log = (self.folder / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ctiserver.app", "--config", str(self.config_file), "serve"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        config = self.asterisk.config
        self.bus = self.bus or BusProbe(folders.redis_url(config), prefix=f"{config.installation.name}:")
        self.wait_live()

    def wait_live(self, seconds: float = 60.0) -> None:
        """Returns when the calls process answers and has Asterisk in reach."""
        until(lambda: self.live() is not None, "a live center", seconds, self.log)

    def live(self) -> dict[str, Any] | None:
        """The live view, or None while there is no live center."""
        try:
            view = self.probe.snapshot()
        except (CtiError, TimeoutError):
            return None
        return view if view["switch_up"] else None

    @property
    def probe(self) -> BusProbe:
        assert self.bus is not None
        return self.bus

    def children(self) -> dict[str, int]:
        """Process ids of the parent's children by name: redis, calls, jobs, console, speech."""
        assert self.process is not None
        found = {}
        for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            try:
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            except (FileNotFoundError, ProcessLookupError):  # it has just ended
                continue
            parts = {"calls": "calls", "jobs": "jobs", "agent_console": "console", "speech-worker": "speech"}
            name = "redis" if "redis" in words[0] else next((parts[w] for w in words if w in parts), "")
            found[name] = int(pid)
        return found

    @property
    def calls_pid(self) -> int:
        """The calls process of now; waits for one."""
        pid = 0

        def running() -> bool:
            nonlocal pid
            pid = self.children().get("calls", 0)
            return pid > 0

        until(running, "a calls process", 10, self.log)
        return pid

    @property
    def console_pid(self) -> int:
        """The console process of now."""
        return self.children()["console"]

    def kill_calls(self) -> float:
        """kill -9 the calls process and wait for its successor to be live; seconds that took."""
        pid, began = self.calls_pid, time.monotonic()
        os.kill(pid, signal.SIGKILL)
        until(lambda: self.children().get("calls", pid) != pid, "a new calls process", 15, self.log)
        self.wait_live()
        return time.monotonic() - began

    def stop(self) -> None:
        """SIGTERM, as an operator would."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(60)
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()

    def log(self) -> str:
        """The end of what the daemon logged."""
        return (self.folder / "serve.log").read_text()[-6000:]

    # People

    def call(self, **options: Any) -> Caller:
        """A caller from outside."""
        return self.asterisk.call(**options)

    def phone(self, agent: str, **options: Any) -> Phone:
        """The phone of an agent."""
        return self.asterisk.phone(port=self.ports[agent], **options)

    def set_status(self, agent: str, status: str, reason: str = "") -> dict[str, Any]:
        """What `ctiserver agent NAME ...` asks."""
        return self.probe.request("SetStatus", agent=agent, status=status, reason=reason)

    def dispose(self, agent: str, code: str = "solved", note: str = "") -> None:
        """Ends an agent's wrap-up."""
        contact = self.view()["agents"][agent]["contact"]
        answer = self.probe.request(
            "Dispose", agent=agent, contact=contact, code=code, pii_note=note, contact_reason=self.reason
        )
        assert "error_id" not in answer, answer

    # What is so

    def view(self) -> dict[str, Any]:
        """The live view."""
        return self.probe.snapshot()

    def contacts(self, stage: str) -> list[dict[str, Any]]:
        """The contacts at one stage of the live view."""
        return [
            contact for contact in self.view()["contacts"].values() if contact.get("stage", "ivr") == stage
        ]

    def wait_stage(self, stage: str, count: int = 1, seconds: float = 15.0) -> list[dict[str, Any]]:
        """The contacts at a stage, as soon as there are so many; a calls process that dies is waited for."""
        found: list[dict[str, Any]] = []

        def there() -> bool:
            with suppress(CtiError, TimeoutError):
                found[:] = self.contacts(stage)
            return len(found) >= count

        until(there, f"{count} contacts {stage}", seconds, self.log)
        return found

    def talk_a_while(self) -> None:
        """Returns when every talk has lasted so long that a goodbye is no "hung up at once"."""
        since = max(contact["since"] for contact in self.wait_stage("talking"))
        until(lambda: time.time() > since + SHORT_TALK_SECONDS + 0.3, "a talk", 10)

    def wait_activity(self, agent: str, activity: str, seconds: float = 15.0) -> None:
        """Returns when an agent does something; a calls process that dies is waited for."""

        def does() -> bool:
            with suppress(CtiError, TimeoutError):
                found: str = self.view()["agents"][agent].get("activity", "idle")
                return found == activity
            return False

        until(does, f"{agent} {activity}", seconds, self.log)

    def interactions(self) -> list[Interaction]:
        """All records so far, with all that belongs to them, by arrival."""

        def query(session: Session) -> list[Interaction]:
            found = select(Interaction).order_by(Interaction.arrived_at)
            loaded = found.options(
                selectinload(Interaction.offers),
                selectinload(Interaction.segments),
                selectinload(Interaction.third_parties),
                selectinload(Interaction.answers),
            )
            rows = list(session.scalars(loaded))
            session.expunge_all()
            return rows

        return self.store.read(query)

    def wait_records(self, count: int = 1, seconds: float = 15.0) -> list[Interaction]:
        """The records, when so many are complete."""
        until(
            lambda: sum(row.ended_at is not None for row in self.interactions()) >= count,
            f"{count} complete records",
            seconds,
            self.log,
        )
        return self.interactions()

    def wait_record(self, number: str, seconds: float = 15.0) -> Interaction:
        """The one record of the caller with this number, when call and wrap-ups are over."""

        def found() -> list[Interaction]:
            return [row for row in self.interactions() if row.ani == number]

        until(lambda: any(map(_is_whole, found())), f"the record of {number}", seconds, self.log)
        [record] = found()
        return record

    def send_home(self) -> None:
        """All agents log out and dispose of what they have in hand, so that another test finds them so."""
        for agent, state in self.view()["agents"].items():
            self.set_status(agent, "logged_out")
            if state.get("contact"):
                self.dispose(agent)


def _is_whole(row: Interaction) -> bool:
    in_wrap_up = (s.wrap_up_started_at and not s.wrap_up_ended_at for s in row.segments)
    return row.ended_at is not None and not any(in_wrap_up)


@contextmanager
def center(
    folder: Path,
    *,
    asterisk: Mapping[str, object] | None = None,
    more: str = "",
    queue: Mapping[str, Any] | None = None,
    start: bool = True,
    rtp_ports: int = 400,
    browsers: Collection[str] = (),
    reasons: Mapping[str, list[str]] | None = None,
) -> Iterator[RunningCenter]:
    """A running center in `folder`; `queue` are fields of the queue `servicio`; see also `private_asterisk`.

    The agents named in `browsers` have their phones in the console's page, the others at `ports`. `reasons`: contact
    reasons by key, each with what guesses it; the last one is given by agents who say nothing.
    """
    shutil.copytree(_FLOWS, folder / "flows")
    console_port = reserved_port()
    more = f"[console]\nport = {console_port}\n{more}"
    with private_asterisk(folder, asterisk=asterisk, more=more, rtp_ports=rtp_ports) as switch:
        url = switch.config.database.url
        schema.upgrade(url)
        ports = {agent: reserved_port() for agent in AGENTS}
        running = RunningCenter(
            asterisk=switch,
            store=Store(url),
            ports=ports,
            folder=folder,
            config_file=switch.config_file,
            reason=next(reversed(reasons), "") if reasons else "",
        )
        running.store.write(_company, ports, dict(queue or {}), browsers)
        running.store.write(_add_reasons, reasons or {})
        try:
            if start:
                running.start()
            yield running
            switch.wait_quiet()
        finally:
            running.stop()
            if running.bus:
                running.bus.close()
            running.store.close()


def _add_reasons(session: Session, reasons: Mapping[str, list[str]]) -> None:
    for position, (key, guessed_by) in enumerate(reasons.items()):
        words = key.replace("_", " ").capitalize()
        session.add(
            ContactReason(
                account_id=1,
                key=key,
                label_es=words,
                label_en=words,
                position=position,
                guessed_by=guessed_by,
            )
        )


def _company(
    session: Session, ports: dict[str, int], queue: dict[str, Any], browsers: Collection[str]
) -> None:
    session.add(Skill(key="billing", label_es="Facturas", label_en="Billing"))
    session.flush()
    serving = [
        add_queue(
            session,
            1,
            "servicio",
            "Servicio",
            skills={"billing": 30},
            **{"survey": "satisfaction", "announce_after_seconds": 3600} | queue,
        ),
        add_queue(session, 1, "emergencia", "Emergencia", skills={}, emergency=True, record=False),
    ]
    for number, agent in enumerate(AGENTS):
        add_user(session, login=agent, name=agent.title(), password="a-good-password", roles={"agent"})
        new = add_agent(
            session,
            login=agent,
            extension=str(1001 + number),
            skills={"billing": 80},
            phone_uri=None if agent in browsers else f"sip:{agent}@127.0.0.1:{ports[agent]}",
            browser_phone=agent in browsers,
        )
        for served in serving:
            let_serve(session, new, served)
    for code, needs_note, asks in (
        ("solved", False, False),
        ("call_back", True, False),
        ("when", False, True),
    ):
        words = {"label_es": code, "label_en": code}
        session.add(Disposition(account_id=1, code=code, needs_note=needs_note, asks_call_back=asks, **words))
    for number, value_class in ((VALUABLE, "A"), (ORDINARY, "C")):
        phone = normalise(number, "CL")
        assert phone is not None
        add_customer(
            session,
            1,
            phones=[phone],
            name=f"Cliente {value_class}",
            value_class=value_class,
            now=0.0,
        )
