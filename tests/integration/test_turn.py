"""A real TURN server takes the credential of a log-in while it lasts, and no other."""

import subprocess
import time
from collections.abc import Iterator

import pytest

from agent_console.ice import ice_servers, turn_credential
from ctiserver.core.config import Ice
from tests.integration.asterisk import reserved_port
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

SECRET = "shared-with-the-turn-server"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """coturn on loopback, which knows the secret only."""
    folder, listening = tmp_path_factory.mktemp("turn"), reserved_port()
    options = [
        *("--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={listening}"),
        *("--use-auth-secret", f"--static-auth-secret={SECRET}", "--realm=center.example"),
        *("--no-cli", "--no-tls", "--no-dtls", "--allow-loopback-peers", "--relay-threads=1"),
        *(
            f"--log-file={folder}/turn.log",
            "--simple-log",
            f"--pidfile={folder}/turn.pid",
            f"--userdb={folder}/db",
        ),
    ]
    server = subprocess.Popen(
        ["turnserver", "-n", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until(
            lambda: _answers(listening, *turn_credential(SECRET, "ann", time.time() + 60)),
            "a TURN server",
            15,
        )
        yield listening
    finally:
        server.terminate()
        server.wait(30)


def _answers(port: int, username: str, credential: str) -> bool:
    """Whether a client with this credential is given a relay and gets its packets back."""
    who = ["-u", username, "-w", credential]
    asked = ["turnutils_uclient", *who, "-p", str(port), "-y", "-c", "-m", "1", "-n", "1", "127.0.0.1"]
    try:
        done = subprocess.run(asked, capture_output=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def test_a_log_ins_credential_is_taken(port: int) -> None:
    ice = Ice(servers=(f"turn:127.0.0.1:{port}",), secret=SECRET)
    [server] = ice_servers(ice, "ann", time.time())
    assert _answers(port, server.username, server.credential)


def test_one_that_has_ended_and_one_of_another_secret_are_refused(port: int) -> None:
    assert not _answers(port, *turn_credential(SECRET, "ann", time.time() - 60))
    assert not _answers(port, *turn_credential("another secret", "ann", time.time() + 60))
