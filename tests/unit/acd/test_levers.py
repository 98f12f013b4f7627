from typing import Any

from company import agent, queue

from acd.given_calls import GivenAgent, GivenCall, Named
from acd.levers import LEVERS, Gain, gains
from crm_core.passing import CAUSES
from ctiserver.core.ids import QueueKey

SERVICE, GAS = QueueKey("service"), QueueKey("gas")
QUEUES = {
    SERVICE: queue("service", ceiling_seconds=900.0),
    GAS: queue("gas", requires={"gas": 50}, ceiling_seconds=900.0),
}


def given(key: str, *queues: str, spans: Any = ((0.0, 7200.0),), **more: Any) -> GivenAgent:
    return GivenAgent(agent=agent(key, *queues, **more), spans=spans)


AGENTS = [
    given("ann", "service", spans=((0.0, 3000.0), (4000.0, 7200.0))),
    given("bob", "service"),
    given("eve", "gas", "service", skills={"gas": 80}),
]


def calls(count: int = 80) -> list[GivenCall]:
    """More than the three can serve: one of A for three of C, each fourth to the queue that needs a skill."""
    return [
        GivenCall(
            contact=f"c{number}",
            queue=GAS if number % 4 == 1 else SERVICE,
            value_class="A" if number % 4 in (1, 2) else "C",
            at=75.0 * number,
            patience_seconds=3600.0,
            service_seconds=180.0 + 7.0 * (number % 13),
        )
        for number in range(count)
    ]


def found(some: list[GivenCall] | None = None) -> dict[str, Gain]:
    return {one.lever: one for one in gains(QUEUES, AGENTS, some or calls(), queue=GAS)}


def test_an_agent_more_saves_pairs_and_seconds_beyond_the_interval() -> None:
    more = found()["one_more_agent"]
    assert more.pairs is not None
    assert more.seconds is not None
    assert more.pairs.mean > (more.pairs.half_width or 0.0) > 0.0
    assert more.seconds.mean > (more.seconds.half_width or 0.0) > 0.0


def test_training_and_a_larger_head_start_save_and_each_lever_has_its_cause() -> None:
    all_of_them = found()
    for lever, cause in (("one_trained", "skill"), ("larger_head_start", "score"), ("no_breaks", "pause")):
        gain = all_of_them[lever]
        assert gain.causes == (cause,)
        assert gain.seconds is not None
        assert gain.seconds.mean > 0.0


ALONE = [GivenAgent(agent=agent("ann", "service"), spans=((0.0, 7200.0),))]


def of_class_a(contact: str, at: float, **more: Any) -> GivenCall:
    told: dict[str, Any] = {"queue": SERVICE, "value_class": "A", "patience_seconds": 3600.0}
    return GivenCall(contact=contact, at=at, service_seconds=100.0, **(told | more))


def test_half_the_ringing_saves_half_of_it_to_each_who_is_rung_for_or_waits_behind() -> None:
    some = [of_class_a(f"a{place}", 0.0, ring_seconds=20.0) for place in range(3)]
    gain = {one.lever: one for one in gains(QUEUES, ALONE, some, queue=SERVICE)}["shorter_ringing"]
    assert (gain.causes, gain.why_not) == (("ringing",), "")
    assert gain.seconds is not None
    assert gain.seconds.mean == 10.0 + 20.0 + 30.0  # answered at 20, 140, 260; with the lever at 10, 120, 230


def test_an_agent_less_left_free_saves_a_class_the_wait_for_him() -> None:
    leaves = {SERVICE: queue("service", ceiling_seconds=None, leave_free={"B": 1})}
    pair = [*ALONE, GivenAgent(agent=agent("bob", "service"), spans=((0.0, 7200.0),))]
    some = [of_class_a("b1", 0.0, value_class="B"), of_class_a("b2", 40.0, value_class="B")]
    gain = {one.lever: one for one in gains(leaves, pair, some, queue=SERVICE)}["leave_fewer_free"]
    assert (gain.causes, gain.why_not) == (("left_free",), "")
    assert gain.seconds is not None
    assert gain.seconds.mean == 60.0  # the second waits for the first one's end, beside a free agent


def gain_of(lever: str, some: list[GivenCall], agents: list[GivenAgent]) -> Gain:
    return {one.lever: one for one in gains(QUEUES, agents, some, queue=SERVICE)}[lever]


