import pytest

from ctiserver.core.interval import interval


def test_an_interval_is_that_of_student() -> None:
    told = interval([1.0, 2.0, 3.0])
    assert (told.mean, told.half_width) == (2.0, pytest.approx(4.302653 / 3**0.5, rel=1e-5))
    assert interval([5.0]).half_width is None
