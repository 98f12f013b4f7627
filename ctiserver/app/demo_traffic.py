"""Simulated callers and agents: they call, answer, press keys and hang up, over SIP and the bus like real ones.

Agents' phones ring, answer and hang up by themselves; what agents do on their screens (be available, say how a
contact ended, come back from a pause that the center imposed) follows the events, as a person would.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from random import Random

from acd.wrap_up import OWED
from crm_core.contact_reasons import guess
from crm_core.demo_center import ASKING_CALL_BACK, CONTACT_REASONS, DISPOSITIONS
from ctiserver.app.agent_commands import dispose_of, hang_up, set_status
from ctiserver.app.demo_callers import Plan, plan
from ctiserver.app.lines import ENDINGS, Lines
from ctiserver.app.sipp_parties import Caller, Phone
from ctiserver.app.watch_feed import Feed
from ctiserver.bus.port import Bus
from ctiserver.core import events as e
from ctiserver.core import tables as plain
from ctiserver.core.config import Config
from ctiserver.core.errors import CtiError, Refusal
from ctiserver.core.ids import ContactId
from ctiserver.core.live_rows import ContactView
from ctiserver.core.message import Event
from ctiserver.core.requests import Status

_CALLER_HERTZ, _AGENT_HERTZ = 300, 600
_CHOOSES_AFTER_SECONDS = 8.0
_SWEEP_SECONDS = 0.5
_BY_ITSELF_SECONDS = 0.1
_CUSTOMERS_RING, _CUSTOMERS_TALK = (4.0, 8.0, 15.0), 45.0
_LONGEST_CALL_SECONDS = 300.0
_DISPOSITION_OF_EVERY_QUEUE = "solved"
_REASON_OF_EVERYTHING = "other"
_REASONS = tuple(
    plain.ContactReason(key=key, parent=parent, guessed_by=guessed_by)
    for key, parent, _es, _en, guessed_by in CONTACT_REASONS
)


class Traffic:
    """`phones`: agent to the port of his phone; `customers`: numbers that callers have.

    `sellers`: agents whose phones answer by themselves, as campaigns want it.
    """

    def __init__(
        self,
        *,
        config: Config,
        bus: Bus,
        phones: Mapping[str, int],
        sellers: Collection[str],
        customers: Sequence[str],
        calls_per_minute: float,
        chance: Random,
    ) -> None:
        self._config, self._bus, self._chance = config, bus, chance
        self._ports, self._sellers, self._customers = phones, frozenset(sellers), customers
        self._calls_per_minute = calls_per_minute
        self._phones: list[Phone | Lines] = []
        self._calls: list[tuple[Caller, Plan]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._feed: Feed | None = None
        self._queue_of: dict[str, str] = {}
        """Of contacts that may still need a disposition, which may outlast the contact itself."""
        self._told: dict[str, dict[str, str]] = {}
        self.count = Counter[str]()
        """How many callers came; how many surveys were answered."""

    def plug_in(self, customers_port: int, *others: int) -> None:
        """Start the phones of the agents, of the customers whom we call, and further ones that just answer."""
        sip_port = self._config.asterisk.sip_port
        self._phones.append(
            Lines(
                sip_port,
                port=customers_port,
                ring_seconds=_CUSTOMERS_RING,
                talk_seconds=_CUSTOMERS_TALK,
                endings=ENDINGS,
            )
        )
        for agent, port in (*self._ports.items(), *(("", port) for port in others)):
            at_once = agent in self._sellers
            self._phones.append(
                Phone(
                    sip_port,
                    port=port,
                    ring_seconds=_BY_ITSELF_SECONDS if at_once else self._chance.uniform(1, 3),
                    talk_seconds=self._chance.uniform(20, 60),
                    tone_hertz=_AGENT_HERTZ,
                )
            )

    async def run(self, feed: Feed) -> None:
        """Have all agents available and callers call, until cancelled."""
        self._feed = feed
        for agent in self._ports:
            await go_to_work(self._bus, agent)
        self._soon(self._sweep())
        while True:
            self._call()
            await asyncio.sleep(self._chance.expovariate(self._calls_per_minute / 60))

    def close(self) -> None:
        """End every call and phone at once."""
        for task in self._tasks:
            task.cancel()
        for party in (*(caller for caller, _ in self._calls), *self._phones):
            party.close()

    def heard(self, _seq: int, event: Event) -> None:
        """What an agent or a caller does about an event."""
        match event:
            case e.ContactQueued(contact=contact, queue=queue):
                self._queue_of[contact] = queue
                self._later(_CHOOSES_AFTER_SECONDS, lambda: self._choose(contact))
            case e.MessageGiven(agent=agent) if agent in self._ports:
                self._later(self._chance.uniform(10, 25), lambda: hang_up(self._bus, agent))
            case e.ValueCollected(contact=contact, key=key, value=value):
                self._told.setdefault(contact, {})[key] = value
            case e.ContactEnded(contact=contact, where="ivr" | "queue" | "offer"):
                self._told.pop(contact, None)
            case e.WrapUpStarted(agent=agent, contact=contact) if agent in self._ports:
                self._soon(self._dispose(agent, contact))
            case e.AgentStatusChanged(agent=agent, status=Status.PAUSE) if agent in self._ports:
                self._later(10, lambda: go_to_work(self._bus, agent))
            case e.SurveyOffered(contact=contact):
                self._press(contact, slice(0, 1))
            case e.SurveyBegun(contact=contact):
                self._press(contact, slice(1, None))
            case e.SurveyEnded(complete=True):
                self.count["surveys"] += 1
            case _:
                pass

    def _call(self) -> None:
        busy = frozenset(chosen.number for _, chosen in self._calls)
        chosen = plan(self._chance, self._config, self._customers, busy)
        caller = Caller(
            self._config.asterisk.sip_port,
            did=chosen.did,
            number=chosen.number,
            keys=chosen.keys,
            tone_hertz=_CALLER_HERTZ,
            talk_seconds=_LONGEST_CALL_SECONDS,
        )
        self._calls.append((caller, chosen))
        self.count["callers"] += 1

    async def _sweep(self) -> None:
        """Forget calls that ended; callers whose patience or talk is over hang up."""
        while True:
            for caller, chosen in list(self._calls):
                if not caller.running:
                    self._calls.remove((caller, chosen))
                    caller.close()
                elif self._had_enough(chosen):
                    _hang_up(caller)
            await asyncio.sleep(_SWEEP_SECONDS)

    def _had_enough(self, chosen: Plan) -> bool:
        limits = {"queued": chosen.patience_seconds, "talking": chosen.talk_seconds}
        contact = self._contact_of(chosen)
        limit = limits.get(contact.stage) if contact else None
        return contact is not None and limit is not None and time.time() - contact.since > limit

    def _contact_of(self, chosen: Plan) -> ContactView | None:
        view = self._feed.view if self._feed else None
        shown = view.contacts.values() if view else ()
        return next((contact for contact in shown if contact.pii_number == chosen.number), None)

    def _press(self, contact: str, which: slice) -> None:
        """Some of the keys that the caller has for the survey, unless he does not take part."""
        view = self._feed.view if self._feed else None
        shown = view.contacts.get(ContactId(contact)) if view else None
        for caller, chosen in self._calls:
            if shown is None or chosen.number != shown.pii_number or not caller.running:
                continue
            for after_seconds, key in (chosen.survey_keys or ())[which]:
                caller.audio.press(key, after_seconds)

    async def _choose(self, contact: str) -> None:
        """What he wants in place of waiting, if he waits still."""
        view = self._feed.view if self._feed else None
        shown = view.contacts.get(ContactId(contact)) if view else None
        for caller, chosen in self._calls:
            if shown and shown.stage == "queued" and chosen.number == shown.pii_number and caller.running:
                for after_seconds, key in chosen.waiting_keys:
                    caller.audio.press(key, after_seconds)

    async def _dispose(self, agent: str, contact: str) -> None:
        await asyncio.sleep(self._chance.uniform(2, 10))
        queue = self._queue_of.pop(contact, None)
        codes = [(code, needs_note) for of, code, _es, _en, needs_note in DISPOSITIONS if of in (None, queue)]
        code, needs_note = self._chance.choice(codes)
        later = time.time() + self._chance.uniform(600, 7200)
        await dispose_of(
            self._bus,
            agent,
            code,
            "demo" if needs_note else "",
            contact=contact,
            reason=guess(_REASONS, self._told.pop(contact, {})) or _REASON_OF_EVERYTHING,
            call_back_at=later if code in ASKING_CALL_BACK else None,
        )

    def _later(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        async def wait_and_act() -> None:
            await asyncio.sleep(seconds)
            await act()

        self._soon(wait_and_act())

    def _soon(self, act: Awaitable[None]) -> None:
        async def safely() -> None:
            with suppress(CtiError):  # a refusal or a restarting server: the next event is another chance
                await act

        task = asyncio.ensure_future(safely())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def go_to_work(bus: Bus, agent: str) -> None:
    """Make the agent available. A demo that was ended during his wrap-up left him a disposition to give first.

    Raises NoAnswer, or the Refusal of the engines.
    """
    try:
        await set_status(bus, agent, Status.AVAILABLE)
    except Refusal as refused:
        if refused.error_id != OWED:
            raise
        await dispose_of(bus, agent, _DISPOSITION_OF_EVERY_QUEUE, reason=_REASON_OF_EVERYTHING)
        await set_status(bus, agent, Status.AVAILABLE)


def _hang_up(caller: Caller) -> None:
    if caller.events():
        caller.tell(caller.call_id)
