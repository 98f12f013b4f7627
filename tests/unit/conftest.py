"""Lets the unit tests import the simulated center (`world`) and the small company that it serves (`company`)."""

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("invariants")

# A machine that is busy with other tests is no mistake of the one that runs.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
