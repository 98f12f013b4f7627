"""Reports over what was recorded: pure formulas in modules of their own, each beside the query that feeds it."""
