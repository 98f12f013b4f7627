"""The simulated center with a campaign: its leads, their telephones, and agents who talk, pause and come back.

`Leads` plays the store: it claims for one asker at a time, and keeps what became of each attempt. `kill` restores a
snapshot, as a start after a crash does.
"""

import math
from typing import Any, Literal

import msgspec
from company import AVAILABLE, agent, configured, queue
from simulated_switch import Leg
from world import World

from ctiserver.app.center import Center
from ctiserver.core import commands as c
from ctiserver.core import events as e
from ctiserver.core import inputs as i
from ctiserver.core.customers import Candidate
from ctiserver.core.leads import Lead, Standing
from ctiserver.core.message import Command, Input
from ctiserver.core.permit import Channel, Permit, Purpose
from ctiserver.core.requests import DialLead, PreviewLead, Request, SkipLead, Status
from ctiserver.core.tables import Campaign, Dialing, Document
from ctiserver.core.turn import Turn

Result = Literal["answers", "rings", "busy", "hangs_up", "machine"]
MESSAGE: dict[str, Any] = {
    "name": "message",
    "start": "who",
    "nodes": {"who": {"type": "hangup", "prompts": ["goodbye"]}},
}
CAMPAIGN = 7


def campaign(**changes: Any) -> Campaign:
    """A predictive campaign of the queue `out`."""
    usual: dict[str, Any] = {
        "id": CAMPAIGN,
        "key": "gas",
        "running": True,
        "mode": "predictive",
        "queue": "out",
        "ring_seconds": 15.0,
        "abandon_limit": 0.1,
        "message_flow": "message",
        "pause_seconds": {"no_answer": 30.0, "busy": 20.0},
    }
    return Campaign(**usual | changes)


def tables(agents: int, *campaigns: Campaign, **dialing: Any) -> i.ConfigurationApplied:
    """So many agents who serve `out`, the first two of them `service` too."""
    wanted = configured(
        queues=(queue("service", wrap_up_seconds=5.0), queue("out", survey=None, wrap_up_seconds=5.0)),
        agents=tuple(
            agent(f"a{number}", *(["service", "out"] if number < 2 else ["out"])) for number in range(agents)
        ),
    )
    replaced = msgspec.structs.replace(
        wanted.tables,
        campaigns=campaigns or (campaign(),),
        dialing=Dialing(trunk="pstn", caller_number="+56220000000", look_every_seconds=2.0, **dialing),
        flows=wanted.tables.flows | {"message": Document(version="m1", content=MESSAGE)},
    )
    return msgspec.structs.replace(wanted, tables=replaced)


class Leads:
    """The store's half: `state` of each lead, `attempts` with how each ended (None: under way)."""

    def __init__(self, count: int) -> None:
        self.state = dict.fromkeys(range(1, count + 1), "planned")
        self.tries = dict.fromkeys(self.state, 0)
        self.next_at = dict.fromkeys(self.state, 0.0)
        self.attempts: dict[str, str | None] = {}
        self.lead_of: dict[str, int] = {}
        self.claims: dict[str, tuple[Lead, ...]] = {}

    def claim(self, command: c.ClaimLeads, at: float) -> tuple[Lead, ...]:
        if command.claim not in self.claims:
            due = [n for n, state in self.state.items() if state == "planned" and self.next_at[n] <= at]
            self.claims[command.claim] = tuple(
                self._take(number, f"{command.claim}-{place}", command.campaign or 0, at)
                for place, number in enumerate(due[: command.limit], 1)
            )
        return self.claims[command.claim]

    def _take(self, number: int, attempt: str, campaign: int, at: float) -> Lead:
        self.state[number] = "claimed"
        self.attempts[attempt], self.lead_of[attempt] = None, number
        self.tries[number] += 1
        fields = {
            "permit_id": len(self.attempts),
            "account_id": 1,
            "customer_id": number,
            "pii_address": f"+5697{number:07}",
            "channel": Channel.PHONE,
            "purpose": Purpose.SALES,
            "expires_at": at + 300.0,
        }
        return Lead(
            dial_id=number,
            attempt=attempt,  # type: ignore[arg-type]
            ordinal=self.tries[number],
            permit=msgspec.convert(fields, Permit),
            customer=Candidate(customer_id=number, pii_name="Ana", value_class="A"),
            language="es",
            attempts_at_most=3,
            not_after=1e9,
            campaign=campaign,
        )

    def ended(self, event: e.LeadFailed | e.LeadEnded) -> None:
        assert self.attempts[event.attempt] is None, "each attempt ends once"
        self.attempts[event.attempt] = event.result
        if event.result == "withdrawn":
            self.tries[event.dial_id] -= 1
        self.next_at[event.dial_id] = event.retry_at or 0.0
        self.state[event.dial_id] = "over" if event.retry_at is None else "planned"


