from typing import Any

import pytest

from agent_console.customer_clock import epoch, local_time
from ctiserver.core.errors import Refusal

SANTIAGO = "America/Santiago"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2026-07-01T10:30", 1_782_916_200.0),  # winter, UTC-4
        ("2026-11-23T10:30", 1_795_440_600.0),  # summer, UTC-3
        ("2026-11-23T10:30+01:00", 1_795_426_200.0),
        ("2026-11-23T10:30Z", 1_795_429_800.0),
        ("2026-09-06T00:30", 1_788_669_000.0),  # left out by the change to summer time: an hour later
    ],
)
def test_a_time_without_an_offset_is_the_customers(written: str, seconds: float) -> None:
    assert epoch(written, SANTIAGO) == seconds


def test_local_time_is_written_as_it_is_read() -> None:
    assert local_time(1_795_440_600.0, SANTIAGO) == "2026-11-23T10:30"
    assert epoch(local_time(1_795_440_600.0, SANTIAGO), SANTIAGO) == 1_795_440_600.0


@pytest.mark.parametrize("written", ["tomorrow", "2026-13-01T10:00", "10:30"])
def test_what_is_no_time_is_refused(written: Any) -> None:
    with pytest.raises(Refusal, match="is no time"):
        epoch(written, SANTIAGO)
