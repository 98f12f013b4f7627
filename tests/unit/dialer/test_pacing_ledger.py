"""The abandon limit: what may still be dialled, and whose fault an abandon is."""

import msgspec

from dialer.pacing_ledger import Ledger

DAY = 86400.0


def _with(answers: int, abandons: int = 0, **more: float) -> Ledger:
    ledger = Ledger(alpha=0.03, **more)
    for _ in range(answers):
        ledger.answered(0.0)
    for _ in range(abandons):
        ledger.abandoned(0.0)
    return ledger


def test_one_more_is_allowed_only_if_all_in_flight_could_be_abandoned() -> None:
    assert not _with(33).allows(0.0)
    assert _with(34).allows(0.0)
    ledger = _with(200, abandons=2)  # 3 % are 6
    for ringing, allowed in ((3, True), (4, False)):
        ledger.seen(idle=0, ringing=ringing, waiting=0)
        assert ledger.allows(0.0) is allowed
    ledger.seen(idle=2, ringing=4, waiting=1)
    assert (ledger.overdialled, ledger.allows(0.0), ledger.refused) == (3, True, 1)


def test_an_abandon_for_want_of_an_agent_who_left_is_counted_apart() -> None:
    ledger = _with(100)
    ledger.seen(idle=2, ringing=2, waiting=0)
    ledger.seen(idle=1, ringing=2, waiting=0, left=1)
    assert ledger.abandoned(1.0) is True
    assert ledger.abandoned(1.0) is False
    assert (ledger.abandons, ledger.abandons_by_leaving, ledger.rate) == (1, 1, 0.01)


def test_who_leaves_excuses_no_more_than_his_going_made_short() -> None:
    ledger = _with(100)
    ledger.seen(idle=3, ringing=2, waiting=0)
    ledger.seen(idle=2, ringing=2, waiting=0, left=1)  # one was idle for nothing
    assert ledger.short == 0
    ledger.seen(idle=1, ringing=2, waiting=0, left=1)
    ledger.seen(idle=2, ringing=2, waiting=0)  # another one became free
    assert (ledger.short, ledger.abandoned(1.0)) == (0, False)


def test_what_leaves_the_window_is_forgotten_answers_never_later_than_abandons() -> None:
    ledger = _with(100, abandons=2, window_seconds=30 * DAY)
    assert ledger.allows(30 * DAY - 1)  # 2 + 1 <= 3
    assert not ledger.allows(30 * DAY)
    assert (ledger.answers, ledger.abandons, ledger.rate) == (0, 2, None)
    assert not ledger.allows(30 * DAY + DAY / 24)
    assert ledger.abandons == 0


def test_records_fill_an_empty_ledger_once_and_a_snapshot_keeps_all_of_it() -> None:
    ledger = Ledger(alpha=0.03)
    ledger.seed(5.0, 300, 4)
    ledger.seed(6.0, 300, 4)
    ledger.abandoned(7.0)
    assert (ledger.answers, ledger.abandons) == (300, 5)
    again = msgspec.convert(msgspec.json.decode(msgspec.json.encode(ledger)), Ledger)
    assert again == ledger
    again.use(0.01, 60.0)
    assert not again.allows(100.0)
    assert (again.answers, again.abandons) == (0, 5)
