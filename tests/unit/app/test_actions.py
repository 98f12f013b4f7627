import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_core import caller_secrets, schema
from crm_core.db import Store
from crm_core.self_service.registry import Asked, Outcome, SecretDigits, SelfService, action
from ctiserver.app.actions import ActionDesk
from ctiserver.core.commands import RunAction
from ctiserver.core.inputs import ActionDone, ActionFailed
from ctiserver.core.message import Input
from tests.unit.asterisk.hand_clock import HandClock

PATIENCE_SECONDS = 20.0
_release = threading.Event()


@action("owes", gives={"balance": "amount"})
def balance(session: Any, asked: Asked, *, customer_id: int, kind: str = "open") -> Outcome:
    return Outcome(outcome="owes", values={"balance": str(customer_id * 100), "kind": kind, "empty": ""})


@action("done", writes=True)
def promise(session: Any, asked: Asked) -> Outcome:
    caller_secrets.set_pin(session, asked.account_id, "customer", asked.action_id, "4071", now=asked.now)
    return Outcome(outcome="done", values={"at": str(asked.now)})


@action("done")
def slow(session: Any, asked: Asked) -> Outcome:
    assert _release.wait(PATIENCE_SECONDS)
    return Outcome(outcome="done")


@action("right", "wrong")
def proves(session: Any, asked: Asked, *, secret: SecretDigits) -> Outcome:
    return Outcome(outcome="right" if secret == "4071" else "wrong")


class Bench:
    """A desk whose answers come back to this thread when they are waited for."""

    def __init__(self, url: str) -> None:
        self.clock, self.store = HandClock(), Store(url)
        self.told: list[Input] = []
        self._came = threading.Semaphore(0)
        self._calls: list[Callable[[], None]] = []
        functions: tuple[SelfService, ...] = (balance, promise, slow, proves)
        self.desk = ActionDesk(
            store=self.store,
            clock=self.clock,
            on_loop=self._on_loop,
            emit=self.told.append,
            take_secret={"s1": "4071"}.get,
            functions=functions,
        )

    def _on_loop(self, call: Callable[..., None], *args: Any) -> None:
        self._calls.append(lambda: call(*args))
        self._came.release()

    def come_back(self) -> list[Input]:
        assert self._came.acquire(timeout=PATIENCE_SECONDS)
        self._calls.pop(0)()
        told, self.told[:] = list(self.told), []
        return told

    def ask(self, name: str, action_id: str = "a1", **arguments: str) -> None:
        self.desk.run(
            RunAction(
                action=action_id,  # type: ignore[arg-type]
                name=name,
                arguments=arguments,
                account_id=1,
                contact="c1",  # type: ignore[arg-type]
                deadline_seconds=2.0,
            )
        )

    def run(self, name: str, action_id: str = "a1", **arguments: str) -> Input:
        self.ask(name, action_id, **arguments)
        [told] = self.come_back()
        return told


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    url = f"sqlite:///{tmp_path}/db.sqlite"
    schema.upgrade(url)
    _release.clear()
    made = Bench(url)
    yield made
    _release.set()
    made.desk.close()
    made.store.close()


def test_a_function_gets_its_arguments_in_their_types_and_gives_values(bench: Bench) -> None:
    done = bench.run("balance", customer_id="12")
    assert isinstance(done, ActionDone)
    assert (done.action, done.outcome, done.values) == (
        "a1",
        "owes",
        {"balance": "1200", "kind": "open", "empty": ""},
    )


@pytest.mark.parametrize(
    "arguments", [{}, {"customer_id": ""}, {"customer_id": "x"}, {"customer_id": "1", "sum": "2"}]
)
def test_wrong_arguments_are_a_failure_and_no_crash(bench: Bench, arguments: dict[str, str]) -> None:
    failed = bench.run("balance", **arguments)
    assert isinstance(failed, ActionFailed)
    assert failed.reason == "error"


def test_an_action_that_nobody_knows_fails_at_once(bench: Bench) -> None:
    bench.ask("nonsense")
    assert [one.reason for one in bench.told if isinstance(one, ActionFailed)] == ["unknown"]


def test_what_takes_too_long_is_told_as_late_and_its_answer_as_nothing(bench: Bench) -> None:
    bench.ask("slow")
    bench.clock.advance(2.1)
    assert [one.reason for one in bench.told if isinstance(one, ActionFailed)] == ["late"]
    bench.told.clear()
    _release.set()
    assert bench.come_back() == []


def test_the_same_action_twice_has_one_effect_and_one_answer(bench: Bench) -> None:
    first = bench.run("promise")
    bench.clock.advance(60.0)
    again = bench.run("promise")
    assert isinstance(first, ActionDone)
    assert isinstance(again, ActionDone)
    assert first.values == again.values
    other = bench.run("promise", "a2")
    assert isinstance(other, ActionDone)
    assert other.values != first.values


def test_a_secret_is_given_by_its_name_and_one_that_was_lost_is_told(bench: Bench) -> None:
    right = bench.run("proves", secret="s1")
    assert isinstance(right, ActionDone)
    assert right.outcome == "right"
    bench.ask("proves", secret="s0")
    assert [one.reason for one in bench.told if isinstance(one, ActionFailed)] == ["secret_lost"]