def test_half_the_wait_for_the_named_agent_saves_half_of_it_beside_a_free_colleague() -> None:
    bob = given("bob", "service", spans=((50.0, 7200.0),))
    named = Named(agent="ann", seconds=60.0)
    some = [of_class_a("first", 0.0), of_class_a("passed on", 10.0, named=named)]
    gain = gain_of("shorter_named_wait", some, [*ALONE, bob])
    assert (gain.causes, gain.why_not) == (("named_for_another", "named"), "")
    assert gain.seconds is not None
    assert gain.seconds.mean == 20.0  # bob's at 70; with the lever at 50, when bob has come


def test_half_the_wait_for_the_named_agent_saves_a_pair_where_he_who_was_named_passes_a_better_one() -> None:
    some = [
        of_class_a("first", 0.0),
        of_class_a("passed on", 50.0, value_class="C", named=Named(agent="ann", seconds=60.0)),
        of_class_a("a", 60.0),
    ]
    gain = gain_of("shorter_named_wait", some, ALONE)
    assert gain.pairs is not None
    assert gain.seconds is not None
    assert (gain.pairs.mean, gain.seconds.mean) == (
        1.0,
        100.0,
    )  # at 100 ann is his; with the lever not since 80


def test_a_call_back_a_minute_sooner_in_line_goes_before_who_came_less_than_that_before() -> None:
    some = [
        of_class_a("first", 0.0),
        of_class_a("c", 20.0, value_class="C"),
        of_class_a("back", 90.0, stands_from=50.0, called_back=True),
    ]
    level = {SERVICE: queue("service", head_start_seconds={}, ceiling_seconds=None)}
    gain = {one.lever: one for one in gains(level, ALONE, some, queue=SERVICE)}["call_back_sooner"]
    assert (gain.causes, gain.why_not) == (("call_back_held",), "")
    assert gain.pairs is not None
    assert gain.seconds is not None
    assert (gain.pairs.mean, gain.seconds.mean) == (1.0, 100.0)  # called at 200; with the lever at 100


def test_who_asked_to_be_called_is_passed_also_before_he_can_be_called() -> None:
    some = [
        of_class_a("first", 0.0),
        of_class_a("c", 20.0, value_class="C"),
        of_class_a("back", 150.0, stands_from=10.0, waits_from=30.0, called_back=True),
    ]
    gain = gain_of("one_more_agent", some, ALONE)
    assert gain.pairs is not None
    assert gain.pairs.mean == 1.0  # c's at 100, or with another agent at 20


def test_no_call_back_is_made_before_it_may_be() -> None:
    some = [of_class_a("back", 90.0, stands_from=50.0, called_back=True)]
    gain = gain_of("call_back_sooner", some, ALONE)
    assert gain.seconds is not None
    assert gain.seconds.mean == 0.0


def test_every_offer_answered_saves_the_ringing_in_vain() -> None:
    some = [of_class_a(f"a{place}", 0.0, ring_seconds=30.0, unanswered_seconds=20.0) for place in range(2)]
    gain = gain_of("every_offer_answered", some, ALONE)
    assert (gain.causes, gain.why_not) == (("unanswered",), "")
    assert gain.seconds is not None
    assert gain.seconds.mean == 20.0 + 40.0  # answered at 30 and 160; with the lever at 10 and 120


def test_each_cause_of_the_ledger_is_the_one_of_one_lever_but_an_emergency_and_a_fault_of_ours() -> None:
    pulled = [cause for causes, _ in LEVERS.values() for cause in causes]
    assert sorted(pulled) == sorted(set(CAUSES) - {"emergency", "unjustified"})


def test_what_cannot_be_changed_has_no_figure_but_a_reason() -> None:
    plain = {key: queue(key, ceiling_seconds=None, head_start_seconds={}) for key in (SERVICE, GAS)}
    alike = [GivenAgent(agent=agent("ann", "service"), spans=((0.0, 7200.0),))]
    its = {one.lever: one.why_not for one in gains(plain, alike, calls(8), queue=SERVICE)}
    changing = (
        "no_breaks",
        "one_trained",
        "later_ceiling",
        "no_preference",
        "shorter_ringing",
        "leave_fewer_free",
        "shorter_named_wait",
        "call_back_sooner",
        "every_offer_answered",
    )
    assert {its[lever] for lever in changing} == {"nothing_to_change"}


def test_the_same_day_gives_the_same_gains_and_a_quiet_day_none() -> None:
    assert found() == found()
    quiet = [one for one in calls(12) if one.at % 900.0 == 0.0]
    assert {one.pairs.mean for one in gains(QUEUES, AGENTS, quiet, queue=GAS) if one.pairs} == {0.0}
