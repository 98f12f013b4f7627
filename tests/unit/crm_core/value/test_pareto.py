"""ABC classes by cumulative value."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crm_core.value import pareto


def classed(*values: int) -> str:
    return "".join(pareto.classes(np.array(values, dtype=np.int64)))


def test_a_holds_eighty_percent_and_b_up_to_ninety_five() -> None:
    assert classed(3, 50, 12, 5, 30) == "CABBA"
    assert classed(80, 15, 5) == "ABC"


def test_one_customer_is_a_and_nobody_worth_anything_is_c() -> None:
    assert classed(7) == "A"
    assert classed() == ""
    assert classed(0, 0, -5) == "CCC"
    assert classed(-10, 10) == "CA"


def test_equal_customers_share_a_class() -> None:
    assert set(classed(*[10] * 100)) == {"A"}


@given(st.lists(st.integers(-(10**12), 10**14), max_size=60))
def test_a_better_customer_never_has_a_worse_class(values: list[int]) -> None:
    found = classed(*values)
    ranked = sorted(zip(values, found, strict=True), reverse=True)
    assert [letter for _, letter in ranked] == sorted(found)
    if any(value > 0 for value in values):
        held = sum(value for value, letter in zip(values, found, strict=True) if letter == "A")
        assert held >= 0.8 * sum(value for value in values if value > 0) * (1 - 1e-9)
