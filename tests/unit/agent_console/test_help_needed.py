from typing import Any

import pytest

from agent_console.help_needed import Quality, who_needs_help
from crm_core.talk_lengths import UsualLength
from ctiserver.core.live_rows import AgentView, ContactView
from ctiserver.core.live_view import LiveView

NOW = 10_000.0
USUAL = {"": UsualLength(p95_seconds=600.0, n=100), "bill": UsualLength(p95_seconds=300.0, n=40)}


def agent(key: Any, **fields: Any) -> AgentView:
    return AgentView(agent=key, **{"status": "available", "contact": f"c-{key}", "since": NOW - 60, **fields})


def told(*agents: AgentView, reason: str | None = None, **more: Any) -> list[tuple[str, str]]:
    contacts = {
        it.contact: ContactView(
            contact=it.contact,
            account_id=1,
            did="",
            pii_number="",
            language="es",
            arrived_at=0.0,
            since=0.0,
        )
        for it in agents
        if it.contact
    }
    view = LiveView(agents={it.agent: it for it in agents}, contacts=contacts)
    given: dict[str, Any] = {"usual": USUAL, "qualities": {}, "reason_of": lambda _contact: reason, **more}
    return [(it.agent, it.why) for it in who_needs_help(view, 1, now=NOW, **given)]


def test_the_most_urgent_comes_first_and_of_one_kind_the_longest() -> None:
    everybody = (
        agent("idle", activity="idle", contact=None, since=NOW - 1_300),
        agent("long", activity="talking", since=NOW - 700),
        agent("hold", activity="on_hold", since=NOW - 130),
        agent("bad", activity="talking"),
        agent("late", activity="talking", hand_raised_at=NOW - 5, hand_why="help"),
        agent("early", activity="on_hold", since=NOW - 500, hand_raised_at=NOW - 50, hand_why="help"),
        agent("hurt", activity="wrapping_up", hand_raised_at=NOW - 90, hand_why="abuse"),
        agent("fine", activity="talking"),
    )
    bad = {"bad": Quality("poor", NOW - 20, NOW - 1), "fine": Quality("fair", NOW - 20, NOW - 1)}
    assert told(*everybody, qualities=bad) == [
        ("early", "hand"),
        ("late", "hand"),
        ("hurt", "abuse"),
        ("bad", "audio"),
        ("hold", "hold"),
        ("long", "talk"),
        ("idle", "idle"),
    ]


@pytest.mark.parametrize(
    ("reason", "seconds", "long"),
    [("bill", 299, False), ("bill", 301, True), ("move", 599, False), ("move", 601, True), (None, 601, True)],
)
def test_a_talk_is_long_for_what_it_is_about(reason: str | None, seconds: int, long: bool) -> None:
    assert bool(told(agent("ann", activity="talking", since=NOW - seconds), reason=reason)) is long


def test_without_a_history_no_talk_is_long() -> None:
    assert told(agent("ann", activity="talking", since=0.0), usual={}) == []


def test_a_long_talk_is_told_with_what_it_is_measured_against() -> None:
    view = LiveView(
        agents={"ann": agent("ann", activity="talking", since=NOW - 400)},  # type: ignore[dict-item]
        contacts={
            "c-ann": ContactView(  # type: ignore[dict-item]
                contact="c-ann",  # type: ignore[arg-type]
                account_id=1,
                did="",
                pii_number="",
                language="es",
                arrived_at=0.0,
                since=0.0,
            )
        },
    )
    [one] = who_needs_help(view, 1, usual=USUAL, reason_of=lambda _contact: "bill", qualities={}, now=NOW)
    assert (one.contact, one.usual_seconds, one.n) == ("c-ann", 300.0, 40)


def test_bad_sound_of_a_call_that_is_over_and_others_companies_are_nobodys_business() -> None:
    stale = {"ann": Quality("poor", NOW - 60, NOW - 30)}
    assert told(agent("ann", activity="talking"), qualities=stale) == []
    fresh = {"ann": Quality("poor", NOW - 60, NOW)}
    assert told(agent("ann", activity="wrapping_up"), qualities=fresh) == []
    assert told(agent("ann", account_id=2, hand_raised_at=1.0)) == []


def test_a_pause_and_a_short_idle_time_need_nobody() -> None:
    idle: dict[str, Any] = {"activity": "idle", "contact": None}
    assert (
        told(agent("ann", since=NOW - 1_199, **idle), agent("bob", status="pause", since=0.0, **idle)) == []
    )
