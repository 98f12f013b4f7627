"""A table of customers is CSV in which no cell is a formula."""

from crm_core.customer_table import csv_lines


def test_cells_are_quoted_as_csv_asks_and_formulas_made_harmless() -> None:
    assert (
        csv_lines([["a,b", 'say "x"', "=1+1"], ["ñ", "", "-5"]]) == '"a,b","say ""x""",\'=1+1\r\nñ,,\'-5\r\n'
    )
