"""How long one takes to read a step: nobody listens to a customer and reads more than five seconds at a time. Pure.

Words per minute are those of adults who read prose silently: English 238 (M. Brysbaert, "How many words do we read
per minute? A review and meta-analysis of reading rate", Journal of Memory and Language 109 (2019) 104047, for
non-fiction). For Spanish there is a figure from one design for all languages: 218 of S. Trauzettel-Klosinski and
K. Dietz, "Standardized Assessment of Reading Performance: The New International Reading Speed Texts IReST",
Investigative Ophthalmology & Visual Science 53 (2012) 5452-5461. It was measured aloud, which is the slower of the
two, so that a step of this length is short enough either way.
"""

import re
from math import floor

WORDS_PER_MINUTE = {"es": 218.0, "en": 238.0}
LIMIT_SECONDS = 5.0
WORDS_OF_A_VARIABLE = 2
"""A name with its surname, an amount with its currency, a day with its month."""

_VARIABLE = re.compile(r"\{[^{}]*\}")
_LETTER_OR_DIGIT = re.compile(r"\w")


def words(text: str) -> int:
    """How many words one reads; signs alone are none."""
    rest, variables = _VARIABLE.subn(" ", text)
    return sum(bool(_LETTER_OR_DIGIT.search(word)) for word in rest.split()) + (
        variables * WORDS_OF_A_VARIABLE
    )


def seconds(text: str, language: str) -> float:
    """How long one reads it. Raises KeyError for a language without a figure."""
    return words(text) * 60 / WORDS_PER_MINUTE[language]


def words_at_most(language: str) -> int:
    """How many words are read within the limit."""
    return floor(LIMIT_SECONDS * WORDS_PER_MINUTE[language] / 60)


def words_over(text: str, language: str) -> int:
    """By how many words it is too long; 0: it is not."""
    return max(0, words(text) - words_at_most(language))
