"""For all tests: passwords are hashed cheaply, for it is not their strength that is tested."""

import pytest
from argon2 import PasswordHasher

from crm_core import caller_secrets, users


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> None:
    users._hasher = caller_secrets._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
