from crm_core.breaker import LONGEST_PAUSE_SECONDS, Breaker


def failed_times(count: int, now: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(count):
        breaker = breaker.failed(now)
    return breaker


def test_four_failures_in_a_row_change_nothing_and_the_fifth_opens() -> None:
    assert failed_times(4).lets(0.0)
    opened = failed_times(5)
    assert not opened.lets(59.9)
    assert opened.lets(60.0)


def test_after_the_pause_one_try_decides() -> None:
    opened = failed_times(5)
    assert opened.probes()
    again = opened.failed(60.0)
    assert again.open_until == 60.0 + 120.0
    assert again.succeeded() == Breaker()
    assert not Breaker().probes()


def test_the_pause_doubles_up_to_an_hour() -> None:
    pauses = [failed_times(count).open_until for count in range(5, 40)]
    assert pauses[:4] == [60.0, 120.0, 240.0, 480.0]
    assert pauses[-1] == LONGEST_PAUSE_SECONDS


def test_a_success_between_failures_starts_the_count_anew() -> None:
    assert failed_times(4).succeeded().failed(0.0).lets(0.0)
