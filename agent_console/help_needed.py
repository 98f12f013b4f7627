"""Who needs a supervisor now, the most urgent first.

A raised hand comes before everything: it is the agent's own word. Then a voice that breaks up, a caller who has been
on hold for long, a talk that goes on longer than 95 of 100 about the same, and last an available agent who has had
nothing to do for long. Of one kind, whoever has it longest comes first; each agent is named once, by the most urgent.
"""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from crm_core.talk_lengths import UsualLength
from ctiserver.core.live_rows import AgentView, ContactView
from ctiserver.core.live_view import LiveView

LONG_HOLD_SECONDS = 120.0
LONG_IDLE_SECONDS = 1_200.0
POOR_AUDIO_SECONDS = 10.0
"""A word on the quality that is older than this is of a call that is over."""

Why = Literal["hand", "abuse", "audio", "hold", "talk", "idle"]
_URGENCY: tuple[Why, ...] = ("hand", "abuse", "audio", "hold", "talk", "idle")


class Quality(msgspec.Struct, frozen=True):
    """What an agent's browser said of its call's sound last: good, fair or poor; `since` when it began to be so."""

    word: str
    since: float
    at: float


class NeedsHelp(msgspec.Struct, kw_only=True):
    """`since` when; `usual_seconds`, `n`: what a talk is measured against, None for other causes."""

    agent: str
    why: Why
    since: float
    contact: str | None = None
    usual_seconds: float | None = None
    n: int | None = None


def who_needs_help(
    view: LiveView,
    account_id: int,
    *,
    usual: Mapping[str, UsualLength],
    reason_of: Callable[[ContactView], str | None],
    qualities: Mapping[str, Quality],
    now: float,
) -> list[NeedsHelp]:
    """The agents of an account who need somebody, the most urgent first.

    `usual`: by contact reason, "" for all; `reason_of`: what a contact seems to be about, None: nobody knows.
    """
    found = []
    for agent in view.agents.values():
        if agent.account_id != account_id:
            continue
        contact = view.contacts.get(agent.contact) if agent.contact else None
        causes = [
            _hand(agent),
            _audio(agent, qualities.get(agent.agent), now),
            _hold(agent, now),
            _talk(agent, contact, usual, reason_of, now),
            _idle(agent, now),
        ]
        if told := min((it for it in causes if it), key=_rank, default=None):
            found.append(told)
    return sorted(found, key=lambda one: (_rank(one), one.since, one.agent))


def _rank(one: NeedsHelp) -> int:
    return _URGENCY.index(one.why)


def _hand(agent: AgentView) -> NeedsHelp | None:
    if agent.hand_raised_at is None:
        return None
    why: Why = "abuse" if agent.hand_why == "abuse" else "hand"
    return NeedsHelp(agent=agent.agent, contact=agent.contact, why=why, since=agent.hand_raised_at)


def _audio(agent: AgentView, quality: Quality | None, now: float) -> NeedsHelp | None:
    if quality is None or quality.word != "poor" or now - quality.at > POOR_AUDIO_SECONDS:
        return None
    if agent.activity not in ("talking", "on_hold"):
        return None
    return NeedsHelp(agent=agent.agent, contact=agent.contact, why="audio", since=quality.since)


def _hold(agent: AgentView, now: float) -> NeedsHelp | None:
    if agent.activity != "on_hold" or now - agent.since <= LONG_HOLD_SECONDS:
        return None
    return NeedsHelp(agent=agent.agent, contact=agent.contact, why="hold", since=agent.since)


def _talk(
    agent: AgentView,
    contact: ContactView | None,
    usual: Mapping[str, UsualLength],
    reason_of: Callable[[ContactView], str | None],
    now: float,
) -> NeedsHelp | None:
    if agent.activity != "talking" or contact is None:
        return None
    length = usual.get(reason_of(contact) or "") or usual.get("")
    if length is None or now - agent.since <= length.p95_seconds:
        return None
    return NeedsHelp(
        agent=agent.agent,
        contact=agent.contact,
        why="talk",
        since=agent.since,
        usual_seconds=length.p95_seconds,
        n=length.n,
    )


def _idle(agent: AgentView, now: float) -> NeedsHelp | None:
    idle = agent.status == "available" and agent.activity == "idle"
    if not idle or now - agent.since <= LONG_IDLE_SECONDS:
        return None
    return NeedsHelp(agent=agent.agent, why="idle", since=agent.since)
