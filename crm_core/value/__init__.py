"""What a customer is worth, what it costs to serve him, and the formulas behind both.

The formulas (`bg_nbd`, `gamma_gamma`, `sbg`, `pareto`, `rfm`, `estimate`) are pure: arrays in, arrays out. The
others are tables and queries.
"""
