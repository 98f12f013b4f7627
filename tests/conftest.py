"""For all tests: passwords are hashed cheaply, for it is not their strength that is tested, and logged plainly.

A traceback in colours and frames, as structlog paints it where `rich` is installed, takes seconds. Files that take
a minute or more come first: who runs side by side shares files out in this order, and a long one at the end would
leave the others idle.
"""

import pytest
import structlog
from argon2 import PasswordHasher

from crm_core import caller_secrets, users

LONGEST_FIRST = (
    "test_recovery_stop",
    "test_flows",
    "test_every_page",
    "test_cli",
    "test_campaign",
    "test_live_audio",
    "test_recovery_disk",
    "test_asterisk",
    "test_recovery_kill_arrange",
    "test_scheduled_dials",
    "test_bad_input",
    "test_recovery_link",
    "test_campaign_pages",
    "test_consult_steps",
    "test_call",
    "test_speech",
    "test_softphone",
    "test_pictures",
    "test_elsewhere",
    "test_recovery_kill_talk",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort them by file; a file's own order stays."""
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> None:
    users._hasher = caller_secrets._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(autouse=True, scope="session")
def _plain_tracebacks() -> None:
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])
