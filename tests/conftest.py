"""For all tests: passwords are hashed cheaply, for it is not their strength that is tested; and what takes longest
begins first, so that at the end no worker waits for another one's long file.
"""

import pytest
from argon2 import PasswordHasher

from crm_core import caller_secrets, users

_SLOW = (
    *("test_recovery_stop", "test_every_page", "test_cli", "test_campaign", "test_recovery_kill_arrange"),
    *("test_recovery_disk", "test_recovery_link", "test_flows", "test_scheduled_dials", "test_fax"),
    *(
        "test_administration",
        "test_bad_input",
        "test_asterisk",
        "test_softphone",
        "test_restart",
        "test_call",
    ),
)
"""Files by the time that they take, longest first; the order of the others is pytest's."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first (with xdist's --dist loadfile --no-loadscope-reorder)."""
    place = {name: at for at, name in enumerate(_SLOW)}
    items.sort(key=lambda item: place.get(item.path.stem, len(_SLOW)))


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> None:
    users._hasher = caller_secrets._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
