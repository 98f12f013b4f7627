"""A predictive campaign of 500 leads on a real Asterisk, with simulated agents, killed ten times while it runs.

What it came to is printed: results, abandons, what the guard refused, the ledger. No lead is dialled twice (the
telephones count their invitations), and none is lost.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

import ivr.demo
from crm_core.agents import add_agent
from crm_core.campaigns.campaign import Campaign
from crm_core.campaigns.leads import new_lead
from crm_core.contact_points import Address
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.dial_attempts import DialAttempt
from crm_core.dials import Dial
from crm_core.permission import legal_profiles
from crm_core.permission.profile import shipped
from crm_core.phone_numbers import E164
from crm_core.queues import add_queue, let_serve
from crm_core.users import add_user
from ctiserver.app import lines
from ctiserver.app.lines import Lines, number
from ctiserver.bus import topics
from ctiserver.core import events as e
from ctiserver.core import wire
from ctiserver.core.errors import CtiError
from ctiserver.journal.readers import JournalReader
from ctiserver.process import folders
from tests.integration.daemon import RunningCenter, center
from tests.integration.sipp import until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

LEADS, AGENTS = 500, 24
MIX = {  # of a hundred leads
    lines.ANSWERS: 30,
    lines.BUSY: 20,
    lines.NO_ANSWER: 18,
    lines.MACHINE: 8,
    lines.HANGS_UP: 8,
    lines.INVALID: 6,
    lines.CONGESTION: 5,
    lines.REJECTED: 5,
}
KILLED_AFTER: list[tuple[type[e.Event], int]] = [
    (e.LeadDialed, 20),
    (e.LeadRinging, 50),
    (e.LeadFailed, 60),
    (e.LeadReached, 60),
    (e.OfferMade, 75),
    (e.LeadConnected, 85),
    (e.LeadDialed, 260),
    (e.LeadEnded, 130),
    (e.AgentLent, 180),
    (e.LeadFailed, 230),
]
"""What has happened how often when the calls process dies."""
_OVER = {"done", "no_answer", "busy", "failed", "unknown", "refused"}
_DIALING = """
[dialing]
trunk = "pstn"
caller_number = "+56221234567"
look_every_seconds = 0.5
"""


@dataclass(slots=True)
class Run:
    """The campaign as the test sees it: what was told, and agents who say how their contacts ended."""

    center: RunningCenter
    journal: JournalReader
    told: list[e.Event] = field(default_factory=list)
    counts: Counter[type[e.Event]] = field(default_factory=Counter)
    next_round_at: float = 0.0

    def look(self) -> None:
        """Read on; every half second the agents do what they owe."""
        while found := self.journal.read():
            for line in found:
                event = wire.decode_event(line.body)  # type: ignore[union-attr]
                self.told.append(event)
                self.counts[type(event)] += 1
        if time.monotonic() > self.next_round_at:
            with suppress(CtiError, TimeoutError):
                self._agents_work()
            self.next_round_at = time.monotonic() + 0.4

    def _agents_work(self) -> None:
        for key, row in self.center.view()["agents"].items():
            if not key.startswith("out"):
                continue
            if row.get("activity") == "wrapping_up" or row.get("owes"):
                self.center.dispose(key)
            elif row.get("status") != "available" and row.get("activity", "idle") == "idle":
                self.center.set_status(key, "available")

    def until(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        """Returns when it is so; everybody works meanwhile."""

        def so() -> bool:
            self.look()
            return condition()

        until(so, what, seconds, self.story)

    def kill_after(self, kind: type[e.Event], times: int) -> None:
        """The calls process dies as soon as this has happened so often, and its successor lives."""
        self.until(lambda: self.counts[kind] >= times, f"{times} {kind.__name__}", 60)
        pid = self.center.calls_pid
        os.kill(pid, signal.SIGKILL)
        until(lambda: self.center.children().get("calls", pid) != pid, "a successor", 5, self.center.log)

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.told if isinstance(event, kind)]

    def story(self) -> str:
        paced = self.of(e.CampaignPaced)[-1:]
        return f"{dict(self.counts)}\n{paced}\n{self.center.log()[-3000:]}"


@pytest.fixture(scope="module")
def calling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningCenter, Lines]]:
    folder = tmp_path_factory.mktemp("center")
    with center(folder, more=_DIALING, start=False) as c:
        switch = c.asterisk
        text = (Path(ivr.demo.__path__[0]) / "campaign-message.toml").read_text()
        (folder / "flows/campaign-message.toml").write_text(text)
        with (
            Lines(
                switch.sip_port, port=switch.emergency_port, talk_seconds=1.2, record_seconds=1.5
            ) as customers,
            Lines(switch.sip_port, ring_seconds=(0.0, 0.0, 0.0)) as desks,
        ):
            for row in shipped():
                c.store.write(legal_profiles.confirm, 1, row, expected_version=0, by="a", name="a", now=1.0)
            c.store.write(_company, desks)
            c.start()
            yield c, customers
            c.stop()


def _company(session: Session, desks: Lines) -> None:
    """A queue whose agents' phones answer by themselves, and a campaign that is paused."""
    out = add_queue(session, 1, "salida", "Salida", skills={}, record=False, survey=None, wrap_up_seconds=20)
    for n in range(AGENTS):
        add_user(session, login=f"out{n}", name=f"Out {n}", password="a-good-password", roles={"agent"})
        uri = desks.uri(number(lines.ANSWERS, n))
        agent = add_agent(session, login=f"out{n}", extension=str(2001 + n), skills={}, phone_uri=uri)
        let_serve(session, agent, out)
    row = Campaign(
        account_id=1,
        key="gas",
        name="Gas",
        queue=out,
        purpose="emergency",  # at any hour: tests run at night
        mode="predictive",
        state="running",
        ring_seconds=2.0,
        attempts_at_most=1,
        abandon_limit=0.03,
        state_at=1.0,
        state_by="test",
        made_at=1.0,
        made_by="test",
    )
    session.add(row)
    session.flush()
    for n, what in enumerate(_mixed()):
        called = E164(number(what, n))
        who = add_customer(
            session, 1, name=f"Cliente {n}", phones=[called], time_zone="America/Santiago", now=1.0
        )
        session.add(Address(account_id=1, customer_id=who.id, country="CL", region="CL-RM"))
        lead = new_lead(row, who.id, [called], language="es", by="test", now=1.0)
        session.execute(insert(Dial), [lead])


