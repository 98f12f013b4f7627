"""What survey questions may be, and what their answers measure. docs/surveys.md tells how each is added up."""

from typing import Literal

Kind = Literal["1-5", "1-7", "0-10", "yes_no", "choice", "comment"]
"""The scale of a question: satisfaction, school grade, recommendation, yes or no, one of several, spoken words."""

Measure = Literal["csat", "nps", "ces", "grade", "solved", ""]
"""What the answers are added up to; "": nothing but counts."""

SCALES: dict[str, tuple[int, int]] = {
    "csat": (1, 5),
    "nps": (0, 10),
    "ces": (1, 7),
    "grade": (1, 7),
    "solved": (0, 1),
}
"""The lowest and the highest value of what each measures."""
