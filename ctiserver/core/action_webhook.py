"""A program of somebody else that flows ask over HTTP, as the configuration names it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from ctiserver.core.limits import Match, Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionWebhook:
    """A program that flows may ask to do something (docs/flows.md). `gives`: each value and what it is said as.

    `secret`, with which requests are signed, comes from the environment variable that `secret_env` names.
    """

    name: Annotated[
        str, Match(r"[a-z][a-z0-9_]{0,30}", "lower-case letters, digits or _, beginning with a letter")
    ]
    url: Annotated[
        str, Match(r"https?://[^/ @]+(/[^ ]*)?", 'an address such as "https://erp.example/balance"')
    ]
    outcomes: tuple[str, ...]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    gives: Mapping[str, str] = field(default_factory=dict)
    secret_env: Annotated[str, Variable] = ""
    secret: str = field(default="", repr=False)
