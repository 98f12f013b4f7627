from bench.timeline import Timeline


def test_an_agent_is_waited_for_only_while_a_caller_waits() -> None:
    timeline = Timeline(
        queued={"first": 1.0, "second": 1.5, "third": 9.0},
        legs={"PJSIP/a": [("CHAN_START", 1.1), ("HANGUP", 3.0), ("CHAN_START", 3.2), ("HANGUP", 5.0)]},
    )
    assert [round(seconds, 3) for seconds in timeline.free_to_attempt()] == [0.2]
    timeline.legs["PJSIP/a"] += [("CHAN_START", 9.1)]
    assert len(timeline.free_to_attempt()) == 1


def test_the_wait_lasts_from_the_entry_to_the_bridge_with_the_agent() -> None:
    timeline = Timeline(queued={"a": 1.0, "gave up": 2.0}, connected={"a": 3.5, "an agent": 3.5})
    assert timeline.waits() == [2.5]


def test_attempts_go_to_callers_in_the_order_of_their_entry() -> None:
    timeline = Timeline(
        queued={"late": 2.0, "early": 1.0},
        legs={"PJSIP/a": [("CHAN_START", 1.5), ("HANGUP", 2.0)], "PJSIP/b": [("CHAN_START", 2.25)]},
    )
    assert timeline.queued_to_attempt() == [0.5, 0.25]
