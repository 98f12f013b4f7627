"""Logs: one line per fact, a fixed message and fields. What is personal stands in fields named `pii_*`."""

import logging
import sys
from typing import Any

import structlog


def _mask(_logger: Any, _method: str, fields: Any) -> Any:
    return {name: "…" if name.startswith("pii_") and value else value for name, value in fields.items()}


def _naming(part: str) -> Any:
    """Every line says which process wrote it."""

    def name(_logger: Any, _method: str, fields: Any) -> Any:
        return {"part": part, **fields}

    return name


def set_up(part: str, *, mask: bool = True) -> None:
    """Log to standard error; `mask` hides numbers, digits and words of callers."""
    structlog.configure(
        processors=[
            _naming(part),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([_mask] if mask else []),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "part", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
