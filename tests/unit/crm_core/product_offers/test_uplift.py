"""The interval holds what it promises in a thousand seeded worlds, although the offers are made adaptively."""

import numpy as np
import pytest

from bench.uplift import coverage


def test_the_reported_interval_covers_the_true_uplift_in_93_to_97_of_a_hundred_seeded_worlds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = coverage(seed=2024)
    with capsys.disabled():
        print("\noffer  covers  mean width  textbook covers  textbook width")
        for offer in range(3):
            print(
                f"{offer + 1:5}  {found.covered[offer]:6.1%}  {found.width[offer]:10.4f}"
                f"  {found.textbook_covered[offer]:15.1%}  {found.textbook_width[offer]:14.4f}"
            )
    assert np.all(found.covered >= 0.93)
    assert np.all(found.covered <= 0.97)
