"""Runs the private Asterisk as a child process: started is ready, stopped is gone.

The child is Asterisk in its foreground mode with its own folders. It dies with its starter, however that
ends, so that no Asterisk is left holding ports and memory that nobody remembers.
"""

import base64
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from ctiserver.asterisk.conf import etc_dir, write
from ctiserver.asterisk.install import Asterisk, Report, install, installed
from ctiserver.asterisk.passwords import USER, passwords
from ctiserver.core.config import Config
from ctiserver.core.errors import SwitchUnreachable
from ctiserver.process import tls_files

_BOOT_SECONDS = 30.0
_STOP_SECONDS = 10.0
_POLL_SECONDS = 0.02


@dataclass(slots=True)
class AsteriskProcess:
    """A running Asterisk that is ours to stop."""

    config: Config
    asterisk: Asterisk
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """Process id."""
        return self.process.pid

    def command(self, line: str) -> str:
        """What Asterisk's own command line says to a line such as "core show channels"."""
        return _command(self.config, self.asterisk, line)

    def stop(self) -> int:
        """Ends Asterisk and its calls at once; its exit code. Harmless when it has ended already."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()

    def kill(self) -> None:
        """Ends Asterisk as a power cut would."""
        self.process.kill()
        self.process.wait()


def start(config: Config, report: Report = lambda _line: None) -> AsteriskProcess:
    """Renders the configuration, starts Asterisk and returns when it takes calls.

    Raises InstallError, ConfigError, or SwitchUnreachable when Asterisk does not come up.
    """
    asterisk = install(config, report)
    _require_free_ports(config)
    main_file = write(config, passwords(config), asterisk)
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", *asterisk.command, "-f", "-C", str(main_file)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    running = AsteriskProcess(config, asterisk, process)
    try:
        _wait_until(lambda: _ari_answers(config), running)
        running.command("core waitfullybooted")
    except BaseException:
        running.stop()
        raise
    report(f"Asterisk {asterisk.version} takes calls on {config.asterisk.address}:{config.asterisk.sip_port}")
    return running


def serve_certificate(config: Config) -> bool:
    """Makes a running Asterisk serve the certificate that is there now; False when none runs here.

    Only its HTTP server is told: WebSockets that are open, and all calls, go on.
    """
    asterisk = installed(config)
    if not (asterisk and _ari_answers(config)):
        return False
    write(config, passwords(config), asterisk)
    _command(config, asterisk, "module reload http")
    return True


def run(config: Config, report: Report = print) -> int:
    """Runs Asterisk until it ends or we are told to (SIGTERM, SIGINT); its exit code, 0 when told to."""
    told: list[int] = []
    running: list[AsteriskProcess] = []

    def forward(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        for asterisk in running:
            asterisk.process.terminate()

    previous = {number: signal.signal(number, forward) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        running.append(start(config, report))
        if told:
            running[0].stop()
        code = running[0].process.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 0 if told else code


def _wait_until(ready: Callable[[], bool], running: AsteriskProcess) -> None:
    deadline = time.monotonic() + _BOOT_SECONDS
    while not ready():
        if (code := running.process.poll()) is not None:
            raise SwitchUnreachable(f"Asterisk ended with {code} at its start; {_advice(running.config)}")
        if time.monotonic() > deadline:
            raise SwitchUnreachable(
                f"Asterisk did not answer within {_BOOT_SECONDS:g} s; {_advice(running.config)}"
            )
        time.sleep(_POLL_SECONDS)


def _advice(config: Config) -> str:
    return f"read {config.asterisk_dir}/log/messages and run: ctiserver asterisk config --check"


def _ari_answers(config: Config) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", config.asterisk.http_port, timeout=1)
    login = base64.b64encode(f"{USER}:{passwords(config).ari}".encode()).decode()
    try:
        connection.request("GET", "/ari/asterisk/info", headers={"Authorization": f"Basic {login}"})
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def command(config: Config, line: str) -> str:
    """What the command line of the Asterisk that runs says to a line; "" when none does, or none is installed."""
    asterisk = installed(config)
    return _command(config, asterisk, line) if asterisk else ""


def _command(config: Config, asterisk: Asterisk, line: str) -> str:
    done = subprocess.run(
        [*asterisk.command, "-C", str(etc_dir(config) / "asterisk.conf"), "-rx", line],
        capture_output=True,
        text=True,
        timeout=_BOOT_SECONDS,
        check=False,
        env={**os.environ, "TERM": "dumb"},
    )
    return done.stdout


def _require_free_ports(config: Config) -> None:
    """Asterisk would start without its port and say so only in its log."""
    settings = config.asterisk
    wanted = [
        ("sip_port", socket.SOCK_DGRAM, settings.address, settings.sip_port),
        ("sip_port", socket.SOCK_STREAM, settings.address, settings.sip_port),
        ("http_port", socket.SOCK_STREAM, "127.0.0.1", settings.http_port),
        ("ami_port", socket.SOCK_STREAM, "127.0.0.1", settings.ami_port),
    ]
    if tls_files.is_on(config):
        wanted.append(("wss_port", socket.SOCK_STREAM, config.console.address, settings.wss_port))
    for name, kind, address, port in wanted:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(kind == socket.SOCK_STREAM))
            try:
                probe.bind((address, port))
            except OSError as error:
                raise SwitchUnreachable(
                    f"asterisk.{name} {port} on {address} cannot be used ({error.strerror}); "
                    "stop the program that has it or choose another port"
                ) from error
