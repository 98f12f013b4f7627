"""A survey: a few questions answered by one key each, asked of the caller who stayed after the agent left.

Its document is a TOML file: `name`, `invitation` (the prompt that asks whether he takes part), `thanks`, and
`[[question]]` tables.
"""

from ctiserver.core.message import Frozen


class Question(Frozen, forbid_unknown_fields=True):
    """One question. `keys`: which keys are answers, and the value that each stands for."""

    key: str
    prompt: str
    keys: dict[str, int]


class Survey(Frozen, forbid_unknown_fields=True):
    """At most ten questions, asked in order; each ends the survey after `attempts` wrong keys or silences."""

    name: str
    invitation: str
    thanks: str
    question: tuple[Question, ...]
    timeout_seconds: float = 6.0
    attempts: int = 3
    invalid: str = "survey-invalid"
    accept_key: str = "1"
    decline_key: str = "2"
