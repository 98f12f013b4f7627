from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from crm_core.guess_odds import Odds
from ctiserver.app.known_odds import FRESH_SECONDS, KnownOdds
from ctiserver.core.errors import StoreError

TOMORROW: Odds = {("visit", "tomorrow"): (20, 11)}


class PromisingStore:
    """Keeps what it was asked; the test answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, float]] = []
        self.answers: list[Future[Any]] = []

    def later(self, _query: object, account_id: int, since_at: float) -> Future[Any]:
        self.asked.append((account_id, since_at))
        self.answers.append(Future())
        return self.answers[-1]


def known(store: Any) -> KnownOdds:
    at_once: Callable[..., object] = lambda call, *arguments: call(*arguments)  # noqa: E731
    return KnownOdds(store, at_once)


def test_they_are_read_once_in_ten_minutes_and_never_waited_for() -> None:
    store = PromisingStore()
    odds = known(store)
    assert odds.of(1, 1e7) == {}
    store.answers[0].set_result(TOMORROW)
    assert odds.of(1, 1e7 + FRESH_SECONDS - 1) == TOMORROW
    assert store.asked == [(1, 1e7 - 60 * 86400)]
    assert odds.of(1, 1e7 + FRESH_SECONDS) == TOMORROW  # the old ones, until the new ones are there
    assert len(store.asked) == 2


def test_accounts_know_nothing_of_each_other_and_a_failing_database_takes_nothing_away() -> None:
    store = PromisingStore()
    odds = known(store)
    odds.of(1, 0.0)
    store.answers[0].set_result(TOMORROW)
    assert odds.of(2, 0.0) == {}
    odds.of(1, FRESH_SECONDS)
    store.answers[-1].set_exception(StoreError("away"))
    assert odds.of(1, FRESH_SECONDS) == TOMORROW
