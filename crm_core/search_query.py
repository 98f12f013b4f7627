"""What was typed into the search box, taken apart: a pure reading.

Keys name one customer: an e-mail address, a whole telephone number, a RUT, the number of an order, invoice, contract
or device. Everything else is words. Which of them it was meant to be is not guessed: all readings are tried at once.
"""

import re
from dataclasses import dataclass

from phonenumbers import country_code_for_region

from crm_core import phone_numbers
from crm_core.plain_text import plain
from ctiserver.core import rut

LONGEST_TEXT = 200
WORDS_AT_MOST = 8
FEWEST_DIGITS = 4
_WITH_SPACES = re.compile(r"\+?\d[\d ().\-]{5,}\d(?:[\s-]?[kK])?")
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """The readings of one text."""

    words: tuple[str, ...] = ()
    numbers: frozenset[str] = frozenset()
    """Telephone numbers in E.164."""
    ruts: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    """What may be the number of an order, invoice, contract or device."""
    number_beginnings: tuple[str, ...] = ()
    """In E.164, when nothing but digits was typed."""

    @property
    def has_keys(self) -> bool:
        """Whether there is anything but words."""
        return bool(self.numbers or self.ruts or self.emails or self.codes or self.number_beginnings)

    def words_are_in(self, search_text: str) -> bool:
        """Whether every word stands there as it was typed."""
        known = search_text.split()
        return all(word in known for word in self.words)


def read(typed: str, country: str) -> SearchQuery:
    """All readings of the text; numbers are read as dialled in `country` (ISO 3166)."""
    text = typed.strip()[:LONGEST_TEXT]
    tokens = {text, *text.split(), *_WITH_SPACES.findall(text)}
    with_digits = {token for token in tokens if _DIGITS.search(token)}
    digits = re.sub(r"[\s().\-]", "", text).removeprefix("+")
    return SearchQuery(
        words=tuple(dict.fromkeys(plain(text).split()))[:WORDS_AT_MOST],
        numbers=frozenset(
            number for token in with_digits if (number := phone_numbers.normalise(token, country))
        ),
        ruts=frozenset(normal for token in with_digits if (normal := rut.normalise(token))),
        emails=frozenset(token.lower() for token in text.split() if "@" in token.strip("@")),
        codes=frozenset(code for token in with_digits for code in (token, token.upper())),
        number_beginnings=_beginnings(digits, country),
    )


def _beginnings(digits: str, country: str) -> tuple[str, ...]:
    """Of a number with its country code, or of one of this country without it."""
    if len(digits) < FEWEST_DIGITS or not (digits.isascii() and digits.isdecimal()):
        return ()
    return f"+{digits}", f"+{country_code_for_region(country)}{digits}"
