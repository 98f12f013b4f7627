"""Calls that agents make themselves, as screens see them."""

from typing import Any

from ctiserver.core import events as e
from ctiserver.core.events import AgentBrief, ConfigurationChanged
from ctiserver.core.live_view import LiveView

CALL: Any = "call"
WHO: dict[str, Any] = {"call": CALL, "account_id": 1, "agent": "ann"}


def view() -> LiveView:
    shown = LiveView()
    briefs: Any = tuple(AgentBrief(key=key, account_id=1, name=key, queues=()) for key in ("ann", "bob"))
    shown.apply(ConfigurationChanged(at=0.0, version="1", queues=(), agents=briefs))
    return shown


def row(shown: LiveView, key: str) -> Any:
    return shown.agents[key]  # type: ignore[index]


def test_both_colleagues_see_who_calls_whom_and_how_far_it_is() -> None:
    shown, to_bob = view(), WHO | {"to": "bob"}
    for event in (
        e.AgentReserved(at=1.0, agent="ann", contact=CALL),  # type: ignore[arg-type]
        e.AgentReserved(at=1.0, agent="bob", contact=CALL),  # type: ignore[arg-type]
        e.OwnCallBegun(at=1.0, pii_name="Bob", **to_bob),
    ):
        shown.apply(event)
    assert (row(shown, "ann").activity, row(shown, "bob").activity) == ("calling", "reserved")
    shown.apply(e.OwnCallDialed(at=2.0, **to_bob))
    shown.apply(e.OwnCallRinging(at=3.0, **to_bob))
    assert row(shown, "bob").activity == "ringing"
    assert row(shown, "ann").own_call == row(shown, "bob").own_call
    assert (row(shown, "ann").own_call.stage, row(shown, "ann").own_call.pii_name) == ("ringing", "Bob")
    shown.apply(e.OwnCallAnswered(at=4.0, **to_bob))
    assert [row(shown, key).activity for key in ("ann", "bob")] == ["talking", "talking"]
    shown.apply(e.OwnCallOver(at=9.0, reason="hung_up", **to_bob))
    assert [row(shown, key).own_call for key in ("ann", "bob")] == [None, None]
    assert row(shown, "ann").own_call_over is None


def test_who_was_not_answered_is_told_why_until_he_has_something_else_in_hand() -> None:
    shown = view()
    shown.apply(e.OwnCallBegun(at=1.0, pii_number="+56971884213", **WHO))
    shown.apply(e.OwnCallOver(at=5.0, reason="busy", pii_number="+56971884213", **WHO))
    assert row(shown, "ann").own_call_over.reason == "busy"
    shown.apply(e.AgentReserved(at=9.0, agent="ann", contact=CALL))  # type: ignore[arg-type]
    assert row(shown, "ann").own_call_over is None


def test_somebody_outside_is_a_contact_that_waits_for_nobody() -> None:
    shown = view()
    queue: Any = "service"
    about: dict[str, Any] = {"contact": CALL, "account_id": 1}
    shown.apply(
        e.ContactArrived(
            at=1.0,
            leg="",
            did="",
            pii_number="+5697",
            language="es",
            flow="",
            flow_version="",
            channel="outbound",
            **about,
        )
    )
    shown.apply(e.CallOutBegun(at=1.0, contact=CALL, agent="ann", queue=queue))  # type: ignore[arg-type]
    seen = shown.contacts[CALL]
    assert (seen.stage, seen.agent, seen.queue, seen.waits_since) == ("calling", "ann", "service", None)
    reached: dict[str, Any] = {"agent": "ann", "leg": "l", "queue": queue, "pii_number": "", "language": "es"}
    shown.apply(e.CallOutReached(at=5.0, value_class="A", **about, **reached))
    assert shown.contacts[CALL].stage == "joining"
