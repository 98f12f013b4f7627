"""A journal in a folder of its own, on a disk and a clock in the hands of the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from journal_bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()
