"""Real servers for integration tests, each started once a session on free ports of loopback."""

from collections.abc import Iterator

import pytest

from tests.integration.asterisk import PrivateAsterisk, private_asterisk


@pytest.fixture(scope="session")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateAsterisk]:
    """One Asterisk for all tests that leave it as they found it."""
    with private_asterisk(tmp_path_factory.mktemp("asterisk")) as running:
        yield running
