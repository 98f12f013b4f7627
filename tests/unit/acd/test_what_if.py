"""What some agents more would bring, from the state that is: the same callers in both hours."""

from acd.what_if import AgentNow, Now, QueueNow, WaitingNow, extra_agents, what_if
from ctiserver.core.ids import AgentKey, QueueKey
from ctiserver.core.tables import Agent, Queue

SALES = QueueKey("sales")
BUSY = AgentNow(agent=Agent(key=AgentKey("ann"), queues={SALES: 0}), busy=True)
NOW = Now(
    queues={SALES: Queue(key=SALES, requires={"gas": 50})},
    rates={
        SALES: QueueNow(
            calls_per_second={"A": 0.004, "C": 0.01}, service_seconds=200.0, patience_seconds=300.0
        )
    },
    waiting=[WaitingNow(contact="c-1", queue=SALES, value_class="A", waited_seconds=90.0)],
    agents=[BUSY],
)


def test_two_agents_more_help_and_the_interval_says_how_surely() -> None:
    skilled = Agent(key=AgentKey("ann"), queues={SALES: 0}, skills={"gas": 70})
    now = Now(
        queues=NOW.queues, rates=NOW.rates, waiting=NOW.waiting, agents=[AgentNow(agent=skilled, busy=True)]
    )
    found = what_if(now, extra_agents(now, SALES, 2), runs=20)
    assert found.change.service_level.mean > 0.2
    assert found.change.wait_seconds.mean < 0.0
    half = found.change.service_level.half_width
    assert half is not None
    assert 0.0 < half < found.change.service_level.mean
    assert what_if(now, extra_agents(now, SALES, 2), runs=20) == found  # the same lot


def test_agents_more_are_of_the_account_whose_queue_it_is() -> None:
    queues = {SALES: Queue(key=SALES, account_id=2)}
    now = Now(queues=queues, rates={}, waiting=NOW.waiting)
    assert what_if(now, extra_agents(now, SALES, 1), runs=5).with_more.wait_seconds.mean == 90.0


def test_without_agents_who_can_serve_everybody_gives_up_or_waits() -> None:
    found = what_if(NOW, [], runs=10)  # Ann lacks the skill
    assert found.as_it_is.abandoned.mean == 1.0
    assert found.change.wait_seconds.mean == 0.0


def test_who_talks_is_busy_even_where_nobody_knows_how_long_that_takes() -> None:
    skilled = Agent(key=AgentKey("ann"), queues={SALES: 0}, skills={"gas": 70})
    waits = [
        what_if(Now(queues=NOW.queues, rates={}, waiting=NOW.waiting, agents=[one]), [], runs=5).as_it_is
        for one in (AgentNow(agent=skilled, busy=True), AgentNow(agent=skilled))
    ]
    assert waits[0].wait_seconds.mean > waits[1].wait_seconds.mean == 90.0


def test_who_was_passed_on_keeps_his_place_and_has_waited_only_since_then() -> None:
    free = AgentNow(agent=Agent(key=AgentKey("ann"), queues={SALES: 0}))
    passed = WaitingNow(contact="p", queue=SALES, value_class="C", waited_seconds=10.0, stood_seconds=900.0)
    other = WaitingNow(contact="o", queue=SALES, value_class="C", waited_seconds=50.0)
    now = Now(queues={SALES: Queue(key=SALES)}, rates={}, waiting=[other, passed], agents=[free])
    hour = what_if(now, [], runs=40, hours=10.0).as_it_is
    assert hour.service_level.mean >= 0.5  # he goes first, after ten seconds
    assert hour.wait_seconds.mean < (10.0 + 50.0 + 400.0) / 2


def test_where_nobody_calls_only_who_waits_is_drawn() -> None:
    quiet = Now(queues=NOW.queues, rates={}, waiting=NOW.waiting)
    found = what_if(quiet, extra_agents(quiet, SALES, 1), runs=5)
    assert found.with_more.wait_seconds.mean == 90.0  # what he has waited already
    assert found.as_it_is.wait_seconds.mean == 3690.0
