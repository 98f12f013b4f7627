from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from twisted.internet.task import Clock

from crm_core import guesses
from crm_core.caller_facts import Caller
from ctiserver.app.directory import StoreDirectory
from ctiserver.core.commands import LookUp
from ctiserver.core.customers import Candidate, Matter
from ctiserver.core.errors import StoreError
from ctiserver.core.inputs import LookedUp, LookUpFailed
from ctiserver.core.message import Input

ROSA = Candidate(customer_id=7, pii_name="Rosa", value_class="A", language="es")
VISIT = Matter(kind="visit", recency="tomorrow", probability=0.4)


class PromisingStore:
    """Answers when the test says so; it has no history of guesses."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, str]] = []
        self.answer: Future[Caller] = Future()

    def later(self, query: object, account_id: int, about: Any, **_more: Any) -> Future[Any]:
        if query is guesses.history:
            return Future()
        self.asked.append((account_id, about))
        return self.answer


class HandClock:
    """Twisted's hand-driven clock as the product's."""

    def __init__(self) -> None:
        self.time = Clock()

    def now(self) -> float:
        return self.time.seconds()

    def call_later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        delayed = self.time.callLater(seconds, call)
        return lambda: delayed.cancel() if delayed.active() else None


class Bench:
    def __init__(self) -> None:
        self.store, self.clock = PromisingStore(), HandClock()
        self.told: list[Input] = []
        store: Any = self.store
        self.directory = StoreDirectory(
            store=store,
            country="CL",
            clock=self.clock,
            on_loop=lambda call, *arguments: call(*arguments),
            emit=self.told.append,
        )

    def look_up(self, number: str) -> None:
        look_up: Any = "l1"
        self.directory.look_up(
            LookUp(look_up=look_up, kind="customer_by_number", key=number, account_id=3, deadline_seconds=0.8)
        )


def test_an_answer_in_time_is_the_only_thing_told() -> None:
    bench = Bench()
    bench.look_up("22 123 4567")
    bench.clock.time.advance(0.7)
    bench.store.answer.set_result(Caller(candidates=(ROSA,), matters=(VISIT,)))
    bench.clock.time.advance(5)
    assert bench.store.asked == [(3, "+56221234567")]
    assert bench.told == [LookedUp(at=0.7, look_up="l1", candidates=(ROSA,), matters=(VISIT,))]


def test_a_late_answer_follows_the_word_that_it_is_late() -> None:
    bench = Bench()
    bench.look_up("+56221234567")
    bench.clock.time.advance(0.8)
    assert bench.told == [LookUpFailed(at=0.8, look_up="l1", reason="late")]
    bench.clock.time.advance(2)
    bench.store.answer.set_result(Caller(candidates=()))
    assert bench.told[1:] == [LookedUp(at=2.8, look_up="l1", candidates=())]


def test_a_database_that_fails_is_told_at_once_and_once() -> None:
    bench = Bench()
    bench.look_up("+56221234567")
    bench.store.answer.set_exception(StoreError("away"))
    bench.clock.time.advance(5)
    assert bench.told == [LookUpFailed(at=0.0, look_up="l1", reason="error")]


@pytest.mark.parametrize("number", ["", "anonymous", "${SHELL(id)}", "9" * 64, "ñandú"])
def test_what_is_no_phone_number_belongs_to_nobody_and_costs_no_query(number: str) -> None:
    bench = Bench()
    bench.look_up(number)
    assert bench.told == [LookedUp(at=0.0, look_up="l1", candidates=())]
    assert not bench.store.asked
    assert not bench.clock.time.getDelayedCalls()
