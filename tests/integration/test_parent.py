"""The parent with real children: tiny scripts that beat, crash, hang and refuse."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ctiserver.app.child import RestartPolicy

REPOSITORY = Path(__file__).parents[2]
# Three times what a quiet machine needs at the most.
AT_ONCE_SECONDS = 6.0

pytestmark = pytest.mark.integration

PARENT = """
import sys, time
from pathlib import Path
from ctiserver.app.child import ChildSpec
from ctiserver.app.parent import Parent
folder = Path(sys.argv[1])
def child(name, **options):
    options = {"heartbeat_seconds": 0.1, "hung_after_seconds": 1.0, **options}
    return ChildSpec(name=name, argv=[sys.executable, str(folder / "child.py"), name, str(folder)], **options)
sys.exit(Parent([SPECS], monotonic=lambda: SPEED * time.monotonic()).run())
"""

CHILD = """
import asyncio, os, signal, sys, time
from pathlib import Path
from ctiserver.process.heartbeat import start_beating
name, folder = sys.argv[1], Path(sys.argv[2])
def note(what):
    with (folder / "log").open("a") as log:
        log.write(f"{name} {what} {os.getpid()}\\n")
async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    if name == "stubborn":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: None)
    if name != "silent":
        start_beating(asyncio.get_running_loop().call_later)
    note("started")
    await stop.wait()
    note("stopped")
if name == "crashing":
    note("started")
    sys.exit(1)
if name.startswith("refusing"):
    time.sleep(0.2 if name == "refusing_slowly" else 0)
    sys.exit(78)
if name == "replaced" and len([1 for line in (folder / "log").open() if line.startswith("replaced started")]) == 1:
    sys.exit(79)
if name == "with_worker" and os.fork() == 0:
    note("worker")
    time.sleep(600)
asyncio.run(main())
"""


def until(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def let_pass(seconds: float) -> None:
    """Time itself is the condition here."""
    until_at = time.monotonic() + seconds
    until(lambda: time.monotonic() > until_at)


def is_running(pid: int) -> bool:
    """Whether it exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Stage:
    """One parent process and what its children noted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.process: subprocess.Popen[str] | None = None
        (folder / "child.py").write_text(CHILD)
        (folder / "log").touch()

    def raise_curtain(self, specs: str, *, speed: float = 1) -> subprocess.Popen[str]:
        """`speed`: how fast the parent's clock runs."""
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                PARENT.replace("SPECS", specs).replace("SPEED", str(speed)),
                str(self._folder),
            ],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self.process

    def notes(self, what: str) -> list[tuple[str, int]]:
        lines = [line.split() for line in (self._folder / "log").read_text().splitlines()]
        return [(name, int(pid)) for name, noted, pid in lines if noted == what]

    def pids(self, name: str, what: str = "started") -> list[int]:
        return [pid for noted, pid in self.notes(what) if noted == name]

    def output_after_stop(self) -> str:
        assert self.process
        self.process.terminate()
        output, _ = self.process.communicate(timeout=60)
        return output

    def clear(self) -> None:
        if self.process:
            for pid in (
                self.process.pid,
                *(pid for what in ("started", "worker") for _, pid in self.notes(what)),
            ):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            self.process.kill()
            self.process.communicate()
            until(lambda: not any(is_running(pid) for _, pid in self.notes("started")))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.clear()


def test_children_start_in_order_and_stop_in_reverse_order(stage: Stage) -> None:
    process = stage.raise_curtain('child("one"), child("two"), child("three")')
    until(lambda: len(stage.notes("started")) == 3)
    output = stage.output_after_stop()
    assert process.returncode == 0
    assert [name for name, _ in stage.notes("stopped")] == ["three", "two", "one"]
    assert output.index("child=one") < output.index("child=two") < output.index("child=three")


def test_a_killed_child_starts_again_at_once_and_leaves_no_zombie(stage: Stage) -> None:
    process = stage.raise_curtain('child("one"), child("other")')
    until(lambda: stage.pids("one") and stage.pids("other"))
    killed = stage.pids("one")[0]
    began = time.monotonic()
    os.kill(killed, signal.SIGKILL)
    until(lambda: len(stage.pids("one")) == 2)
    assert time.monotonic() - began < AT_ONCE_SECONDS
    until(lambda: not Path(f"/proc/{killed}").exists())
    assert len(stage.pids("other")) == 1
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == 2


def test_a_hung_child_is_killed_and_starts_again_at_once(stage: Stage) -> None:
    stage.raise_curtain('child("one"), child("other")')
    until(lambda: stage.pids("one") and stage.pids("other"))
    hung = stage.pids("one")[0]
    began = time.monotonic()
    os.kill(hung, signal.SIGSTOP)
    until(lambda: len(stage.pids("one")) == 2)
    assert 0.5 < time.monotonic() - began < 1 + AT_ONCE_SECONDS
    assert not is_running(hung)
    assert len(stage.pids("other")) == 1
    assert "hung, killing it" in stage.output_after_stop()