class CampaignWorld(World):
    """A running campaign; after each entry the guard is checked by what was counted here."""

    def __init__(
        self,
        seed: int,
        first: i.ConfigurationApplied,
        *,
        leads: int = 60,
        theta: float = math.log(0.3),
        answers: int = 100,
    ) -> None:
        self.leads, self.answered = Leads(leads), answers
        self.history = answers
        self.lost = self.lost_by_leaving = self.beyond = 0
        self.dialled: dict[str, int] = {}
        self.odds: dict[Result, float] = {"answers": 0.4, "rings": 0.3, "busy": 0.2, "hangs_up": 0.1}
        super().__init__(seed, first)
        self.put(i.SwitchUp(at=self.at, session="boot"))
        for pacer in self.dialer.pacers.values():
            pacer.theta = theta
        self.begun = msgspec.json.encode(self.center.state())
        self.since = len(self.entries)

    @property
    def dialer(self) -> Any:
        return self.center._dialer

    @property
    def ledger(self) -> Any:
        return self.dialer.pacers[CAMPAIGN].ledger

    def put(self, message: Input) -> Turn:
        turn = super().put(message)
        if self._checks():
            alpha = self.dialer.book.campaigns[CAMPAIGN].table.abandon_limit
            assert self.lost <= alpha * self.answered, "at every instant"
        return turn

    def _checks(self) -> bool:
        return CAMPAIGN in self.dialer.pacers and not self.slow

    slow = False
    """Phones of agents may come too late: then abandons have another cause than dialling too much."""

    def _count(self, event: Any) -> None:
        super()._count(event)
        match event:
            case e.LeadConnected():
                self.answered += 1
            case e.LeadAbandoned(by_leaving=by_leaving):
                self.answered += 1
                self.lost_by_leaving += by_leaving
                self.lost += not by_leaving
            case e.LeadFailed() | e.LeadEnded():
                self.leads.ended(event)

    def perform(self, command: Command) -> None:
        match command:
            case c.ClaimLeads():
                self._soon(lambda: self.claimed(command))
            case c.DialCustomer():
                self._ring(command)
            case c.DetectMachine(leg=leg):
                self._later(self.random.uniform(0.3, 1.4), lambda: self._judge(leg))
            case c.DialLeg(auto_answer=True):
                self._auto_answer(command)
            case _:
                super().perform(command)

    def claimed(self, command: c.ClaimLeads) -> None:
        leads = self.leads.claim(command, self.at) if command.kind == "campaign" else ()
        waiting = sum(state == "planned" for state in self.leads.state.values())
        standing = Standing(answers=self.history, abandons=0, waiting=waiting, due=waiting)
        self.put(i.LeadsClaimed(at=self.at, claim=command.claim, leads=leads, standing=standing))

    # Customers' telephones

    def _ring(self, command: c.DialCustomer) -> None:
        leg = command.leg
        self.dialled[leg] = self.dialled.get(leg, 0) + 1
        assert self.dialled[leg] == 1, "a channel is asked for once"
        self._guard_holds(leg)
        self.legs[leg] = Leg(agent="customer")
        self._soon(lambda: self._rings(leg))
        [result] = self.random.choices(list(self.odds), list(self.odds.values()))
        seconds = self.random.uniform(1.0, 8.0)
        if result == "rings":
            self._later(command.ring_seconds, lambda: self._fail(leg, "no_answer"))
        elif result == "busy":
            self._later(seconds / 4, lambda: self._fail(leg, "busy"))
        else:
            self._later(seconds, lambda: self._answered(leg))
            patience = 0.2 if result == "hangs_up" else self.random.uniform(8.0, 30.0)
            self._later(seconds + patience, lambda: self.drop(leg, "caller"))

    def _guard_holds(self, leg: Any) -> None:
        it = self.dialer.book.leads[leg]
        if it.agent is not None:
            return
        book, key = self.dialer.book, it.lead.campaign
        lines = [
            other
            for other in book.leads.values()
            if other.lead.campaign == key
            and other.agent is None
            and other.stage in ("dialing", "judging", "waiting")
        ]
        # Those of the same entry that are rung after this one are not there yet.
        lines = [other for other in lines if other is it or other.lead.attempt in self.dialled]
        idle = sum(state.free and state.campaign == key for state in self.agents.values())
        over = len(lines) - idle
        if over > 0:
            self.beyond += 1
            pacer = self.dialer.pacers[key]
            assert pacer.mode == "predictive"
            assert self.lost + over - pacer.ledger.short <= pacer.ledger.alpha * self.answered

    def _judge(self, leg: Any) -> None:
        if leg in self.legs:
            machine = self.random.random() < 0.4
            verdict: Any = "machine" if machine else "live"
            self.put(i.MachineJudged(at=self.at, leg=leg, answered_by=verdict, cause="x", seconds=0.5))

    def _auto_answer(self, command: c.DialLeg) -> None:
        if self.slow and self.phones.get(command.endpoint.removeprefix("PJSIP/")) == "never":
            super().perform(command)
            return
        self.legs[command.leg] = Leg(agent=command.endpoint.removeprefix("PJSIP/"))
        self._later(0.05, lambda: self._rings(command.leg))
        self._later(0.15, lambda: self._answered(command.leg))

    # Agents

    def all_available(self) -> None:
        for key in list(self.agents):
            self.choose(key, AVAILABLE)

    def work(self, seconds: float) -> None:
        """Let time pass; agents say how their contacts ended, and are available again."""
        until = self.at + seconds
        while self.at < until:
            self.run(1.0)
            for key, state in list(self.agents.items()):
                if state.contact and (state.activity == "wrapping_up" or state.owes):
                    self.dispose(key)
                if state.status is Status.PAUSE and state.reason in ("missed_offer", "unreachable", "busy"):
                    self.choose(key, AVAILABLE)

    def asks(self, kind: type[Request], key: str, **fields: Any) -> Any:
        """A request of an agent; its answer's error_id."""
        turn = self.put(kind(at=self.at, request_id=f"q{self.seq}", by=key, agent=key, **fields))  # type: ignore[call-arg]
        [answer] = [said for said in turn.said if isinstance(said, e.RequestAnswered)]
        return answer.error_id

    def preview(self, key: str) -> Any:
        """What the agent sees: the event; None: nobody."""
        assert self.asks(PreviewLead, key, campaign=CAMPAIGN) == ""
        self.run(0.5)
        return self.view.agents[key].lead  # type: ignore[index]

    def click(self, key: str) -> str:
        return str(self.asks(DialLead, key, attempt=self.view.agents[key].lead.attempt))  # type: ignore[index, union-attr]

    def skip(self, key: str, reason: str = "") -> str:
        return str(self.asks(SkipLead, key, attempt=self.view.agents[key].lead.attempt, reason=reason))  # type: ignore[index, union-attr]

    # Crashes

    def kill(self) -> None:
        """The engines are those of a snapshot; nothing is lost, for it is of this very moment."""
        state = msgspec.json.decode(msgspec.json.encode(self.center.state()))
        self.center = Center("test-1")
        self.center.restore(state)

    def replayed(self) -> None:
        """The same entries, taken by engines that never crashed, brought about the same."""
        again = Center("test-1")
        again.restore(msgspec.json.decode(self.begun))
        for number, message in enumerate(self.entries[self.since :], self.since + 1):
            assert again.handle(1, number, message).said == self.turns[number - 1].said, number
        assert msgspec.json.encode(again.state()) == msgspec.json.encode(self.center.state())

    def end(self) -> None:
        """The campaign stops, and everybody is done."""
        stopped = tables(len(self.agents), campaign(running=False))
        self.put(msgspec.structs.replace(stopped, at=self.at, version="end"))
        self.work(60.0)
        self.finish_quietly()

    def finish_quietly(self) -> None:
        assert self.dialer.book.leads == self.dialer.book.legs == {}
        assert self.dialer.book.used == {} or all(not use.lines for use in self.dialer.book.used.values())
        assert [it for it, result in self.leads.attempts.items() if result is None] == []
        assert set(self.leads.state.values()) <= {"planned", "over"}
        assert not self.center._acd.floor.ledger.kept
