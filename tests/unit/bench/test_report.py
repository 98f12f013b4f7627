import pytest

from bench.report import percentile, table


@pytest.mark.parametrize(("share", "value"), [(0.5, 2), (0.51, 3), (0.95, 4), (1.0, 4), (0.01, 1)])
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(share: float, value: int) -> None:
    assert percentile([4, 1, 3, 2], share) == value


def test_a_table_has_a_head_a_rule_and_a_line_for_each_row() -> None:
    assert table([{"side": "ours", "ms": 0.1234}]).splitlines() == [
        "| side |    ms |",
        "|-----:|------:|",
        "| ours | 0.123 |",
    ]
