"""The CDNOW customers (Fader, Hardie), as the package `lifetimes` carries them: weeks, dollars."""

from importlib.resources import files

import numpy as np


def summary() -> dict[str, np.ndarray]:
    """Columns ID, frequency, recency and T of 2 357 customers."""
    return _columns("cdnow_customers_summary.csv")


def summary_with_money() -> dict[str, np.ndarray]:
    """Columns ID, x, t_x, T and zbar, the mean of the repeat purchases."""
    return _columns("cdnow_customers_summary_with_transactions.csv")


def _columns(name: str) -> dict[str, np.ndarray]:
    lines = (files("lifetimes") / "datasets" / name).read_text().splitlines()
    figures = np.array([line.split(",") for line in lines[1:]], dtype=float)
    return dict(zip(lines[0].split(","), figures.T, strict=True))
