from company import AGENTS, AVAILABLE, LOGGED_OUT, PAUSE, QUEUES, agent, configured, queue
from driven_acd import Driven, names, offered, only

from acd.router import Acd
from ctiserver.core.commands import TO_FALLBACK_SECONDS, SetFuse
from ctiserver.core.events import (
    AgentStatusChanged,
    CallerIdentified,
    ConfigurationChanged,
    NextStatusChosen,
    PriorityChanged,
)
from ctiserver.core.message import Message


def identified(contact: str, value_class: str, at: float = 20.0) -> Message:
    return CallerIdentified(
        at=at,
        contact=contact,
        how="number",
        candidates=(),
        value_class=value_class,
        late=True,  # type: ignore[arg-type]
    )


def test_a_late_identification_moves_a_waiting_caller_forward() -> None:
    acd = Driven()
    acd.queue("c1")
    acd.queue("c2", at=11.0)
    assert acd.say(identified("c2", "A")) == [
        PriorityChanged(at=20.0, contact="c2", value_class="A", virtual_arrival=-109.0)
    ]
    assert offered(acd.status("ann", AVAILABLE, at=21.0)) == [("c2", "ann", "only")]


def test_a_late_identification_never_moves_anybody_back() -> None:
    acd = Driven()
    acd.queue("c1", value_class="A")
    acd.queue("c2", at=11.0, value_class="B")
    assert acd.say(identified("c1", "C")) == []
    assert offered(acd.status("ann", AVAILABLE, at=21.0)) == [("c1", "ann", "only")]


def test_an_identification_of_somebody_who_does_not_wait_here_is_nothing_to_us() -> None:
    assert Driven().say(identified("c9", "A")) == []


def test_new_tables_are_told_and_new_agents_serve_who_waits() -> None:
    acd = Driven(queues=QUEUES, agents=AGENTS[:1])
    acd.queue("c1", queue="technical")
    said = acd.say(configured(at=20.0, version="2"))
    [news] = said
    assert isinstance(news, ConfigurationChanged)
    assert [row.key for row in news.queues] == ["service", "technical", "emergency"]
    assert [row.key for row in news.agents] == ["ann", "bob", "eve", "tom"]
    assert offered(acd.status("bob", AVAILABLE, at=21.0)) == [("c1", "bob", "only")]


def test_a_free_agent_who_learns_a_skill_serves_who_waits_for_it() -> None:
    acd = Driven("tom")
    acd.queue("c1", queue="technical")
    skilled = agent("tom", "service", "technical", skills={"gas": 60})
    said = acd.say(configured(at=20.0, version="2", agents=(*AGENTS[:3], skilled)))
    assert offered(said) == [("c1", "tom", "only")]


def test_an_agent_who_was_removed_finishes_his_contact_and_gets_no_other() -> None:
    acd = Driven("ann", "bob")
    acd.queue("c1")
    acd.talks("c1")
    said = acd.say(configured(at=20.0, version="2", agents=AGENTS[2:]))
    assert only(said, NextStatusChosen) == [
        NextStatusChosen(at=20.0, agent="ann", status=LOGGED_OUT, reason="removed")
    ]
    assert list(acd.acd.floor.ledger.agents) == ["ann", "eve", "tom"]
    acd.queue("c2", at=25.0)
    acd.agent_hangs_up("c1")
    said = acd.dispose("ann", "c1")
    assert said[-1] == AgentStatusChanged(
        at=70.0, agent="ann", status=LOGGED_OUT, reason="removed", by="center"
    )
    acd.say(configured(at=80.0, version="3", agents=AGENTS[2:]))
    assert list(acd.acd.floor.ledger.agents) == ["eve", "tom"]


def test_an_agent_who_owes_a_disposition_and_was_removed_is_logged_out() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    acd.talks("c1")
    acd.agent_hangs_up("c1")
    acd.fires("acd:wrap_up:ann", at=180.0)
    acd.say(configured(at=200.0, version="2", agents=AGENTS[1:]))
    assert (acd.agent("ann").status, acd.agent("ann").owes) == (LOGGED_OUT, True)
    assert names(acd.dispose("ann", "c1", at=201.0)) == ["Disposed"]


def test_who_waits_in_a_queue_that_was_removed_is_served_by_those_who_still_name_it() -> None:
    acd = Driven()
    acd.queue("c1")
    acd.say(configured(at=20.0, version="2", queues=QUEUES[1:]))
    assert offered(acd.status("ann", AVAILABLE, at=21.0)) == [("c1", "ann", "only")]


def test_a_head_start_that_is_configured_later_holds_for_later_callers_only() -> None:
    acd = Driven()
    acd.queue("c1")
    changed = queue("service", head_start_seconds={"C": 5.0})
    acd.say(configured(at=20.0, version="2", queues=(changed, *QUEUES[1:])))
    assert acd.contact("c1").virtual_arrival == 10.0
    acd.queue("c2", at=22.0)
    assert acd.contact("c2").virtual_arrival == 17.0


def test_a_restored_acd_goes_on_where_it_was() -> None:
    acd, restored = Driven("ann"), Driven()
    for at, contact in enumerate(("c1", "c2", "c3"), start=10):
        acd.queue(contact, at=at, value_class="CBA"[at - 10])
    engine = Acd()
    engine.restore(acd.acd.state())
    restored.acd, restored.turns = engine, acd.turns
    for one in (acd, restored):
        one.rings("c1")
        one.talks("c1")
        one.agent_hangs_up("c1")
    assert restored.dispose("ann", "c1") == acd.dispose("ann", "c1")
    assert restored.contact("c3").agent == "ann"


def test_an_agent_who_is_idle_changes_at_once() -> None:
    acd = Driven()
    assert acd.status("ann", PAUSE, reason="lunch") == [
        AgentStatusChanged(at=0.0, agent="ann", status=PAUSE, reason="lunch", by="ann")
    ]


def test_who_waits_in_a_queue_that_nobody_names_any_more_goes_to_the_fallback() -> None:
    acd = Driven()
    acd.queue("c1")
    said = acd.say(configured(at=20.0, version="2", queues=(), agents=()))
    assert SetFuse(leg="leg-c1", seconds=TO_FALLBACK_SECONDS) in said