def test_a_child_that_never_beats_is_hung_after_its_first_window(stage: Stage) -> None:
    stage.raise_curtain('child("silent", first_beat_seconds=0.7)')
    until(lambda: len(stage.pids("silent")) == 2)


def test_the_workers_of_a_dead_child_go_with_it(stage: Stage) -> None:
    stage.raise_curtain('child("with_worker")')
    until(lambda: stage.pids("with_worker") and stage.pids("with_worker", "worker"))
    os.kill(stage.pids("with_worker")[0], signal.SIGKILL)
    until(lambda: not is_running(stage.pids("with_worker", "worker")[0]))


def test_a_child_that_crashes_again_and_again_is_started_with_back_off(stage: Stage) -> None:
    stage.raise_curtain('child("crashing"), child("other")')
    until(lambda: len(stage.pids("crashing")) == 6)
    output = stage.output_after_stop()
    assert output.count("restart_in_seconds=0.0") == 4
    assert "restart_in_seconds=1.0" in output
    assert stage.notes("stopped") == [("other", stage.pids("other")[0])]


def test_a_child_that_does_not_stop_is_killed_at_its_deadline(stage: Stage) -> None:
    process = stage.raise_curtain('child("stubborn", stop_seconds=0.3)')
    until(lambda: stage.pids("stubborn"))
    assert "does not stop, killing it" in stage.output_after_stop()
    assert process.returncode == 0
    assert not is_running(stage.pids("stubborn")[0])


def test_a_second_sigterm_does_not_wait(stage: Stage) -> None:
    process = stage.raise_curtain('child("stubborn", stop_seconds=60)')
    until(lambda: stage.pids("stubborn"))
    process.terminate()
    assert process.stdout
    until(lambda: "stopping" in process.stdout.readline())
    process.terminate()
    assert process.wait(30) == 0


def test_children_die_with_a_parent_that_is_killed(stage: Stage) -> None:
    process = stage.raise_curtain('child("one"), child("two")')
    until(lambda: len(stage.notes("started")) == 2)
    process.kill()
    until(lambda: not any(is_running(pid) for _, pid in stage.notes("started")))


def test_a_child_that_refuses_at_its_first_start_ends_everything(stage: Stage) -> None:
    process = stage.raise_curtain('child("one"), child("refusing")')
    assert process.wait(30) == 78
    assert not any(is_running(pid) for _, pid in stage.notes("started"))


def test_a_child_that_takes_long_to_refuse_at_its_first_start_ends_everything_too(stage: Stage) -> None:
    process = stage.raise_curtain('child("refusing_slowly", first_beat_seconds=1e6)', speed=100)
    assert process.wait(30) == 78


def test_a_child_that_was_replaced_ends_everything_even_at_a_later_start(stage: Stage) -> None:
    process = stage.raise_curtain('child("one"), child("replaced")')
    until(lambda: stage.pids("replaced"))
    os.kill(stage.pids("replaced")[0], signal.SIGKILL)
    assert process.wait(30) == 79
    assert stage.pids("one", "stopped")


def test_a_missing_program_is_tried_again_and_hurts_nobody_else(stage: Stage) -> None:
    stage.raise_curtain('ChildSpec(name="missing", argv=["/nonexistent"]), child("one")')
    until(lambda: stage.pids("one"))
    assert "cannot start" in stage.output_after_stop()
    assert stage.notes("stopped")


@pytest.mark.parametrize("also_stopped", [[], ["one"]])
def test_healthy_children_survive_a_stopped_parent(stage: Stage, also_stopped: list[str]) -> None:
    process = stage.raise_curtain('child("one"), child("two")')
    until(lambda: len(stage.notes("started")) == 2)
    pids = [process.pid, *(pid for name in also_stopped for pid in stage.pids(name))]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    let_pass(1.8)  # longer than hung_after_seconds
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    let_pass(1.3)
    assert len(stage.notes("started")) == 2
    assert "hung" not in stage.output_after_stop()


def test_a_child_that_stays_stopped_when_the_parent_comes_back_is_hung(stage: Stage) -> None:
    process = stage.raise_curtain('child("one")')
    until(lambda: stage.pids("one"))
    os.kill(stage.pids("one")[0], signal.SIGSTOP)
    os.kill(process.pid, signal.SIGSTOP)
    let_pass(1.8)
    os.kill(process.pid, signal.SIGCONT)
    until(lambda: len(stage.pids("one")) == 2)


def test_back_off_begins_with_the_fifth_death_in_ten_seconds_and_ends_after_a_long_life() -> None:
    policy = RestartPolicy()
    assert [policy.delay_seconds(at, 1) for at in (1, 2, 3, 4, 5, 7, 10, 15)] == [0, 0, 0, 0, 1, 2, 4, 4]
    assert policy.delay_seconds(40, 20) == 0
    assert policy.delay_seconds(41, 1) == 0


def test_rare_deaths_never_wait() -> None:
    policy = RestartPolicy()
    assert {policy.delay_seconds(at, 3) for at in range(0, 300, 3)} == {0}
