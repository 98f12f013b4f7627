"""The center that is measured: private Asterisk, `ctiserver serve`, one queue, agents who need no wrap-up time.

Agents are `a1`, `a2`, ...; their phones are all one SIPp process. Each says how the contact ended while he still
talks, so that he is free the moment he hangs up, as a member of `Queue()` is.
"""

import asyncio
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import structlog
from sqlalchemy.orm import Session

from bench.load import Phones, caller_number
from crm_core import schema
from crm_core.agents import add_agent
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.dispositions import Disposition
from crm_core.phone_numbers import normalise
from crm_core.queues import add_queue, let_serve
from crm_core.users import User
from ctiserver.app.phones import read_phones
from ctiserver.bus import topics
from ctiserver.process import folders
from tests.integration.asterisk import PrivateAsterisk, private_asterisk
from tests.integration.bus_probe import BusProbe
from tests.integration.daemon import RunningCenter
from tests.integration.sipp import until

TALK_SECONDS = 1.0
CUSTOMERS = 300
_FLOWS = Path(__file__).parent / "flows"
_MORE = """
[calls]
short_talk_seconds = 0.5

[journal]
segment_bytes = 1073741824
"""
_ANSWER_SECONDS = 5.0


class Desk(BusProbe):
    """All agents at their desks: each disposes of his contact as soon as he talks. Keeps no events."""

    def __init__(self, url: str, prefix: str) -> None:
        self._answers: set[asyncio.Future[None]] = set()
        super().__init__(url, prefix)

    def _heard(self, _topic: str, body: bytes) -> None:
        if b'"ContactConnected"' not in body:
            return
        for event in msgspec.json.decode(body)["events"]:
            if event["type"] == "ContactConnected":
                self._answers.add(answer := asyncio.ensure_future(self._dispose(event)))
                answer.add_done_callback(self._answers.discard)

    async def _dispose(self, event: dict[str, Any]) -> None:
        request = {
            "type": "Dispose",
            "request_id": f"{event['contact']}-{event['segment']}",
            "by": event["agent"],
            "agent": event["agent"],
            "contact": event["contact"],
            "code": "solved",
        }
        await self._bus.request(
            topics.REQUESTS, msgspec.json.encode(request), timeout_seconds=_ANSWER_SECONDS
        )


@dataclass(slots=True)
class Bench:
    """What is measured, and who serves in it; `endpoints` are the agents' phones as Asterisk knows them."""

    center: RunningCenter
    phones: Phones
    agents: list[str]
    endpoints: list[str]

    def staff(self, count: int) -> None:
        """The first `count` agents are available, the others have gone home.

        Call it after every run: one that failed may leave agents paused, or in a wrap-up whose disposition was lost.
        """
        view = self.center.view()["agents"]
        for number, agent in enumerate(self.agents):
            status = "available" if number < count else "logged_out"
            if view[agent].get("activity") == "wrapping_up":
                self.center.dispose(agent)
            if view[agent].get("status", "logged_out") != status:
                answer = self.center.set_status(agent, status)
                assert not answer.get("error_id"), answer

    def processes(self) -> dict[str, list[int]]:
        """Process ids by the part that they belong to."""
        children = self.center.children()
        assert self.center.process
        others = [pid for name, pid in children.items() if name != "calls"]
        return {
            "asterisk": [self.center.asterisk.process.pid],
            "calls": [children["calls"]],
            "others": [self.center.process.pid, *others],
            "phones": [self.phones.pid],
        }

    def wait_quiet(self) -> None:
        """Returns when no call is left and every record is written."""
        self.center.asterisk.wait_quiet(60)


@contextmanager
def bench(folder: Path, *, agents: int, record: bool = False, more: str = "") -> Iterator[Bench]:
    """A running center in `folder` with so many agents, none of them available yet.

    `more` are sections of its configuration that name its numbers too; "": the tests' own numbers.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    shutil.copytree(_FLOWS, folder / "flows")
    names = [f"a{number}" for number in range(1, agents + 1)]
    with (
        private_asterisk(folder, more=_MORE + more, numbers=not more, rtp_ports=8000) as switch,
        Phones(switch.sip_port, talk_seconds=TALK_SECONDS) as phones,
    ):
        url = switch.config.database.url
        schema.upgrade(url)
        center = RunningCenter(
            asterisk=switch, store=Store(url), ports={}, folder=folder, config_file=switch.config_file
        )
        center.store.write(_company, names, phones.port, record)
        center.bus = Desk(folders.redis_url(switch.config), prefix=f"{switch.config.installation.name}:")
        try:
            center.start()
            endpoints = [phone.name for phone in read_phones(center.store, b"")]
            until(lambda: _known(switch, endpoints), "phones", 30)
            yield Bench(center, phones, names, endpoints)
        finally:
            center.probe.close()
            center.stop()
            center.store.close()


def _known(switch: PrivateAsterisk, endpoints: list[str]) -> bool:
    listed = set(switch.command("pjsip show endpoints").split())
    return listed.issuperset(endpoints)


def _company(session: Session, agents: list[str], port: int, record: bool) -> None:
    served = add_queue(
        session, 1, "bench", "Bench", skills={}, announce_after_seconds=3600, record=record, survey=None
    )
    for number, name in enumerate(agents, 1):
        session.add(User(login=name, name=name, password_hash="!", language="es", roles=frozenset({"agent"})))
        session.flush()
        new = add_agent(
            session,
            login=name,
            extension=str(1000 + number),
            skills={},
            phone_uri=f"sip:{name}@127.0.0.1:{port}",
        )
        let_serve(session, new, served)
    session.add(Disposition(account_id=1, code="solved", label_es="solved", label_en="solved"))
    for number in range(1, CUSTOMERS + 1):
        phone = normalise(caller_number(number), "CL")
        assert phone is not None
        add_customer(session, 1, phones=[phone], name=f"Cliente {number}", value_class="C", now=0.0)
