"""Real servers for integration tests, each started once a session on free ports of loopback."""

import signal
from collections.abc import Iterator

import pytest

from tests.integration.asterisk import PrivateAsterisk, private_asterisk


@pytest.fixture(autouse=True, scope="session")
def _ctrl_c() -> None:
    """A script that runs the tests in the background has all of its children ignore Ctrl-C, which some tests send."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateAsterisk]:
    """One Asterisk for all tests that leave it as they found it."""
    with private_asterisk(tmp_path_factory.mktemp("asterisk")) as running:
        yield running
