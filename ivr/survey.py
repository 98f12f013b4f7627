"""A survey: at most ten questions, asked of a caller after the talk, or of a customer whom we called about it.

Its document is a TOML file: `name`, `invitation` (the prompt that asks whether he takes part), `thanks`, and
`[[question]]` tables. With `asked = "before_queue"` a caller is asked whether he takes part before he waits: then no
agent knows whom he serves, and none can choose who answers. Else those are asked whom the agent leaves behind.

    [[question]]
    key = "solved"
    prompt = "survey-solved"
    kind = "yes_no"
"""

from typing import Literal

from ctiserver.core.message import Frozen
from ctiserver.core.surveys import Kind, Measure

MEASURED_BY: dict[Kind, Measure] = {"1-5": "csat", "1-7": "grade", "0-10": "nps", "yes_no": "", "choice": ""}
"""What a question of each kind measures, unless it says something else."""
_TEN_KEYS = {str(number): number for number in range(10)}
_KEYS: dict[Kind, dict[str, int]] = {
    "1-5": {key: value for key, value in _TEN_KEYS.items() if 1 <= value <= 5},
    "1-7": {key: value for key, value in _TEN_KEYS.items() if 1 <= value <= 7},
    "0-10": _TEN_KEYS,
    "yes_no": {"1": 1, "2": 0},
    "comment": {},
}


class Question(Frozen, forbid_unknown_fields=True):
    """One question. `keys`, of a choice only: which keys are answers, and the value that each stands for.

    `measure` None: what its kind measures. `longest_seconds` is for a comment, which is spoken.
    """

    key: str
    prompt: str
    kind: Kind = "choice"
    keys: dict[str, int] = {}
    measure: Measure | None = None
    longest_seconds: float = 60.0

    def answers(self) -> dict[str, int]:
        """The value that each key stands for; of 0-10, 10 is typed as 1 and 0."""
        return self.keys if self.kind == "choice" else _KEYS[self.kind]

    def measures(self) -> Measure:
        """What its answers are added up to; "": nothing."""
        return MEASURED_BY.get(self.kind, "") if self.measure is None else self.measure


class Survey(Frozen, forbid_unknown_fields=True):
    """At most ten questions, asked in order; each ends the survey after `attempts` wrong keys or silences."""

    name: str
    invitation: str
    thanks: str
    question: tuple[Question, ...]
    asked: Literal["before_queue", "after_talk"] = "after_talk"
    timeout_seconds: float = 6.0
    attempts: int = 3
    invalid: str = "survey-invalid"
    accept_key: str = "1"
    decline_key: str = "2"
    opt_out_key: str = "9"
    """While a customer whom we called is asked whether he takes part: never again. "": no key."""
