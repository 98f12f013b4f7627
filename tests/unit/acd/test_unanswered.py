"""Who did not answer a contact is not asked again for the same one while another may take it."""

from company import AVAILABLE, LOGGED_OUT, agent, queue
from driven_acd import Driven, offered, only

from ctiserver.core.commands import StartTimer
from ctiserver.core.events import DecisionMade
from ctiserver.core.ids import LegId
from ctiserver.core.inputs import LegRinging

BOTH = (agent("ann", "service"), agent("bob", "service"))


def missed() -> Driven:
    """Bob talks with c1; c2 rang at Ann's, who did not answer, and is back twenty seconds later."""
    acd = Driven("bob", agents=BOTH)
    acd.queue("c1", at=5.0)
    acd.talks("c1", at=6.0)
    acd.status("ann", AVAILABLE, at=9.0)
    assert offered(acd.queue("c2", at=10.0)) == [("c2", "ann", "only")]
    acd.rings("c2", at=11.0)
    said = acd.fires(f"acd:ring:{acd.agent_leg('c2')}", at=25.0)
    assert [it.due_at for it in said if isinstance(it, StartTimer) and "wider" in it.timer] == [85.0]
    assert offered(acd.status("ann", AVAILABLE, at=45.0)) == []
    return acd


def test_the_same_contact_waits_for_the_other_and_she_gets_the_next() -> None:
    acd = missed()
    [decision] = only(acd.queue("c3", at=46.0), DecisionMade)
    assert (decision.contact, decision.agent) == ("c3", "ann")
    said = [*acd.caller_hangs_up("c1", at=50.0), *acd.dispose("bob", "c1", at=51.0)]
    [decision] = only(said, DecisionMade)
    assert (decision.contact, decision.agent) == ("c2", "bob")


def test_nothing_is_said_of_it_again_and_again_meanwhile() -> None:
    assert missed().say(LegRinging(at=46.0, leg=LegId("somebody"))) == []


def test_the_decision_counts_whom_the_agent_was_not_given() -> None:
    acd = missed()
    acd.status("ann", LOGGED_OUT, at=46.0)
    acd.queue("c3", at=47.0)
    [decision] = only(acd.status("ann", AVAILABLE, at=48.0), DecisionMade)
    assert (decision.contact, decision.excluded) == ("c3", {"unanswered": 1})


def test_after_a_minute_she_is_asked_again() -> None:
    assert offered(missed().fires("acd:wider:c2", at=85.0)) == [("c2", "ann", "only")]


def test_she_is_asked_again_as_soon_as_nobody_else_is_at_work() -> None:
    acd = missed()
    acd.caller_hangs_up("c1", at=50.0)
    assert offered(acd.status("bob", LOGGED_OUT, at=51.0)) == []
    assert offered(acd.dispose("bob", "c1", at=52.0)) == [("c2", "ann", "only")]


def test_a_phone_out_of_reach_has_refused_nobody() -> None:
    acd = Driven("bob", agents=BOTH)
    acd.queue("c1", at=5.0)
    acd.talks("c1", at=6.0)
    acd.status("ann", AVAILABLE, at=9.0)
    acd.queue("c2", at=10.0)
    acd.fires(f"acd:ring:{acd.agent_leg('c2')}", at=25.0)
    assert offered(acd.status("ann", AVAILABLE, at=45.0)) == [("c2", "ann", "only")]


def test_who_waits_for_another_agent_is_not_overtaken_by_somebody_who_is_moved_to_his_queue() -> None:
    acd = Driven("bob", agents=(BOTH[0], agent("bob", "service", "technical", skills={"gas": 80})))
    assert offered(acd.queue("c3", at=5.0, queue="technical")) == [("c3", "bob", "only")]
    acd.status("ann", AVAILABLE, at=9.0)
    acd.queue("c2", at=10.0, value_class="A")
    acd.rings("c2", at=11.0)
    acd.fires(f"acd:ring:{acd.agent_leg('c2')}", at=25.0)
    [decision] = only(acd.queue("c3", at=26.0), DecisionMade)
    assert (decision.contact, decision.agent) == ("c2", "bob")


def test_the_agent_who_did_not_answer_counts_among_those_who_stay_free_for_others() -> None:
    """Two are free, and one has to stay so: the other is his, and not only his who calls next."""
    acd = missed_with_one_to_leave_free()
    assert offered(acd.status("ann", AVAILABLE, at=26.0)) == [("c2", "bob", "only")]


def missed_with_one_to_leave_free() -> Driven:
    """As `missed`, but Bob is free, and left so."""
    acd = Driven("ann", "bob", agents=BOTH, queues=(queue("service", leave_free={"C": 1}),))
    [decision] = only(acd.queue("c2", at=10.0), DecisionMade)
    assert decision.agent == "ann"
    acd.rings("c2", at=11.0)
    assert offered(acd.fires(f"acd:ring:{acd.agent_leg('c2')}", at=25.0)) == []
    return acd
