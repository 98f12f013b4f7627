"""Lets the unit tests import the simulated center (`world`) and the small company that it serves (`company`)."""

import pytest

pytest.register_assert_rewrite("invariants")
