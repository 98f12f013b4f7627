"""Who is in whose talk, as screens see it."""

from typing import Any

from ctiserver.core import events as e
from ctiserver.core.events import AgentBrief, ConfigurationChanged
from ctiserver.core.live_view import LiveView

TALK: Any = {"contact": "c1", "supervisor": "sue", "agent": "ann"}


def test_a_supervisor_is_told_why_he_is_not_in_the_talk_until_he_is_in_one() -> None:
    shown = LiveView()
    briefs: Any = tuple(AgentBrief(key=key, account_id=1, name=key, queues=()) for key in ("ann", "sue"))
    shown.apply(ConfigurationChanged(at=0.0, version="1", queues=(), agents=briefs))
    sue: Any = next(row for row in shown.agents.values() if row.name == "sue")
    shown.apply(e.SupervisionEnded(at=1.0, reason="phone_unreachable", **TALK))
    assert (sue.supervises, sue.supervision_over.reason) == (None, "phone_unreachable")
    shown.apply(e.SupervisionStarted(at=9.0, mode="listen", **TALK))
    assert (sue.supervises.mode, sue.supervision_over) == ("listen", None)


def test_who_takes_a_talk_over_is_seen_talking() -> None:
    shown = LiveView()
    briefs: Any = tuple(AgentBrief(key=key, account_id=1, name=key, queues=()) for key in ("ann", "sue"))
    shown.apply(ConfigurationChanged(at=0.0, version="1", queues=(), agents=briefs))
    shown.apply(e.SupervisionStarted(at=1.0, mode="listen", **TALK))
    sue: Any = next(row for row in shown.agents.values() if row.name == "sue")
    shown.apply(e.SupervisionEnded(at=9.0, reason="taken_over", **TALK))
    assert (sue.supervises, sue.activity, sue.since) == (None, "talking", 9.0)
