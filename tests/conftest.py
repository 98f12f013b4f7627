"""For all tests: passwords are hashed cheaply, for it is not their strength that is tested, and logged plainly.

A traceback in colours and frames, as structlog paints it where `rich` is installed, takes seconds.
"""

import pytest
import structlog
from argon2 import PasswordHasher

from crm_core import caller_secrets, users


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> None:
    users._hasher = caller_secrets._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(autouse=True, scope="session")
def _plain_tracebacks() -> None:
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])
