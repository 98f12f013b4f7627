"""The commands of the terminal against a running center, and the demo as a person runs it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_core.db import Store
from crm_core.demo import AGENTS, CUSTOMERS
from crm_core.interactions import Interaction
from tests.integration.daemon import RunningCenter, center
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

_REPOSITORY = Path(__file__).parents[2]
_PROGRAM = (sys.executable, "-m", "ctiserver.app")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    with center(tmp_path_factory.mktemp("cli")) as found:
        yield found


def ctiserver(running: RunningCenter, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*_PROGRAM, "--config", str(running.config_file), *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=_REPOSITORY,
        env={**os.environ, "CTI_PASSWORD": "long enough"},
    )


def test_an_agent_becomes_available_pauses_and_logs_out(running: RunningCenter) -> None:
    for words, status in (
        (["available"], "available"),
        (["pause", "lunch"], "pause"),
        (["logout"], "logged_out"),
    ):
        done = ctiserver(running, "agent", "ann", "status", *words)
        assert (done.returncode, done.stderr) == (0, "")
        assert running.view()["agents"]["ann"].get("status", "logged_out") == status


def test_what_the_engines_refuse_is_a_sentence(running: RunningCenter) -> None:
    for words in (
        ["nobody", "status", "available"],
        ["ann", "dispose", "solved"],
        ["nobody", "dispose", "solved"],
    ):
        done = ctiserver(running, "agent", *words)
        assert done.returncode == 1
        assert done.stderr.startswith("ctiserver: ")
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_call_is_watched_and_disposed_of(running: RunningCenter) -> None:
    with running.phone("ann", ring_seconds=0.2) as ann, running.call(keys=[(2, "1"), (4, "1")]) as caller:
        assert ctiserver(running, "agent", "ann", "status", "available").returncode == 0
        running.wait_stage("talking", seconds=30)
        picture = ctiserver(running, "watch", "--once")
        assert picture.returncode == 0
        row = next(line for line in picture.stdout.splitlines() if line.startswith("ann"))
        assert row.split()[:3] == ["ann", "disponible", "habla"]
        assert "+56911111111" in picture.stdout
        running.talk_a_while()
        ann.hang_up()
        running.wait_activity("ann", "wrapping_up")
        refused = ctiserver(running, "agent", "ann", "dispose", "nonsense")
        assert refused.returncode == 1
        done = ctiserver(running, "agent", "ann", "dispose", "call_back", "--note", "tomorrow")
        assert (done.returncode, done.stderr) == (0, "")
        running.wait_activity("ann", "idle")
        caller.hang_up()
    record = running.wait_record("+56911111111")
    assert [segment.disposition for segment in record.segments] == ["call_back"]
    running.send_home()


def test_events_come_line_by_line_and_a_lost_feed_is_told(running: RunningCenter, tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        watching = subprocess.Popen(
            [*_PROGRAM, "--config", str(running.config_file), "watch", "--events"],
            stdout=out,
            stderr=err,
            cwd=_REPOSITORY,
        )
    try:

        def shown() -> bool:
            running.set_status("bob", "available")
            running.set_status("bob", "logged_out")
            return "AgentStatusChanged agent=bob" in (tmp_path / "out").read_text()

        until(shown, "an event", 20, lambda: (tmp_path / "err").read_text())
    finally:
        watching.send_signal(signal.SIGINT)
        assert watching.wait(30) in (0, 130)
    assert "Traceback" not in (tmp_path / "err").read_text()


def test_an_added_user_is_there_after_a_reload(running: RunningCenter) -> None:
    added = ctiserver(running, "user", "add", "eve", "--extension", "1099", "--queue", "servicio")
    assert added.returncode == 0, added.stderr
    done = ctiserver(running, "reload")
    assert done.returncode == 0, done.stderr
    assert "is in force" in done.stdout
    until(lambda: "eve" in running.view()["agents"], "the new agent")


def test_the_doctor_finds_a_running_center_sound(running: RunningCenter) -> None:
    done = ctiserver(running, "doctor")
    assert "FAIL" not in done.stdout, done.stdout
    assert done.returncode == 0
    for name in ("AMI, modules", "ARI", "Redis", "server", "database", "prompts", "flows"):
        assert f"ok    {name}" in done.stdout, done.stdout


def free_block() -> int:
    """The first of so many ports that nobody seems to use, outside of what the system gives to clients."""
    for first in (28_000, 30_000, 26_000, 24_000):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sip, socket.socket() as http:
            try:
                sip.bind(("127.0.0.1", first))
                http.bind(("127.0.0.1", first + 1))
            except OSError:
                continue
            return first
    raise AssertionError("no free block of ports")


class RunningDemo:
    """`ctiserver demo` in a folder of its own."""

    def __init__(self, folder: Path, ports: int) -> None:
        self.folder = folder
        (folder / "var").mkdir(exist_ok=True)
        installed = Path(os.environ.get("CTI_ASTERISK_DIR", _REPOSITORY / "var/asterisk"))
        if not (folder / "var/asterisk").exists():
            (folder / "var/asterisk").symlink_to(installed)
        self._output = folder / "output"
        self.process = subprocess.Popen(
            [*_PROGRAM, "demo", "--ports", str(ports), "--calls-per-minute", "60"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=self._output.open("wb"),
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(_REPOSITORY)},
            start_new_session=True,
        )

    def said(self) -> str:
        return self._output.read_text()

    def wait_ready(self) -> None:
        until(
            lambda: "ready after" in self.said() or self.process.poll() is not None, "the demo", 60, self.said
        )
        assert self.process.poll() is None, self.said()

    def interactions(self) -> int:
        with Store(f"sqlite:///{self.folder}/var/demo/cti.sqlite") as store:
            return store.read(lambda session: session.query(Interaction).count())

    def stop(self) -> int:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(120)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def processes_of(folder: Path) -> list[str]:
    """Command lines that name the folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in words:
            found.append(words)
    return found


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a short name: sockets stand in it, whose paths have a limit."""
    return tmp_path_factory.mktemp("demo")


def test_the_demo_serves_calls_and_leaves_nothing_running_twice_in_a_row(folder: Path) -> None:
    ports = free_block()
    counts = [0]
    for _ in range(2):
        demo = RunningDemo(folder, ports)
        try:
            demo.wait_ready()
            until(
                lambda demo=demo: re.search("answered [1-9]", demo.said()), "an answered call", 90, demo.said
            )
            until(
                lambda demo=demo: demo.interactions() > counts[-1],
                "another record",
                90,
                demo.said,
            )
            assert demo.stop() == 0, demo.said()
        finally:
            demo.kill()
        assert "nothing of it runs any more" in demo.said()
        assert "Traceback" not in demo.said(), demo.said()
        until(lambda: not processes_of(folder), "no process", 5, lambda: processes_of(folder))
        counts.append(demo.interactions())
    assert 0 < counts[1] < counts[2]
    assert f"{CUSTOMERS} customers, {AGENTS} agents added" not in demo.said()


def test_a_demo_whose_port_is_taken_says_so_and_starts_nothing(folder: Path) -> None:
    ports = free_block()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as somebody:
        somebody.bind(("127.0.0.1", ports))
        demo = RunningDemo(folder, ports)
        began = time.monotonic()
        try:
            assert demo.process.wait(60) == 1
        finally:
            demo.kill()
    assert f"sip_port {ports}" in demo.said()
    assert "choose another port" in demo.said()
    assert time.monotonic() - began < 60
    assert not processes_of(folder)
