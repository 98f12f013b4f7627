"""Why a customer waited while another was served: of two contacts, of all who passed one, and the ledger of all.

Each answer has a sentence in the person's own language beside its facts.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from agent_console.operations import Call, Operations
from agent_console.pages import words
from agent_console.roles import Permission
from crm_core.queues import queues_of_account
from crm_core.reports import inversion_report
from crm_core.reports.inversion_report import CauseRow, PairRow, SpanRow
from crm_core.why import Side, Why, passed_by, why
from ctiserver.core.errors import NotFound

READ = Permission.READ_INTERACTIONS
_SCORES = ("score", "came_first")


class WhyTold(msgspec.Struct, kw_only=True):
    """The facts, see `crm_core.why.Why`, and the sentence."""

    cause: str
    sentence: str
    chosen_at: float
    agent: str
    waited: Side
    served: Side


class Ledger(msgspec.Struct, kw_only=True):
    """The ledger of inversions, see `crm_core.reports.inversion_report`; `queues`: names by key."""

    services: int
    starts: int
    pairs: int
    valued: int
    passed: int
    seconds: float
    unjustified: int
    causes: list[CauseRow]
    spans: list[SpanRow]
    queues: dict[str, str]


class LedgerSpan(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A span of time in UTC epoch seconds, `until_at` excluded. `queue` None: all queues."""

    from_at: float
    until_at: float
    queue: str | None = None


class PairsAsked(LedgerSpan, kw_only=True, forbid_unknown_fields=True):
    """`cause` None: all causes."""

    cause: str | None = None


class Drawn(msgspec.Struct, kw_only=True):
    """A mean over the runs, and half the width of its 95 % interval."""

    mean: float
    half_width: float | None


class LeverGain(msgspec.Struct, kw_only=True):
    """What a lever saves of a day: pairs, and seconds of those above the lowest class; negative: it costs them.

    `causes`: those whose lever it is; none: whatever the cause. No figures: `why_not` is `nothing_to_change`.
    """

    lever: str
    causes: list[str]
    pairs: Drawn | None
    seconds: Drawn | None
    why_not: str


class LeverGains(msgspec.Struct, kw_only=True):
    """Simulated on the day's `calls`; an agent is added or trained in `queue`, where the valuable waited longest."""

    queue: str
    calls: int
    gains: list[LeverGain]


class DayAsked(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A day, in UTC epoch seconds, `until_at` excluded."""

    from_at: float
    until_at: float


class Lamp(msgspec.Struct, kw_only=True):
    """`unjustified`: decisions of the last day against the router's own order; it must be 0."""

    unjustified: int


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/contacts/{contact}/passed-by", READ, "Who came later and was served first, and why")
    def contact_passed_by(call: Call, contact: str) -> list[WhyTold]:
        found = call.services.store.read(passed_by, call.principal.account_id, contact)
        return [_told(call, one) for one in found]

    @add("GET", "/contacts/{contact}/why/{other}", READ, "Why the other was served while this one waited")
    def contact_why(call: Call, contact: str, other: str) -> WhyTold:
        found = call.services.store.read(why, call.principal.account_id, contact, other)
        if found is None:
            raise NotFound(f"{other} was never given an agent, or {contact} never waited")
        return _told(call, found)

    @add("GET", "/reports/inversions", READ, "How often a more valuable customer waited, by cause")
    def inversions(call: Call, query: LedgerSpan) -> Ledger:
        account = call.principal.account_id

        def read(session: Any) -> Ledger:
            found = inversion_report.inversion_report(
                session, account, query.from_at, query.until_at, queue=query.queue
            )
            names = {row.key: row.name for row in queues_of_account(session, account)}
            return Ledger(queues=names, **{name: getattr(found, name) for name in found.__slots__})

        return call.services.store.read(read)

    @add("GET", "/reports/inversions/pairs", READ, "The pairs behind the ledger, the latest first")
    def inversion_pairs(call: Call, query: PairsAsked) -> list[PairRow]:
        return call.services.store.read(
            inversion_report.pairs_behind,
            call.principal.account_id,
            query.from_at,
            query.until_at,
            queue=query.queue,
            cause=query.cause,
        )

    @add("GET", "/reports/inversions/gains", READ, "What each lever would have gained on a day, simulated")
    def inversion_gains(call: Call, query: DayAsked) -> LeverGains:
        asked = msgspec.structs.asdict(query) | {"account_id": call.principal.account_id}
        answer = call.services.engines.ask_job("lever_gains", msgspec.json.encode(asked))
        return msgspec.json.decode(answer, type=LeverGains)

    @add("GET", "/reports/inversions/lamp", Permission.WALLBOARD, "Whether the router kept its own order")
    def inversion_lamp(call: Call) -> Lamp:
        since = call.services.now() - 86_400.0
        return Lamp(
            unjustified=call.services.store.read(
                inversion_report.unjustified_since, call.principal.account_id, since
            )
        )


def _told(call: Call, found: Why) -> WhyTold:
    return WhyTold(
        sentence=sentence(words(call.principal.language), found),
        **{name: getattr(found, name) for name in found.__slots__},
    )


def sentence(texts: Mapping[str, str], found: Why) -> str:
    """One sentence that says why, in the language of the texts."""
    both = found.waited.score_seconds is not None and found.served.score_seconds is not None
    key = f"passing_{found.cause}" + ("_by" if found.cause in _SCORES and both else "")
    return texts[key].format(
        agent=found.agent,
        queue=found.waited.queue,
        other_queue=found.served.queue,
        value_class=found.waited.value_class or "C",
        other_class=found.served.value_class or "C",
        waited=_clock(found.waited.waited_seconds),
        other_waited=_clock(found.served.waited_seconds),
        score=round(found.waited.score_seconds or 0.0),
        other_score=round(found.served.score_seconds or 0.0),
    )


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