def _mixed() -> list[str]:
    """What becomes of each lead: the mix, spread evenly."""
    hundred = [what for what, share in MIX.items() for _ in range(share)]
    assert len(hundred) == 100
    return [hundred[(n * 37) % 100] for n in range(LEADS)]


def _set_state(store: Store, state: str) -> None:
    def change(session: Session) -> None:
        session.scalars(select(Campaign)).one().state = state

    store.write(change)


def _attempts(store: Store) -> list[tuple[str, str, DialAttempt]]:
    """Number and state of each lead, with each of its attempts."""

    def query(session: Session) -> list[tuple[str, str, DialAttempt]]:
        rows = session.execute(select(Dial, DialAttempt).join(DialAttempt, DialAttempt.dial_id == Dial.id))
        found = [(dial.number, dial.state, attempt) for dial, attempt in rows]
        session.expunge_all()
        return found

    return store.read(query)


def _states(store: Store) -> Counter[str]:
    return store.read(lambda session: Counter(session.scalars(select(Dial.state))))


def test_five_hundred_leads_are_dialled_once_each_whoever_dies_when(
    calling: tuple[RunningCenter, Lines],
) -> None:
    c, customers = calling
    run = Run(c, JournalReader(folders.journal_dir(c.asterisk.config)))
    began = time.monotonic()
    for n in range(AGENTS):
        assert "error_id" not in c.set_status(f"out{n}", "available")
    for place, (kind, times) in enumerate(KILLED_AFTER):
        run.kill_after(kind, times)
        if place == 0:
            _pause_and_go_on(run)
    run.until(lambda: set(_states(c.store)) <= _OVER, "every lead is over", 120)
    seconds = time.monotonic() - began
    c.asterisk.wait_quiet(30)
    run.look()
    _print(run, c.store, seconds)

    states, attempts = _states(c.store), _attempts(c.store)
    assert states.total() == LEADS
    assert all(attempt.ended_at and attempt.result for _, _, attempt in attempts)
    dialled = {lead for lead, _, attempt in attempts if attempt.result != "withdrawn"}
    assert len(dialled) == LEADS, "nobody is lost"
    invited = customers.invitations()
    assert max(invited.values()) == 1, "nobody is dialled twice"
    unseen = {lead for lead, _, it in attempts if it.result in ("unknown", "not_permitted")}
    assert dialled - unseen <= set(invited) <= dialled
    of = {what: Counter(it.result for lead, _, it in attempts if lead.endswith(what)) for what in MIX}
    assert of[lines.ANSWERS]["connected"] > 0.5 * of[lines.ANSWERS].total()
    assert of[lines.BUSY]["busy"] > of[lines.BUSY].total() / 2
    assert of[lines.INVALID]["invalid_number"] > of[lines.INVALID].total() / 2
    assert of[lines.NO_ANSWER]["no_answer"] > of[lines.NO_ANSWER].total() / 2
    paced = run.of(e.CampaignPaced)
    assert max(one.guarded for one in paced) > 0, "the guard said no"


def _pause_and_go_on(run: Run) -> None:
    """Pausing is a change of the campaign's row: in force as soon as the tables are read again."""
    c = run.center
    c.wait_live()
    dialled = run.counts[e.LeadDialed]
    run.until(lambda: run.counts[e.LeadDialed] > dialled, "that it dials again", 20)
    _set_state(c.store, "paused")
    asked_at = time.time()
    c.probe.ask(topics.RELOAD)
    run.until(lambda: any(one.held == "paused" for one in run.of(e.CampaignPaced)), "paused", 5)
    held_at = next(one.at for one in run.of(e.CampaignPaced) if one.held == "paused")
    run.until(lambda: time.time() > held_at + 1.5, "a while", 5)
    last = max(one.at for one in run.of(e.LeadDialed))
    print(
        f"paused: told {held_at - asked_at:.2f} s, last dial {max(0.0, last - asked_at):.2f} s after the click"
    )
    assert last < asked_at + 3.0
    assert not [one for one in run.of(e.LeadDialed) if one.at > held_at]
    _set_state(c.store, "running")
    c.probe.ask(topics.RELOAD)


def _print(run: Run, store: Store, seconds: float) -> None:
    paced = run.of(e.CampaignPaced)[-1]
    results = Counter(str(attempt.result) for _, _, attempt in _attempts(store))
    print(f"{LEADS} leads, {AGENTS} agents, {len(KILLED_AFTER)} kills: {seconds:.0f} s")
    print("results", dict(results.most_common()))
    print("answers", paced.answers, "abandons", paced.abandons, "by leaving", paced.abandons_by_leaving)
    print("guard refused", max(one.guarded for one in run.of(e.CampaignPaced)), "limit", paced.limit)
    print("withdrawn", results["withdrawn"], "told", len(run.told))
