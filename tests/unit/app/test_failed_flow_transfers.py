"""An agent passes a caller on to a flow that leads nowhere: he is back with the agent, or at his old place."""

from typing import Any

import pytest
from company import AVAILABLE, FLOW, PAUSE, agent, configured, queue
from test_center import assert_quiet, assert_restored_goes_on
from world import World

from ctiserver.core import events as e
from ctiserver.core import requests as r
from ctiserver.core.tables import Document

PEOPLE = (agent("ann", "service"), agent("bob", "technical"))
SERVICE, TECHNICAL = queue("service", wrap_up_seconds=10.0), queue("technical")


def flow_to(start: str, **nodes: Any) -> Document:
    """A flow whose emergency needs no queue of its own."""
    operator = {"type": "queue", "queue": "service"}
    content = FLOW | {"start": start, "emergency": None, "nodes": {"operator": operator, **nodes}}
    return Document(version=f"to-{start}", content=content)


MENU = {
    "type": "menu",
    "prompts": ["menu-main"],
    "keys": {"1": "gone", "2": "elsewhere", "3": "technical", "7": "bye"},
    "on_failure": "operator",
}
AWAY = {
    "gone": {"type": "queue", "queue": "nobodys"},
    "elsewhere": {"type": "transfer", "flow": "nowhere"},
    "technical": {"type": "queue", "queue": "technical"},
    "bye": {"type": "hangup", "prompts": ["goodbye"]},
}
FLOWS = {
    "main": Document(version="flow-1", content=FLOW),
    "straight": flow_to("gone", gone=AWAY["gone"]),
    "menu": flow_to("menu", menu=MENU, **AWAY),
}


class Day(World):
    """Ann talks with a caller, who is hers alone to serve."""

    def __init__(self) -> None:
        self.company: dict[str, Any] = {"agents": PEOPLE, "queues": (SERVICE, TECHNICAL), "surveys": {}}
        super().__init__(1, configured(at=1000.0, flows=FLOWS, **self.company))
        self.choose("ann", AVAILABLE)
        self.caller = self.call()
        self.run(20.0)
        self.press(self.caller, "0")
        self.run(20.0)
        self.passed_at = 0.0

    def passes_on(self, flow: str) -> str:
        """What the answer says: "" for accepted."""
        self.passed_at, who = self.at, "ann"
        request: Any = {"at": self.at, "request_id": f"p{self.seq}", "by": who, "agent": who, "flow": flow}
        [answer] = [one for one in self.put(r.TransferToFlow(**request)).events if hasattr(one, "error_id")]
        return str(answer.error_id)

    def told(self, kind: type[Any]) -> list[Any]:
        return [one for turn in self.turns for one in turn.events if isinstance(one, kind)]

    def failures(self) -> list[tuple[str, str, str]]:
        """Flow, reason and to whom, of each transfer that failed."""
        return [(one.flow, one.reason, one.returned_to) for one in self.told(e.TransferFailed)]

    def talks(self) -> list[tuple[str, str]]:
        return [(one.agent, one.began) for one in self.told(e.ContactConnected)]

    def ends(self) -> None:
        """Whatever happened, nothing is left of it, and a center restored at any entry would have said the same."""
        self.finish()
        assert_quiet(self)
        assert_restored_goes_on(self, every=1)


def test_a_flow_that_is_not_in_force_is_refused_and_the_talk_goes_on() -> None:
    day = Day()
    assert day.passes_on("nowhere") == "unknown_flow"
    assert (day.failures(), day.agents["ann"].activity) == ([], "talking")
    day.ends()


def test_where_the_flow_fails_at_once_he_waits_for_the_agent_until_she_has_wrapped_up() -> None:
    day = Day()
    assert day.passes_on("straight") == ""
    assert day.failures() == [("straight", "no_queue", "agent")]
    told = day.view.agents["ann"].given_back  # type: ignore[index]
    assert told is not None
    assert (told.flow, told.reason, told.now) == ("straight", "no_queue", "returning")
    day.run(3.0)
    assert day.talks() == [("ann", "queue")]
    day.dispose("ann")
    day.run(20.0)
    assert day.talks() == [("ann", "queue"), ("ann", "returned")]
    day.ends()


@pytest.mark.parametrize(("key", "reason"), [("1", "no_queue"), ("2", "no_flow")])
def test_where_it_leads_nowhere_later_on_he_is_back_with_the_agent_who_is_free(key: str, reason: str) -> None:
    day = Day()
    day.passes_on("menu")
    day.dispose("ann")
    day.run(3.0)
    day.press(day.caller, key)
    day.run(20.0)
    assert day.failures() == [("menu", reason, "agent")]
    assert day.talks() == [("ann", "queue"), ("ann", "returned")]
    day.ends()


def test_a_flow_that_was_taken_away_while_he_walks_goes_on_and_its_queue_that_was_taken_away_fails() -> None:
    day = Day()
    day.passes_on("menu")
    day.dispose("ann")
    left = day.company | {"queues": (SERVICE,)}
    day.put(configured(day.at, version="2", flows={"main": FLOWS["main"]}, **left))
    day.run(3.0)
    day.press(day.caller, "3")
    day.run(20.0)
    assert day.failures() == [("menu", "no_queue", "agent")]
    assert day.talks()[1:] == [("ann", "returned")]
    day.ends()


def test_he_waits_at_his_old_place_where_the_agent_is_on_a_break() -> None:
    day = Day()
    day.passes_on("menu")
    day.choose("ann", PAUSE)
    day.dispose("ann")
    day.call()
    day.run(3.0)
    day.press(day.caller, "1")
    assert day.failures() == [("menu", "no_queue", "queue")]
    [contact] = [it for it in day.contacts.values() if it.leg == day.caller]
    assert (contact.stage, contact.named, contact.arrived_at < day.passed_at) == ("waiting", None, True)
    day.choose("ann", AVAILABLE)
    day.run(20.0)
    assert day.talks()[1:] == [("ann", "queue")]
    day.ends()


def test_he_waits_for_an_agent_who_is_busy_not_for_long_and_then_for_any() -> None:
    day = Day()
    day.company |= {"queues": (queue("service", wrap_up_seconds=300.0), TECHNICAL)}
    day.put(configured(day.at, version="2", flows=FLOWS, **day.company))
    day.passes_on("straight")
    people = (*PEOPLE, agent("zoe", "service"))
    day.put(configured(day.at, version="3", flows=FLOWS, **day.company | {"agents": people}))
    day.choose("zoe", AVAILABLE)
    assert day.talks() == [("ann", "queue")]
    day.run(30.0)
    assert day.talks() == [("ann", "queue"), ("zoe", "queue")]
    day.ends()


def test_a_flow_that_says_goodbye_has_not_failed_and_neither_has_one_that_led_to_a_queue() -> None:
    day = Day()
    day.passes_on("menu")
    day.press(day.caller, "7")
    day.run(10.0)
    assert (day.failures(), [one.where for one in day.told(e.ContactEnded)]) == ([], ["goodbye"])
    day.ends()
    day = Day()
    day.passes_on("menu")
    day.choose("bob", AVAILABLE)
    day.press(day.caller, "3")
    day.run(10.0)
    assert (day.failures(), day.talks()[1:]) == ([], [("bob", "blind")])
    day.ends()


def test_who_hangs_up_in_the_flow_or_while_he_comes_back_is_gone() -> None:
    for flow in ("menu", "straight"):
        day = Day()
        day.passes_on(flow)
        day.run(1.0)
        day.hang_up(day.caller)
        day.run(20.0)
        assert [one.by for one in day.told(e.ContactEnded)] == ["caller"]
        day.ends()
