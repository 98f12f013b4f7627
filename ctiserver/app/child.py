"""One child of the parent process: how it is started, that it lives, and how long to wait before the next start.

A child dies with its parent (the kernel kills it: crash-only), leads a process group of its own (Ctrl-C in a
terminal reaches the parent alone, which stops the others in order), and shows life by bytes in a pipe.
Start children from the main thread: for the kernel, "parent" is the thread that started them.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ctiserver.process.heartbeat import PIPE_VARIABLE, SECONDS_VARIABLE

REFUSED_EXIT_STATUS = 78
"""EX_CONFIG: a child that exits so at its first start refuses for good, and starting it again is useless."""
REPLACED_EXIT_STATUS = 79
"""A child that exits so was replaced by another installation: starting it again, ever, would be a fight."""

_PR_SET_PDEATHSIG = 1
_HAS_ENDED = os.WEXITED | os.WNOHANG | os.WNOWAIT
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """A program to keep alive; without `heartbeat_seconds` it is alive as long as its process is."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    heartbeat_seconds: float | None = 1.0
    hung_after_seconds: float = 3.0
    first_beat_seconds: float = 30.0
    stop_seconds: float = 5.0
    niceness: int = 0


def redis_spec(socket_path: Path, directory: Path) -> ChildSpec:
    """The private Redis on a Unix socket: nothing on disk, no TCP port."""
    return ChildSpec(
        name="redis",
        argv=[
            *("redis-server", "--port", "0", "--unixsocket", str(socket_path), "--unixsocketperm", "700"),
            *("--save", "", "--appendonly", "no", "--dir", str(directory)),
            *("--daemonize", "no", "--loglevel", "warning"),
        ],
        heartbeat_seconds=None,
    )


class RestartPolicy:
    """At once, unless it died five times within ten seconds: then after 1, 2, 4, 4.. s until it lasts ten."""

    def __init__(self) -> None:
        self._deaths: deque[float] = deque(maxlen=5)
        self._waits = 0

    def delay_seconds(self, now: float, lived_seconds: float) -> float:
        """How long to wait after a death at `now` (monotonic seconds)."""
        self._deaths.append(now)
        if lived_seconds >= 10:
            self._waits = 0
        elif self._waits or (len(self._deaths) == 5 and now - self._deaths[0] <= 10):
            self._waits += 1
        return float(min(2 ** (self._waits - 1), 4)) if self._waits else 0.0


class Child:
    """A running process of a spec. `beats` is the pipe to read (None without heartbeat)."""

    def __init__(self, spec: ChildSpec, now: float) -> None:
        """Start it. Raises OSError when the program cannot be run."""
        self.spec = spec
        self.started_at = now
        self.beats: int | None = None
        self.has_beaten = False
        self._patience_from = now
        self._window_seconds = spec.first_beat_seconds
        environment = {**os.environ, **spec.environment}
        inherited: list[int] = []
        if spec.heartbeat_seconds is not None:
            self.beats, write_end = os.pipe()
            os.set_blocking(self.beats, False)
            inherited = [write_end]
            environment |= {PIPE_VARIABLE: str(write_end), SECONDS_VARIABLE: str(spec.heartbeat_seconds)}
        try:
            self._process = subprocess.Popen(
                spec.argv,
                env=environment,
                stdin=subprocess.DEVNULL,
                pass_fds=inherited,
                process_group=0,
                preexec_fn=_die_with(os.getpid(), spec.niceness),
            )
        except OSError:
            if self.beats is not None:
                os.close(self.beats)
            raise
        finally:
            for write_end in inherited:
                os.close(write_end)
        self.pid = self._process.pid
        self.exit_signal = os.pidfd_open(self.pid)
        """Readable once the process has ended."""

    def read_beats(self, now: float) -> None:
        """Take note of the bytes in the pipe."""
        if self.beats is None:
            return
        with contextlib.suppress(BlockingIOError):
            if os.read(self.beats, 4096):
                self.has_beaten = True
                self._patience_from = now
                self._window_seconds = self.spec.hung_after_seconds

    def renew_window(self, now: float) -> None:
        """Begin to wait anew: the parent itself was not there to listen."""
        self._patience_from = now

    def hung_at(self) -> float | None:
        """The monotonic second at which it counts as hung if silent until then; None without heartbeat."""
        return None if self.beats is None else self._patience_from + self._window_seconds

    def ended(self) -> int | None:
        """Its exit status (negative: the signal), reaped; None while it runs.

        What it leaves running in its group is killed before its pid, the group's number, is given back.
        """
        if self._process.returncode is None and os.waitid(os.P_PID, self.pid, _HAS_ENDED) is not None:
            os.killpg(self.pid, signal.SIGKILL)
        return self._process.poll()

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End it and whatever it started in its group; works on stopped processes too."""
        if self._process.returncode is None:
            os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Give the descriptors back, after its end."""
        os.close(self.exit_signal)
        if self.beats is not None:
            os.close(self.beats)


def _die_with(parent_pid: int, niceness: int) -> Callable[[], None]:
    def in_the_child() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent_pid:  # it died before the line above
            os._exit(1)
        if niceness:
            os.nice(niceness)

    return in_the_child
